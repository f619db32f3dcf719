//! Tests and distances between two independent samples.
//!
//! The unit of observation is a run: hand these functions one number per run, not the
//! days or stocks of one run as if they were independent.

use crate::error::{Result, StatsError, at_least, varying};
use crate::estimate::{Alternative, Estimate, Interval, TestResult};
use crate::rank::{ranks, tie_sizes};
use crate::special::{f_sf, kolmogorov_sf, normal_sf, t_two_sided, t_upper};
use crate::sums;

const SAME: &str = "both samples from one distribution";

fn both(x: &[f64], y: &[f64], need: usize) -> Result<()> {
    at_least(x, need)?;
    at_least(y, need)
}

/// Values of both samples in ascending order, with the counts of each sample up to and
/// including every distinct value.
fn merged(x: &[f64], y: &[f64]) -> Vec<(f64, usize, usize)> {
    let (x, y) = (sums::sorted(x), sums::sorted(y));
    let (mut i, mut j) = (0, 0);
    let mut steps = Vec::new();
    while i < x.len() || j < y.len() {
        let value = match (x.get(i), y.get(j)) {
            (Some(a), Some(b)) => a.min(*b),
            (Some(a), None) => *a,
            (None, b) => b.copied().unwrap_or_default(),
        };
        i += x[i..].iter().take_while(|it| **it <= value).count();
        j += y[j..].iter().take_while(|it| **it <= value).count();
        steps.push((value, i, j));
    }
    steps
}

/// Kolmogorov and Smirnov's two-sample test, two-sided: the largest distance of the two
/// distribution functions. Needs 2 values each.
///
/// p is exact when `n1 n2 <= 10^4` (with ties: the exact permutation distribution given
/// the ties), else from the limit law.
///
/// ```
/// let test = asfm_stats::two_sample::kolmogorov_smirnov(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?;
/// assert_eq!(test.statistic, 1.0);
/// assert!((test.p - 0.1).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn kolmogorov_smirnov(x: &[f64], y: &[f64]) -> Result<TestResult> {
    if x.len() * y.len() <= 10_000 {
        kolmogorov_smirnov_exact(x, y)
    } else {
        kolmogorov_smirnov_limit(x, y)
    }
}

/// Numerator of the statistic over `n1 n2`.
fn ks_numerator(steps: &[(f64, usize, usize)], m: usize, n: usize) -> usize {
    steps.iter().map(|&(_, i, j)| (i * n).abs_diff(j * m)).max().unwrap_or(0)
}

/// As [`kolmogorov_smirnov`] with the exact p at any size, in time `n1 n2`.
///
/// ```
/// // Ties may end only where their group ends.
/// let test = asfm_stats::two_sample::kolmogorov_smirnov_exact(&[1.0, 1.0], &[1.0, 2.0])?;
/// assert_eq!((test.statistic, test.p), (0.5, 1.0));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn kolmogorov_smirnov_exact(x: &[f64], y: &[f64]) -> Result<TestResult> {
    both(x, y, 2)?;
    let (m, n) = (x.len(), y.len());
    let steps = merged(x, y);
    let numerator = ks_numerator(&steps, m, n);
    // The distance may be reached only where a group of tied values ends.
    let mut ends = vec![false; m + n + 1];
    for &(_, i, j) in &steps {
        ends[i + j] = true;
    }
    let reached = |i: usize, j: usize| {
        numerator == 0 || (ends[i + j] && (i * n).abs_diff(j * m) >= numerator)
    };
    // row[j]: probability that a random path has reached the distance by (i, j).
    let mut row = vec![0.0_f64; n + 1];
    for i in 0..=m {
        for j in 0..=n {
            row[j] = if reached(i, j) {
                1.0
            } else if i + j == 0 {
                0.0
            } else {
                let from_left = if j > 0 { row[j - 1] * j as f64 } else { 0.0 };
                let from_below = if i > 0 { row[j] * i as f64 } else { 0.0 };
                (from_left + from_below) / (i + j) as f64
            };
        }
    }
    let d = numerator as f64 / (m * n) as f64;
    TestResult::new(d, row[n], m + n, SAME, "Kolmogorov-Smirnov, exact")
}

/// As [`kolmogorov_smirnov`] with p from the limit law at `sqrt(n1 n2 / (n1 + n2)) D`.
///
/// ```
/// let test = asfm_stats::two_sample::kolmogorov_smirnov_limit(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?;
/// // 2 (exp(-3) - exp(-12) + ...), the root of 9/6 being its argument.
/// assert!((test.p - 2.0 * ((-3.0_f64).exp() - (-12.0_f64).exp())).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn kolmogorov_smirnov_limit(x: &[f64], y: &[f64]) -> Result<TestResult> {
    both(x, y, 2)?;
    let (m, n) = (x.len() as f64, y.len() as f64);
    let d = ks_numerator(&merged(x, y), x.len(), y.len()) as f64 / (m * n);
    let p = kolmogorov_sf((m * n / (m + n)).sqrt() * d);
    TestResult::new(d, p, x.len() + y.len(), SAME, "Kolmogorov-Smirnov, limit law")
}

/// Mann and Whitney's U of the first sample: pairs in which it is larger, ties half.
fn u_statistic(x: &[f64], y: &[f64]) -> f64 {
    let joint = ranks(&[x, y].concat());
    let n = x.len() as f64;
    sums::sum(&joint[..x.len()]) - n * (n + 1.0) / 2.0
}

/// Mann and Whitney's test, two-sided; the statistic is U of the first sample. Needs 2
/// values each.
///
/// p is exact when neither sample exceeds 50 and nothing ties, else normal with tie and
/// continuity corrections; 1 if all values are equal.
///
/// ```
/// let test = asfm_stats::two_sample::mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?;
/// assert_eq!(test.statistic, 0.0);
/// assert!((test.p - 2.0 / 20.0).abs() < 1e-12, "one of 20 orders, on either side");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn mann_whitney(x: &[f64], y: &[f64]) -> Result<TestResult> {
    both(x, y, 2)?;
    let ties = tie_sizes(&[x, y].concat()).iter().any(|&it| it > 1.0);
    if !ties && x.len() <= 50 && y.len() <= 50 {
        mann_whitney_exact(x, y)
    } else {
        mann_whitney_normal(x, y)
    }
}

/// As [`mann_whitney`] with the exact p, in time `(n1 n2)^2`; `Domain` with ties.
///
/// ```
/// use asfm_stats::two_sample::mann_whitney_exact;
///
/// let test = mann_whitney_exact(&[1.0, 2.0, 4.0], &[3.0, 5.0, 6.0])?;
/// assert_eq!(test.statistic, 1.0);
/// assert!((test.p - 4.0 / 20.0).abs() < 1e-12, "U of 0 and 1 have one order each");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn mann_whitney_exact(x: &[f64], y: &[f64]) -> Result<TestResult> {
    both(x, y, 2)?;
    if tie_sizes(&[x, y].concat()).iter().any(|&it| it > 1.0) {
        return Err(StatsError::Domain("tied values"));
    }
    let (m, n) = (x.len(), y.len());
    let u = u_statistic(x, y);
    // share[j][k]: probability of U = k among i values of one and j of the other sample.
    let mut share = vec![vec![0.0; m * n + 1]; n + 1];
    for it in &mut share {
        it[0] = 1.0;
    }
    for i in 1..=m {
        for j in 1..=n {
            // The largest of i + j values belongs to the first sample with probability i/(i+j).
            let first = i as f64 / (i + j) as f64;
            for k in (0..=i * j).rev() {
                let with_first = if k >= j { share[j][k - j] } else { 0.0 };
                share[j][k] = first * with_first + (1.0 - first) * share[j - 1][k];
            }
        }
    }
    let larger = u.max((m * n) as f64 - u);
    let tail: f64 =
        share[n].iter().enumerate().filter(|it| it.0 as f64 >= larger).map(|it| it.1).sum();
    TestResult::new(u, (2.0 * tail).min(1.0), m + n, SAME, "Mann-Whitney, exact")
}

/// As [`mann_whitney`] with the normal p.
///
/// ```
/// let test = asfm_stats::two_sample::mann_whitney_normal(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?;
/// // z = (9 - 4.5 - 0.5) over the root of 9 * 7 / 12.
/// assert!((test.p - 0.080_856).abs() < 1e-5);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn mann_whitney_normal(x: &[f64], y: &[f64]) -> Result<TestResult> {
    both(x, y, 2)?;
    let (m, n) = (x.len() as f64, y.len() as f64);
    let (u, total) = (u_statistic(x, y), m + n);
    let ties: f64 = tie_sizes(&[x, y].concat()).iter().map(|t| t * t * t - t).sum();
    let variance = m * n / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    let excess = u.max(m * n - u) - m * n / 2.0 - 0.5;
    let p = if variance > 0.0 { (2.0 * normal_sf(excess / variance.sqrt())).min(1.0) } else { 1.0 };
    TestResult::new(u, p, x.len() + y.len(), SAME, "Mann-Whitney, normal with corrections")
}

/// Welch's test with the interval of the difference in means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welch {
    /// The test; `df` after Welch and Satterthwaite.
    pub test: TestResult,
    /// Difference in means, first less second, with its 95 % interval.
    pub difference: Estimate,
}

/// Welch's t test of equal means, variances free. Needs 2 values each; `Constant` if
/// neither sample varies.
///
/// ```
/// let it = asfm_stats::two_sample::welch(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0])?;
/// assert!((it.test.statistic + 1.5_f64.sqrt()).abs() < 1e-12);
/// assert!(it.test.df.is_some_and(|it| (it - 4.0).abs() < 1e-12));
/// assert_eq!(it.difference.value, -1.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn welch(x: &[f64], y: &[f64]) -> Result<Welch> {
    both(x, y, 2)?;
    let (m, n) = (x.len() as f64, y.len() as f64);
    let (vx, vy) = (sums::variance(x) / m, sums::variance(y) / n);
    if vx + vy <= 0.0 {
        return Err(StatsError::Constant);
    }
    let (gap, se) = (sums::mean(x) - sums::mean(y), (vx + vy).sqrt());
    let df = (vx + vy) * (vx + vy) / (vx * vx / (m - 1.0) + vy * vy / (n - 1.0));
    let size = x.len() + y.len();
    let test =
        TestResult::new(gap / se, t_two_sided(gap / se, df), size, "equal means", "Welch t")?;
    let half = t_upper(0.025, df) * se;
    let ci = Interval { lo: gap - half, hi: gap + half, level: 0.95 };
    let difference = Estimate::new(gap, size, "difference in means")?.with_se(se)?.with_ci(ci);
    Ok(Welch { test: test.df(df), difference })
}

/// Brown and Forsythe's test of equal spread: analysis of variance of the distances from
/// each group's median. Needs two groups of 2 values; `Constant` if no distance varies.
///
/// ```
/// // Distances from the medians: 1, 0, 1 and 2, 0, 2.
/// let test = asfm_stats::two_sample::brown_forsythe(&[&[1.0, 2.0, 3.0], &[0.0, 2.0, 4.0]])?;
/// assert!((test.statistic - 0.8).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn brown_forsythe(groups: &[&[f64]]) -> Result<TestResult> {
    crate::error::enough(groups.len(), 2)?;
    let mut distances = Vec::new();
    for group in groups {
        at_least(group, 2)?;
        let median = crate::moments::median(group);
        distances.push(group.iter().map(|it| (it - median).abs()).collect::<Vec<_>>());
    }
    let all = distances.concat();
    let (grand, n, k) = (sums::mean(&all), all.len() as f64, groups.len() as f64);
    let between: f64 =
        distances.iter().map(|it| it.len() as f64 * (sums::mean(it) - grand).powi(2)).sum();
    let within: f64 = distances.iter().map(|it| sums::sum_squares(it)).sum();
    if within <= 0.0 {
        return Err(StatsError::Constant);
    }
    let f = (n - k) / (k - 1.0) * between / within;
    let p = f_sf(f, k - 1.0, n - k);
    Ok(TestResult::new(f, p, all.len(), "equal spread", "Brown-Forsythe")?.df2(k - 1.0, n - k))
}

/// Brunner and Munzel's test that neither sample tends to be larger, spreads free; t
/// approximation. Positive if the second sample is larger. Needs 2 values each;
/// `Constant` if the samples do not overlap or do not vary.
///
/// ```
/// use asfm_stats::two_sample::brunner_munzel;
///
/// let (x, y) = ([1.0, 2.0, 4.0], [3.0, 5.0, 6.0]);
/// let (one, other) = (brunner_munzel(&x, &y)?, brunner_munzel(&y, &x)?);
/// assert!(one.statistic > 0.0 && (one.statistic + other.statistic).abs() < 1e-12);
/// assert!((one.p - other.p).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn brunner_munzel(x: &[f64], y: &[f64]) -> Result<TestResult> {
    both(x, y, 2)?;
    let (m, n) = (x.len() as f64, y.len() as f64);
    let joint = ranks(&[x, y].concat());
    let part = |own: &[f64], joint: &[f64]| {
        let placed: Vec<f64> = joint.iter().zip(ranks(own)).map(|(a, b)| a - b).collect();
        (sums::mean(joint), sums::variance(&placed))
    };
    let (mean_x, sx) = part(x, &joint[..x.len()]);
    let (mean_y, sy) = part(y, &joint[x.len()..]);
    let pooled = m * sx + n * sy;
    if pooled <= 0.0 {
        return Err(StatsError::Constant);
    }
    let w = m * n * (mean_y - mean_x) / ((m + n) * pooled.sqrt());
    let df = pooled * pooled / ((m * sx).powi(2) / (m - 1.0) + (n * sy).powi(2) / (n - 1.0));
    let p = t_two_sided(w, df);
    let null = "neither sample tends to be larger";
    Ok(TestResult::new(w, p, x.len() + y.len(), null, "Brunner-Munzel, t")?.df(df))
}

/// Sum over the gaps between neighbouring values of `f(F - G)` times the gap.
fn integrate(x: &[f64], y: &[f64], f: fn(f64) -> f64) -> f64 {
    let (m, n) = (x.len() as f64, y.len() as f64);
    let terms: Vec<f64> = merged(x, y)
        .windows(2)
        .map(|it| {
            let (value, i, j) = it[0];
            f(i as f64 / m - j as f64 / n) * (it[1].0 - value)
        })
        .collect();
    sums::sum(&terms)
}

/// Wasserstein's distance of order 1: the area between the two distribution functions,
/// in the unit of the data. Needs 1 value each.
///
/// ```
/// // Moving everything by 3 costs 3.
/// assert_eq!(asfm_stats::two_sample::wasserstein(&[0.0, 1.0], &[4.0, 3.0])?, 3.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn wasserstein(x: &[f64], y: &[f64]) -> Result<f64> {
    both(x, y, 1)?;
    crate::error::guard(integrate(x, y, f64::abs))
}

/// Energy distance of Szekely, as a distance: the root of twice the integrated squared
/// difference of the distribution functions. Needs 1 value each.
///
/// ```
/// let distance = asfm_stats::two_sample::energy_distance(&[0.0], &[1.0])?;
/// assert!((distance - 2.0_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn energy_distance(x: &[f64], y: &[f64]) -> Result<f64> {
    both(x, y, 1)?;
    crate::error::guard((2.0 * integrate(x, y, |it| it * it)).sqrt())
}

/// Kruskal and Wallis's test of several groups, corrected for ties, chi-squared. Needs two
/// groups and 3 values; `Constant` if all values are equal.
///
/// ```
/// let test = asfm_stats::two_sample::kruskal_wallis(&[&[1.0, 2.0], &[3.0, 4.0]])?;
/// // 12 / 20 (3^2 / 2 + 7^2 / 2) - 15
/// assert!((test.statistic - 2.4).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn kruskal_wallis(groups: &[&[f64]]) -> Result<TestResult> {
    crate::error::enough(groups.len(), 2)?;
    let all = groups.concat();
    varying(&all, 3)?;
    if groups.iter().any(|it| it.is_empty()) {
        return Err(StatsError::Empty);
    }
    let (joint, n) = (ranks(&all), all.len() as f64);
    let mut rest = joint.as_slice();
    let mut total = 0.0;
    for group in groups {
        let (own, others) = rest.split_at(group.len());
        total += sums::sum(own).powi(2) / group.len() as f64;
        rest = others;
    }
    let ties: f64 = tie_sizes(&all).iter().map(|t| t * t * t - t).sum();
    let h = (12.0 / (n * (n + 1.0)) * total - 3.0 * (n + 1.0)) / (1.0 - ties / (n * n * n - n));
    let df = groups.len() as f64 - 1.0;
    let p = crate::special::chi2_sf(h, df);
    let test =
        TestResult::new(h, p, all.len(), "all groups from one distribution", "Kruskal-Wallis")?;
    Ok(test.alternative(Alternative::TwoSided).df(df))
}
