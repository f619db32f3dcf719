//! Verdicts: what runs say of hypotheses.

use std::collections::BTreeMap;

use asfm_measure::Observed;
use asfm_stats::claim::{Claim, Judged, Outcome, explored, family_of};
use asfm_stats::trend::{self, Direction};
use asfm_stats::{Alternative, paired, rank};
use ndarray::Array2;
use serde::Serialize;

use crate::experiment::Experiment;
use crate::hypothesis::{Claims, Contrast, Hypothesis};
use crate::plan::{Evidence, Population};

/// Fewest seeds from which anything is computed; fewer than six cannot reach a p of 0.05.
const SEEDS_MIN: usize = 5;
/// What a corrected p must stay below.
const LEVEL: f64 = 0.05;

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
    /// Adds a run: arm, population and seed.
    pub fn add(&mut self, experiment: &Experiment, key: (usize, usize, u64), run: &Observed) {
        self.insert(key, experiment.statistics.iter().map(|it| it.of(run)).collect());
    }

    /// Adds what a run came to: one value for each of the experiment's statistics, or why there is
    /// none. A value that is not finite is none.
    ///
    /// ```
    /// let mut values = asfm_experiment::Values::default();
    /// values.insert((0, 0, 1), vec![Ok(0.25), Err("no trades".to_owned())]);
    /// assert_eq!(values.get((0, 0, 1), 0), Ok(0.25));
    /// assert_eq!(values.get((0, 0, 1), 1), Err("no trades".to_owned()));
    /// ```
    pub fn insert(&mut self, key: (usize, usize, u64), values: Vec<Result<f64, String>>) {
        let finite = |it: f64| it.is_finite().then_some(it).ok_or("not a finite number".to_owned());
        self.all.insert(key, values.into_iter().map(|it| it.and_then(finite)).collect());
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

/// How the claims of a family are judged together.
type Judge = fn(&[Claim], usize, u64) -> asfm_stats::Result<Vec<Judged>>;

impl Experiment {
    /// Judges every hypothesis in every population; Holm's correction is made within each family
    /// and population, whose size is that of the file, whatever could be measured.
    pub fn judge(&self, populations: &[Population], values: &Values) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, population) in populations.iter().enumerate() {
            findings.append(&mut self.findings(at, population.evidence, values));
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
        for members in families.values() {
            self.judge_family(&mut found, members, family_of);
        }
        let all = 0..self.hypotheses.len();
        let free: Vec<usize> = all.filter(|at| self.hypotheses[*at].family.is_none()).collect();
        self.judge_family(&mut found, &free, explored);
        found.into_iter().map(|it| it.finding).collect()
    }

    fn judge_family(&self, found: &mut [Prepared], members: &[usize], judge: Judge) {
        let ready: Vec<usize> = members
            .iter()
            .copied()
            .filter(|at| found[*at].finding.each.len() >= SEEDS_MIN)
            .collect();
        let size = members
            .iter()
            .filter(|at| found[**at].finding.verdict != Verdict::NotApplicable)
            .count();
        let seeds = ready.iter().map(|at| found[*at].finding.each.len()).max().unwrap_or_default();
        let family = Family { size, seeds };
        let claims: Vec<Claim> = ready.iter().map(|at| self.claim(*at, &found[*at])).collect();
        let Ok(judged) = judge(&claims, size, 1) else { return };
        for (at, judged) in ready.into_iter().zip(judged) {
            conclude(&mut found[at], &self.hypotheses[at], judged, family);
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
            let named = |arm: &usize| {
                of(*arm, seed).map_err(|why| format!("{}: {why}", self.arms[*arm].name))
            };
            match arms.iter().map(named).collect::<Result<Vec<f64>, String>>() {
                Ok(row) => rows.push((seed, row)),
                Err(why) => finding.missing.push((seed, why)),
            }
        }
        if rows.len() < SEEDS_MIN {
            finding.because = Some(few(rows.len(), enough(1)));
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
                    let less = |row: &Vec<f64>| exact(row[0] - row[with], &[row[0], row[with]]);
                    rows.iter().map(|(seed, row)| (*seed, less(row))).collect()
                };
                let weakest = (1..=against.len()).max_by(|a, b| {
                    let p = |at: usize| weakness(&pair(at), it);
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
                for (_, row) in &mut rows {
                    level(row);
                }
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
                let (beside, unmet) = hump(levels, *within, &rows);
                finding.beside = beside;
                Prepared { unmet, ..prepared(finding) }
            }
        };
        if out.finding.each.len() < SEEDS_MIN {
            out.finding.judged = None;
        }
        out
    }
}

/// Those with whom a claim is corrected.
#[derive(Clone, Copy)]
struct Family {
    /// How many claims it states.
    size: usize,
    /// The most seeds that one of them has.
    seeds: usize,
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

/// What the test says of a claim, and what else speaks for or against it.
fn conclude(prepared: &mut Prepared, hypothesis: &Hypothesis, judged: Judged, family: Family) {
    let finding = &mut prepared.finding;
    let mut because: Vec<String> = Vec::new();
    let within = judged.ci90.is_some_and(|ci| ci.is_within(hypothesis.smallest));
    let mut verdict = match (hypothesis.claims, judged.outcome) {
        // Whether it can be told from 0 is no matter, as long as it is small.
        (Claims::Nothing, _) if within => Verdict::Supported,
        (Claims::Nothing, Outcome::Supported) | (_, Outcome::Contradicted) => Verdict::Contradicted,
        (_, Outcome::Supported) => Verdict::Supported,
        (_, Outcome::Equivalent) => Verdict::NoEffect,
        (_, Outcome::Inconclusive) => Verdict::Inconclusive,
    };
    // The weakest of several comparisons was looked for, so what speaks against the claim must
    // hold in spite of the search; what speaks for it holds in all of them.
    let by_chance = match verdict {
        Verdict::Contradicted => judged.p_adjusted * prepared.chances >= LEVEL,
        Verdict::NoEffect => judged.p_equivalence.is_some_and(|p| p * prepared.chances >= LEVEL),
        _ => false,
    };
    if prepared.chances > 1.0 && by_chance {
        verdict = Verdict::Inconclusive;
        because.push("the weakest of several comparisons may be so by chance".to_owned());
    }
    if let (Verdict::Supported, Some(why)) = (verdict, &prepared.unmet) {
        verdict = Verdict::Inconclusive;
        because.push(why.clone());
    }
    let by_hand = hypothesis.assumed.as_ref().filter(|_| prepared.by_rules);
    match (verdict, by_hand) {
        (Verdict::Supported, Some(why)) => {
            verdict = Verdict::Assumed;
            because.push(why.clone());
        }
        (Verdict::Contradicted | Verdict::NoEffect, Some(why)) => {
            because.push(format!("rules: {why}"));
        }
        _ => {}
    }
    let told = matches!(verdict, Verdict::Supported | Verdict::Assumed | Verdict::Contradicted);
    if told && within && hypothesis.claims != Claims::Nothing {
        because.push("smaller than the smallest effect of interest".to_owned());
    }
    if verdict == Verdict::Inconclusive && hypothesis.claims != Claims::Nothing {
        let n = finding.each.len();
        if least_p(n) >= LEVEL {
            because.push(few(n, enough(1)));
        } else if least_p(family.seeds) * count(family.size) >= LEVEL {
            because.push(format!("{} in a family of {}", few(n, enough(family.size)), family.size));
        }
    }
    if told && hypothesis.family.is_none() {
        because.push("explored, not claimed beforehand".to_owned());
    }
    finding.because = (!because.is_empty()).then(|| because.join("; "));
    finding.verdict = verdict;
    finding.judged = Some(judged);
}

/// The least two-sided p that a sign-flip test of so many seeds can reach.
fn least_p(seeds: usize) -> f64 {
    2.0 * 0.5_f64.powi(i32::try_from(seeds).unwrap_or(i32::MAX))
}

/// How many seeds let the best of a family's claims pass Holm's correction.
fn enough(size: usize) -> usize {
    let able = |seeds: &usize| least_p(*seeds) * count(size) < LEVEL;
    (SEEDS_MIN..64).find(able).unwrap_or(64)
}

fn few(seeds: usize, needed: usize) -> String {
    match seeds {
        1 => format!("1 seed has a value; {needed} are needed at least"),
        _ => format!("{seeds} seeds have a value; {needed} are needed at least"),
    }
}

/// Lind and Mehlum's test, and what of a hump within bounds is missing.
fn hump(
    levels: &[f64],
    within: [f64; 2],
    rows: &[(u64, Vec<f64>)],
) -> (Option<(String, f64)>, Option<String>) {
    let shape = table(rows).and_then(|it| trend::inverted_u_within(levels, it.view()).ok());
    let Some(shape) = shape else {
        return (None, Some("no quadratic can be fitted".to_owned()));
    };
    let (p, top, ci) = (shape.p_joint.unwrap_or(1.0), shape.turning_point, shape.turning_point_ci);
    let unmet = if p >= LEVEL {
        Some(format!(
            "no hump between the lowest and the highest level: Lind and Mehlum's p is {p:.4}"
        ))
    } else if ci.lo < within[0] || ci.hi > within[1] {
        Some(format!(
            "the top is at {top:.2}, 95 % interval {:.2} to {:.2}, not within {} to {}",
            ci.lo, ci.hi, within[0], within[1]
        ))
    } else {
        None
    };
    (Some(("Lind and Mehlum's test".to_owned(), p)), unmet)
}

/// How little a comparison supports a claim: the p of the test that would support it.
fn weakness(pairs: &[(u64, f64)], hypothesis: &Hypothesis) -> f64 {
    let values: Vec<f64> = pairs.iter().map(|it| it.1).collect();
    let smallest = hypothesis.smallest;
    let flip = |alternative| paired::sign_flip(&values, alternative, 1).map_or(1.0, |it| it.p);
    match hypothesis.claims {
        Claims::Up => flip(Alternative::Greater),
        Claims::Down => flip(Alternative::Less),
        Claims::Change => flip(Alternative::TwoSided),
        // Differences that do not vary leave no doubt whether they are small.
        Claims::Nothing => paired::equivalence(&values, smallest).map_or_else(
            |_| if values.iter().all(|it| it.abs() < smallest) { 0.0 } else { 1.0 },
            |it| it.p,
        ),
    }
}

/// Makes values equal that differ by no more than rounding: a rank would tell them apart.
fn level(values: &mut [f64]) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    for pair in order.windows(2) {
        let (low, high) = (values[pair[0]], values[pair[1]]);
        if exact(high - low, &[low, high]) == 0.0 {
            values[pair[1]] = low;
        }
    }
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
