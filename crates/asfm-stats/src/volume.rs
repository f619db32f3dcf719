//! Volume and volatility.

use serde::Serialize;

use crate::dependence::autocorrelations;
use crate::error::{Result, StatsError, finite, same_length, varying};
use crate::rank::{kendall_b, pearson, spearman};
use crate::regression::{least_squares, with_constant};

/// Returns and volumes of the days that had volume, and the volume's deviation from
/// its own trend.
pub(crate) struct Traded {
    pub(crate) returns: Vec<f64>,
    pub(crate) volume: Vec<f64>,
    pub(crate) log_volume: Vec<f64>,
    /// Residual of log volume on 1, t and t^2, t in [0, 1] over all days.
    pub(crate) detrended: Vec<f64>,
}

/// Drops days without volume and removes the trend of the others.
pub(crate) fn traded(r: &[f64], volume: &[f64]) -> Result<Traded> {
    same_length(r, volume)?;
    finite(r)?;
    finite(volume)?;
    if volume.iter().any(|&it| it < 0.0) {
        return Err(StatsError::Domain("a negative volume"));
    }
    let days: Vec<usize> = (0..r.len()).filter(|&it| volume[it] > 0.0).collect();
    if days.len() < 20 {
        return Err(StatsError::NoVolume);
    }
    let pick = |x: &[f64]| -> Vec<f64> { days.iter().map(|&it| x[it]).collect() };
    let volume = pick(volume);
    varying(&volume, 20)?;
    let log_volume: Vec<f64> = volume.iter().map(|it| it.ln()).collect();
    let t: Vec<f64> = days.iter().map(|&it| it as f64 / (r.len() - 1) as f64).collect();
    let t2: Vec<f64> = t.iter().map(|it| it * it).collect();
    let fit = least_squares(with_constant(&[&t, &t2]).view(), &log_volume)?;
    Ok(Traded { returns: pick(r), volume, log_volume, detrended: fit.residuals })
}

/// Association of volume with the size and the sign of returns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct VolumeBlock {
    /// Days with volume.
    pub n_used: usize,
    /// Pearson's correlation of |r| and volume.
    pub pearson_abs_volume: f64,
    /// Its p-value, as for independent days: too small when both series persist.
    pub pearson_p: f64,
    /// Spearman's correlation of |r| and volume.
    pub spearman_abs_volume: f64,
    /// Its p-value, with the same reservation.
    pub spearman_p: f64,
    /// Spearman's correlation of |r| and log volume less its quadratic trend: the
    /// statistic of the volume-volatility fact.
    pub spearman_abs_detrended_logvol: f64,
    /// Its p-value, with the same reservation.
    pub spearman_detr_p: f64,
    /// Kendall's tau-b of the same pair.
    pub kendall_b_abs_detrended_logvol: f64,
    /// Spearman's correlation of r and volume.
    pub spearman_r_volume: f64,
    /// First autocorrelation of log volume over the days with volume.
    pub acf_logvol_lag1: f64,
}

/// Computes the block from returns and the volume of the same days. Days without
/// volume are dropped pairwise.
///
/// # Errors
///
/// `NoVolume` if fewer than 20 days remain, `Constant` if volume or |r| does not vary,
/// `Domain` for a negative volume.
///
/// ```
/// // Volume grows with the size of the return, whatever its sign.
/// let r: Vec<f64> = (1..=40).map(|t| f64::from(t * 7 % 41 - 20) / 1000.0).collect();
/// let volume: Vec<f64> = r.iter().map(|it| 1000.0 + 1e6 * it.abs()).collect();
/// let block = asfm_stats::volume::volume_block(&r, &volume)?;
/// assert_eq!(block.n_used, 40);
/// assert!((block.pearson_abs_volume - 1.0).abs() < 1e-9);
/// assert!((block.spearman_abs_volume - 1.0).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn volume_block(r: &[f64], volume: &[f64]) -> Result<VolumeBlock> {
    let days = traded(r, volume)?;
    let a = crate::sums::abs(&days.returns);
    let linear = pearson(&a, &days.volume)?;
    let raw = spearman(&a, &days.volume)?;
    let detrended = spearman(&a, &days.detrended)?;
    Ok(VolumeBlock {
        n_used: a.len(),
        pearson_abs_volume: linear.statistic,
        pearson_p: linear.p,
        spearman_abs_volume: raw.statistic,
        spearman_p: raw.p,
        spearman_abs_detrended_logvol: detrended.statistic,
        spearman_detr_p: detrended.p,
        kendall_b_abs_detrended_logvol: kendall_b(&a, &days.detrended)?,
        spearman_r_volume: spearman(&days.returns, &days.volume)?.statistic,
        acf_logvol_lag1: autocorrelations(&days.log_volume, 1)?[0],
    })
}
