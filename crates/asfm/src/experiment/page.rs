//! The page of an experiment, or of several: claims, verdicts, figures.

mod drawing;

use std::collections::BTreeMap;

use asfm_experiment::{Claims, Contrast, Finding, Hypothesis, Unit, Verdict};
use asfm_report::{
    Axis, Block, Cell, Column, Figure, IntervalRow, Page, Section, Shape, Table, Tone,
};

use super::outcome::Outcome;
use super::report::{effect, number};
use crate::report::decider;

/// One page of one or several experiments.
pub(super) fn page(outcomes: &[Outcome]) -> Page {
    let mut sections = Vec::new();
    if outcomes.len() > 1 {
        sections.push(overview(outcomes));
    }
    for it in outcomes {
        sections.extend(Whole { it, several: outcomes.len() > 1 }.sections());
    }
    let (title, mut lead) = match outcomes {
        [one] => (title_of(one), one.folder.experiment.about.clone()),
        _ => ("Replication".to_owned(), LEAD.to_owned()),
    };
    if outcomes.iter().any(|it| it.folder.header.seeds.len() < SEEDS_FEW) {
        lead = format!("{FEW}\n\n{lead}");
    }
    Page { title, lead, facts: facts(outcomes), sections }
}

/// With fewer seeds no test can reach a p of 0.05.
const SEEDS_FEW: usize = 6;

const FEW: &str = "Too few seeds for any claim to be supported: this page shows that everything ran, \
    and carries no economic evidence.";

const LEAD: &str = "What the paper says, and what was found: every claim was written down before \
    anything was run, every run is one of a pair that shares its seed, and every verdict follows \
    from an exact test over seeds, corrected within its family of claims. A number of the paper \
    stands beside ours and decides nothing.";

fn title_of(outcome: &Outcome) -> String {
    let it = &outcome.folder.experiment;
    if it.title.is_empty() { it.name.clone() } else { it.title.clone() }
}

fn facts(outcomes: &[Outcome]) -> Vec<(String, String)> {
    let mut facts: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |name: &str, value: String| {
        let at = facts.iter().position(|it| it.0 == name).unwrap_or_else(|| {
            facts.push((name.to_owned(), Vec::new()));
            facts.len() - 1
        });
        if !facts[at].1.contains(&value) {
            facts[at].1.push(value);
        }
    };
    for it in outcomes {
        let header = &it.folder.header;
        for population in &header.populations {
            let words = format!("{} ({})", decider(&population.brain), population.evidence.words());
            add("evidence", words);
        }
        for model in &it.models {
            add("model", model.clone());
        }
        add("seeds", seeds(&header.seeds));
        add("planned", header.planned_at.clone());
        add("program", format!("asfm {} ({})", header.version, header.commit));
        for change in &header.changes {
            add("changed", change.clone());
        }
    }
    let (done, runs) =
        outcomes.iter().fold((0, 0), |sum, it| (sum.0 + it.done, sum.1 + it.folder.header.runs));
    let mut facts: Vec<(String, String)> =
        facts.into_iter().map(|(name, values)| (name, values.join(", "))).collect();
    let words = if done == runs { runs.to_string() } else { format!("{done} of {runs}") };
    facts.insert(0, ("runs".to_owned(), words));
    facts
}

/// Seeds as people write them.
fn seeds(all: &[u64]) -> String {
    match all {
        [] => "none".to_owned(),
        [one] => one.to_string(),
        [first, .., last] if all.iter().zip(*first..).all(|it| *it.0 == it.1) => {
            format!("{first} to {last}")
        }
        _ => all.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Supported => Tone::Good,
        Verdict::Assumed => Tone::Assumed,
        Verdict::Contradicted => Tone::Bad,
        Verdict::NoEffect | Verdict::NotApplicable => Tone::Neutral,
        Verdict::Inconclusive => Tone::Unsure,
    }
}

const VERDICTS: [Verdict; 6] = [
    Verdict::Supported,
    Verdict::Assumed,
    Verdict::Contradicted,
    Verdict::NoEffect,
    Verdict::Inconclusive,
    Verdict::NotApplicable,
];

/// How many claims got which verdict, experiment by experiment.
fn overview(outcomes: &[Outcome]) -> Section {
    let mut columns = vec![Column::text("experiment"), Column::text("decided by")];
    columns.extend(VERDICTS.map(|it| Column::number(it.words(), help(it))));
    let mut rows = Vec::new();
    for it in outcomes {
        for (at, population) in it.folder.header.populations.iter().enumerate() {
            let mut row = vec![Cell::text(title_of(it)), Cell::text(decider(&population.brain))];
            for verdict in VERDICTS {
                let found = it.findings.iter();
                let n = found.filter(|it| it.population == at && it.verdict == verdict).count();
                row.push(Cell::number(count(n), n.to_string()));
            }
            rows.push(row);
        }
    }
    Section {
        id: "overview".to_owned(),
        title: "Overview".to_owned(),
        blocks: vec![Block::Table(Table {
            caption: "Claims by verdict.".to_owned(),
            columns,
            rows,
        })],
    }
}

fn help(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => {
            "significant in the direction that was claimed, after Holm's correction in its family"
        }
        Verdict::Assumed => "as claimed, but the direction was put in by hand: it proves nothing",
        Verdict::Contradicted => "significant in the opposite direction",
        Verdict::NoEffect => "the 90 % interval lies within the smallest effect of interest",
        Verdict::Inconclusive => "the runs do not tell",
        Verdict::NotApplicable => "the claim needs traders who read",
    }
}

/// One experiment on its way to a page.
struct Whole<'o> {
    it: &'o Outcome,
    several: bool,
}

impl Whole<'_> {
    fn sections(&self) -> Vec<Section> {
        let mut blocks = Vec::new();
        let name = &self.it.folder.experiment.name;
        if self.several {
            blocks.push(Block::Text(self.it.folder.experiment.about.clone()));
        }
        blocks.extend(self.figures(0));
        let nulls: Vec<Block> =
            (1..self.it.folder.header.populations.len()).flat_map(|it| self.figures(it)).collect();
        if !nulls.is_empty() {
            let summary = "The same figures for the null population".to_owned();
            blocks.push(Block::Details { summary, blocks: nulls });
        }
        if !self.it.folder.experiment.hypotheses.is_empty() {
            blocks.push(Block::Table(self.claims()));
            blocks.extend(self.remarks());
            blocks.extend(self.forests().into_iter().map(Block::Figure));
            blocks.push(Block::Details {
                summary: "Every claim with its test".to_owned(),
                blocks: vec![Block::Table(self.tests())],
            });
        }
        vec![Section { id: anchor("x", name), title: title_of(self.it), blocks }]
    }

    fn hypothesis(&self, finding: &Finding) -> &Hypothesis {
        &self.it.folder.experiment.hypotheses[finding.hypothesis]
    }

    fn unit(&self, hypothesis: &Hypothesis) -> Unit {
        match hypothesis.contrast {
            Contrast::Order { .. } => Unit::Correlation,
            Contrast::Peak { .. } => Unit::Other,
            _ => self.it.folder.experiment.statistics[hypothesis.statistic].unit(),
        }
    }

    fn of_population(&self, at: usize) -> impl Iterator<Item = &Finding> {
        self.it.findings.iter().filter(move |it| it.population == at)
    }

    /// "The paper says" beside "we found".
    fn claims(&self) -> Table {
        let populations = &self.it.folder.header.populations;
        let mut columns = vec![
            Column::text("claim"),
            Column::text("the paper says"),
            Column::text("we found"),
            Column::number("effect", "mean over seeds; ratios and shares in percent"),
            Column::text("95 % interval"),
            Column::number("paper", "the paper's number, in the unit of ours; it decides nothing"),
        ];
        for null in &populations[1..] {
            columns.push(Column {
                name: format!("{} ({})", null.evidence.words(), decider(&null.brain)),
                numeric: false,
                help: Some("the same claim where nobody has a reason for anything".to_owned()),
            });
        }
        let mut rows = Vec::new();
        for it in self.of_population(0) {
            let hypothesis = self.hypothesis(it);
            let unit = self.unit(hypothesis);
            let paper = hypothesis.paper.map_or_else(
                || Cell::Missing("none".to_owned()),
                |it| Cell::number(it, shown(unit, it)),
            );
            let mut row = vec![
                Cell::text(&hypothesis.id),
                Cell::text(&hypothesis.claim),
                badge(it),
                match effect(it) {
                    Some(effect) => Cell::number(effect, shown(unit, effect)),
                    None => Cell::Missing("none".to_owned()),
                },
                interval(it, unit),
                paper,
            ];
            for null in 1..populations.len() {
                let same = |other: &&Finding| other.hypothesis == it.hypothesis;
                let cell = self.of_population(null).find(same).map(badge);
                row.push(cell.unwrap_or_else(|| Cell::Missing("not run".to_owned())));
            }
            rows.push(row);
        }
        let brain = &populations[0];
        Table {
            caption: format!(
                "The paper says, we found: evidence level {} ({}), {} seeds.",
                brain.evidence.words(),
                decider(&brain.brain),
                self.it.folder.header.seeds.len()
            ),
            columns,
            rows,
        }
    }

    /// What a reader of the verdicts should know.
    fn remarks(&self) -> Vec<Block> {
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for it in self.of_population(0) {
            let id = self.hypothesis(it).id.clone();
            if let Some(why) = &it.because {
                let start = match it.verdict {
                    Verdict::Assumed => "assumed, since ",
                    _ => "",
                };
                lines.entry(format!("{start}{why}")).or_default().push(id.clone());
            }
            let holds = |it: &Finding| matches!(it.verdict, Verdict::Supported | Verdict::Assumed);
            let null = self.it.findings.iter().find(|other| {
                other.hypothesis == it.hypothesis
                    && other.population > 0
                    && holds(other)
                    && self.hypothesis(other).claims != Claims::Nothing
            });
            if holds(it) && null.is_some() {
                let why = "holds for the null population, too: it is the exchange's doing";
                lines.entry(why.to_owned()).or_default().push(id);
            }
        }
        lines
            .into_iter()
            .map(|(why, ids)| Block::Note(format!("{}: {why}.", ids.join(", "))))
            .collect()
    }

    /// One figure of effects for each family and unit.
    fn forests(&self) -> Vec<Figure> {
        let mut groups: Vec<((String, Unit), Vec<&Finding>)> = Vec::new();
        for it in &self.it.findings {
            if it.each.is_empty() {
                continue;
            }
            let null = it.population > 0;
            if null && it.each.iter().all(|it| it.1 == 0.0) {
                // Where a change is not noticed, twins are the same run.
                continue;
            }
            let hypothesis = self.hypothesis(it);
            let family = hypothesis.family.clone().unwrap_or_else(|| "explored".to_owned());
            let key = (family, self.unit(hypothesis));
            match groups.iter_mut().find(|it| it.0 == key) {
                Some(group) => group.1.push(it),
                None => groups.push((key, vec![it])),
            }
        }
        groups.iter().map(|((family, unit), all)| self.forest(family, *unit, all)).collect()
    }

    fn forest(&self, family: &str, unit: Unit, all: &[&Finding]) -> Figure {
        let name = &self.it.folder.experiment.name;
        let row = |it: &&Finding| {
            let mean = effect(it).unwrap_or_default();
            let ci = it.judged.as_ref().and_then(|it| it.evidence.mean).and_then(|it| it.ci);
            let population = &self.it.folder.header.populations[it.population].label;
            let id = &self.hypothesis(it).id;
            IntervalRow {
                label: if it.population == 0 {
                    id.clone()
                } else {
                    format!("{id} · {population}")
                },
                value: mean,
                lo: ci.map_or(mean, |it| it.lo),
                hi: ci.map_or(mean, |it| it.hi),
                points: it.each.iter().map(|it| it.1).collect(),
                tone: tone(it.verdict),
            }
        };
        let smallest: Vec<f64> = all.iter().map(|it| self.hypothesis(it).smallest).collect();
        let same = smallest.iter().all(|it| (it - smallest[0]).abs() < 1e-12);
        let axis = match unit {
            Unit::LogRatio => Axis::new("log ratio: 0.69 is twice as much"),
            Unit::Share => Axis::percent("difference"),
            Unit::Correlation => Axis::new("rank correlation"),
            Unit::Count | Unit::Other => Axis::new("difference"),
        };
        Figure {
            id: anchor("effects", &format!("{name}-{family}-{}", unit.word())),
            title: format!("Effects: {family}"),
            caption:
                "Mean over seeds with its 95 % interval, and every seed as a point; the shaded \
                      band is the smallest effect of interest."
                    .to_owned(),
            x: axis,
            y: Axis::new("claim"),
            shape: Shape::Intervals {
                rows: all.iter().map(row).collect(),
                zero: 0.0,
                smallest: same.then(|| smallest[0]),
            },
            marks: Vec::new(),
        }
    }

    /// Everything about every test.
    fn tests(&self) -> Table {
        let experiment = &self.it.folder.experiment;
        let columns = vec![
            Column::text("claim"),
            Column::text("decided by"),
            Column::text("verdict"),
            Column::text("statistic"),
            Column::text("contrast"),
            Column::text("direction"),
            Column::text("family"),
            Column::number("seeds", "seeds with a value"),
            Column::number("effect", "mean over seeds, in the unit of the statistic"),
            Column::text("95 % t interval"),
            Column::text("95 % BCa interval"),
            Column::number("median", "over seeds"),
            Column::number("g_z", "standardised effect"),
            Column::text("positive"),
            Column::number("p", "exact sign-flip test, two-sided"),
            Column::number(
                "p adjusted",
                "Holm in a family, Benjamini and Hochberg among what is explored",
            ),
            Column::number("p no effect", "two one-sided tests against the smallest effect"),
            Column::number("smallest", "smallest effect of interest"),
            Column::text("beside"),
            Column::text("remark"),
        ];
        let plain = |value: Option<f64>| {
            value.map_or_else(
                || Cell::Missing("not computed".to_owned()),
                |it| Cell::number(it, number(it)),
            )
        };
        let p = |value: Option<f64>| {
            value.map_or_else(
                || Cell::Missing("not computed".to_owned()),
                |it| Cell::number(it, format!("{it:.4}")),
            )
        };
        let range = |it: Option<asfm_stats::Interval>| {
            it.map_or_else(
                || Cell::Missing("not computed".to_owned()),
                |it| Cell::text(format!("{} to {}", number(it.lo), number(it.hi))),
            )
        };
        let row = |it: &Finding| {
            let hypothesis = self.hypothesis(it);
            let evidence = it.judged.as_ref().map(|it| &it.evidence);
            let missing = it.missing.first().map(|(seed, why)| {
                format!("{} seeds have no value; seed {seed}: {why}", it.missing.len())
            });
            let weakest = it
                .weakest
                .map(|at| format!("the weakest comparison, with {}", experiment.arms[at].name));
            let remarks: Vec<String> =
                [it.because.clone(), weakest, missing].into_iter().flatten().collect();
            vec![
                Cell::text(&hypothesis.id),
                Cell::text(decider(&self.it.folder.header.populations[it.population].brain)),
                badge(it),
                Cell::text(&experiment.statistics[hypothesis.statistic].name),
                Cell::text(hypothesis.contrast.words(&experiment.arms)),
                Cell::text(hypothesis.claims.word()),
                Cell::text(hypothesis.family.as_deref().unwrap_or("explored")),
                Cell::number(count(it.each.len()), it.each.len().to_string()),
                plain(effect(it)),
                range(evidence.and_then(|it| it.mean).and_then(|it| it.ci)),
                range(evidence.and_then(|it| it.bca)),
                plain(evidence.map(|it| it.median)),
                plain(evidence.and_then(|it| it.hedges_gz)),
                evidence.map_or_else(
                    || Cell::Missing("not computed".to_owned()),
                    |it| Cell::text(format!("{} of {}", it.positive.k, it.positive.n)),
                ),
                p(evidence.map(|it| it.sign_flip.p)),
                p(it.judged.as_ref().map(|it| it.p_adjusted)),
                p(it.judged.as_ref().and_then(|it| it.p_equivalence)),
                plain(Some(hypothesis.smallest)),
                Cell::text(
                    it.beside
                        .as_ref()
                        .map_or_else(String::new, |(name, p)| format!("{name}: p {p:.4}")),
                ),
                Cell::text(remarks.join("; ")),
            ]
        };
        Table {
            caption: "The tests behind the verdicts.".to_owned(),
            columns,
            rows: self.it.findings.iter().map(row).collect(),
        }
    }
}

fn badge(finding: &Finding) -> Cell {
    Cell::Badge { text: finding.verdict.words().to_owned(), tone: tone(finding.verdict) }
}

fn interval(finding: &Finding, unit: Unit) -> Cell {
    let ci = finding.judged.as_ref().and_then(|it| it.evidence.mean).and_then(|it| it.ci);
    match ci {
        Some(it) => Cell::text(format!("{} to {}", shown(unit, it.lo), shown(unit, it.hi))),
        None if finding.judged.is_some() => Cell::text("the same in every seed"),
        None => Cell::Missing("none".to_owned()),
    }
}

/// An effect as people read it: a log ratio as a change in percent, a share in percent.
fn shown(unit: Unit, value: f64) -> String {
    match unit {
        Unit::LogRatio => format!("{:+.1} %", 100.0 * value.exp_m1()),
        Unit::Share => format!("{:+.2} %", 100.0 * value),
        Unit::Correlation => format!("{value:+.2}"),
        Unit::Count | Unit::Other => number(value),
    }
}

/// An anchor of letters, digits, `-` and `_`.
pub(super) fn anchor(kind: &str, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("{kind}-{}", name.chars().map(plain).collect::<String>())
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}
