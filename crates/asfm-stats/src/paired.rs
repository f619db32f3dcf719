//! Paired comparisons: one difference, treated less control, per seed.

use rayon::prelude::*;

use crate::bootstrap::{acceleration, independent};
use crate::effect::{cohen_dz, hedges_gz};
use crate::error::{Result, StatsError, at_least, same_length, varying};
use crate::estimate::{Alternative, Estimate, Interval, TestResult};
use crate::multiplicity::{Proportion, proportion};
use crate::random::{Purpose, Stream};
use crate::rank::{ranks, tie_sizes};
use crate::special::{coin_cdf, normal_two_sided, t_sf, t_two_sided, t_upper};
use crate::sums;

/// Differences `treated - control`.
///
/// # Errors
///
/// `LengthMismatch`, `Empty`, `NonFinite`.
///
/// ```
/// assert_eq!(asfm_stats::paired::differences(&[1.0, 5.0], &[3.0, 4.0])?, [2.0, -1.0]);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn differences(control: &[f64], treated: &[f64]) -> Result<Vec<f64>> {
    same_length(control, treated)?;
    crate::error::finite(control)?;
    crate::error::finite(treated)?;
    Ok(treated.iter().zip(control).map(|(a, b)| a - b).collect())
}

/// Most differences whose sign patterns are all enumerated.
const ENUMERATED_MAX: usize = 20;
/// Sign patterns drawn beyond that.
const DRAWN: usize = 99_999;

/// Sign-flip test of a mean of 0: the share of sign patterns whose mean is as extreme.
///
/// Needs 5 differences. Exact up to 20 of them (`2^n` patterns), 99 999 random patterns
/// beyond. The smallest two-sided p is `2 / 2^n`: five seeds cannot reach 0.05. All
/// differences 0 gives p = 1.
///
/// ```
/// use asfm_stats::{Alternative, paired::sign_flip};
///
/// let test = sign_flip(&[0.3, 0.1, 0.4, 0.2, 0.5, 0.2], Alternative::TwoSided, 1)?;
/// assert_eq!(test.p, 2.0 / 64.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn sign_flip(d: &[f64], alternative: Alternative, seed: u64) -> Result<TestResult> {
    at_least(d, 5)?;
    let n = d.len();
    let (sum, magnitude) = (d.iter().sum::<f64>(), d.iter().map(|it| it.abs()).sum::<f64>());
    let slack = 1e-12 * magnitude;
    let extreme = |flipped: f64| match alternative {
        Alternative::TwoSided => flipped.abs() >= sum.abs() - slack,
        Alternative::Greater => flipped >= sum - slack,
        Alternative::Less => flipped <= sum + slack,
    };
    let (p, method) = if n <= ENUMERATED_MAX {
        // Every pattern is one of the first half with one of the second: one addition each.
        let (left, right) = d.split_at(n / 2);
        let (left, right) = (signed_sums(left), signed_sums(right));
        let count: usize = left
            .par_iter()
            .map(|one| right.iter().filter(|other| extreme(one + **other)).count())
            .sum();
        (count as f64 / (1_u64 << n) as f64, "sign flip, exact")
    } else {
        let count = (0..DRAWN)
            .into_par_iter()
            .filter(|&it| {
                let mut flipped = vec![0.0; n];
                Stream::new(seed, Purpose::SignFlip, it).flip_signs(d, &mut flipped);
                extreme(flipped.iter().sum())
            })
            .count();
        ((count + 1) as f64 / (DRAWN + 1) as f64, "sign flip, 99999 draws")
    };
    let null = "differences symmetric around 0";
    Ok(TestResult::new(sum / n as f64, p, n, null, method)?.alternative(alternative))
}

/// The sums of all `2^n` sign patterns.
fn signed_sums(d: &[f64]) -> Vec<f64> {
    d.iter().fold(vec![0.0], |sums, it| sums.iter().flat_map(|sum| [sum + it, sum - it]).collect())
}

/// Wilcoxon's signed-rank test, two-sided; zeros are dropped. The statistic is the
/// smaller of the two rank sums. Needs 5 differences, not all 0 (`Constant`).
///
/// p is exact if nothing ties and nothing is 0 and n is at most 50, else normal with tie
/// correction and without continuity correction.
///
/// ```
/// let test = asfm_stats::paired::wilcoxon(&[0.3, 0.1, 0.4, 0.2, 0.5, 0.6])?;
/// assert_eq!((test.statistic, test.p), (0.0, 2.0 / 64.0));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn wilcoxon(d: &[f64]) -> Result<TestResult> {
    at_least(d, 5)?;
    let magnitudes = sums::abs(d);
    let plain = d.iter().all(|it| *it != 0.0) && tie_sizes(&magnitudes).iter().all(|&it| it < 2.0);
    if plain && d.len() <= 50 { wilcoxon_exact(d) } else { wilcoxon_normal(d) }
}

/// Rank sum of the positive and of the negative differences, zeros dropped.
fn rank_sums(d: &[f64]) -> (f64, f64, Vec<f64>) {
    let kept: Vec<f64> = d.iter().copied().filter(|it| *it != 0.0).collect();
    let magnitudes = sums::abs(&kept);
    let (mut plus, mut minus) = (0.0, 0.0);
    for (it, rank) in kept.iter().zip(ranks(&magnitudes)) {
        if *it > 0.0 {
            plus += rank;
        } else {
            minus += rank;
        }
    }
    (plus, minus, magnitudes)
}

/// As [`wilcoxon`] with the exact p; `Domain` with ties or zeros, or above 1000 differences.
///
/// ```
/// // 1 has rank 1 of 5: the sums up to 1 are reached by 2 of 32 patterns.
/// let test = asfm_stats::paired::wilcoxon_exact(&[-1.0, 2.0, 3.0, 4.0, 5.0])?;
/// assert_eq!((test.statistic, test.p), (1.0, 2.0 * 2.0 / 32.0));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn wilcoxon_exact(d: &[f64]) -> Result<TestResult> {
    at_least(d, 5)?;
    let (plus, minus, magnitudes) = rank_sums(d);
    if magnitudes.len() < d.len() || tie_sizes(&magnitudes).iter().any(|&it| it > 1.0) {
        return Err(StatsError::Domain("tied or zero differences"));
    }
    let n = d.len();
    if n > 1000 {
        return Err(StatsError::Domain("more than 1000 differences"));
    }
    let mut share = vec![0.0; n * (n + 1) / 2 + 1];
    share[0] = 1.0;
    for rank in 1..=n {
        for sum in (0..share.len()).rev() {
            let with = if sum >= rank { share[sum - rank] } else { 0.0 };
            share[sum] = 0.5 * (share[sum] + with);
        }
    }
    let w = plus.min(minus);
    let tail: f64 = share.iter().enumerate().filter(|it| it.0 as f64 <= w).map(|it| it.1).sum();
    let null = "differences symmetric around 0";
    TestResult::new(w, (2.0 * tail).min(1.0), n, null, "Wilcoxon signed rank, exact")
}

/// As [`wilcoxon`] with the normal p.
///
/// ```
/// let test = asfm_stats::paired::wilcoxon_normal(&[0.3, 0.1, 0.4, 0.2, 0.5, 0.6])?;
/// // z = (21 - 10.5) over the root of 6 * 7 * 13 / 24.
/// assert_eq!(test.statistic, 0.0);
/// assert!((test.p - 0.027_708).abs() < 1e-5);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn wilcoxon_normal(d: &[f64]) -> Result<TestResult> {
    at_least(d, 5)?;
    let (plus, minus, magnitudes) = rank_sums(d);
    let n = magnitudes.len() as f64;
    let ties: f64 = tie_sizes(&magnitudes).iter().map(|t| t * t * t - t).sum();
    let variance = (n * (n + 1.0) * (2.0 * n + 1.0) - 0.5 * ties) / 24.0;
    if variance <= 0.0 {
        return Err(StatsError::Constant);
    }
    let z = (plus - n * (n + 1.0) / 4.0) / variance.sqrt();
    let null = "differences symmetric around 0";
    TestResult::new(
        plus.min(minus),
        normal_two_sided(z),
        d.len(),
        null,
        "Wilcoxon signed rank, normal",
    )
}

/// Paired t test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedT {
    /// The test, two-sided.
    pub test: TestResult,
    /// Mean difference, with its 95 % t interval.
    pub mean: Estimate,
}

/// Student's t test of paired differences. Needs 2 differences; `Constant`.
///
/// ```
/// let it = asfm_stats::paired::paired_t(&[1.0, 2.0, 3.0])?;
/// assert!((it.test.statistic - 2.0 * 3.0_f64.sqrt()).abs() < 1e-12);
/// // With two degrees of freedom p = 1 - t / sqrt(t^2 + 2).
/// assert!((it.test.p - (1.0 - (12.0_f64 / 14.0).sqrt())).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn paired_t(d: &[f64]) -> Result<PairedT> {
    varying(d, 2)?;
    let n = d.len() as f64;
    let (mean, se) = (sums::mean(d), (sums::variance(d) / n).sqrt());
    let t = mean / se;
    let test =
        TestResult::new(t, t_two_sided(t, n - 1.0), d.len(), "mean difference 0", "paired t")?;
    let ci = t_interval(mean, se, n - 1.0, 0.95);
    let mean = Estimate::new(mean, d.len(), "mean difference")?.with_se(se)?.with_ci(ci);
    Ok(PairedT { test: test.df(n - 1.0), mean })
}

fn t_interval(mean: f64, se: f64, df: f64, level: f64) -> Interval {
    let half = t_upper((1.0 - level) / 2.0, df) * se;
    Interval { lo: mean - half, hi: mean + half, level }
}

/// Sign test, exact and two-sided; zeros are dropped. The statistic is the number of
/// positive differences. Needs 5 differences; p = 1 if all are 0.
///
/// ```
/// let test = asfm_stats::paired::sign_test(&[1.0, 2.0, 3.0, -1.0, 4.0, 5.0, 0.0])?;
/// // One of six is negative: 2 (1 + 6) / 64.
/// assert_eq!((test.statistic, test.n), (5.0, 6));
/// assert!((test.p - 14.0 / 64.0).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn sign_test(d: &[f64]) -> Result<TestResult> {
    at_least(d, 5)?;
    let positive = d.iter().filter(|it| **it > 0.0).count();
    let n = d.iter().filter(|it| **it != 0.0).count();
    let fewer = positive.min(n - positive);
    let tail = coin_cdf(fewer, n);
    TestResult::new(positive as f64, (2.0 * tail).min(1.0), n, "median difference 0", "sign test")
}

/// Two one-sided t tests against a smallest effect of interest: p below 0.05 claims that
/// the mean difference lies within `[-bound, bound]`. Needs 2 differences; `Constant`.
///
/// ```
/// use asfm_stats::paired::equivalence;
///
/// let small = [-0.1, 0.1, -0.1, 0.1];
/// assert!(equivalence(&small, 1.0)?.p < 0.001, "surely less than 1 either way");
/// assert!(equivalence(&small, 0.01)?.p > 0.05);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn equivalence(d: &[f64], bound: f64) -> Result<TestResult> {
    varying(d, 2)?;
    if !(bound > 0.0 && bound.is_finite()) {
        return Err(StatsError::Domain("a smallest effect not above zero"));
    }
    let n = d.len() as f64;
    let (mean, se) = (sums::mean(d), (sums::variance(d) / n).sqrt());
    let (above, below) = ((mean + bound) / se, (bound - mean) / se);
    let p = t_sf(above, n - 1.0).max(t_sf(below, n - 1.0));
    let null = "an effect of at least the smallest of interest";
    Ok(TestResult::new(above.min(below), p, d.len(), null, "two one-sided t")?.df(n - 1.0))
}

/// What paired runs say about a treatment.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct PairedSummary {
    /// Number of seeds.
    pub n: usize,
    /// Differences, treated less control, one per seed.
    pub differences: Vec<f64>,
    /// Mean difference with its t interval; `None` if the differences do not vary.
    pub mean: Option<Estimate>,
    /// Median difference.
    pub median: f64,
    /// Two-sided sign-flip test: the one claims rest on.
    pub sign_flip: TestResult,
    /// BCa interval of the mean at 95 %, 9 999 replicates; from 8 seeds on.
    pub bca: Option<Interval>,
    /// Standardised effect `g_z`.
    pub hedges_gz: Option<f64>,
    /// Standardised effect `d_z`, before correction.
    pub cohen_dz: Option<f64>,
    /// Interval of `g_z` at 95 %, normal approximation.
    pub gz_ci: Option<Interval>,
    /// Share of positive differences with its Clopper-Pearson interval.
    pub positive: Proportion,
}

/// Summarises paired differences. Needs 5.
///
/// ```
/// let it = asfm_stats::paired::summary(&[0.3, 0.1, 0.4, 0.2, 0.5, 0.6], 1)?;
/// assert!((it.median - 0.35).abs() < 1e-12);
/// assert_eq!((it.sign_flip.p, it.positive.share), (2.0 / 64.0, 1.0));
/// assert!(it.bca.is_none(), "six seeds are too few");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn summary(d: &[f64], seed: u64) -> Result<PairedSummary> {
    at_least(d, 5)?;
    let mean = |x: &[f64]| Ok(sums::mean(x));
    let bca = |d: &[f64]| independent(d, 9999, seed, mean)?.bca(acceleration(d, mean)?, 0.95);
    let gz = hedges_gz(d).ok();
    let n = d.len() as f64;
    let gz_ci = gz.map(|g| {
        let half = 1.959_963_984_540_054 * (1.0 / n + g * g / (2.0 * n)).sqrt();
        Interval { lo: g - half, hi: g + half, level: 0.95 }
    });
    Ok(PairedSummary {
        n: d.len(),
        differences: d.to_vec(),
        mean: paired_t(d).ok().map(|it| it.mean),
        median: crate::moments::median(d),
        sign_flip: sign_flip(d, Alternative::TwoSided, seed)?,
        bca: if d.len() >= 8 { bca(d).ok() } else { None },
        hedges_gz: gz,
        cohen_dz: cohen_dz(d).ok(),
        gz_ci,
        positive: proportion(d.iter().filter(|it| **it > 0.0).count(), d.len())?,
    })
}
