//! Tails: the Hill and rank-1/2 indices and a Student-t fit.
//!
//! A tail index alpha is the power with which the probability of exceeding x
//! falls, `P(X > x) ~ x^-alpha`; it has no unit. At 5 % of the sample Hill's
//! estimate is about 6 for Gaussian data at every length, so an index below 6
//! alone is no evidence of a power law.

use serde::Serialize;

use crate::error::{Result, StatsError, enough, finite, guard, varying};
use crate::optimize::minimise;
use crate::special::ln_gamma;
use crate::sums;

/// The side of a distribution whose tail is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tail {
    /// Magnitudes, both sides together.
    Absolute,
    /// Losses, as positive numbers.
    Left,
    /// Gains.
    Right,
}

/// A tail index from the largest values of one side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TailIndex {
    /// Number of values in the tail.
    pub k: usize,
    /// Number of strictly positive values of the side.
    pub n_side: usize,
    /// The index.
    pub alpha: f64,
    /// Its standard error.
    pub se: f64,
    /// The largest value outside the tail, in the unit of the data.
    pub threshold: f64,
}

/// Strictly positive values of a side.
fn side(x: &[f64], tail: Tail) -> Vec<f64> {
    fn positive(x: &[f64], of: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut values = vec![0.0; x.len()];
        let mut n = 0;
        for &it in x {
            // Without a branch, since signs of returns cannot be foretold.
            values[n] = of(it);
            n += usize::from(of(it) > 0.0);
        }
        values.truncate(n);
        values
    }
    match tail {
        Tail::Absolute => positive(x, f64::abs),
        Tail::Left => positive(x, |it| -it),
        Tail::Right => positive(x, |it| it),
    }
}

/// Brings the `k` largest values to the front, descending, and the next one behind them if
/// there is one; the rest is in no order.
fn largest_first(values: &mut [f64], k: usize) {
    let descending = |a: &f64, b: &f64| b.total_cmp(a);
    if k < values.len() {
        values.select_nth_unstable_by(k, descending);
    }
    values[..k].sort_unstable_by(descending);
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fraction of a count is a count"
)]
fn tail_size(n_side: usize, fraction: f64) -> Result<usize> {
    if !(fraction > 0.0 && fraction < 1.0) {
        return Err(StatsError::Domain("a tail fraction outside (0, 1)"));
    }
    // The allowance keeps a product such as 0.05 * 20 from falling below its integer.
    Ok((fraction * n_side as f64 + 1e-9).floor() as usize)
}

/// Hill's estimator (1975), `alpha = 1 / mean of ln(X_i / X_(k+1))` over the k largest
/// values, `k = floor(fraction * n_side)`, se = `alpha / sqrt(k)`.
///
/// Needs k of at least 10; `Constant` if the tail does not vary. Invariant to
/// scale, not to location.
///
/// ```
/// use asfm_stats::tail::{Tail, hill};
///
/// // The quantiles of a Pareto law of index 3.
/// let x: Vec<f64> = (1..=1000).map(|i| (f64::from(i) / 1001.0).powf(-1.0 / 3.0)).collect();
/// let index = hill(&x, Tail::Right, 0.10)?;
/// assert!((index.alpha - 3.0).abs() < 2.0 * index.se);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn hill(x: &[f64], tail: Tail, fraction: f64) -> Result<TailIndex> {
    hill_from(x, tail, fraction, 10)
}

/// As [`hill`] with another least size of the tail; below 10 the index is
/// indicative at best.
///
/// ```
/// use asfm_stats::tail::{Tail, hill_from};
///
/// let e = std::f64::consts::E;
/// let index = hill_from(&[e * e, 0.5, 1.0, e, -7.0], Tail::Right, 0.5, 2)?;
/// assert_eq!((index.k, index.n_side, index.threshold), (2, 4, 1.0));
/// assert!((index.alpha - 2.0 / 3.0).abs() < 1e-12, "logarithms 2 and 1");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn hill_from(x: &[f64], tail: Tail, fraction: f64, k_min: usize) -> Result<TailIndex> {
    finite(x)?;
    let mut values = side(x, tail);
    let k = tail_size(values.len(), fraction)?;
    if k >= values.len() {
        return Err(StatsError::TooShort { need: k + 1, got: values.len() });
    }
    if k < k_min.max(2) {
        return Err(StatsError::TooShort { need: k_min.max(2), got: k });
    }
    largest_first(&mut values, k);
    let threshold = values[k];
    let excess: Vec<f64> = values[..k].iter().map(|it| (it / threshold).ln()).collect();
    let mean = sums::mean(&excess);
    if mean <= 0.0 {
        return Err(StatsError::Constant);
    }
    let alpha = guard(1.0 / mean)?;
    Ok(TailIndex { k, n_side: values.len(), alpha, se: alpha / (k as f64).sqrt(), threshold })
}

/// The tail index of a regression of log rank on log size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RankIndex {
    /// Number of values in the tail.
    pub k: usize,
    /// The index; `None` in a report whose tail holds fewer than two values.
    pub alpha: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
}

/// Gabaix and Ibragimov's (2011) index: minus the least-squares slope of
/// `ln(i - 1/2)` on `ln X_(i)` over the k largest values; se = `alpha sqrt(2/k)`.
///
/// Needs k of at least 10; `Constant` if the tail does not vary.
///
/// ```
/// use asfm_stats::tail::{Tail, rank_half};
///
/// // Sizes for which the line is exact.
/// let x: Vec<f64> = (1..=200).map(|i| (f64::from(i) - 0.5).powf(-1.0 / 3.0)).collect();
/// let index = rank_half(&x, Tail::Right, 0.10)?;
/// assert_eq!(index.k, 20);
/// assert!(index.alpha.is_some_and(|it| (it - 3.0).abs() < 1e-9));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn rank_half(x: &[f64], tail: Tail, fraction: f64) -> Result<RankIndex> {
    let index = rank_half_any(x, tail, fraction)?;
    enough(index.k, 10)?;
    if index.alpha.is_none() { Err(StatsError::Constant) } else { Ok(index) }
}

pub(crate) fn rank_half_any(x: &[f64], tail: Tail, fraction: f64) -> Result<RankIndex> {
    finite(x)?;
    let mut values = side(x, tail);
    let k = tail_size(values.len(), fraction)?;
    largest_first(&mut values, k);
    let logs: Vec<f64> = values[..k].iter().map(|it| it.ln()).collect();
    let ranks: Vec<f64> = (0..k).map(|i| (i as f64 + 0.5).ln()).collect();
    let alpha = sums::line(&logs, &ranks).map(|it| -it.slope).filter(|it| it.is_finite());
    Ok(RankIndex { k, alpha, se: alpha.map(|it| it * (2.0 / k as f64).sqrt()) })
}

/// A fitted Student-t law with location and scale, of returns in percent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StudentT {
    /// Degrees of freedom, in (1, 1e6]. Above 200 the law is normal for every
    /// practical purpose and the number itself means nothing.
    pub nu: f64,
    /// Location, percent.
    pub loc: f64,
    /// Scale, percent; the sd is `scale sqrt(nu / (nu - 2))` for nu above 2.
    pub scale: f64,
    /// Log-likelihood at the optimum.
    pub loglik: f64,
}

/// Log-likelihood of a Student-t law with location and scale.
///
/// ```
/// // One degree of freedom is Cauchy's law: density 1 / pi at 0.
/// let loglik = asfm_stats::tail::student_t_loglik(&[0.0], 1.0, 0.0, 1.0);
/// assert!((loglik + std::f64::consts::PI.ln()).abs() < 1e-9);
/// ```
pub fn student_t_loglik(x: &[f64], nu: f64, loc: f64, scale: f64) -> f64 {
    let constant = ln_gamma(0.5 * (nu + 1.0))
        - ln_gamma(0.5 * nu)
        - 0.5 * (nu * std::f64::consts::PI).ln()
        - scale.ln();
    let unit = 1.0 / (nu * scale * scale);
    let logs: Vec<f64> = x.iter().map(|it| ((it - loc) * (it - loc) * unit).ln_1p()).collect();
    x.len() as f64 * constant - 0.5 * (nu + 1.0) * sums::sum(&logs)
}

/// Maximum-likelihood fit of a Student-t law to 100 times the returns.
///
/// Needs 100 values; nu is sought in (1, 1e6], so that the likelihood of normal data
/// reaches its normal limit. Comparable between series of different length, unlike kurtosis.
///
/// ```
/// let walk = asfm_stats::yardstick::gaussian_walk(500, 0.01, false, 1)?;
/// let fit = asfm_stats::tail::student_t(&walk.returns)?;
/// assert!(fit.nu > 8.0, "the draws are normal");
/// assert!((fit.scale - 1.0).abs() < 0.15, "1 percent a day");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn student_t(returns: &[f64]) -> Result<StudentT> {
    varying(returns, 100)?;
    let y: Vec<f64> = returns.iter().map(|it| 100.0 * it).collect();
    let sd = sums::variance(&y).sqrt();
    let median = crate::moments::median(&y);
    // Free parameters: ln nu, location in units of the sd, ln scale.
    let unpack = |q: &[f64]| (q[0].exp(), median + q[1] * sd, q[2].exp() * sd);
    let loss = |q: &[f64]| {
        let (nu, loc, scale) = unpack(q);
        if nu > 1.0 && nu <= 1e6 { -student_t_loglik(&y, nu, loc, scale) } else { f64::INFINITY }
    };
    let best = [5.0_f64, 2.5, 30.0, 1e5]
        .map(|nu| minimise(loss, &[nu.ln(), 0.0, -0.2], 0.1, 1e-9))
        .into_iter()
        .min_by(|a, b| a.value.total_cmp(&b.value))
        .ok_or(StatsError::NoConvergence)?;
    if !best.value.is_finite() {
        return Err(StatsError::NoConvergence);
    }
    let (nu, loc, scale) = unpack(&best.at);
    Ok(StudentT { nu, loc, scale, loglik: -best.value })
}

/// The tails of a series, as they stand in a report.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is named by side and percentage of the tail")]
pub struct Tails {
    #[serde(rename = "hill_abs_2.5")]
    pub hill_abs_2_5: Option<TailIndex>,
    pub hill_abs_5: Option<TailIndex>,
    pub hill_abs_10: Option<TailIndex>,
    pub hill_left_5: Option<TailIndex>,
    pub hill_right_5: Option<TailIndex>,
    pub rank_half_abs_5: Option<RankIndex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub student_t_mle_pct: Option<StudentT>,
}

/// Computes the tails of a report. Indices are given from two values in the tail
/// on, with their k beside them; below k = 10 they are indicative only. The
/// Student-t fit is left out unless `with_fit`.
///
/// ```
/// let walk = asfm_stats::yardstick::gaussian_walk(100, 0.01, false, 1)?;
/// let it = asfm_stats::tail::tails(&walk.returns, false)?;
/// assert_eq!(it.hill_abs_5.map(|it| it.k), Some(5), "indicative: 10 are needed");
/// assert!(it.student_t_mle_pct.is_none(), "left out");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn tails(x: &[f64], with_fit: bool) -> Result<Tails> {
    finite(x)?;
    let hill = |tail, fraction| hill_from(x, tail, fraction, 2).ok();
    Ok(Tails {
        hill_abs_2_5: hill(Tail::Absolute, 0.025),
        hill_abs_5: hill(Tail::Absolute, 0.05),
        hill_abs_10: hill(Tail::Absolute, 0.10),
        hill_left_5: hill(Tail::Left, 0.05),
        hill_right_5: hill(Tail::Right, 0.05),
        rank_half_abs_5: rank_half_any(x, Tail::Absolute, 0.05).ok(),
        student_t_mle_pct: if with_fit { student_t(x).ok() } else { None },
    })
}
