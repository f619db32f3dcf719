//! Many tests at once, and proportions.

use serde::Serialize;

use crate::error::{Result, StatsError, finite};
use crate::estimate::{Alternative, Interval, TestResult};
use crate::special::{beta_quantile, chi2_sf, normal_quantile, normal_sf};

fn p_values(p: &[f64]) -> Result<()> {
    finite(p)?;
    if p.iter().all(|it| (0.0..=1.0).contains(it)) {
        Ok(())
    } else {
        Err(StatsError::Domain("a p-value outside [0, 1]"))
    }
}

/// Indices by ascending p.
fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    order
}

/// Holm's (1979) step-down adjusted p-values, in the order given: they control the
/// chance of any false claim within a family. Needs 1.
///
/// ```
/// let adjusted = asfm_stats::multiplicity::holm(&[0.01, 0.04, 0.03])?;
/// assert_eq!(adjusted, [0.03, 0.06, 0.06]);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn holm(p: &[f64]) -> Result<Vec<f64>> {
    p_values(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut running = 0.0_f64;
    for (done, idx) in ascending(p).into_iter().enumerate() {
        running = running.max((p.len() - done) as f64 * p[idx]).min(1.0);
        adjusted[idx] = running;
    }
    Ok(adjusted)
}

/// Benjamini and Hochberg's (1995) adjusted p-values, in the order given: they control
/// the share of false claims; for exploration. Needs 1.
///
/// ```
/// let adjusted = asfm_stats::multiplicity::benjamini_hochberg(&[0.01, 0.04, 0.03])?;
/// let want = [0.03, 0.04, 0.04];
/// assert!(adjusted.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>> {
    p_values(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut running = 1.0_f64;
    for (rank, idx) in ascending(p).into_iter().enumerate().rev() {
        running = running.min(p.len() as f64 / (rank + 1) as f64 * p[idx]);
        adjusted[idx] = running;
    }
    Ok(adjusted)
}

/// Bonferroni's adjusted p-values. Needs 1.
///
/// ```
/// assert_eq!(asfm_stats::multiplicity::bonferroni(&[0.01, 0.6])?, [0.02, 1.0]);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn bonferroni(p: &[f64]) -> Result<Vec<f64>> {
    p_values(p)?;
    Ok(p.iter().map(|it| (it * p.len() as f64).min(1.0)).collect())
}

/// Fisher's combination of independent p-values: `-2 sum ln p`, chi-squared with `2k`
/// degrees of freedom. Needs 1; `Domain` for a p of 0.
///
/// ```
/// let test = asfm_stats::multiplicity::fisher(&[0.1, 0.1])?;
/// // With 4 degrees of freedom the tail is (1 + x/2) exp(-x/2), and exp(-x/2) = 0.01.
/// assert!((test.p - 0.01 * (1.0 - 0.01_f64.ln())).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn fisher(p: &[f64]) -> Result<TestResult> {
    p_values(p)?;
    if p.contains(&0.0) {
        return Err(StatsError::Domain("a p-value of zero"));
    }
    let statistic = -2.0 * p.iter().map(|it| it.ln()).sum::<f64>();
    let df = 2.0 * p.len() as f64;
    Ok(TestResult::new(statistic, chi2_sf(statistic, df), p.len(), "every null", "Fisher")?.df(df))
}

/// Stouffer's combination of independent one-sided p-values: the sum of their normal
/// quantiles over `sqrt k`. Needs 1; `Domain` for a p of 0 or 1.
///
/// ```
/// let test = asfm_stats::multiplicity::stouffer(&[0.05, 0.05])?;
/// assert!((test.statistic - 1.644_853_627 * 2.0_f64.sqrt()).abs() < 1e-6);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn stouffer(p: &[f64]) -> Result<TestResult> {
    p_values(p)?;
    if p.iter().any(|&it| it <= 0.0 || it >= 1.0) {
        return Err(StatsError::Domain("a p-value of zero or one"));
    }
    let z = -p.iter().map(|&it| normal_quantile(it)).sum::<f64>() / (p.len() as f64).sqrt();
    let test = TestResult::new(z, normal_sf(z), p.len(), "every null", "Stouffer")?;
    Ok(test.alternative(Alternative::Greater))
}

/// A proportion with two intervals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Proportion {
    /// Successes.
    pub k: usize,
    /// Trials.
    pub n: usize,
    /// `k / n`.
    pub share: f64,
    /// Wilson's interval at 95 %.
    pub wilson: Interval,
    /// Clopper and Pearson's interval at 95 %, never too short.
    pub clopper_pearson: Interval,
}

/// A proportion with its intervals at 95 %. Needs 1 trial; `Domain` if `k > n`.
///
/// ```
/// let it = asfm_stats::multiplicity::proportion(5, 10)?;
/// assert_eq!(it.share, 0.5);
/// // The exact interval holds the other one.
/// assert!(it.clopper_pearson.lo < it.wilson.lo && it.wilson.hi < it.clopper_pearson.hi);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn proportion(k: usize, n: usize) -> Result<Proportion> {
    if n == 0 {
        return Err(StatsError::Empty);
    }
    Ok(Proportion {
        k,
        n,
        share: k as f64 / n as f64,
        wilson: wilson(k, n, 0.95)?,
        clopper_pearson: clopper_pearson(k, n, 0.95)?,
    })
}

fn counts(k: usize, n: usize, level: f64) -> Result<()> {
    if n == 0 {
        Err(StatsError::Empty)
    } else if k > n {
        Err(StatsError::Domain("more successes than trials"))
    } else if level > 0.0 && level < 1.0 {
        Ok(())
    } else {
        Err(StatsError::Domain("a level outside (0, 1)"))
    }
}

/// Wilson's (1927) score interval.
///
/// ```
/// let ci = asfm_stats::multiplicity::wilson(0, 10, 0.95)?;
/// let z2 = 1.959_963_985_f64.powi(2);
/// assert_eq!(ci.lo, 0.0);
/// assert!((ci.hi - z2 / (10.0 + z2)).abs() < 1e-8);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn wilson(k: usize, n: usize, level: f64) -> Result<Interval> {
    counts(k, n, level)?;
    let (trials, share) = (n as f64, k as f64 / n as f64);
    let z = normal_quantile(0.5 + level / 2.0);
    let z2 = z * z / trials;
    let centre = (share + z2 / 2.0) / (1.0 + z2);
    let half = z / (1.0 + z2) * (share * (1.0 - share) / trials + z2 / (4.0 * trials)).sqrt();
    // At the ends of the scale the interval reaches them exactly.
    let lo = if k == 0 { 0.0 } else { (centre - half).max(0.0) };
    let hi = if k == n { 1.0 } else { (centre + half).min(1.0) };
    Ok(Interval { lo, hi, level })
}

/// Clopper and Pearson's (1934) exact interval.
///
/// ```
/// let ci = asfm_stats::multiplicity::clopper_pearson(0, 10, 0.95)?;
/// assert_eq!(ci.lo, 0.0);
/// assert!((ci.hi - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn clopper_pearson(k: usize, n: usize, level: f64) -> Result<Interval> {
    counts(k, n, level)?;
    let (tail, hits, misses) = ((1.0 - level) / 2.0, k as f64, (n - k) as f64);
    let lo = if k == 0 { 0.0 } else { beta_quantile(tail, hits, misses + 1.0) };
    let hi = if k == n { 1.0 } else { beta_quantile(1.0 - tail, hits + 1.0, misses) };
    Ok(Interval { lo, hi, level })
}
