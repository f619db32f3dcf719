//! Effect sizes. None has a unit; the sign is that of the first sample less the second
//! (of the differences, for paired ones).

use serde::Serialize;

use crate::error::{Result, StatsError, at_least, guard, varying};
use crate::special::ln_gamma;
use crate::sums;
use crate::two_sample::{energy_distance, wasserstein};

/// Hedges' exact correction `J(df) = gamma(df/2) / (sqrt(df/2) gamma((df-1)/2))`.
fn correction(df: f64) -> f64 {
    (ln_gamma(0.5 * df) - ln_gamma(0.5 * (df - 1.0))).exp() / (0.5 * df).sqrt()
}

/// Cohen's d: difference in means over the pooled sd. Needs 2 values each; `Constant`.
///
/// ```
/// let d = asfm_stats::effect::cohen_d(&[2.0, 3.0, 4.0], &[1.0, 2.0, 3.0])?;
/// assert_eq!(d, 1.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn cohen_d(x: &[f64], y: &[f64]) -> Result<f64> {
    at_least(x, 2)?;
    at_least(y, 2)?;
    let df = (x.len() + y.len()) as f64 - 2.0;
    let pooled = ((sums::sum_squares(x) + sums::sum_squares(y)) / df).sqrt();
    if pooled <= 0.0 {
        return Err(StatsError::Constant);
    }
    guard((sums::mean(x) - sums::mean(y)) / pooled)
}

/// Hedges' g: Cohen's d with the exact small-sample correction. Needs 2 values each.
///
/// ```
/// let g = asfm_stats::effect::hedges_g(&[2.0, 3.0, 4.0], &[1.0, 2.0, 3.0])?;
/// assert!((g - 0.797_884_560_8).abs() < 1e-9, "d = 1 times J(4), the root of 2 / pi");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn hedges_g(x: &[f64], y: &[f64]) -> Result<f64> {
    Ok(cohen_d(x, y)? * correction((x.len() + y.len()) as f64 - 2.0))
}

/// Cohen's d of paired differences: mean over sd. Needs 2 differences; `Constant`.
///
/// ```
/// assert_eq!(asfm_stats::effect::cohen_dz(&[1.0, 2.0, 3.0])?, 2.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn cohen_dz(differences: &[f64]) -> Result<f64> {
    varying(differences, 2)?;
    guard(sums::mean(differences) / sums::variance(differences).sqrt())
}

/// Hedges' g of paired differences. Needs 3 differences; `Constant`.
///
/// ```
/// let g = asfm_stats::effect::hedges_gz(&[1.0, 2.0, 3.0])?;
/// assert!((g - 2.0 / std::f64::consts::PI.sqrt()).abs() < 1e-12, "J(2) is 1 over the root of pi");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn hedges_gz(differences: &[f64]) -> Result<f64> {
    varying(differences, 3)?;
    Ok(cohen_dz(differences)? * correction(differences.len() as f64 - 1.0))
}

/// Cliff's delta: share of pairs in which the first is larger less the share in which it
/// is smaller; between -1 and 1. Needs 1 value each.
///
/// ```
/// // Three of the four pairs are larger, one is tied.
/// assert_eq!(asfm_stats::effect::cliff_delta(&[3.0, 4.0], &[1.0, 3.0])?, 0.75);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn cliff_delta(x: &[f64], y: &[f64]) -> Result<f64> {
    at_least(x, 1)?;
    at_least(y, 1)?;
    let sorted = sums::sorted(y);
    let balance: f64 = x
        .iter()
        .map(|it| {
            let below = sorted.partition_point(|y| y < it) as f64;
            below - (y.len() - sorted.partition_point(|y| y <= it)) as f64
        })
        .sum();
    Ok(balance / (x.len() as f64 * y.len() as f64))
}

/// Vargha and Delaney's A12: probability that the first is larger, ties half; in [0, 1].
/// Needs 1 value each.
///
/// ```
/// // Three of the four pairs are larger, one is tied.
/// assert_eq!(asfm_stats::effect::a12(&[3.0, 4.0], &[1.0, 3.0])?, 0.875);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn a12(x: &[f64], y: &[f64]) -> Result<f64> {
    Ok(0.5 + cliff_delta(x, y)? / 2.0)
}

/// All effect sizes of two samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effects {
    /// Cohen's d.
    pub cohen_d: f64,
    /// Hedges' g.
    #[serde(rename = "hedges_g_exactJ")]
    pub hedges_g: f64,
    /// Cliff's delta.
    pub cliff_delta: f64,
    /// Vargha and Delaney's A12.
    pub a12: f64,
    /// Wasserstein's distance, in the unit of the data.
    pub wasserstein1: f64,
    /// Energy distance.
    pub energy_distance: f64,
}

/// Computes them all. Needs 2 values each; `Constant` if neither sample varies.
///
/// ```
/// let it = asfm_stats::effect::effects(&[2.0, 3.0, 4.0], &[1.0, 2.0, 3.0])?;
/// assert_eq!((it.cohen_d, it.wasserstein1), (1.0, 1.0));
/// assert!((it.cliff_delta - 5.0 / 9.0).abs() < 1e-12, "6 pairs larger, 2 tied, 1 smaller");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn effects(x: &[f64], y: &[f64]) -> Result<Effects> {
    Ok(Effects {
        cohen_d: cohen_d(x, y)?,
        hedges_g: hedges_g(x, y)?,
        cliff_delta: cliff_delta(x, y)?,
        a12: a12(x, y)?,
        wasserstein1: wasserstein(x, y)?,
        energy_distance: energy_distance(x, y)?,
    })
}
