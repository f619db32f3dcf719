//! Unit roots, stationarity and variance ratios of a log price.

use serde::Serialize;

use crate::error::{Result, StatsError, enough, varying};
use crate::memory::long_run_variance;
use crate::regression::{Fit, least_squares, with_constant};
use crate::special::{normal_cdf, normal_two_sided};
use crate::sums;

/// An augmented Dickey-Fuller test with a constant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DickeyFuller {
    /// t statistic of the lagged level.
    pub stat: f64,
    /// MacKinnon's approximate p-value; small speaks against a unit root.
    pub p: f64,
    /// Lagged differences used.
    pub usedlag: usize,
    /// Rows of the regression.
    pub nobs: usize,
}

/// Augmented Dickey-Fuller test: the t statistic of `y_(t-1)` in a regression of
/// `Delta y_t` on a constant, `y_(t-1)` and `lags` lagged differences; p after
/// MacKinnon (1994, 2010). Needs `lags + 10` values.
///
/// It has next to no power in a few dozen observations.
///
/// ```
/// use asfm_stats::unit_root::dickey_fuller;
/// use asfm_stats::yardstick::gaussian_walk;
///
/// let walk = gaussian_walk(300, 0.01, false, 1)?;
/// assert!(dickey_fuller(&walk.log_price(), 1)?.p > 0.05, "a walk has a unit root");
/// let returns = dickey_fuller(&walk.returns, 1)?;
/// assert!(returns.p < 1e-6 && returns.nobs == 298, "its steps have none");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn dickey_fuller(y: &[f64], lags: usize) -> Result<DickeyFuller> {
    varying(y, (lags + 10).max(2 * lags + 5))?;
    let fit = dickey_fuller_fit(y, lags, lags)?;
    let stat = crate::error::guard(fit.t(1))?;
    Ok(DickeyFuller { stat, p: mackinnon_p(stat), usedlag: lags, nobs: y.len() - 1 - lags })
}

/// As [`dickey_fuller`], the number of lags minimising Akaike's criterion over
/// `0..=lags_max` on a common sample, then refitted on all rows it allows.
///
/// ```
/// use asfm_stats::unit_root::{dickey_fuller, dickey_fuller_aic};
///
/// let walk = asfm_stats::yardstick::gaussian_walk(300, 0.01, false, 1)?;
/// let it = dickey_fuller_aic(&walk.log_price(), 8)?;
/// assert!(it.usedlag <= 8);
/// assert_eq!(it, dickey_fuller(&walk.log_price(), it.usedlag)?);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn dickey_fuller_aic(y: &[f64], lags_max: usize) -> Result<DickeyFuller> {
    varying(y, (lags_max + 10).max(2 * lags_max + 5))?;
    let mut best = (f64::INFINITY, 0);
    for lags in 0..=lags_max {
        let fit = dickey_fuller_fit(y, lags, lags_max)?;
        let n = fit.residuals.len() as f64;
        let aic = n * (fit.ssr / n).ln() + 2.0 * fit.beta.len() as f64;
        if aic < best.0 {
            best = (aic, lags);
        }
    }
    dickey_fuller(y, best.1)
}

/// The regression with `lags` lagged differences, leaving out the rows that
/// `skipped` lags would need.
fn dickey_fuller_fit(y: &[f64], lags: usize, skipped: usize) -> Result<Fit> {
    let d: Vec<f64> = y.windows(2).map(|it| it[1] - it[0]).collect();
    let mut columns: Vec<&[f64]> = vec![&y[skipped..y.len() - 1]];
    columns.extend((1..=lags).map(|k| &d[skipped - k..d.len() - k]));
    let fit = least_squares(with_constant(&columns).view(), &d[skipped..])?;
    if fit.ssr > 0.0 { Ok(fit) } else { Err(StatsError::Constant) }
}

/// p-value of a Dickey-Fuller t statistic with constant, from MacKinnon's response surface.
fn mackinnon_p(stat: f64) -> f64 {
    if stat > 2.74 {
        return 1.0;
    }
    if stat < -18.83 {
        return 0.0;
    }
    let z = if stat <= -1.61 {
        2.1659 + stat * (1.4412 + stat * 0.038_269)
    } else {
        1.7339 + stat * (0.932_02 + stat * (-0.127_45 - stat * 0.010_368))
    };
    normal_cdf(z)
}

/// A test of level stationarity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Kpss {
    /// The statistic; large speaks against stationarity.
    pub stat: f64,
    /// p-value interpolated between the tabulated 10 % and 1 %.
    #[serde(rename = "p_interp_0.01_0.10")]
    pub p: f64,
    /// The statistic lies outside the table, and the p-value is only its nearer end.
    pub p_is_bound: bool,
}

/// Test of Kwiatkowski, Phillips, Schmidt and Shin (1992) for stationarity around a
/// level, with a Bartlett long-run variance of `lags` lags. Needs 20 values and more
/// than `lags`.
///
/// ```
/// let trend: Vec<f64> = (0..200).map(f64::from).collect();
/// let it = asfm_stats::unit_root::kpss(&trend, 5)?;
/// assert!(it.stat > 0.739 && it.p == 0.01 && it.p_is_bound, "beyond the table");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn kpss(x: &[f64], lags: usize) -> Result<Kpss> {
    const TABLE: [(f64, f64); 4] = [(0.347, 0.10), (0.463, 0.05), (0.574, 0.025), (0.739, 0.01)];
    varying(x, 20.max(lags + 1))?;
    let e = sums::deviations(x);
    let path = sums::cumulated(&e);
    let n = x.len() as f64;
    let variance = long_run_variance(&e, lags);
    if variance <= 0.0 {
        return Err(StatsError::Domain("a long-run variance not above zero"));
    }
    let stat = crate::error::guard(sums::dot(&path, &path) / (n * n) / variance)?;
    let (first, last) = (TABLE[0], TABLE[3]);
    let inside = TABLE.windows(2).find(|it| stat >= it[0].0 && stat <= it[1].0);
    let p = match inside {
        Some(it) => it[0].1 + (it[1].1 - it[0].1) * (stat - it[0].0) / (it[1].0 - it[0].0),
        None if stat < first.0 => first.1,
        None => last.1,
    };
    Ok(Kpss { stat, p, p_is_bound: inside.is_none() })
}

/// A variance ratio with both of its z statistics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct VarianceRatio {
    /// Variance of q-step differences over q times that of single steps; 1 for a random walk.
    pub vr: f64,
    /// z statistic robust to changing volatility.
    pub z_robust: f64,
    /// Its two-sided p-value.
    pub p_robust: f64,
    /// z statistic for independent steps of constant variance.
    pub z_iid: f64,
}

/// Lo and MacKinlay's (1988) variance ratio of a log price: overlapping differences,
/// both variances corrected for bias. Needs more than `5 q` differences, q at least 2.
///
/// ```
/// let zigzag: Vec<f64> = (0..60).map(|t| f64::from(t % 2) + 0.01 * f64::from(t % 7)).collect();
/// assert!(asfm_stats::unit_root::variance_ratio(&zigzag, 2)?.vr < 0.1);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn variance_ratio(log_price: &[f64], q: usize) -> Result<VarianceRatio> {
    if q < 2 {
        return Err(StatsError::Domain("a horizon below 2"));
    }
    varying(log_price, 5 * q + 2)?;
    let d: Vec<f64> = log_price.windows(2).map(|it| it[1] - it[0]).collect();
    varying(&d, 2)?;
    let (n, steps) = (d.len() as f64, q as f64);
    let e = sums::deviations(&d);
    let single = sums::dot(&e, &e) / (n - 1.0);
    let path: Vec<f64> = std::iter::once(0.0).chain(sums::cumulated(&e)).collect();
    let long: Vec<f64> = path.iter().zip(&path[q..]).map(|(a, b)| b - a).collect();
    let divisor = steps * (n - steps + 1.0) * (1.0 - steps / n);
    let vr = crate::error::guard(sums::dot(&long, &long) / divisor / single)?;
    let squares = sums::squares(&e);
    let total = sums::sum(&squares);
    let theta: f64 = (1..q)
        .map(|k| {
            let weight = 2.0 * (1.0 - k as f64 / steps);
            weight * weight * n * sums::dot(&squares, &squares[k..]) / (total * total)
        })
        .sum();
    let iid = 2.0 * (2.0 * steps - 1.0) * (steps - 1.0) / (3.0 * steps);
    let z_robust = crate::error::guard(n.sqrt() * (vr - 1.0) / theta.sqrt())?;
    let z_iid = n.sqrt() * (vr - 1.0) / iid.sqrt();
    Ok(VarianceRatio { vr, z_robust, p_robust: normal_two_sided(z_robust), z_iid })
}

/// Unit-root and stationarity tests of a log price and its returns, as they stand
/// in a report. `adf_..._lagP` uses P lagged differences, `kpss_..._lL` L lags.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is named by test, series and lags")]
pub struct UnitRoots {
    pub adf_logprice_lag0: Option<DickeyFuller>,
    pub adf_logprice_lag1: Option<DickeyFuller>,
    pub adf_logprice_lag5: Option<DickeyFuller>,
    pub adf_return_lag1: Option<DickeyFuller>,
    pub adf_logprice_aic20: Option<DickeyFuller>,
    pub kpss_logprice_l5: Option<Kpss>,
    pub kpss_logprice_l10: Option<Kpss>,
    pub kpss_return_l5: Option<Kpss>,
    pub kpss_return_l10: Option<Kpss>,
}

/// Runs them all; the search over lags only `with_search`. Tests of the log price
/// need more than 30 returns.
///
/// ```
/// let walk = asfm_stats::yardstick::gaussian_walk(30, 0.01, false, 1)?;
/// let it = asfm_stats::unit_root::unit_roots(&walk.log_price(), &walk.returns, false);
/// assert!(it.adf_logprice_lag1.is_none(), "30 returns are too few");
/// assert!(it.kpss_return_l5.is_some());
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn unit_roots(log_price: &[f64], r: &[f64], with_search: bool) -> UnitRoots {
    let price = |lags| enough(r.len(), 31).and_then(|()| dickey_fuller(log_price, lags)).ok();
    UnitRoots {
        adf_logprice_lag0: price(0),
        adf_logprice_lag1: price(1),
        adf_logprice_lag5: price(5),
        adf_return_lag1: dickey_fuller(r, 1).ok(),
        adf_logprice_aic20: if with_search { dickey_fuller_aic(log_price, 20).ok() } else { None },
        kpss_logprice_l5: kpss(log_price, 5).ok(),
        kpss_logprice_l10: kpss(log_price, 10).ok(),
        kpss_return_l5: kpss(r, 5).ok(),
        kpss_return_l10: kpss(r, 10).ok(),
    }
}
