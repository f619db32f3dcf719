//! How the law of returns changes with the horizon, and how its extremes cluster.

use serde::Serialize;

use crate::error::{Result, StatsError, enough, guard, varying};
use crate::moments::{l_ratios_sorted, quantile_sorted, standardised};
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
///
/// ```
/// use asfm_stats::moments::l_ratios;
/// use asfm_stats::scaling::l_kurtosis_of_sums;
///
/// let x: Vec<f64> = (0..60).map(|t| f64::from(t * t % 17)).collect();
/// assert!((l_kurtosis_of_sums(&x, 1)? - l_ratios(&x)?.l_kurtosis).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
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
///
/// ```
/// let x: Vec<f64> = (0..100).map(|t| f64::from(t * t % 17)).collect();
/// let it = asfm_stats::scaling::horizon(&x, 5)?;
/// assert_eq!((it.h, it.n), (5, 20));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
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
///
/// ```
/// // Heavy tails: the cube of a normal draw. Sums are closer to normal.
/// let walk = asfm_stats::yardstick::gaussian_walk(2000, 0.01, false, 1)?;
/// let cubes: Vec<f64> = walk.returns.iter().map(|it| it.powi(3)).collect();
/// let at = asfm_stats::scaling::aggregation(&cubes)?;
/// assert_eq!(at.iter().map(|it| it.n).collect::<Vec<_>>(), [2000, 1000, 400, 200, 100]);
/// assert!(at[0].l_kurtosis_offset_mean > at[4].l_kurtosis_offset_mean);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn aggregation(x: &[f64]) -> Result<Vec<Horizon>> {
    varying(x, 200)?;
    [1, 2, 5, 10, 20].into_iter().map(|h| horizon_any(x, h)).collect()
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
        return Err(StatsError::Domain("a window of no days or a level outside [0, 1)"));
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
    let counts: Vec<f64> =
        events.chunks_exact(width).map(|it| it.iter().filter(|it| **it).count() as f64).collect();
    fano_of_counts(&counts)
}

/// Fano factor of counts.
pub(crate) fn fano_of_counts(counts: &[f64]) -> Result<f64> {
    let mean = sums::mean(counts);
    if mean <= 0.0 {
        return Err(StatsError::Constant);
    }
    guard(sums::variance(counts) / mean)
}

/// Quantile asymmetry `(q.95 + q.05 - 2 median) / (q.95 - q.05)`: negative if losses
/// reach further than gains; between -1 and 1. Needs 20 values; `Constant` if the two
/// quantiles coincide.
///
/// ```
/// use asfm_stats::scaling::quantile_asymmetry;
///
/// let symmetric: Vec<f64> = (-50..=50).map(f64::from).collect();
/// assert!(quantile_asymmetry(&symmetric)?.abs() < 1e-12);
/// // Losses are twice as long: (45 - 90) / (45 + 90).
/// let losses: Vec<f64> = symmetric.iter().map(|&it| if it < 0.0 { 2.0 * it } else { it }).collect();
/// assert!((quantile_asymmetry(&losses)? + 1.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn quantile_asymmetry(x: &[f64]) -> Result<f64> {
    varying(x, 20)?;
    let sorted = sums::sorted(x);
    let q = |p| quantile_sorted(&sorted, p);
    let (high, low) = (q(0.95), q(0.05));
    let spread = high - low;
    if spread <= 0.0 {
        return Err(StatsError::Constant);
    }
    Ok((high + low - 2.0 * q(0.5)) / spread)
}

/// Quantile asymmetry of values whose signs are drawn afresh: from magnitudes in ascending
/// order, order statistics are found by counting sign bits.
pub(crate) struct RandomSigns {
    magnitudes: Vec<f64>,
}

impl RandomSigns {
    pub(crate) fn new(x: &[f64]) -> Self {
        Self { magnitudes: sums::sorted(&sums::abs(x)) }
    }

    /// Number of 64-bit words that hold one sign per value.
    pub(crate) fn n_words(&self) -> usize {
        self.magnitudes.len().div_ceil(64)
    }

    /// The asymmetry when set bits mark negative values; 0 if the quantiles coincide. Bits
    /// beyond the last value are cleared.
    pub(crate) fn asymmetry(&self, negative: &mut [u64]) -> f64 {
        let n = self.magnitudes.len();
        if let (Some(last), rest @ 1..) = (negative.last_mut(), n % 64) {
            *last &= (1 << rest) - 1;
        }
        let n_negative = negative.iter().map(|it| it.count_ones() as usize).sum();
        let q = |p| {
            let (idx, t) = crate::moments::position(n, p);
            let at = |rank: usize| self.ranked(negative, n_negative, rank.min(n - 1));
            crate::moments::between(at(idx), at(idx + 1), t)
        };
        let (high, low) = (q(0.95), q(0.05));
        if high > low { (high + low - 2.0 * q(0.5)) / (high - low) } else { 0.0 }
    }

    /// The value of a rank, from 0. Negative values come first, the largest magnitude
    /// leading; positive ones follow, the largest magnitude last.
    fn ranked(&self, negative: &[u64], n_negative: usize, rank: usize) -> f64 {
        let n = self.magnitudes.len();
        // Both sides are counted down from the largest magnitude.
        let (flip, mut left) = if rank < n_negative { (0, rank) } else { (u64::MAX, n - 1 - rank) };
        for (word, bits) in negative.iter().enumerate().rev() {
            let used = (n - 64 * word).min(64);
            let mut bits = (bits ^ flip) & (u64::MAX >> (64 - used));
            let count = bits.count_ones() as usize;
            if left >= count {
                left -= count;
                continue;
            }
            for _ in 0..left {
                bits ^= 1 << bits.ilog2();
            }
            let magnitude = self.magnitudes[64 * word + bits.ilog2() as usize];
            return if flip == 0 { -magnitude } else { magnitude };
        }
        0.0
    }
}

/// Counts per window of events scattered at random, without replacement.
pub(crate) fn scatter(
    n_events: usize,
    n: usize,
    width: usize,
    stream: &mut crate::random::Stream,
    taken: &mut Vec<bool>,
) -> Vec<f64> {
    taken.clear();
    taken.resize(n, false);
    let mut counts = vec![0.0; n / width];
    // Floyd's sampling: a place drawn twice gives its turn to the newest place.
    for newest in n - n_events..n {
        let drawn = stream.below(newest + 1);
        let place = if taken[drawn] { newest } else { drawn };
        taken[place] = true;
        if let Some(count) = counts.get_mut(place / width) {
            *count += 1.0;
        }
    }
    counts
}

/// Ratio of the 1 % quantile to the 99 % one, sign changed: above 1 if losses reach
/// further. `None` if the upper quantile is 0.
pub(crate) fn tail_quantile_ratio(x: &[f64]) -> Option<f64> {
    let sorted = sums::sorted(x);
    let ratio = -quantile_sorted(&sorted, 0.01) / quantile_sorted(&sorted, 0.99);
    Some(ratio).filter(|it| it.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn counting_sign_bits_finds_the_quantiles() {
        for n in [20, 63, 64, 65, 250] {
            let x = Stream::new(9, Purpose::GainLoss, n).normals(n);
            let law = RandomSigns::new(&x);
            let mut bits = vec![0; law.n_words()];
            Stream::new(9, Purpose::GainLoss, n + 1).bits(&mut bits);
            let sign = |i: usize| {
                if bits[i / 64] >> (i % 64) & 1 == 1 { -1.0 } else { 1.0 }
            };
            let signed: Vec<f64> =
                law.magnitudes.iter().enumerate().map(|(i, it)| sign(i) * it).collect();
            let plain = quantile_asymmetry(&signed).expect("the values vary");
            assert!((law.asymmetry(&mut bits) - plain).abs() < 1e-12, "{n}");
        }
    }

    #[test]
    fn scattered_events_keep_their_number() {
        let mut taken = Vec::new();
        let mut total = vec![0.0; 10];
        for it in 0..400 {
            let mut stream = Stream::new(3, Purpose::Intermittency, it);
            let counts = scatter(10, 200, 20, &mut stream, &mut taken);
            assert!((sums::sum(&counts) - 10.0).abs() < 1e-12);
            total.iter_mut().zip(&counts).for_each(|(sum, it)| *sum += it);
        }
        assert!(total.iter().all(|it| (300.0..500.0).contains(it)), "{total:?}");
    }
}
