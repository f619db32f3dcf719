//! `asfm stats run`: one run, or several with a run as the unit of replication.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::Context as _;
use asfm_stats::StatsError;
use asfm_stats::card::Card;
use asfm_stats::moments::{mean, sd};
use asfm_stats::paired::paired_t;
use asfm_stats::yardstick::{AcrossRuns, Compared, across_runs};
use serde_json::{Map, Value, json};

use super::page;
use super::run::{RunStats, read};
use super::series::{card_text, references};
use crate::cli::StatsRun;
use crate::failure::{Failure, misuse};
use crate::table::{align, table};

pub(super) fn runs(flags: &StatsRun) -> Result<(), Failure> {
    let references = references();
    let options = flags.resampling.into();
    let mut runs: Vec<RunStats> = Vec::new();
    for path in &flags.runs {
        let it = read(path, &references, options)?;
        let same =
            |other: &&RunStats| it.info.digest.is_some() && other.info.digest == it.info.digest;
        if let Some(other) = runs.iter().find(same) {
            return Err(misuse(format!(
                "`{}` and `{}` are the same run: expected each once",
                other.file, it.file
            )));
        }
        runs.push(it);
    }
    warn(&runs);
    let mut stdout = std::io::stdout();
    if let [only] = runs.as_slice() {
        let text = if flags.json { only.json()?.to_string() + "\n" } else { one(only) };
        write!(stdout, "{text}")?;
        return Ok(());
    }
    let facts = facts(&runs, flags.resampling.resampling_seed)?;
    if flags.json {
        let each = runs.iter().map(RunStats::json).collect::<Result<Vec<_>, _>>()?;
        let metrics: Map<String, Value> =
            metrics(&runs).into_iter().map(|it| (it.name.to_owned(), it.json())).collect();
        let across = json!({
            "n": runs.len(),
            "metrics": metrics,
            "stocks": facts.stocks,
            "index": facts.index,
            "gaussian_walk": beside(&runs).map(|it| page::card_json(&it.gaussian_walk)),
            "real_windows": beside(&runs).and_then(|it| it.real_windows.as_ref()),
        });
        writeln!(stdout, "{}", json!({ "runs": each, "across_runs": across }))?;
    } else {
        write!(stdout, "{}", several(&runs, &facts))?;
    }
    Ok(())
}

/// What a reader of means should know.
fn warn(runs: &[RunStats]) {
    for it in runs {
        if it.info.status.word() != "done" {
            eprintln!(
                "note: `{}` is {}: its first {} days",
                it.file,
                it.info.status.word(),
                it.days
            );
        }
    }
    let first = &runs[0];
    let differs = |it: &&RunStats| {
        (&it.info.scenario, &it.info.header.brain, it.days)
            != (&first.info.scenario, &first.info.header.brain, first.days)
    };
    if let Some(it) = runs.iter().find(differs) {
        eprintln!(
            "note: `{}` and `{}` differ in scenario, brain or days, yet they are averaged",
            first.file, it.file
        );
    }
}

fn one(run: &RunStats) -> String {
    let info = &run.info;
    let mut text = format!(
        "{} · {} · seed {} · {} · {} traders · {} days\n\n",
        run.file, info.scenario, info.seed.0, info.header.brain, info.agents, run.days
    );
    let mut add = |line: String| writeln!(text, "{line}").expect("a string takes all text");
    let mut table = table(&["metric", "value", "what"]);
    for (name, what, value) in run.readings.all() {
        table.add_row([name.to_owned(), shown(name, value), what.to_owned()]);
    }
    align(&mut table, &[1]);
    add(table.trim_fmt() + "\n");
    add(stock_table(run) + "\n");
    add("one letter per fact, F1 to F10: pass, fail, inconclusive, not applicable".to_owned());
    if let Some((_, it)) = &run.index {
        let walk = it.gaussian_walk.letters();
        add(format!("a Gaussian random walk as long as the stocks: {walk}\n"));
    }
    match &run.index {
        None => add("the index has no card: no day has ended".to_owned()),
        Some((series, it)) => {
            let n = series.returns.len();
            add(format!("the equal-weight index, {n} returns\n"));
            add(card_text(it));
        }
    }
    text.trim_end().to_owned() + "\n"
}

fn stock_table(run: &RunStats) -> String {
    let mut table = table(&["stock", "ON", "OER", "TR", "VO", "facts", "core"]);
    for it in &run.stocks {
        table.add_row([
            it.code.clone(),
            it.orders.on.to_string(),
            page::maybe(it.orders.oer),
            page::maybe(it.turnover),
            page::maybe(it.volatility),
            it.card.as_ref().map_or_else(|| "-".to_owned(), Card::letters),
            it.card.as_ref().map_or_else(|| "-".to_owned(), page::core),
        ]);
    }
    align(&mut table, &[1, 2, 3, 4]);
    table.trim_fmt()
}

fn shown(name: &str, value: Option<f64>) -> String {
    match value {
        Some(it) if name == "ON" => format!("{it}"),
        other => page::maybe(other),
    }
}

/// One metric over runs.
struct Metric {
    name: &'static str,
    what: &'static str,
    n: usize,
    mean: Option<f64>,
    sd: Option<f64>,
    ci: Option<(f64, f64)>,
}

impl Metric {
    fn json(&self) -> Value {
        let (lo, hi) = self.ci.unzip();
        json!({ "n": self.n, "mean": self.mean, "sd": self.sd, "lo": lo, "hi": hi, "level": 0.95 })
    }
}

fn metrics(runs: &[RunStats]) -> Vec<Metric> {
    let all: Vec<_> = runs.iter().map(|it| it.readings.all()).collect();
    let one = |at: usize| {
        let values: Vec<f64> = all.iter().filter_map(|it| it[at].2).collect();
        let ci = match paired_t(&values) {
            Ok(it) => it.mean.ci.map(|it| (it.lo, it.hi)),
            // Runs that agree to the last digit.
            Err(StatsError::Constant) => values.first().map(|&it| (it, it)),
            Err(_) => None,
        };
        Metric {
            name: all[0][at].0,
            what: all[0][at].1,
            n: values.len(),
            mean: mean(&values).ok().map(|it| it.value),
            sd: sd(&values).ok().map(|it| it.value),
            ci,
        }
    };
    (0..all[0].len()).map(one).collect()
}

/// Facts over runs, of the stocks and of the index.
struct Facts {
    stocks: Vec<AcrossRuns>,
    index: Vec<AcrossRuns>,
}

fn facts(runs: &[RunStats], seed: u64) -> Result<Facts, Failure> {
    let gather = |cards: Vec<Vec<Card>>| match across_runs(&cards, seed) {
        Ok(it) => Ok(it),
        Err(StatsError::Empty) => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let of_stocks = |it: &RunStats| it.stocks.iter().filter_map(|it| it.card.clone()).collect();
    let of_index = |it: &RunStats| it.index.iter().map(|it| it.1.card.clone()).collect();
    Ok(Facts {
        stocks: gather(runs.iter().map(of_stocks).collect()).context("the facts of the stocks")?,
        index: gather(runs.iter().map(of_index).collect()).context("the facts of the index")?,
    })
}

fn several(runs: &[RunStats], facts: &Facts) -> String {
    let first = &runs[0].info;
    let mut text = format!(
        "{} runs · {} · {} · {} traders · {} days\n\n",
        runs.len(),
        first.scenario,
        first.header.brain,
        first.agents,
        runs[0].days
    );
    let mut add = |line: String| writeln!(text, "{line}").expect("a string takes all text");
    let mut table = table(&["metric", "mean", "sd", "95 % interval", "runs", "what"]);
    for it in metrics(runs) {
        table.add_row([
            it.name.to_owned(),
            page::maybe(it.mean),
            page::maybe(it.sd),
            interval(it.ci),
            it.n.to_string(),
            it.what.to_owned(),
        ]);
    }
    align(&mut table, &[1, 2, 3, 4]);
    add(table.trim_fmt() + "\n");
    for (whose, facts) in
        [("stocks, averaged within a run", &facts.stocks), ("index", &facts.index)]
    {
        add(format!("facts of the {whose}; means and intervals are over runs"));
        add(fact_table(facts, beside(runs)) + "\n");
    }
    add("verdicts: cards that pass, fail, are inconclusive, not applicable".to_owned());
    if let Some(it) = beside(runs) {
        text += &page::notes(&it.gaussian_walk, it.real_windows.as_deref());
    }
    text
}

/// The yardsticks of a run's index: they depend on the length of its series, and stocks and
/// index are of one length.
fn beside(runs: &[RunStats]) -> Option<&Compared> {
    runs.iter().find_map(|it| it.index.as_ref()).map(|it| &it.1)
}

fn fact_table(facts: &[AcrossRuns], beside: Option<&Compared>) -> String {
    let mut table = table(&[
        "fact",
        "mean",
        "95 % interval",
        "null",
        "runs",
        "verdicts",
        "walk",
        "real",
        "statistic",
    ]);
    for it in facts {
        let walk = beside.and_then(|all| all.gaussian_walk.line(it.fact));
        let real = beside.and_then(|all| page::window(all.real_windows.as_deref(), it.fact));
        let estimate = it.statistic.as_ref();
        let seen = &it.verdicts;
        table.add_row([
            page::name(it.fact),
            page::maybe(estimate.map(|it| it.value)),
            interval(estimate.and_then(|it| it.ci).map(|it| (it.lo, it.hi))),
            page::maybe(it.null),
            estimate.map_or_else(|| "-".to_owned(), |it| it.n.to_string()),
            format!(
                "{} {} {} {}",
                seen.passed, seen.failed, seen.inconclusive, seen.not_applicable
            ),
            walk.map_or("-", page::verdict).to_owned(),
            real.map_or_else(|| "-".to_owned(), page::passes),
            it.fact.statistic().to_owned(),
        ]);
    }
    align(&mut table, &[1, 2, 3, 4]);
    table.trim_fmt()
}

fn interval(ci: Option<(f64, f64)>) -> String {
    ci.map_or_else(
        || "-".to_owned(),
        |(lo, hi)| format!("{} to {}", page::number(lo), page::number(hi)),
    )
}
