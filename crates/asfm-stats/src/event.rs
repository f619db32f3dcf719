//! Event studies: returns around a day on which something happened.
//!
//! Returns are arrays of days by stocks. Stocks of one run share their order flow, so the
//! cross-sectional and standardised t are printed for description and never carry a
//! claim; claims rest on [`paired_effects`] over seeds.

use std::ops::Range;

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayView3};
use serde::Serialize;

use crate::error::{Result, StatsError, enough, finite, guard};
use crate::regression::{least_squares, with_constant};
use crate::sums;

/// Which days belong to an event study; ranges are half-open.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    /// Days from which normal returns are estimated; needs 3.
    pub estimation: Range<usize>,
    /// Days whose abnormal returns are studied; needs 1.
    pub event: Range<usize>,
}

fn check(returns: ArrayView2<'_, f64>, windows: &Windows) -> Result<()> {
    finite(&returns.iter().copied().collect::<Vec<_>>())?;
    enough(windows.estimation.len().max(1), 3)?;
    enough(windows.event.len(), 1)?;
    if windows.estimation.end.max(windows.event.end) > returns.nrows() {
        return Err(StatsError::Domain("a window beyond the last day"));
    }
    Ok(())
}

fn days(column: ArrayView1<'_, f64>, range: &Range<usize>) -> Vec<f64> {
    range.clone().map(|it| column[it]).collect()
}

/// Sums down the days.
fn cumulate(x: &Array2<f64>) -> Array2<f64> {
    let mut out = x.clone();
    for t in 1..out.nrows() {
        for j in 0..out.ncols() {
            out[[t, j]] += out[[t - 1, j]];
        }
    }
    out
}

fn rows(x: &Array2<f64>) -> Vec<Vec<f64>> {
    x.rows().into_iter().map(|it| it.to_vec()).collect()
}

fn row_means(x: &Array2<f64>) -> Vec<f64> {
    x.rows().into_iter().map(|it| sums::mean(&it.to_vec())).collect()
}

/// Abnormal returns against each stock's own mean.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConstantMean {
    /// Mean return of each stock in the estimation window.
    pub mu: Vec<f64>,
    /// Its sd, n - 1.
    pub sd_ddof1: Vec<f64>,
    /// Abnormal returns, days by stocks.
    #[serde(rename = "AR")]
    pub ar: Vec<Vec<f64>>,
    /// Their sums from the start of the event window.
    #[serde(rename = "CAR")]
    pub car: Vec<Vec<f64>>,
    /// Mean abnormal return over stocks, by day.
    #[serde(rename = "AAR")]
    pub aar: Vec<f64>,
    /// Mean cumulated abnormal return over stocks, by day.
    #[serde(rename = "CAAR")]
    pub caar: Vec<f64>,
    /// Final CAR over `sd sqrt(W (1 + W/L))`, W event and L estimation days.
    #[serde(rename = "scaled_CAR_per_stock")]
    pub scaled_car: Vec<f64>,
    /// t of the mean final CAR over stocks; description only. `None` for one stock.
    pub cross_sectional_t: Option<f64>,
    /// t of the mean scaled CAR over stocks; description only.
    pub bmp_t_like: Option<f64>,
}

/// Constant-mean event study (MacKinlay 1997). `Constant` if a stock does not vary in the
/// estimation window.
///
/// ```
/// use asfm_stats::event::{Windows, constant_mean};
/// use ndarray::array;
///
/// let returns = array![[0.01], [-0.01], [0.01], [-0.01], [0.03], [0.01]];
/// let study = constant_mean(returns.view(), &Windows { estimation: 0..4, event: 4..6 })?;
/// assert!(study.mu[0].abs() < 1e-15, "so abnormal returns are the returns");
/// assert!((study.caar[0] - 0.03).abs() < 1e-12 && (study.caar[1] - 0.04).abs() < 1e-12);
/// // 0.04 over sd sqrt(2 (1 + 2/4)), sd the root of 0.0004 / 3.
/// assert!((study.scaled_car[0] - 2.0).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn constant_mean(returns: ArrayView2<'_, f64>, windows: &Windows) -> Result<ConstantMean> {
    check(returns, windows)?;
    let normal: Vec<Vec<f64>> =
        returns.columns().into_iter().map(|it| days(it, &windows.estimation)).collect();
    if normal.iter().any(|it| crate::error::is_constant(it)) {
        return Err(StatsError::Constant);
    }
    let mu: Vec<f64> = normal.iter().map(|it| sums::mean(it)).collect();
    let sd: Vec<f64> = normal.iter().map(|it| sums::variance(it).sqrt()).collect();
    let shape = (windows.event.len(), returns.ncols());
    let ar = Array2::from_shape_fn(shape, |(t, j)| returns[[windows.event.start + t, j]] - mu[j]);
    let car = cumulate(&ar);
    let (w, l) = (shape.0 as f64, windows.estimation.len() as f64);
    let last = car.row(shape.0 - 1).to_vec();
    let scaled: Vec<f64> =
        last.iter().zip(&sd).map(|(car, sd)| car / (sd * (w * (1.0 + w / l)).sqrt())).collect();
    Ok(ConstantMean {
        aar: row_means(&ar),
        caar: row_means(&car),
        ar: rows(&ar),
        car: rows(&car),
        cross_sectional_t: t_of_mean(&last),
        bmp_t_like: t_of_mean(&scaled),
        scaled_car: scaled,
        mu,
        sd_ddof1: sd,
    })
}

fn t_of_mean(x: &[f64]) -> Option<f64> {
    if x.len() < 2 || crate::error::is_constant(x) {
        return None;
    }
    Some(sums::mean(x) / (sums::variance(x) / x.len() as f64).sqrt())
}

/// Abnormal returns against a market.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarketModel {
    /// Constant of each stock.
    pub alpha: Vec<f64>,
    /// Slope of each stock on the market.
    pub beta: Vec<f64>,
    /// Cumulated abnormal return of each stock at the end of the event window.
    #[serde(rename = "CAR_end")]
    pub car_end: Vec<f64>,
}

/// Market-model event study: each stock is regressed on `market` in the estimation window.
///
/// ```
/// use asfm_stats::event::{Windows, market_model};
/// use ndarray::array;
///
/// // Half the market, and 0.02 more on the last day.
/// let market = [0.01, -0.02, 0.03, 0.00, 0.01, 0.02];
/// let returns = array![[0.005], [-0.01], [0.015], [0.0], [0.005], [0.03]];
/// let study = market_model(returns.view(), &market, &Windows { estimation: 0..4, event: 4..6 })?;
/// assert!((study.beta[0] - 0.5).abs() < 1e-12 && (study.car_end[0] - 0.02).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn market_model(
    returns: ArrayView2<'_, f64>,
    market: &[f64],
    windows: &Windows,
) -> Result<MarketModel> {
    check(returns, windows)?;
    finite(market)?;
    if market.len() != returns.nrows() {
        return Err(StatsError::LengthMismatch { left: returns.nrows(), right: market.len() });
    }
    let design = with_constant(&[&market[windows.estimation.clone()]]);
    let mut out = MarketModel { alpha: vec![], beta: vec![], car_end: vec![] };
    for stock in returns.columns() {
        let fit = least_squares(design.view(), &days(stock, &windows.estimation))?;
        let (alpha, beta) = (fit.beta[0], fit.beta[1]);
        let abnormal = windows.event.clone().map(|t| stock[t] - alpha - beta * market[t]);
        out.car_end.push(guard(abnormal.sum())?);
        out.alpha.push(alpha);
        out.beta.push(beta);
    }
    Ok(out)
}

/// Effect of a treatment in each seed: the difference treated less control of returns,
/// summed over the days of `window` and averaged over stocks.
///
/// Arrays are seeds by days by stocks; the result goes to [`crate::paired::summary`]. Begin
/// the window on the day after the news.
///
/// # Errors
///
/// `LengthMismatch` if the arrays differ in shape, `Domain` for a window beyond the end.
///
/// ```
/// use asfm_stats::event::paired_effects;
/// use ndarray::Array3;
///
/// let control = Array3::zeros((2, 3, 1));
/// // 1 % a day more in the first seed, 2 % in the second.
/// let treated = Array3::from_shape_fn((2, 3, 1), |(seed, _, _)| 0.01 * (seed + 1) as f64);
/// let effects = paired_effects(control.view(), treated.view(), 1..3)?;
/// assert!((effects[0] - 0.02).abs() < 1e-12 && (effects[1] - 0.04).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn paired_effects(
    control: ArrayView3<'_, f64>,
    treated: ArrayView3<'_, f64>,
    window: Range<usize>,
) -> Result<Vec<f64>> {
    if control.dim() != treated.dim() {
        return Err(StatsError::LengthMismatch { left: control.len(), right: treated.len() });
    }
    let (n_seeds, n_days, n_stocks) = control.dim();
    enough(n_seeds.min(n_stocks), 1)?;
    enough(window.len(), 1)?;
    if window.end > n_days {
        return Err(StatsError::Domain("a window beyond the last day"));
    }
    (0..n_seeds)
        .map(|s| {
            let stock = |j: usize| -> f64 {
                window.clone().map(|t| treated[[s, t, j]] - control[[s, t, j]]).sum()
            };
            guard((0..n_stocks).map(stock).sum::<f64>() / n_stocks as f64)
        })
        .collect()
}

/// Mean path of differences over seeds with a band that holds for all days at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Path {
    /// Mean over seeds, by day.
    pub mean: Vec<f64>,
    /// Standard error over seeds, by day.
    pub se: Vec<f64>,
    /// Half-width of the band in standard errors: the 95 % quantile of max |t| under
    /// sign flips.
    pub critical_t: f64,
    /// p of the largest |t| of the path.
    pub p: f64,
}

/// A max-|t| sign-flip band for a path of differences, seeds by days. Needs 5 seeds;
/// `Constant` if a day does not vary over seeds. p = (1 + count) / (B + 1).
///
/// ```
/// use asfm_stats::event::path_band;
/// use ndarray::Array2;
///
/// // Six seeds, two days: an effect on the second day only.
/// let paths = Array2::from_shape_fn((6, 2), |(seed, day)| {
///     let noise = seed as f64 - 2.5;
///     if day == 0 { noise } else { 10.0 + noise }
/// });
/// let path = path_band(paths.view(), 999, 1)?;
/// assert!((path.mean[1] - 10.0).abs() < 1e-12);
/// // All signs alike: 2 of 64 patterns.
/// assert!((path.p - 2.0 / 64.0).abs() < 0.02 && path.mean[1] / path.se[1] >= path.critical_t);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn path_band(paths: ArrayView2<'_, f64>, replicates: usize, seed: u64) -> Result<Path> {
    use crate::random::{Purpose, Stream};
    use rayon::prelude::*;
    finite(&paths.iter().copied().collect::<Vec<_>>())?;
    enough(paths.nrows(), 5)?;
    let columns: Vec<Vec<f64>> = paths.columns().into_iter().map(|it| it.to_vec()).collect();
    if columns.iter().any(|it| crate::error::is_constant(it)) {
        return Err(StatsError::Constant);
    }
    let n = paths.nrows() as f64;
    let largest = |signs: &[f64]| {
        let t = |x: &Vec<f64>| {
            let mean = sums::dot(x, signs) / n;
            let spread = (sums::dot(x, x) - n * mean * mean).max(0.0);
            mean.abs() / (spread / (n - 1.0) / n).sqrt()
        };
        columns.iter().map(t).fold(0.0, f64::max)
    };
    let ones = vec![1.0; paths.nrows()];
    let observed = largest(&ones);
    let law: Vec<f64> = (0..replicates)
        .into_par_iter()
        .map(|it| {
            let mut signs = ones.clone();
            Stream::new(seed, Purpose::SignFlip, it).flip_signs(&ones, &mut signs);
            largest(&signs)
        })
        .collect();
    enough(law.len(), 1)?;
    let above = law.iter().filter(|it| **it >= observed).count();
    Ok(Path {
        mean: columns.iter().map(|it| sums::mean(it)).collect(),
        se: columns.iter().map(|it| (sums::variance(it) / n).sqrt()).collect(),
        critical_t: crate::moments::quantile_sorted(&sums::sorted(&law), 0.95),
        p: (1 + above) as f64 / (replicates + 1) as f64,
    })
}
