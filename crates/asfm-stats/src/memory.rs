//! Long memory: rescaled range, detrended fluctuations, Lo's statistic and the
//! log-periodogram regression.
//!
//! An exponent H (or DFA's alpha) of 0.5 means no memory, and d = H - 0.5. None of
//! them tells long memory from a very persistent GARCH process.

use serde::Serialize;

use crate::error::{Result, StatsError, varying};
use crate::special::ln_gamma;
use crate::sums;

/// Box sizes from 10 to n / 4, each a quarter larger than the one before.
fn sizes(n: usize) -> Vec<usize> {
    let next = |s: &usize| Some((s + 1).max(s * 5 / 4));
    std::iter::successors(Some(10), next).take_while(|&s| s <= n / 4).collect()
}

fn log_slope(sizes: &[usize], values: &[f64]) -> Result<f64> {
    let x: Vec<f64> = sizes.iter().map(|&it| (it as f64).ln()).collect();
    let y: Vec<f64> = values.iter().map(|it| it.ln()).collect();
    let line = sums::line(&x, &y).ok_or(StatsError::Constant)?;
    crate::error::guard(line.slope)
}

/// Rescaled-range analysis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RescaledRange {
    /// Box sizes.
    pub sizes: Vec<usize>,
    /// Mean rescaled range at each size.
    pub rs: Vec<f64>,
    /// Its expectation for independent normal values (Anis and Lloyd 1976).
    pub expected_iid: Vec<f64>,
    /// Slope of `ln rs` on `ln size`; biased up in short boxes.
    #[serde(rename = "H")]
    pub h: f64,
    /// The slope of the expectation at the same sizes.
    #[serde(rename = "H_expected_iid")]
    pub h_expected_iid: f64,
    /// `0.5 + H - H_expected_iid`.
    #[serde(rename = "H_corrected")]
    pub h_corrected: f64,
}

/// Hurst's rescaled range over whole boxes from the start, sizes 10 to n/4: range of
/// the cumulated deviations over the sd (divisor n); boxes that do not vary are
/// left out. Needs 100 values.
///
/// ```
/// let trend: Vec<f64> = (0..200).map(f64::from).collect();
/// assert!(asfm_stats::memory::rescaled_range(&trend)?.h > 0.9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn rescaled_range(x: &[f64]) -> Result<RescaledRange> {
    varying(x, 100)?;
    let sizes = sizes(x.len());
    let mut rs = Vec::with_capacity(sizes.len());
    for &size in &sizes {
        let boxes: Vec<f64> = x.chunks_exact(size).filter_map(box_range).collect();
        if boxes.is_empty() {
            return Err(StatsError::Constant);
        }
        rs.push(sums::mean(&boxes));
    }
    let expected_iid: Vec<f64> = sizes.iter().map(|&it| anis_lloyd(it)).collect();
    let (h, h_expected_iid) = (log_slope(&sizes, &rs)?, log_slope(&sizes, &expected_iid)?);
    let h_corrected = 0.5 + h - h_expected_iid;
    Ok(RescaledRange { sizes, rs, expected_iid, h, h_expected_iid, h_corrected })
}

/// Rescaled range of one box; `None` if it does not vary.
fn box_range(x: &[f64]) -> Option<f64> {
    if crate::error::is_constant(x) {
        return None;
    }
    let e = sums::deviations(x);
    let sd = (sums::dot(&e, &e) / x.len() as f64).sqrt();
    Some(range(&sums::cumulated(&e)) / sd)
}

fn range(x: &[f64]) -> f64 {
    let lo = x.iter().copied().fold(f64::INFINITY, f64::min);
    x.iter().copied().fold(f64::NEG_INFINITY, f64::max) - lo
}

/// Expected rescaled range of `s` independent normal values.
fn anis_lloyd(s: usize) -> f64 {
    let size = s as f64;
    let scale = (ln_gamma(0.5 * (size - 1.0)) - ln_gamma(0.5 * size)).exp();
    let sum: f64 = (1..s).map(|i| ((size - i as f64) / i as f64).sqrt()).sum();
    scale / std::f64::consts::PI.sqrt() * sum
}

/// Detrended fluctuation analysis of first order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fluctuations {
    /// Box sizes.
    pub sizes: Vec<usize>,
    /// Fluctuation at each size, in the unit of the data.
    #[serde(rename = "F")]
    pub f: Vec<f64>,
    /// Slope of `ln F` on `ln size`.
    pub alpha: f64,
}

/// Peng's (1994) detrended fluctuation analysis: the profile of cumulated deviations
/// is cut into boxes from the front and from the back, a line is removed from
/// each, and F is the root of the mean residual variance. Needs 100 values.
///
/// ```
/// // The profile of a trend is a parabola, and lines leave the square of the size.
/// let trend: Vec<f64> = (0..200).map(f64::from).collect();
/// assert!((asfm_stats::memory::detrended_fluctuations(&trend)?.alpha - 2.0).abs() < 0.05);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn detrended_fluctuations(x: &[f64]) -> Result<Fluctuations> {
    varying(x, 100)?;
    let profile = sums::cumulated(&sums::deviations(x));
    let sizes = sizes(x.len());
    let f: Vec<f64> = sizes
        .iter()
        .map(|&size| {
            let rest = profile.len() % size;
            let front = profile.chunks_exact(size).map(line_residual);
            let back = profile[rest..].chunks_exact(size).map(line_residual);
            let variances: Vec<f64> = front.chain(back).collect();
            sums::mean(&variances).sqrt()
        })
        .collect();
    let alpha = log_slope(&sizes, &f)?;
    Ok(Fluctuations { sizes, f, alpha })
}

/// Mean squared residual of a box around its own line.
fn line_residual(y: &[f64]) -> f64 {
    let e = sums::deviations(y);
    let middle = (y.len() as f64 - 1.0) / 2.0;
    let t: Vec<f64> = (0..y.len()).map(|i| i as f64 - middle).collect();
    let slope = sums::dot(&e, &t) / sums::dot(&t, &t);
    let residual: Vec<f64> = e.iter().zip(&t).map(|(e, t)| e - slope * t).collect();
    sums::dot(&residual, &residual) / y.len() as f64
}

/// Bounds between which Lo's statistic lies with 95 % when there is no long memory.
pub const LO_ACCEPTANCE_95: (f64, f64) = (0.809, 1.862);

/// Lo's (1991) modified rescaled range: the range of cumulated deviations over
/// `sqrt(n s2)`, where s2 is the Bartlett long-run variance with `q` lags.
///
/// Without long memory it lies within [`LO_ACCEPTANCE_95`] in 95 % of samples. Needs
/// 50 values and more than `q`; `Domain` if the long-run variance is not positive.
///
/// ```
/// let zigzag: Vec<f64> = (0..100).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
/// // The cumulated deviations are 1, 0, 1, 0: a range of 1 over the root of 100.
/// assert!((asfm_stats::memory::lo_statistic(&zigzag, 0)? - 0.1).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn lo_statistic(x: &[f64], q: usize) -> Result<f64> {
    varying(x, 50.max(q + 1))?;
    let e = sums::deviations(x);
    let variance = long_run_variance(&e, q);
    if variance <= 0.0 {
        return Err(StatsError::Domain("a long-run variance not above zero"));
    }
    Ok(range(&sums::cumulated(&e)) / (variance * x.len() as f64).sqrt())
}

/// Bartlett long-run variance of deviations `e` with `lags` lags, divisor n.
pub(crate) fn long_run_variance(e: &[f64], lags: usize) -> f64 {
    let weighted: f64 =
        (1..=lags).map(|j| (1.0 - j as f64 / (lags as f64 + 1.0)) * sums::dot(e, &e[j..])).sum();
    (sums::dot(e, e) + 2.0 * weighted) / e.len() as f64
}

/// A log-periodogram estimate of fractional integration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LogPeriodogram {
    /// Number of frequencies.
    pub m: usize,
    /// Order of fractional integration; 0 without long memory, below 0.5 stationary.
    pub d: f64,
    /// Standard error from the residuals of the regression.
    pub se_ols: f64,
    /// Asymptotic standard error `pi / sqrt(24 m)`.
    pub se_asym: f64,
}

impl LogPeriodogram {
    /// The larger of the two standard errors.
    ///
    /// ```
    /// let it = asfm_stats::memory::LogPeriodogram { m: 31, d: 0.3, se_ols: 0.15, se_asym: 0.12 };
    /// assert_eq!(it.se(), 0.15);
    /// ```
    pub fn se(&self) -> f64 {
        self.se_ols.max(self.se_asym)
    }
}

/// Geweke and Porter-Hudak's (1983) estimate: the slope of the log periodogram at the
/// lowest `floor(sqrt n)` Fourier frequencies on `-2 ln(2 sin(lambda/2))`.
///
/// Needs 128 values; `Constant` if a periodogram ordinate vanishes.
///
/// ```
/// let walk = asfm_stats::yardstick::gaussian_walk(1000, 0.01, false, 1)?;
/// let it = asfm_stats::memory::log_periodogram(&walk.returns)?;
/// assert_eq!(it.m, 31, "the whole root of 1000");
/// assert!(it.d.abs() < 3.0 * it.se(), "independent values have no memory");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn log_periodogram(x: &[f64]) -> Result<LogPeriodogram> {
    varying(x, 128)?;
    log_periodogram_any(x)
}

pub(crate) fn log_periodogram_any(x: &[f64]) -> Result<LogPeriodogram> {
    varying(x, 9)?;
    let n = x.len();
    let e = sums::deviations(x);
    let unit = std::f64::consts::TAU / n as f64;
    let (sines, cosines): (Vec<f64>, Vec<f64>) =
        (0..n).map(|i| (unit * i as f64).sin_cos()).unzip();
    let m = n.isqrt();
    let (mut at, mut logs) = (Vec::with_capacity(m), Vec::with_capacity(m));
    for j in 1..=m {
        let (mut re, mut im) = (0.0, 0.0);
        let mut phase = 0;
        for e in &e {
            re += e * cosines[phase];
            im += e * sines[phase];
            phase += j;
            if phase >= n {
                phase -= n;
            }
        }
        let ordinate = (re * re + im * im) / (std::f64::consts::TAU * n as f64);
        if ordinate <= 0.0 {
            return Err(StatsError::Constant);
        }
        at.push(-2.0 * (2.0 * (0.5 * unit * j as f64).sin()).ln());
        logs.push(ordinate.ln());
    }
    let line = sums::line(&at, &logs).ok_or(StatsError::Constant)?;
    let se_asym = std::f64::consts::PI / (24.0 * m as f64).sqrt();
    Ok(LogPeriodogram { m, d: crate::error::guard(line.slope)?, se_ols: line.slope_se, se_asym })
}

/// Lo's statistic at three lag lengths.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LoStatistics {
    /// No lags: the classical rescaled range.
    #[serde(rename = "0")]
    pub q0: Option<f64>,
    /// Five lags.
    #[serde(rename = "5")]
    pub q5: Option<f64>,
    /// Ten lags.
    #[serde(rename = "10")]
    pub q10: Option<f64>,
}

/// Long memory of returns (`_r`) and of their magnitudes (`_abs`), as it stands in a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is named by statistic and series")]
pub struct Memory {
    pub rs_r: Option<RescaledRange>,
    pub rs_abs: Option<RescaledRange>,
    pub dfa_r: Option<Fluctuations>,
    pub dfa_abs: Option<Fluctuations>,
    pub lo_r: LoStatistics,
    pub lo_abs: LoStatistics,
    pub gph_r: Option<LogPeriodogram>,
    pub gph_abs: Option<LogPeriodogram>,
}

/// Computes all of them. Needs 100 values; the log periodogram is given below its 128.
///
/// ```
/// let walk = asfm_stats::yardstick::gaussian_walk(500, 0.01, false, 1)?;
/// let it = asfm_stats::memory::memory(&walk.returns)?;
/// let (lo, hi) = asfm_stats::memory::LO_ACCEPTANCE_95;
/// assert!(it.lo_r.q0.is_some_and(|it| lo < it && it < hi));
/// assert!(it.rs_r.is_some_and(|it| (it.h_corrected - 0.5).abs() < 0.2));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn memory(r: &[f64]) -> Result<Memory> {
    varying(r, 100)?;
    let a = sums::abs(r);
    let lo = |x: &[f64]| LoStatistics {
        q0: lo_statistic(x, 0).ok(),
        q5: lo_statistic(x, 5).ok(),
        q10: lo_statistic(x, 10).ok(),
    };
    Ok(Memory {
        rs_r: rescaled_range(r).ok(),
        rs_abs: rescaled_range(&a).ok(),
        dfa_r: detrended_fluctuations(r).ok(),
        dfa_abs: detrended_fluctuations(&a).ok(),
        lo_r: lo(r),
        lo_abs: lo(&a),
        gph_r: log_periodogram_any(r).ok(),
        gph_abs: log_periodogram_any(&a).ok(),
    })
}
