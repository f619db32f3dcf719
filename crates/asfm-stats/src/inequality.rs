//! Inequality of wealth among agents.
//!
//! Every measure depends on the shares alone: neither the unit of wealth nor the order
//! of agents matters. Wealth must not be negative and must not be zero for all.

use serde::Serialize;

use crate::error::{Result, StatsError, enough, finite};
use crate::sums;

/// Shares of total wealth, ascending.
fn shares(x: &[f64]) -> Result<Vec<f64>> {
    finite(x)?;
    if x.iter().any(|&it| it < 0.0) {
        return Err(StatsError::Domain("a negative wealth"));
    }
    let total = sums::sum(x);
    if total <= 0.0 {
        return Err(StatsError::Domain("no wealth at all"));
    }
    Ok(sums::sorted(x).iter().map(|it| it / total).collect())
}

/// Gini's coefficient `sum (2i - n - 1) x_(i) / (n sum x)`, between 0 and `1 - 1/n`. Needs
/// 1 value.
///
/// ```
/// use asfm_stats::inequality::gini;
///
/// assert_eq!(gini(&[5.0, 5.0])?, 0.0);
/// assert_eq!(gini(&[0.0, 0.0, 0.0, 8.0])?, 0.75);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn gini(x: &[f64]) -> Result<f64> {
    Ok(gini_of(&shares(x)?))
}

fn gini_of(shares: &[f64]) -> f64 {
    let n = shares.len() as f64;
    let weighted: Vec<f64> =
        shares.iter().enumerate().map(|(i, it)| (2.0 * i as f64 + 1.0 - n) * it).collect();
    (sums::sum(&weighted) / n).max(0.0)
}

/// Gini's coefficient times `n / (n - 1)`, between 0 and 1. Needs 2 values.
///
/// ```
/// assert_eq!(asfm_stats::inequality::gini_unbiased(&[0.0, 8.0])?, 1.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn gini_unbiased(x: &[f64]) -> Result<f64> {
    enough(x.len(), 2)?;
    let n = x.len() as f64;
    Ok(gini(x)? * n / (n - 1.0))
}

/// Share of wealth held by the richest tenth, rounded up to whole agents. Needs 1 value.
///
/// ```
/// let wealth = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 11.0];
/// assert!((asfm_stats::inequality::top_tenth_share(&wealth)? - 11.0 / 20.0).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn top_tenth_share(x: &[f64]) -> Result<f64> {
    let shares = shares(x)?;
    let top = shares.len().div_ceil(10);
    Ok(sums::sum(&shares[shares.len() - top..]))
}

/// Herfindahl and Hirschman's index: the sum of squared shares, between `1/n` and 1.
/// Needs 1 value.
///
/// ```
/// // Shares 1/4, 1/4, 1/2.
/// assert_eq!(asfm_stats::inequality::herfindahl(&[1.0, 1.0, 2.0])?, 0.375);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn herfindahl(x: &[f64]) -> Result<f64> {
    let shares = shares(x)?;
    Ok(sums::dot(&shares, &shares))
}

/// Theil's T, `mean of (x/m) ln(x/m)` with `0 ln 0 = 0`; between 0 and `ln n`. Needs 1 value.
///
/// ```
/// use asfm_stats::inequality::theil;
///
/// assert_eq!(theil(&[3.0, 3.0])?, 0.0);
/// assert!((theil(&[0.0, 6.0])? - 2.0_f64.ln()).abs() < 1e-12, "one of two has it all");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn theil(x: &[f64]) -> Result<f64> {
    let n = x.len() as f64;
    let terms: Vec<f64> =
        shares(x)?.iter().map(|it| if *it > 0.0 { it * (it * n).ln() } else { 0.0 }).collect();
    Ok(sums::sum(&terms).max(0.0))
}

/// Lorenz curve at the deciles: eleven cumulated shares from 0 to 1, linear between
/// agents. Needs 1 value.
///
/// ```
/// let curve = asfm_stats::inequality::lorenz_deciles(&[0.0, 10.0])?;
/// assert_eq!((curve[0], curve[5], curve[10]), (0.0, 0.0, 1.0));
/// assert!((curve[7] - 0.4).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position on the curve lies between 0 and n"
)]
pub fn lorenz_deciles(x: &[f64]) -> Result<Vec<f64>> {
    let mut curve = vec![0.0];
    curve.extend(sums::cumulated(&shares(x)?));
    let n = x.len() as f64;
    let at = |decile: u32| {
        let place = f64::from(decile) / 10.0 * n;
        let idx = (place.floor() as usize).min(x.len() - 1);
        curve[idx] + (place - idx as f64) * (curve[idx + 1] - curve[idx])
    };
    Ok((0..=10).map(at).collect())
}

/// All measures of one distribution of wealth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inequality {
    /// Gini's coefficient.
    pub gini: f64,
    /// The same times `n / (n - 1)`; `None` for one agent.
    pub gini_unbiased: Option<f64>,
    /// Share of the richest tenth.
    pub top10pct_share: f64,
    /// Herfindahl-Hirschman index.
    pub hhi: f64,
    /// Theil's T.
    #[serde(rename = "theil_T")]
    pub theil: f64,
    /// Lorenz curve at the deciles.
    pub lorenz_deciles: Vec<f64>,
}

/// Computes them all. Needs 1 value.
///
/// ```
/// let it = asfm_stats::inequality::inequality(&[1.0, 1.0, 2.0])?;
/// assert!((it.gini - 1.0 / 6.0).abs() < 1e-12, "(-2 * 1 + 0 * 1 + 2 * 2) / (3 * 4)");
/// assert_eq!((it.hhi, it.top10pct_share), (0.375, 0.5));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn inequality(x: &[f64]) -> Result<Inequality> {
    Ok(Inequality {
        gini: gini(x)?,
        gini_unbiased: gini_unbiased(x).ok(),
        top10pct_share: top_tenth_share(x)?,
        hhi: herfindahl(x)?,
        theil: theil(x)?,
        lorenz_deciles: lorenz_deciles(x)?,
    })
}
