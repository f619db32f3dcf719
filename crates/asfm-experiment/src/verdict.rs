//! Verdicts: what runs say of hypotheses.

use std::collections::BTreeMap;

use asfm_measure::Observed;
use asfm_stats::claim::{Claim, Judged, Outcome, family_of};
use asfm_stats::trend::{self, Direction};
use asfm_stats::{Alternative, paired, rank};
use ndarray::Array2;
use serde::Serialize;

use crate::experiment::Experiment;
use crate::hypothesis::{Claims, Contrast, Hypothesis};
use crate::plan::{Evidence, Population};

/// Fewest seeds from which anything is computed; fewer than six cannot reach a p of 0.05.
const SEEDS_MIN: usize = 5;

/// What the runs of an experiment came to: one number per arm, population, seed and statistic.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    all: BTreeMap<(usize, usize, u64), Vec<Result<f64, String>>>,
}

/// What runs say of a hypothesis in a population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The place of the hypothesis in [`Experiment::hypotheses`].
    pub hypothesis: usize,
    /// The place of the population.
    pub population: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// What the verdict rests on, in words, where it is not the test alone.
    pub because: Option<String>,
    /// The contrast in each seed.
    pub each: Vec<(u64, f64)>,
    /// The seeds without a value, and why.
    pub missing: Vec<(u64, String)>,
    /// The test; absent with fewer than five seeds.
    pub judged: Option<Judged>,
    /// A second look at the same claim, where there is one: its name and p.
    pub beside: Option<(String, f64)>,
    /// Of several comparisons, the weakest, which is the one that is told here.
    pub weakest: Option<usize>,
}

/// What the evidence says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As claimed.
    Supported,
    /// As claimed, and put in by hand.
    Assumed,
    /// The opposite.
    Contradicted,
    /// Nothing as large as the smallest effect of interest.
    NoEffect,
    /// The runs do not tell.
    Inconclusive,
    /// The claim is about something that these runs do not have.
    NotApplicable,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Assumed => "assumed",
            Self::Contradicted => "contradicted",
            Self::NoEffect => "no effect",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not applicable",
        }
    }
}

impl Values {
    /// Adds a run.
    pub fn add(
        &mut self,
        experiment: &Experiment,
        (arm, population, seed): (usize, usize, u64),
        run: &Observed,
    ) {
        let values = experiment.statistics.iter().map(|it| it.of(run)).collect();
        self.all.insert((arm, population, seed), values);
    }

    /// The value of a statistic in a run.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn get(
        &self,
        (arm, population, seed): (usize, usize, u64),
        statistic: usize,
    ) -> Result<f64, String> {
        let run = self.all.get(&(arm, population, seed)).ok_or("there is no such run")?;
        run.get(statistic).cloned().unwrap_or_else(|| Err("there is no such statistic".into()))
    }
}

impl Experiment {
    /// Judges every hypothesis in every population; Holm's correction is made within each family
    /// and population, whose size is that of the file, whatever could be measured.
    pub fn judge(&self, populations: &[Population], values: &Values) -> Vec<Finding> {
        let mut findings = Vec::new();
        for at in 0..populations.len() {
            let mut of_population = self.findings(at, populations[at].evidence, values);
            findings.append(&mut of_population);
        }
        findings.sort_by_key(|it| (it.hypothesis, it.population));
        findings
    }

    fn findings(&self, population: usize, evidence: Evidence, values: &Values) -> Vec<Finding> {
        let mut found: Vec<Prepared> = Vec::new();
        for at in 0..self.hypotheses.len() {
            found.push(self.prepare(at, population, evidence, values));
        }
        let mut families: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, it) in self.hypotheses.iter().enumerate() {
            if let Some(family) = &it.family {
                families.entry(family).or_default().push(at);
            }
        }
        // What is merely explored has no family to be corrected in; its verdict says so.
        for (at, it) in self.hypotheses.iter().enumerate() {
            if it.family.is_none() {
                self.judge_family(&mut found, &[at]);
            }
        }
        for members in families.values() {
            self.judge_family(&mut found, members);
        }
        found.into_iter().map(|it| it.finding).collect()
    }

    fn judge_family(&self, found: &mut [Prepared], members: &[usize]) {
        let ready: Vec<usize> = members
            .iter()
            .copied()
            .filter(|at| found[*at].finding.each.len() >= SEEDS_MIN)
            .collect();
        let size = members
            .iter()
            .filter(|at| found[**at].finding.verdict != Verdict::NotApplicable)
            .count();
        let claims: Vec<Claim> = ready.iter().map(|at| self.claim(*at, &found[*at])).collect();
        let Ok(judged) = family_of(&claims, size, 1) else { return };
        for (at, judged) in ready.into_iter().zip(judged) {
            self.conclude(&mut found[at], &self.hypotheses[at], judged);
        }
    }

    fn claim(&self, at: usize, prepared: &Prepared) -> Claim {
        let it = &self.hypotheses[at];
        Claim {
            id: it.id.clone(),
            direction: it.claims.direction(),
            smallest: it.smallest,
            differences: prepared.finding.each.iter().map(|it| it.1).collect(),
        }
    }

    fn conclude(&self, prepared: &mut Prepared, hypothesis: &Hypothesis, judged: Judged) {
        let finding = &mut prepared.finding;
        let mut verdict = match (hypothesis.claims, judged.outcome) {
            (Claims::Nothing, Outcome::Equivalent) => Verdict::Supported,
            (Claims::Nothing, Outcome::Supported | Outcome::Contradicted) => Verdict::Contradicted,
            (_, Outcome::Supported) => Verdict::Supported,
            (_, Outcome::Contradicted) => Verdict::Contradicted,
            (_, Outcome::Equivalent) => Verdict::NoEffect,
            (_, Outcome::Inconclusive) => Verdict::Inconclusive,
        };
        if verdict == Verdict::Contradicted && judged.p_holm * prepared.chances >= 0.05 {
            // The weakest of several comparisons was looked for.
            verdict = Verdict::Inconclusive;
        }
        if let (Verdict::Supported, Some(why)) = (verdict, &prepared.unmet) {
            verdict = Verdict::Inconclusive;
            finding.because = Some(why.clone());
        }
        if let (Verdict::Supported, true, Some(why)) =
            (verdict, prepared.by_rules, &hypothesis.assumed)
        {
            verdict = Verdict::Assumed;
            finding.because = Some(why.clone());
        }
        if let (Verdict::Contradicted | Verdict::NoEffect, true, Some(why)) =
            (verdict, prepared.by_rules, &hypothesis.assumed)
        {
            finding.because = Some(format!("rules: {why}"));
        }
        let small = |ci: asfm_stats::Interval| ci.is_within(hypothesis.smallest);
        if matches!(verdict, Verdict::Supported | Verdict::Contradicted)
            && hypothesis.claims != Claims::Nothing
            && judged.ci90.is_some_and(small)
        {
            finding.because = Some("smaller than the smallest effect of interest".to_owned());
        }
        finding.verdict = verdict;
        finding.judged = Some(judged);
    }

    /// The contrast of each seed, before it is judged.
    fn prepare(
        &self,
        at: usize,
        population: usize,
        evidence: Evidence,
        values: &Values,
    ) -> Prepared {
        let it = &self.hypotheses[at];
        let of = |arm: usize, seed: u64| values.get((arm, population, seed), it.statistic);
        let mut finding = Finding {
            hypothesis: at,
            population,
            verdict: Verdict::Inconclusive,
            because: None,
            each: Vec::new(),
            missing: Vec::new(),
            judged: None,
            beside: None,
            weakest: None,
        };
        let prepared = |finding: Finding| Prepared {
            finding,
            chances: 1.0,
            unmet: None,
            by_rules: evidence == Evidence::Rules,
        };
        let arms = it.contrast.arms();
        if !evidence.reads() && arms.iter().any(|arm| self.arms[*arm].models_only) {
            finding.verdict = Verdict::NotApplicable;
            finding.because = Some("only traders who read can tell".to_owned());
            return prepared(finding);
        }
        // The arms' values of every seed that has them all, in the order of `arms`.
        let mut rows: Vec<(u64, Vec<f64>)> = Vec::new();
        for &seed in &self.seeds {
            match arms.iter().map(|arm| of(*arm, seed)).collect::<Result<Vec<f64>, String>>() {
                Ok(row) => rows.push((seed, row)),
                Err(why) => finding.missing.push((seed, why)),
            }
        }
        if rows.len() < SEEDS_MIN {
            finding.because =
                Some(format!("{} seeds have a value; six are needed at least", rows.len()));
        }
        let mut out = match &it.contrast {
            Contrast::Difference { of, .. } => {
                let value =
                    |row: &Vec<f64>| exact(mean(&row[..of.len()]) - mean(&row[of.len()..]), row);
                finding.each = rows.iter().map(|(seed, row)| (*seed, value(row))).collect();
                prepared(finding)
            }
            Contrast::Each { against, .. } => {
                let pair = |with: usize| -> Vec<(u64, f64)> {
                    rows.iter().map(|(seed, row)| (*seed, row[0] - row[with])).collect()
                };
                let weakest = (1..=against.len()).max_by(|a, b| {
                    let p = |at: usize| one_sided(&pair(at), it.claims.direction());
                    p(*a).total_cmp(&p(*b)).then(b.cmp(a))
                });
                if let Some(at) = weakest {
                    finding.each = pair(at);
                    finding.weakest = Some(against[at - 1]);
                }
                let chances = f64::from(u32::try_from(against.len()).unwrap_or(u32::MAX));
                Prepared { chances, ..prepared(finding) }
            }
            Contrast::Order { arms } => {
                let places: Vec<f64> = (0..arms.len()).map(count).collect();
                let value = |row: &Vec<f64>| {
                    // Where all arms are alike there is no order at all.
                    rank::spearman(&places, row).map_or(0.0, |it| it.statistic)
                };
                finding.each = rows.iter().map(|(seed, row)| (*seed, value(row))).collect();
                finding.beside = table(&rows)
                    .and_then(|it| trend::page(it.view(), Direction::Increasing).ok())
                    .map(|it| ("Page's trend test".to_owned(), it.p));
                prepared(finding)
            }
            Contrast::Peak { levels, within, .. } => {
                let value = |row: &Vec<f64>| curvature(levels, row);
                finding.each = rows.iter().map(|(seed, row)| (*seed, value(row))).collect();
                let shape =
                    table(&rows).and_then(|it| trend::inverted_u_within(levels, it.view()).ok());
                finding.beside = shape
                    .as_ref()
                    .map(|it| ("Lind and Mehlum's test".to_owned(), it.p_joint.unwrap_or(1.0)));
                let inside = shape.as_ref().is_some_and(|it| {
                    let ci = it.turning_point_ci;
                    it.p_joint.is_some_and(|p| p < 0.05) && ci.lo >= within[0] && ci.hi <= within[1]
                });
                let unmet = (!inside).then(|| match &shape {
                    None => "no quadratic can be fitted".to_owned(),
                    Some(it) => format!(
                        "the top is at {:.2}, 95 % interval {:.2} to {:.2}, not within {} to {}",
                        it.turning_point,
                        it.turning_point_ci.lo,
                        it.turning_point_ci.hi,
                        within[0],
                        within[1]
                    ),
                });
                Prepared { unmet, ..prepared(finding) }
            }
        };
        if out.finding.each.len() < SEEDS_MIN {
            out.finding.judged = None;
        }
        out
    }
}

/// A finding on its way.
struct Prepared {
    finding: Finding,
    /// Among how many comparisons the weakest was looked for.
    chances: f64,
    /// What the claim needs beside the test, and lacks.
    unmet: Option<String>,
    by_rules: bool,
}

fn one_sided(pairs: &[(u64, f64)], direction: Option<Direction>) -> f64 {
    let values: Vec<f64> = pairs.iter().map(|it| it.1).collect();
    let alternative = match direction {
        Some(Direction::Increasing) => Alternative::Greater,
        Some(Direction::Decreasing) => Alternative::Less,
        None => Alternative::TwoSided,
    };
    paired::sign_flip(&values, alternative, 1).map_or(1.0, |it| it.p)
}

fn table(rows: &[(u64, Vec<f64>)]) -> Option<Array2<f64>> {
    let columns = rows.first()?.1.len();
    let cells: Vec<f64> = rows.iter().flat_map(|it| it.1.iter().copied()).collect();
    Array2::from_shape_vec((rows.len(), columns), cells).ok()
}

/// The second-order coefficient of the least-squares parabola; 0 where there is none.
fn curvature(levels: &[f64], values: &[f64]) -> f64 {
    // The part of the squared levels that neither a constant nor the levels explain.
    let n = count(levels.len());
    let centre = levels.iter().sum::<f64>() / n;
    let x: Vec<f64> = levels.iter().map(|it| it - centre).collect();
    let squares: Vec<f64> = x.iter().map(|it| it * it).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let level = squares.iter().sum::<f64>() / n;
    let slope = dot(&x, &squares) / dot(&x, &x);
    let rest: Vec<f64> = x.iter().zip(&squares).map(|(x, sq)| sq - level - slope * x).collect();
    let size = dot(&rest, &rest);
    let weights: f64 = rest.iter().map(|it| it.abs()).sum();
    if size > 0.0 { exact(dot(&rest, values) / weights, values) * weights / size } else { 0.0 }
}

/// A difference, or 0 where it is no more than what rounding left of equal values: seeds that agree
/// in the sign of a rounding error would make it significant.
fn exact(difference: f64, values: &[f64]) -> f64 {
    let scale = values.iter().fold(0.0_f64, |it, value| it.max(value.abs()));
    if difference.abs() <= 1e-12 * scale { 0.0 } else { difference }
}

/// The mean; 0 of nothing.
fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count(values.len()) }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}
