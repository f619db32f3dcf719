//! Claims about scenarios: a direction, a smallest effect of interest, and a verdict.

use serde::Serialize;

use crate::error::{Result, at_least};
use crate::estimate::{Alternative, Interval};
use crate::multiplicity::{benjamini_hochberg, holm};
use crate::paired::{PairedSummary, equivalence, summary};
use crate::trend::Direction;

/// What the evidence says of a claim.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Significant in the stated direction, the interval clear of the smallest effect on
    /// the wrong side.
    Supported,
    /// Significant in the opposite direction.
    Contradicted,
    /// The 90 % interval lies within the smallest effect.
    Equivalent,
    /// None of these.
    Inconclusive,
}

/// A claim about paired runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its name.
    pub id: String,
    /// The direction it states; `None` for a change either way.
    pub direction: Option<Direction>,
    /// Smallest effect of interest, in the unit of the differences.
    pub smallest: f64,
    /// One difference, treated less control, per seed.
    pub differences: Vec<f64>,
}

/// A claim with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The claim's name.
    pub id: String,
    /// The verdict.
    pub outcome: Outcome,
    /// p after correction: Holm's within a family, Benjamini and Hochberg's among what is merely
    /// explored.
    pub p_adjusted: f64,
    /// p of the two one-sided tests of no effect; `None` if differences do not vary.
    pub p_equivalence: Option<f64>,
    /// 90 % t interval of the mean difference; a single point if differences do not vary.
    pub ci90: Option<Interval>,
    /// The evidence.
    pub evidence: PairedSummary,
}

/// Judges a family of claims together: exact sign-flip tests, Holm's correction over the
/// family, and the smallest effect of interest. Needs 5 differences per claim; fewer than 6
/// seeds cannot reach 0.05.
///
/// ```
/// use asfm_stats::claim::{Claim, Outcome, family};
/// use asfm_stats::trend::Direction;
///
/// let claim = Claim {
///     id: "turnover falls".to_owned(),
///     direction: Some(Direction::Decreasing),
///     smallest: 0.095,
///     differences: vec![-0.5, -0.4, -0.6, -0.3, -0.5, -0.4, -0.7, -0.5],
/// };
/// assert_eq!(family(&[claim], 1)?[0].outcome, Outcome::Supported);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn family(claims: &[Claim], seed: u64) -> Result<Vec<Judged>> {
    family_of(claims, claims.len(), seed)
}

/// As [`family`], of a family that was stated with `size` claims, some of which have no evidence:
/// they count for Holm's correction as if their p were 1.
///
/// ```
/// use asfm_stats::claim::{Claim, family_of};
///
/// let differences = vec![-0.5, -0.4, -0.6, -0.3, -0.5, -0.4, -0.7, -0.5];
/// let claim = Claim { id: "it falls".to_owned(), direction: None, smallest: 0.1, differences };
/// assert_eq!(family_of(&[claim], 4, 1)?[0].p_adjusted, 4.0 * 2.0 / 256.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn family_of(claims: &[Claim], size: usize, seed: u64) -> Result<Vec<Judged>> {
    judged(claims, size, seed, holm)
}

/// As [`family_of`], of what was looked at without a claim: p is corrected as Benjamini and
/// Hochberg (1995) do, so that among the findings called supported few are false.
///
/// ```
/// use asfm_stats::claim::{Claim, explored};
///
/// let strong = vec![0.5, 0.4, 0.6, 0.3, 0.5, 0.4, 0.7, 0.5];
/// let weak = vec![0.5, -0.4, 0.6, -0.3, 0.5, -0.4, 0.7, -0.5];
/// let claim = |id: &str, differences| Claim {
///     id: id.to_owned(), direction: None, smallest: 0.1, differences,
/// };
/// let judged = explored(&[claim("a", strong), claim("b", weak)], 2, 1)?;
/// assert_eq!(judged[0].p_adjusted, 2.0 * 2.0 / 256.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn explored(claims: &[Claim], size: usize, seed: u64) -> Result<Vec<Judged>> {
    judged(claims, size, seed, benjamini_hochberg)
}

fn judged(
    claims: &[Claim],
    size: usize,
    seed: u64,
    correct: fn(&[f64]) -> Result<Vec<f64>>,
) -> Result<Vec<Judged>> {
    crate::error::enough(claims.len(), 1)?;
    let mut evidence = Vec::with_capacity(claims.len());
    for claim in claims {
        at_least(&[claim.smallest], 1)?;
        evidence.push(summary(&claim.differences, seed)?);
    }
    debug_assert!(evidence.iter().all(|it| it.sign_flip.alternative == Alternative::TwoSided));
    let mut p: Vec<f64> = evidence.iter().map(|it| it.sign_flip.p).collect();
    p.resize(size.max(claims.len()), 1.0);
    let adjusted = correct(&p)?;
    Ok(claims
        .iter()
        .zip(evidence)
        .zip(adjusted)
        .map(|((claim, evidence), p_adjusted)| judge(claim, evidence, p_adjusted))
        .collect())
}

fn judge(claim: &Claim, evidence: PairedSummary, p_adjusted: f64) -> Judged {
    let p_equivalence = equivalence(&claim.differences, claim.smallest).ok().map(|it| it.p);
    // Differences that do not vary leave no doubt about their mean.
    let alike = |level| {
        let value = claim.differences.first().copied().unwrap_or_default();
        Interval { lo: value, hi: value, level }
    };
    let ci90 = match evidence.mean {
        None => Some(alike(0.90)),
        Some(it) => it.se.map(|se| {
            let half = se * crate::special::t_upper(0.05, it.n as f64 - 1.0);
            Interval { lo: it.value - half, hi: it.value + half, level: 0.90 }
        }),
    };
    let ci95 = evidence.mean.map_or(Some(alike(0.95)), |it| it.ci);
    let effect = evidence.sign_flip.statistic;
    let towards = match claim.direction {
        Some(Direction::Increasing) => effect > 0.0,
        Some(Direction::Decreasing) => effect < 0.0,
        None => true,
    };
    // The wrong side is that of an effect against the claim.
    let clear = ci95.is_some_and(|ci| match claim.direction {
        Some(Direction::Increasing) => ci.is_above(-claim.smallest),
        Some(Direction::Decreasing) => ci.is_below(claim.smallest),
        None => true,
    });
    let significant = p_adjusted < 0.05;
    let outcome = match () {
        () if significant && towards && clear => Outcome::Supported,
        () if significant && !towards => Outcome::Contradicted,
        () if ci90.is_some_and(|it| it.is_within(claim.smallest)) => Outcome::Equivalent,
        () => Outcome::Inconclusive,
    };
    Judged { id: claim.id.clone(), outcome, p_adjusted, p_equivalence, ci90, evidence }
}
