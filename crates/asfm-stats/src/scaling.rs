//! How the law of returns changes with the horizon, and how its extremes cluster.

use serde::Serialize;

use crate::error::{Result, StatsError, enough, guard, varying};
use crate::moments::{l_ratios_sorted, quantile_select, quantile_sorted, standardised};
use crate::normality::jarque_bera_statistic;
use crate::sums;

/// Sums over non-overlapping steps of `h` values, beginning at `offset`; a rest that
/// does not fill a step is dropped.
pub(crate) fn step_sums(x: &[f64], h: usize, offset: usize) -> Vec<f64> {
    x[offset..].chunks_exact(h).map(sums::sum).collect()
}

/// L-kurtosis of `h`-step sums, averaged over the `h` possible offsets. Needs
/// `20 h` values; `Constant` if sums do not vary.
///
/// Averaging over offsets uses every day and takes the arbitrary start out.
pub fn l_kurtosis_of_sums(x: &[f64], h: usize) -> Result<f64> {
    if h == 0 {
        return Err(StatsError::Domain("a step of no days"));
    }
    varying(x, 20 * h)?;
    l_kurtosis_any(x, h)
}

pub(crate) fn l_kurtosis_any(x: &[f64], h: usize) -> Result<f64> {
    let mut total = 0.0;
    for offset in 0..h {
        let mut sums = step_sums(x, h, offset);
        varying(&sums, 4)?;
        sums.sort_unstable_by(f64::total_cmp);
        total += l_ratios_sorted(&sums).l_kurtosis;
    }
    guard(total / h as f64)
}

/// Shape of the law of returns at one horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Horizon {
    /// Days in a step.
    pub h: usize,
    /// Number of non-overlapping steps from the start.
    pub n: usize,
    /// Skewness of their sums.
    pub skew_g1: f64,
    /// Excess kurtosis of their sums.
    pub exkurt_g2: f64,
    /// Jarque and Bera's statistic of their sums.
    pub jb: f64,
    /// L-kurtosis averaged over offsets.
    pub l_kurtosis_offset_mean: f64,
}

/// The shape at one horizon; see [`l_kurtosis_of_sums`]. Needs `20 h` values.
pub fn horizon(x: &[f64], h: usize) -> Result<Horizon> {
    if h == 0 {
        return Err(StatsError::Domain("a step of no days"));
    }
    enough(x.len(), 20 * h)?;
    horizon_any(x, h)
}

fn horizon_any(x: &[f64], h: usize) -> Result<Horizon> {
    let sums = step_sums(x, h, 0);
    varying(&sums, 4)?;
    let shape = standardised(&sums);
    Ok(Horizon {
        h,
        n: sums.len(),
        skew_g1: shape.skew,
        exkurt_g2: shape.excess,
        jb: jarque_bera_statistic(&sums),
        l_kurtosis_offset_mean: l_kurtosis_any(x, h)?,
    })
}

/// The shape at horizons 1, 2, 5, 10 and 20. Needs 200 values; horizons with fewer than
/// 20 steps are given, their `n` beside them.
pub fn aggregation(x: &[f64]) -> Result<Vec<Horizon>> {
    varying(x, 200)?;
    [1, 2, 5, 10, 20]
        .into_iter()
        .map(|h| horizon_any(x, h))
        .collect()
}

/// Fano factor of exceedances: variance (n - 1) over mean of the number of magnitudes
/// strictly above their `p` quantile (type 7), in windows of `width` days; a rest
/// that does not fill a window is dropped.
///
/// 1 for independent exceedances (slightly less, their number being fixed), above 1 if
/// they come in bursts. Needs 100 values and two windows; `Constant` if nothing exceeds.
///
/// ```
/// let bursts: Vec<f64> = (0..200).map(|t| if t / 20 == 3 { 5.0 } else { 1.0 }).collect();
/// assert!(asfm_stats::scaling::fano(&bursts, 20, 0.89)?.is_finite());
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn fano(x: &[f64], width: usize, p: f64) -> Result<f64> {
    if width == 0 || !(0.0..1.0).contains(&p) {
        return Err(StatsError::Domain(
            "a window of no days or a level outside [0, 1)",
        ));
    }
    varying(x, 100.max(2 * width))?;
    fano_of(&exceedances(x, p), width)
}

/// Which magnitudes lie strictly above their quantile.
pub(crate) fn exceedances(x: &[f64], p: f64) -> Vec<bool> {
    let magnitudes = sums::abs(x);
    let threshold = quantile_sorted(&sums::sorted(&magnitudes), p);
    magnitudes.iter().map(|&it| it > threshold).collect()
}

/// Fano factor of the events in windows of `width`.
pub(crate) fn fano_of(events: &[bool], width: usize) -> Result<f64> {
    let counts: Vec<f64> = events
        .chunks_exact(width)
        .map(|it| it.iter().filter(|it| **it).count() as f64)
        .collect();
    let mean = sums::mean(&counts);
    if mean <= 0.0 {
        return Err(StatsError::Constant);
    }
    guard(sums::variance(&counts) / mean)
}

/// Quantile asymmetry `(q.95 + q.05 - 2 median) / (q.95 - q.05)`: negative if losses
/// reach further than gains; between -1 and 1. Needs 20 values; `Constant` if the two
/// quantiles coincide.
pub fn quantile_asymmetry(x: &[f64]) -> Result<f64> {
    varying(x, 20)?;
    quantile_asymmetry_of(&mut x.to_vec())
}

/// The same, reordering `x`.
pub(crate) fn quantile_asymmetry_of(x: &mut [f64]) -> Result<f64> {
    let (high, low) = (quantile_select(x, 0.95), quantile_select(x, 0.05));
    let spread = high - low;
    if spread <= 0.0 {
        return Err(StatsError::Constant);
    }
    Ok((high + low - 2.0 * quantile_select(x, 0.5)) / spread)
}

/// Ratio of the 1 % quantile to the 99 % one, sign changed: above 1 if losses reach
/// further. `None` if the upper quantile is 0.
pub(crate) fn tail_quantile_ratio(x: &[f64]) -> Option<f64> {
    let sorted = sums::sorted(x);
    let ratio = -quantile_sorted(&sorted, 0.01) / quantile_sorted(&sorted, 0.99);
    Some(ratio).filter(|it| it.is_finite())
}
