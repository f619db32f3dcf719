//! `asfm experiment report`: what the runs say, as a table, JSON or a page.

use std::fmt::Write as _;
use std::io::Write as _;

use asfm_experiment::{Finding, Hypothesis};
use serde_json::{Value, json};

use super::flags::Report;
use super::folder::Folder;
use super::outcome::Outcome;
use super::page;
use crate::failure::Failure;
use crate::report::{write_figures, write_page};
use crate::table::{align, table};

/// `asfm experiment report`.
pub(super) fn report(flags: &Report) -> Result<(), Failure> {
    let folders = flags.folders.iter().map(|it| Folder::open(it));
    let outcomes =
        folders.map(|it| it.and_then(Outcome::read)).collect::<Result<Vec<Outcome>, Failure>>()?;
    if flags.out.is_some() || flags.figures.is_some() {
        let page = page::page(&outcomes);
        flags.out.iter().try_for_each(|path| write_page(&page, path))?;
        flags.figures.iter().try_for_each(|folder| write_figures(&page, folder))?;
    }
    let mut out = std::io::stdout().lock();
    if flags.json {
        let all: Vec<Value> = outcomes.iter().map(json).collect();
        match all.as_slice() {
            [one] => writeln!(out, "{one}")?,
            all => writeln!(out, "{}", json!({ "experiments": all }))?,
        }
        return Ok(());
    }
    for outcome in &outcomes {
        write!(out, "{}", text(outcome))?;
    }
    Ok(())
}

fn json(outcome: &Outcome) -> Value {
    let experiment = &outcome.folder.experiment;
    let header = &outcome.folder.header;
    let findings: Vec<Value> = outcome
        .findings
        .iter()
        .map(|it| {
            let hypothesis = &experiment.hypotheses[it.hypothesis];
            let population = &header.populations[it.population];
            let mean = it.judged.as_ref().and_then(|it| it.evidence.mean);
            json!({
                "id": hypothesis.id,
                "claim": hypothesis.claim,
                "source": hypothesis.source,
                "statistic": experiment.statistics[hypothesis.statistic].name,
                "contrast": hypothesis.contrast.words(&experiment.arms),
                "direction": hypothesis.claims.word(),
                "smallest": hypothesis.smallest,
                "family": hypothesis.family,
                "paper": hypothesis.paper,
                "population": population.label,
                "brain": population.brain,
                "evidence": population.evidence,
                "verdict": it.verdict,
                "because": it.because,
                "effect": effect(it),
                "lo": mean.and_then(|it| it.ci).map(|it| it.lo),
                "hi": mean.and_then(|it| it.ci).map(|it| it.hi),
                "p": it.judged.as_ref().map(|it| it.evidence.sign_flip.p),
                "p_adjusted": it.judged.as_ref().map(|it| it.p_adjusted),
                "seeds": it.each.len(),
                "each": it.each,
                "missing": it.missing,
                "judged": it.judged,
            })
        })
        .collect();
    json!({
        "experiment": experiment.name,
        "title": experiment.title,
        "version": header.version,
        "commit": header.commit,
        "planned_at": header.planned_at,
        "changes": header.changes,
        "seeds": header.seeds,
        "populations": header.populations,
        "models": outcome.models,
        "scenarios": header.scenarios,
        "runs": header.runs,
        "done": outcome.done,
        "findings": findings,
    })
}

/// The mean contrast over seeds; absent without seeds.
pub(super) fn effect(finding: &Finding) -> Option<f64> {
    if finding.each.is_empty() {
        return None;
    }
    let n = u32::try_from(finding.each.len()).map_or(f64::MAX, f64::from);
    Some(finding.each.iter().map(|it| it.1).sum::<f64>() / n)
}

fn text(outcome: &Outcome) -> String {
    let experiment = &outcome.folder.experiment;
    let header = &outcome.folder.header;
    let mut text = format!(
        "\n{}: {}\n{} of {} runs, {} seeds, asfm {} ({}), planned {}\n",
        experiment.name,
        experiment.title,
        outcome.done,
        header.runs,
        header.seeds.len(),
        header.version,
        header.commit,
        header.planned_at,
    );
    for it in &outcome.models {
        writeln!(text, "model {it}").expect("a string takes all text");
    }
    let mut table = table(&["id", "of", "verdict", "effect", "95 %", "p", "paper", "claim"]);
    for it in &outcome.findings {
        let hypothesis: &Hypothesis = &experiment.hypotheses[it.hypothesis];
        let judged = it.judged.as_ref();
        let ci = judged.and_then(|it| it.evidence.mean).and_then(|it| it.ci);
        let null = it.population > 0;
        table.add_row([
            if null { String::new() } else { hypothesis.id.clone() },
            header.populations[it.population].label.clone(),
            it.verdict.words().to_owned(),
            effect(it).map_or_else(|| "-".to_owned(), number),
            ci.map_or_else(
                || "-".to_owned(),
                |it| format!("{} to {}", number(it.lo), number(it.hi)),
            ),
            judged.map_or_else(|| "-".to_owned(), |it| format!("{:.4}", it.p_adjusted)),
            if null { String::new() } else { hypothesis.paper.map(number).unwrap_or_default() },
            if null { String::new() } else { hypothesis.claim.clone() },
        ]);
    }
    align(&mut table, &[3, 5, 6]);
    text += "\n";
    text += &table.trim_fmt();
    text += "\n";
    for line in outcome.findings.iter().filter_map(|it| remark(outcome, it)) {
        writeln!(text, "{line}").expect("a string takes all text");
    }
    text
}

/// What the table has no column for: why a verdict is what it is, and the seeds that are left out.
fn remark(outcome: &Outcome, finding: &Finding) -> Option<String> {
    let hypothesis = &outcome.folder.experiment.hypotheses[finding.hypothesis].id;
    let population = &outcome.folder.header.populations[finding.population].label;
    let mut parts: Vec<String> = finding.because.clone().into_iter().collect();
    if let (Some((seed, why)), true) = (finding.missing.first(), outcome.done > 0) {
        let n = finding.missing.len();
        let all = n + finding.each.len();
        parts.push(format!("{n} of {all} seeds are left out, seed {seed} because of {why}"));
    }
    (!parts.is_empty()).then(|| format!("{hypothesis} under {population}: {}", parts.join("; ")))
}

/// A number with four significant places, or so.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        it if it >= 100.0 => format!("{value:+.0}"),
        it if it >= 0.1 => format!("{value:+.3}"),
        it if it >= 0.001 => format!("{value:+.4}"),
        _ => format!("{value:+.1e}"),
    }
}
