//! Moments, quantiles and L-moments.
//!
//! Moments are taken in two passes around the mean. Location carries the unit of
//! the data; shape (skewness, kurtosis, their quantile and L forms) has none and
//! does not change when the data are shifted or scaled.

use serde::Serialize;

use crate::error::{Result, StatsError, at_least, enough, finite, varying};
use crate::estimate::Estimate;
use crate::special::normal_quantile;
use crate::sums;

/// Arithmetic mean; se = sd / sqrt(n) from two values on. Needs 1 value.
///
/// ```
/// let mean = asfm_stats::moments::mean(&[1.0, 2.0, 6.0])?;
/// assert_eq!(mean.value, 3.0);
/// assert_eq!(mean.n, 3);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn mean(x: &[f64]) -> Result<Estimate> {
    finite(x)?;
    let estimate = Estimate::new(sums::mean(x), x.len(), "arithmetic mean")?;
    if x.len() < 2 {
        return Ok(estimate);
    }
    estimate.with_se((sums::variance(x) / x.len() as f64).sqrt())
}

/// Standard deviation with divisor n - 1. Needs 2 values; 0 if they do not vary.
///
/// ```
/// let sd = asfm_stats::moments::sd(&[1.0, 2.0, 3.0])?;
/// assert_eq!(sd.value, 1.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn sd(x: &[f64]) -> Result<Estimate> {
    at_least(x, 2)?;
    Estimate::new(sums::variance(x).sqrt(), x.len(), "standard deviation, n - 1")
}

/// Standard deviation with divisor n. Needs 1 value; 0 if they do not vary.
///
/// ```
/// let sd = asfm_stats::moments::sd_population(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])?;
/// assert_eq!(sd.value, 2.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn sd_population(x: &[f64]) -> Result<Estimate> {
    finite(x)?;
    let variance = sums::sum_squares(x) / x.len() as f64;
    Estimate::new(variance.sqrt(), x.len(), "standard deviation, n")
}

/// Skewness `g1 = m3 / m2^1.5` with moments of divisor n; se under normality.
/// Needs 3 values; `Constant` if they do not vary.
///
/// ```
/// // Deviations -1, -1, 2: m2 = 2 and m3 = 2.
/// let g1 = asfm_stats::moments::skewness(&[0.0, 0.0, 3.0])?;
/// assert!((g1.value - 0.5_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn skewness(x: &[f64]) -> Result<Estimate> {
    varying(x, 3)?;
    let n = x.len() as f64;
    let se = (6.0 * n * (n - 1.0) / ((n - 2.0) * (n + 1.0) * (n + 3.0))).sqrt();
    Estimate::new(standardised(x).skew, x.len(), "skewness g1")?.with_se(se)
}

/// Adjusted skewness `G1 = g1 sqrt(n(n-1)) / (n-2)`. Needs 3 values.
///
/// ```
/// // g1 is the root of 1/2, and the factor the root of 6.
/// let g1 = asfm_stats::moments::skewness_adjusted(&[0.0, 0.0, 3.0])?;
/// assert!((g1.value - 3.0_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn skewness_adjusted(x: &[f64]) -> Result<Estimate> {
    varying(x, 3)?;
    let n = x.len() as f64;
    let value = standardised(x).skew * (n * (n - 1.0)).sqrt() / (n - 2.0);
    Estimate::new(value, x.len(), "skewness G1")
}

/// Excess kurtosis `g2 = m4 / m2^2 - 3` with moments of divisor n; se
/// `sqrt(24 / n)`, its limit under normality. Needs 4 values; `Constant` if they do
/// not vary. Biased far down in short heavy-tailed series, so values from series
/// of different length do not compare.
///
/// ```
/// use asfm_stats::moments::excess_kurtosis;
///
/// let coin = [1.0, -1.0, 1.0, -1.0];
/// assert!((excess_kurtosis(&coin)?.value + 2.0).abs() < 1e-12);
/// assert!(excess_kurtosis(&[1.0, 1.0, 1.0, 1.0]).is_err());
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn excess_kurtosis(x: &[f64]) -> Result<Estimate> {
    varying(x, 4)?;
    let se = (24.0 / x.len() as f64).sqrt();
    Estimate::new(standardised(x).excess, x.len(), "excess kurtosis g2")?.with_se(se)
}

/// Adjusted excess kurtosis `G2 = (n-1)/((n-2)(n-3)) ((n+1) g2 + 6)`. Needs 4 values.
///
/// ```
/// // g2 = -2, hence 3/2 (5 * -2 + 6).
/// let g2 = asfm_stats::moments::excess_kurtosis_adjusted(&[1.0, -1.0, 1.0, -1.0])?;
/// assert!((g2.value + 6.0).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn excess_kurtosis_adjusted(x: &[f64]) -> Result<Estimate> {
    varying(x, 4)?;
    let n = x.len() as f64;
    let g2 = standardised(x).excess;
    let value = (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * g2 + 6.0);
    Estimate::new(value, x.len(), "excess kurtosis G2")
}

/// Shape moments of divisor n.
pub(crate) struct Shape {
    pub(crate) skew: f64,
    pub(crate) excess: f64,
}

/// Shape moments of values known to vary.
pub(crate) fn standardised(x: &[f64]) -> Shape {
    let centre = sums::Centre::of(x);
    let n = x.len() as f64;
    let sd = (sums::sum_squares(x) / n).sqrt();
    let z = |it: f64| centre.deviation(it) / sd;
    let cubes = sums::sum_of(x, |it| z(it) * z(it) * z(it));
    let fourths = sums::sum_of(x, |it| (z(it) * z(it)) * (z(it) * z(it)));
    Shape { skew: cubes / n, excess: fourths / n - 3.0 }
}

/// Quantile of type 7: linear between order statistics at `(n-1) p`. Needs 1 value
/// and `p` in [0, 1].
///
/// ```
/// assert_eq!(asfm_stats::moments::quantile(&[3.0, 1.0, 2.0, 4.0], 0.5)?.value, 2.5);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn quantile(x: &[f64], p: f64) -> Result<Estimate> {
    finite(x)?;
    if !(0.0..=1.0).contains(&p) {
        return Err(StatsError::Domain("a probability outside [0, 1]"));
    }
    Estimate::new(quantile_sorted(&sums::sorted(x), p), x.len(), "quantile, type 7")
}

/// Type-7 quantile of ascending values.
pub(crate) fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let (idx, t) = position(sorted.len(), p);
    between(sorted[idx], sorted[(idx + 1).min(sorted.len() - 1)], t)
}

/// Type-7 quantile by selection, which reorders `x`.
pub(crate) fn quantile_select(x: &mut [f64], p: f64) -> f64 {
    let (idx, t) = position(x.len(), p);
    let (_, &mut low, above) = x.select_nth_unstable_by(idx, f64::total_cmp);
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    if t > 0.0 && high.is_finite() { between(low, high, t) } else { low }
}

/// Index below the quantile, and how far it lies towards the next.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the position lies between 0 and n - 1"
)]
pub(crate) fn position(n: usize, p: f64) -> (usize, f64) {
    let position = (n - 1) as f64 * p;
    let idx = (position.floor() as usize).min(n - 1);
    (idx, position - idx as f64)
}

pub(crate) fn between(low: f64, high: f64, t: f64) -> f64 {
    if t < 0.5 { low + (high - low) * t } else { high - (high - low) * (1.0 - t) }
}

/// Median of values known to be there.
pub(crate) fn median(x: &[f64]) -> f64 {
    quantile_select(&mut x.to_vec(), 0.5)
}

/// Crow and Siddiqui's quantile kurtosis `(q.975 - q.025) / (q.75 - q.25)` less
/// its normal value 2.9058. Needs 40 values; `Constant` if the middle half does
/// not vary. Robust: no moment need exist.
///
/// ```
/// let uniform: Vec<f64> = (0..=1000).map(f64::from).collect();
/// let it = asfm_stats::moments::crow_siddiqui(&uniform)?;
/// assert!((it.value - (0.95 / 0.5 - 2.9058)).abs() < 1e-4);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn crow_siddiqui(x: &[f64]) -> Result<Estimate> {
    at_least(x, 40)?;
    crow_siddiqui_any(&sums::sorted(x))
}

pub(crate) fn crow_siddiqui_any(sorted: &[f64]) -> Result<Estimate> {
    let q = |p| quantile_sorted(sorted, p);
    let normal = normal_quantile(0.975) / normal_quantile(0.75);
    let spread = nonzero(q(0.75) - q(0.25))?;
    let value = (q(0.975) - q(0.025)) / spread - normal;
    Estimate::new(value, sorted.len(), "Crow-Siddiqui quantile kurtosis, excess")
}

/// Moors' octile kurtosis `((o7 - o5) + (o3 - o1)) / (o6 - o2)` less its normal value
/// 1.2331. Needs 40 values; `Constant` if the middle half does not vary.
///
/// ```
/// let uniform: Vec<f64> = (0..=1000).map(f64::from).collect();
/// let it = asfm_stats::moments::moors(&uniform)?;
/// assert!((it.value - (1.0 - 1.2331)).abs() < 1e-4);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn moors(x: &[f64]) -> Result<Estimate> {
    at_least(x, 40)?;
    moors_any(&sums::sorted(x))
}

pub(crate) fn moors_any(sorted: &[f64]) -> Result<Estimate> {
    let octile = |i: u32| quantile_sorted(sorted, f64::from(i) / 8.0);
    let spread = nonzero(octile(6) - octile(2))?;
    let value = ((octile(7) - octile(5)) + (octile(3) - octile(1))) / spread - 1.233_087_643_9;
    Estimate::new(value, sorted.len(), "Moors octile kurtosis, excess")
}

fn nonzero(spread: f64) -> Result<f64> {
    if spread > 0.0 { Ok(spread) } else { Err(StatsError::Constant) }
}

/// Ratios of L-moments.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LRatios {
    /// L-skewness `l3 / l2`; 0 for symmetric laws, between -1 and 1.
    pub l_skewness: f64,
    /// L-kurtosis `l4 / l2`; 0.1226 for the normal law, between -1/4 and 1.
    pub l_kurtosis: f64,
}

/// L-skewness and L-kurtosis from unbiased probability-weighted moments
/// (Hosking 1990). Needs 4 values; `Constant` if they do not vary. Far steadier
/// than moment kurtosis under heavy tails.
///
/// ```
/// let ratios = asfm_stats::moments::l_ratios(&[1.0, 2.0, 3.0, 4.0, 5.0])?;
/// assert!(ratios.l_skewness.abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn l_ratios(x: &[f64]) -> Result<LRatios> {
    varying(x, 4)?;
    Ok(l_ratios_sorted(&sums::sorted(x)))
}

pub(crate) fn l_ratios_sorted(sorted: &[f64]) -> LRatios {
    let n = sorted.len() as f64;
    let centre = sums::mean(sorted);
    let (mut b0, mut b1, mut b2, mut b3) = (0.0, 0.0, 0.0, 0.0);
    for (i, x) in sorted.iter().enumerate() {
        // Ratios do not depend on location; centring keeps the digits.
        let (i, x) = (i as f64, x - centre);
        let (w1, w2) = (i / (n - 1.0), (i - 1.0) / (n - 2.0));
        b0 += x;
        b1 += w1 * x;
        b2 += w1 * w2 * x;
        b3 += w1 * w2 * ((i - 2.0) / (n - 3.0)) * x;
    }
    let l2 = 2.0 * b1 - b0;
    LRatios {
        l_skewness: (6.0 * b2 - 6.0 * b1 + b0) / l2,
        l_kurtosis: (20.0 * b3 - 30.0 * b2 + 12.0 * b1 - b0) / l2,
    }
}

/// The moments of a series, as they stand in a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Moments {
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation, divisor n - 1.
    pub std_ddof1: Option<f64>,
    /// Standard deviation, divisor n.
    pub std_ddof0: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Skewness g1.
    pub skew_g1: Option<f64>,
    /// Skewness G1.
    #[serde(rename = "skew_G1")]
    pub skew_adjusted: Option<f64>,
    /// Excess kurtosis g2.
    pub exkurt_g2: Option<f64>,
    /// Excess kurtosis G2.
    #[serde(rename = "exkurt_G2")]
    pub exkurt_adjusted: Option<f64>,
    /// Kurtosis g2 + 3.
    pub kurtosis_raw: Option<f64>,
    /// Share of values that are exactly 0: many of them inflate kurtosis and the
    /// dependence of magnitudes mechanically.
    pub zero_share: f64,
    /// Median.
    pub median: f64,
    /// Median absolute deviation from the median, not scaled.
    pub mad_median: f64,
    /// Quantiles of type 7.
    pub quantiles_type7: Quantiles,
    /// Crow and Siddiqui's quantile kurtosis less its normal value.
    pub crow_siddiqui_excess: Option<f64>,
    /// Moors' octile kurtosis less its normal value.
    pub moors_excess: Option<f64>,
    /// L-skewness and L-kurtosis.
    #[serde(flatten)]
    pub l_ratios: Option<LRatios>,
}

/// Type-7 quantiles at the nine levels of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is the quantile its serialised name states")]
pub struct Quantiles {
    #[serde(rename = "0.01")]
    pub p01: f64,
    #[serde(rename = "0.025")]
    pub p025: f64,
    #[serde(rename = "0.05")]
    pub p05: f64,
    #[serde(rename = "0.25")]
    pub p25: f64,
    #[serde(rename = "0.5")]
    pub p50: f64,
    #[serde(rename = "0.75")]
    pub p75: f64,
    #[serde(rename = "0.95")]
    pub p95: f64,
    #[serde(rename = "0.975")]
    pub p975: f64,
    #[serde(rename = "0.99")]
    pub p99: f64,
}

/// Computes all moments of a series. Needs 1 value; what needs more, or needs
/// variation, is `None`. The quantile kurtoses are given from 4 values on, below
/// the 40 at which their functions answer.
///
/// ```
/// let it = asfm_stats::moments::moments(&[1.0, 2.0, 6.0, 0.0])?;
/// assert_eq!((it.mean, it.median, it.mad_median), (2.25, 1.5, 1.0));
/// assert_eq!((it.min, it.max, it.zero_share), (0.0, 6.0, 0.25));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn moments(x: &[f64]) -> Result<Moments> {
    moments_of_column(x.to_vec())
}

/// The same of a column that is given away: it is sorted in place, and nothing as long
/// as it is held beside it.
pub(crate) fn moments_of_column(x: Vec<f64>) -> Result<Moments> {
    finite(&x)?;
    let value = |it: Result<Estimate>| it.ok().map(|it| it.value);
    let excess = value(excess_kurtosis(&x));
    // In the order of time, since sums depend on it in their last digits.
    let in_time = Moments {
        mean: sums::mean(&x),
        std_ddof1: value(sd(&x)),
        std_ddof0: sd_population(&x)?.value,
        skew_g1: value(skewness(&x)),
        skew_adjusted: value(skewness_adjusted(&x)),
        exkurt_g2: excess,
        exkurt_adjusted: value(excess_kurtosis_adjusted(&x)),
        kurtosis_raw: excess.map(|it| it + 3.0),
        zero_share: x.iter().filter(|it| **it == 0.0).count() as f64 / x.len() as f64,
        ..Moments::default()
    };
    let mut sorted = x;
    sorted.sort_unstable_by(f64::total_cmp);
    let q = |p| quantile_sorted(&sorted, p);
    let of_four =
        |f: fn(&[f64]) -> Result<Estimate>| enough(sorted.len(), 4).and_then(|()| f(&sorted));
    Ok(Moments {
        min: sorted[0],
        max: sorted[sorted.len() - 1],
        median: q(0.5),
        mad_median: median_distance(&sorted, q(0.5)),
        quantiles_type7: Quantiles {
            p01: q(0.01),
            p025: q(0.025),
            p05: q(0.05),
            p25: q(0.25),
            p50: q(0.5),
            p75: q(0.75),
            p95: q(0.95),
            p975: q(0.975),
            p99: q(0.99),
        },
        crow_siddiqui_excess: value(of_four(crow_siddiqui_any)),
        moors_excess: value(of_four(moors_any)),
        l_ratios: varying(&sorted, 4).ok().map(|()| l_ratios_sorted(&sorted)),
        ..in_time
    })
}

/// Median of the distances of ascending values to `centre`: they grow to both sides of it.
fn median_distance(sorted: &[f64], centre: f64) -> f64 {
    let (mut below, mut above) = sorted.split_at(sorted.partition_point(|it| *it < centre));
    let nearest = std::iter::from_fn(|| {
        let (down, up) = (below.split_last(), above.split_first());
        let take_below = match (down, up) {
            (Some((down, _)), Some((up, _))) => centre - down < up - centre,
            (down, _) => down.is_some(),
        };
        let (taken, rest) = if take_below { down? } else { up? };
        *(if take_below { &mut below } else { &mut above }) = rest;
        Some((taken - centre).abs())
    });
    let (idx, t) = position(sorted.len(), 0.5);
    let middle: Vec<f64> = nearest.skip(idx).take(2).collect();
    between(middle[0], *middle.last().unwrap_or(&middle[0]), t)
}
