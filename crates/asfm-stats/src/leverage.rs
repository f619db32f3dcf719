//! Leverage and its relatives: how the sign of a return goes with the size of
//! later ones.
//!
//! Correlating a return with its own magnitude measures skewness, not leverage;
//! everything here is between different days.

use serde::Serialize;

use crate::error::{Result, StatsError, varying};
use crate::rank::correlation;
use crate::sums;

/// Cross-correlations of returns with the magnitudes of later (and earlier) ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leverage {
    /// Pearson's correlation of `r_t` with `r_(t+k)^2`, k = 1, 2, ...: negative under leverage.
    pub corr_r_r2_lead: Vec<f64>,
    /// Pearson's correlation of `r_t` with `|r_(t+k)|`.
    pub corr_r_abs_lead: Vec<f64>,
    /// The reverse order: `r_t^2` with `r_(t+k)`.
    pub corr_r2_then_r: Vec<f64>,
    /// Bouchaud, Matacz and Potters' (2001) form `mean(r_t r_(t+k)^2) / mean(r^2)^2`;
    /// it has the unit 1 / return.
    pub bouchaud: Vec<f64>,
    /// Mean of the first list.
    #[serde(rename = "mean_r2_1_10")]
    pub mean_r2: f64,
    /// Mean of the second list: the statistic of the leverage fact.
    #[serde(rename = "mean_abs_1_10")]
    pub mean_abs: f64,
}

/// Computes the leverage correlations at lags `1..=lags`, each over the `n - k` pairs.
///
/// Needs 20 values and `lags + 3`; `Constant` if the returns or their magnitudes do not
/// vary. Changing the sign of every return changes the sign of every number here.
///
/// ```
/// let falls_then_swings: Vec<f64> =
///     (0..200).map(|t| match t % 4 { 0 => -3.0, 1 => 5.0, 2 => 1.0, _ => 0.5 }).collect();
/// assert!(asfm_stats::leverage::leverage(&falls_then_swings, 1)?.mean_abs < 0.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn leverage(r: &[f64], lags: usize) -> Result<Leverage> {
    if lags == 0 {
        return Err(StatsError::Domain("no lags"));
    }
    varying(r, 20.max(lags + 3))?;
    let (a, s) = (sums::abs(r), sums::squares(r));
    let n = r.len();
    let over_lags =
        |f: &dyn Fn(usize) -> Result<f64>| (1..=lags).map(f).collect::<Result<Vec<_>>>();
    let corr_r_r2_lead = over_lags(&|k| correlation(&r[..n - k], &s[k..]))?;
    let corr_r_abs_lead = over_lags(&|k| correlation(&r[..n - k], &a[k..]))?;
    let corr_r2_then_r = over_lags(&|k| correlation(&r[k..], &s[..n - k]))?;
    let v = sums::mean(&s);
    let bouchaud = over_lags(&|k| Ok(sums::dot(r, &s[k..]) / (n - k) as f64 / (v * v)))?;
    let (mean_r2, mean_abs) = (sums::mean(&corr_r_r2_lead), sums::mean(&corr_r_abs_lead));
    Ok(Leverage { corr_r_r2_lead, corr_r_abs_lead, corr_r2_then_r, bouchaud, mean_r2, mean_abs })
}

/// Mean leverage correlation with magnitudes, evaluated for many sign patterns of
/// the same magnitudes.
pub(crate) struct SignedMagnitudes {
    magnitudes: Vec<f64>,
    /// Per lag: sum of the earlier squares, mean and root sum of squares of the later magnitudes.
    lags: Vec<(f64, f64, f64)>,
}

impl SignedMagnitudes {
    pub(crate) fn new(e: &[f64], lags: usize) -> Result<Self> {
        let magnitudes = sums::abs(e);
        let n = e.len();
        let each = |k: usize| {
            let (early, late) = (&magnitudes[..n - k], &magnitudes[k..]);
            (sums::dot(early, early), sums::mean(late), sums::sum_squares(late).sqrt())
        };
        let lags: Vec<_> = (1..=lags).map(each).collect();
        if lags.iter().any(|it| it.2 <= 0.0) || crate::error::is_constant(&magnitudes) {
            return Err(StatsError::Constant);
        }
        Ok(Self { magnitudes, lags })
    }

    /// The mean over lags of the correlation of `signed` with later magnitudes.
    pub(crate) fn mean_correlation(&self, signed: &[f64]) -> f64 {
        let n = signed.len();
        let mut sum = sums::sum(signed);
        let mut total = 0.0;
        for (idx, &(squares, late_mean, late_root)) in self.lags.iter().enumerate() {
            let k = idx + 1;
            sum -= signed[n - k];
            let pairs = (n - k) as f64;
            let cross = sums::dot(signed, &self.magnitudes[k..]) - sum * late_mean;
            let early = squares - sum * sum / pairs;
            total += if early > 0.0 { cross / (early.sqrt() * late_root) } else { 0.0 };
        }
        total / self.lags.len() as f64
    }
}

/// Asymmetry between coarse and fine measures of volatility.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimeScaleAsymmetry {
    /// Days in a coarse step.
    pub h: usize,
    /// Correlation of coarse volatility with the fine one of the next step.
    pub coarse_then_fine: f64,
    /// Correlation of fine volatility with the coarse one of the next step.
    pub fine_then_coarse: f64,
    /// The first less the second; positive in real markets.
    #[serde(rename = "D")]
    pub difference: f64,
}

/// Coarse and fine volatility over non-overlapping steps of `h` days: coarse is the
/// magnitude of the step's sum, fine the sum of the daily magnitudes.
///
/// Needs 100 values and three steps; `Constant` if a measure does not vary.
///
/// ```
/// use asfm_stats::leverage::time_scale_asymmetry;
///
/// let r = asfm_stats::yardstick::gaussian_walk(200, 0.01, false, 1)?.returns;
/// let back: Vec<f64> = r.iter().rev().copied().collect();
/// // Backwards, coarse and fine change places.
/// let (on, back) = (time_scale_asymmetry(&r, 5)?, time_scale_asymmetry(&back, 5)?);
/// assert!((on.difference + back.difference).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn time_scale_asymmetry(r: &[f64], h: usize) -> Result<TimeScaleAsymmetry> {
    if h == 0 {
        return Err(StatsError::Domain("a step of no days"));
    }
    varying(r, 100.max(4 * h))?;
    let step = |days: &[f64]| {
        let both = days.iter().fold((0.0, 0.0), |(sum, size), r| (sum + r, size + r.abs()));
        (f64::abs(both.0), both.1)
    };
    let (coarse, fine): (Vec<f64>, Vec<f64>) = r.chunks_exact(h).map(step).unzip();
    let m = fine.len();
    let coarse_then_fine = correlation(&coarse[..m - 1], &fine[1..])?;
    let fine_then_coarse = correlation(&fine[..m - 1], &coarse[1..])?;
    let difference = coarse_then_fine - fine_then_coarse;
    Ok(TimeScaleAsymmetry { h, coarse_then_fine, fine_then_coarse, difference })
}
