//! Bootstrap intervals for independent values and for time series.
//!
//! A replicate draws from its own stream, keyed by seed and replicate, so results
//! are the same on any number of threads. Replicates on which the statistic has no
//! value are left out; if they are more than one in twenty, there is no interval.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Result, StatsError, at_least, enough, guard, varying};
use crate::estimate::{Estimate, Interval};
use crate::moments::quantile_sorted;
use crate::random::{Purpose, Stream};
use crate::special::{normal_cdf, normal_quantile};
use crate::sums;

/// A statistic to be bootstrapped.
pub trait Statistic: Fn(&[f64]) -> Result<f64> + Sync {}
impl<F: Fn(&[f64]) -> Result<f64> + Sync> Statistic for F {}

/// Replicates of a statistic, ascending, with the estimate they belong to.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicates {
    /// The statistic of the data.
    pub estimate: f64,
    /// Its replicates, ascending.
    pub sorted: Vec<f64>,
    /// Number of values in the data.
    pub n: usize,
    /// How they were drawn.
    pub method: &'static str,
}

impl Replicates {
    /// Replicates that were computed elsewhere, in any order. Needs 2.
    ///
    /// ```
    /// use asfm_stats::bootstrap::Replicates;
    ///
    /// let it = Replicates::new(2.0, &[3.0, 1.0, 2.0], 12, "drawn elsewhere")?;
    /// assert_eq!((it.sorted.as_slice(), it.se()), (&[1.0, 2.0, 3.0][..], 1.0));
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn new(estimate: f64, replicates: &[f64], n: usize, method: &'static str) -> Result<Self> {
        at_least(replicates, 2)?;
        Ok(Self { estimate: guard(estimate)?, sorted: sums::sorted(replicates), n, method })
    }

    /// Standard error: the sd (n - 1) of the replicates.
    ///
    /// ```
    /// let it = asfm_stats::bootstrap::Replicates::new(2.0, &[3.0, 1.0, 2.0], 12, "drawn elsewhere")?;
    /// assert_eq!(it.se(), 1.0);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn se(&self) -> f64 {
        sums::variance(&self.sorted).sqrt()
    }

    /// Percentile interval: type-7 quantiles of the replicates.
    ///
    /// ```
    /// use asfm_stats::bootstrap::Replicates;
    ///
    /// let replicates: Vec<f64> = (0..=100).map(f64::from).collect();
    /// let ci = Replicates::new(40.0, &replicates, 12, "drawn elsewhere")?.percentile(0.90)?;
    /// assert!((ci.lo - 5.0).abs() < 1e-9 && (ci.hi - 95.0).abs() < 1e-9);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn percentile(&self, level: f64) -> Result<Interval> {
        let tail = tail(level)?;
        let q = |p| quantile_sorted(&self.sorted, p);
        Ok(Interval { lo: q(tail), hi: q(1.0 - tail), level })
    }

    /// Basic interval: the percentile interval reflected at the estimate.
    ///
    /// ```
    /// use asfm_stats::bootstrap::Replicates;
    ///
    /// let replicates: Vec<f64> = (0..=100).map(f64::from).collect();
    /// let ci = Replicates::new(40.0, &replicates, 12, "drawn elsewhere")?.basic(0.90)?;
    /// // 2 * 40 - 95 and 2 * 40 - 5.
    /// assert!((ci.lo + 15.0).abs() < 1e-9 && (ci.hi - 75.0).abs() < 1e-9);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn basic(&self, level: f64) -> Result<Interval> {
        let it = self.percentile(level)?;
        let reflect = |end| 2.0 * self.estimate - end;
        Ok(Interval { lo: reflect(it.hi), hi: reflect(it.lo), level })
    }

    /// Bias correction: the normal quantile of the share of replicates below the
    /// estimate, ties counted half.
    ///
    /// ```
    /// use asfm_stats::bootstrap::Replicates;
    ///
    /// let replicates: Vec<f64> = (0..=100).map(f64::from).collect();
    /// let at = |estimate| Replicates::new(estimate, &replicates, 12, "drawn elsewhere");
    /// assert!(at(50.0)?.bias_correction().abs() < 1e-12, "the estimate is their median");
    /// assert!(at(40.0)?.bias_correction() < 0.0);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn bias_correction(&self) -> f64 {
        let below = self.sorted.partition_point(|&it| it < self.estimate);
        let up_to = self.sorted.partition_point(|&it| it <= self.estimate);
        let n = self.sorted.len() as f64;
        let share = (below + up_to) as f64 / 2.0 / n;
        normal_quantile(share.clamp(0.5 / n, 1.0 - 0.5 / n))
    }

    /// Efron's (1987) bias-corrected and accelerated interval.
    ///
    /// ```
    /// use asfm_stats::bootstrap::Replicates;
    ///
    /// let replicates: Vec<f64> = (0..=100).map(f64::from).collect();
    /// let it = Replicates::new(50.0, &replicates, 12, "drawn elsewhere")?;
    /// // Without bias and acceleration it is the percentile interval.
    /// let (bca, plain) = (it.bca(0.0, 0.90)?, it.percentile(0.90)?);
    /// assert!((bca.lo - plain.lo).abs() < 1e-6 && (bca.hi - plain.hi).abs() < 1e-6);
    /// assert!(it.bca(0.1, 0.90)?.hi > plain.hi);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn bca(&self, acceleration: f64, level: f64) -> Result<Interval> {
        let [lo, hi] = self.bca_levels(acceleration, level)?;
        let q = |p| quantile_sorted(&self.sorted, p);
        Ok(Interval { lo: q(lo), hi: q(hi), level })
    }

    /// The levels at which the BCa interval reads the replicates.
    ///
    /// ```
    /// use asfm_stats::bootstrap::Replicates;
    ///
    /// let replicates: Vec<f64> = (0..=100).map(f64::from).collect();
    /// let [lo, hi] = Replicates::new(50.0, &replicates, 12, "drawn elsewhere")?.bca_levels(0.0, 0.95)?;
    /// assert!((lo - 0.025).abs() < 1e-9 && (hi - 0.975).abs() < 1e-9);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn bca_levels(&self, acceleration: f64, level: f64) -> Result<[f64; 2]> {
        let (tail, z0) = (tail(level)?, self.bias_correction());
        let at = |z: f64| normal_cdf(z0 + (z0 + z) / (1.0 - acceleration * (z0 + z)));
        Ok([guard(at(normal_quantile(tail)))?, guard(at(normal_quantile(1.0 - tail)))?])
    }

    /// The estimate with its standard error and an interval.
    ///
    /// ```
    /// let it = asfm_stats::bootstrap::Replicates::new(2.0, &[3.0, 1.0, 2.0], 12, "drawn elsewhere")?;
    /// let estimate = it.estimate_with(it.percentile(0.90)?)?;
    /// assert_eq!((estimate.value, estimate.se, estimate.n), (2.0, Some(1.0), 12));
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn estimate_with(&self, ci: Interval) -> Result<Estimate> {
        let estimate = Estimate::new(self.estimate, self.n, self.method)?;
        Ok(estimate.with_se(self.se())?.with_ci(ci))
    }
}

fn tail(level: f64) -> Result<f64> {
    if level > 0.0 && level < 1.0 {
        Ok((1.0 - level) / 2.0)
    } else {
        Err(StatsError::Domain("a level outside (0, 1)"))
    }
}

/// Acceleration of a statistic from its jackknife values `t_i`:
/// `sum u^3 / (6 (sum u^2)^1.5)` with `u = mean(t) - t_i`; 0 if they do not vary.
///
/// ```
/// let mean = |x: &[f64]| asfm_stats::moments::mean(x).map(|it| it.value);
/// // Jackknife means 1.5, 1.5, 0, hence u = -0.5, -0.5, 1.
/// let a = asfm_stats::bootstrap::acceleration(&[0.0, 0.0, 3.0], mean)?;
/// assert!((a - 0.75 / (6.0 * 1.5_f64.powf(1.5))).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn acceleration(x: &[f64], statistic: impl Statistic) -> Result<f64> {
    at_least(x, 3)?;
    let jackknife = (0..x.len())
        .map(|skip| statistic(&[&x[..skip], &x[skip + 1..]].concat()))
        .collect::<Result<Vec<_>>>()?;
    let u: Vec<f64> = sums::deviations(&jackknife).iter().map(|it| -it).collect();
    let squares: f64 = sums::dot(&u, &u);
    let cubes: f64 = u.iter().map(|it| it * it * it).sum();
    if squares > 0.0 { guard(cubes / (6.0 * squares.powf(1.5))) } else { Ok(0.0) }
}

/// Draws `replicates` samples by `draw`, which fills the indices of one.
fn replicate(
    x: &[f64],
    replicates: usize,
    statistic: impl Statistic,
    method: &'static str,
    draw: impl Fn(usize, &mut Vec<usize>) + Sync,
) -> Result<Replicates> {
    let estimate = statistic(x)?;
    let values: Vec<f64> = (0..replicates)
        .into_par_iter()
        .with_min_len(32)
        .map_init(Vec::new, |indices, it| {
            draw(it, indices);
            let sample: Vec<f64> = indices.iter().map(|&it| x[it]).collect();
            statistic(&sample).ok().filter(|it| it.is_finite())
        })
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .collect();
    if values.len() * 20 < replicates * 19 {
        return Err(StatsError::NoConvergence);
    }
    Replicates::new(estimate, &values, x.len(), method)
}

/// Bootstrap of independent values. Needs 2 values and 2 replicates.
///
/// ```
/// use asfm_stats::bootstrap::{acceleration, independent};
///
/// let x = [1.2, 0.4, 2.2, 1.9, 0.7, 1.1, 3.0, 1.6];
/// let mean = |x: &[f64]| asfm_stats::moments::mean(x).map(|it| it.value);
/// let replicates = independent(&x, 999, 7, mean)?;
/// let ci = replicates.bca(acceleration(&x, mean)?, 0.95)?;
/// assert!(ci.lo < replicates.estimate && replicates.estimate < ci.hi);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn independent(
    x: &[f64],
    replicates: usize,
    seed: u64,
    statistic: impl Statistic,
) -> Result<Replicates> {
    at_least(x, 2)?;
    let n = x.len();
    replicate(x, replicates, statistic, "bootstrap", |it, indices| {
        let mut stream = Stream::new(seed, Purpose::Bootstrap, it);
        indices.clear();
        indices.extend((0..n).map(|_| stream.below(n)));
    })
}

/// Stationary bootstrap of a time series (Politis and Romano 1994): blocks of
/// geometric length of mean `block`, wrapping around the end. Needs 20 values and a
/// block of at least 1.
///
/// ```
/// use asfm_stats::bootstrap::stationary;
///
/// let x: Vec<f64> = (0..100).map(|t| f64::from(t % 5)).collect();
/// let mean = |x: &[f64]| asfm_stats::moments::mean(x).map(|it| it.value);
/// let replicates = stationary(&x, 10.0, 199, 7, mean)?;
/// let ci = replicates.percentile(0.95)?;
/// assert_eq!(replicates.estimate, 2.0);
/// assert!(ci.lo < 2.0 && 2.0 < ci.hi && replicates.se() < 0.3);
/// assert_eq!(replicates, stationary(&x, 10.0, 199, 7, mean)?, "the seed is the result");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn stationary(
    x: &[f64],
    block: f64,
    replicates: usize,
    seed: u64,
    statistic: impl Statistic,
) -> Result<Replicates> {
    stationary_for(Purpose::StationaryBootstrap, x, block, replicates, seed, statistic)
}

/// The same with the streams of another purpose.
pub(crate) fn stationary_for(
    purpose: Purpose,
    x: &[f64],
    block: f64,
    replicates: usize,
    seed: u64,
    statistic: impl Statistic,
) -> Result<Replicates> {
    at_least(x, 20)?;
    if !(block >= 1.0 && block.is_finite()) {
        return Err(StatsError::Domain("a mean block length below 1"));
    }
    replicate(x, replicates, statistic, "stationary bootstrap", |it, indices| {
        let mut stream = Stream::new(seed, purpose, it);
        draw_stationary(x.len(), 1.0 / block, &mut stream, indices);
    })
}

/// Fills `indices` with one stationary path over `0..n`, whose blocks have the geometric
/// length of mean `1 / p`: two draws a block.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a length below that of the path"
)]
pub(crate) fn draw_stationary(n: usize, p: f64, stream: &mut Stream, indices: &mut Vec<usize>) {
    indices.clear();
    let per_draw = 1.0 / (-p).ln_1p();
    while indices.len() < n {
        let start = stream.below(n);
        let left = n - indices.len();
        // The quotient is 0 for p = 1, and beyond any path where u rounds to 1.
        let whole = ((1.0 - stream.uniform()).ln() * per_draw).floor();
        let length = if whole < left as f64 { whole as usize + 1 } else { left }.min(left);
        let first = length.min(n - start);
        indices.extend(start..start + first);
        indices.extend(0..length - first);
    }
}

/// The stationary path made by given draws: it starts at `starts[0]`, and at t jumps to
/// `starts[t]` if `uniforms[t] < p`, else moves on by one, wrapping around.
///
/// # Errors
///
/// `LengthMismatch`; `Domain` for a start that is no index.
///
/// ```
/// use asfm_stats::bootstrap::stationary_path;
///
/// let path = stationary_path(&[2, 0, 4, 1, 3], &[0.9, 0.9, 0.1, 0.9, 0.9], 0.2)?;
/// assert_eq!(path, [2, 3, 4, 0, 1], "only the third draw begins a block");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn stationary_path(starts: &[usize], uniforms: &[f64], p: f64) -> Result<Vec<usize>> {
    let n = starts.len();
    if n != uniforms.len() {
        return Err(StatsError::LengthMismatch { left: n, right: uniforms.len() });
    }
    if starts.iter().any(|&it| it >= n) {
        return Err(StatsError::Domain("a start beyond the end"));
    }
    let mut path: Vec<usize> = Vec::with_capacity(n);
    for (&start, &uniform) in starts.iter().zip(uniforms) {
        let next = match path.last() {
            Some(&at) if uniform >= p => (at + 1) % n,
            _ => start,
        };
        path.push(next);
    }
    Ok(path)
}

/// Mean block lengths for the two block bootstraps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BlockLength {
    /// For the stationary bootstrap.
    pub stationary: f64,
    /// For the circular bootstrap.
    pub circular: f64,
}

/// Politis and White's (2004) automatic block length with the correction of Patton,
/// Politis and White (2009), for the mean of `x`. Needs 50 values; `Constant`.
///
/// ```
/// use asfm_stats::yardstick::gaussian_walk;
///
/// let walk = gaussian_walk(500, 0.01, false, 1)?;
/// let length = asfm_stats::bootstrap::optimal_block(&walk.price)?;
/// assert!(length.stationary > 20.0, "prices are all but a trend");
/// let length = asfm_stats::bootstrap::optimal_block(&walk.returns)?;
/// // The two variances are 2 and 4/3.
/// assert!((length.circular / length.stationary - 1.5_f64.cbrt()).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn optimal_block(x: &[f64]) -> Result<BlockLength> {
    varying(x, 50)?;
    let n = x.len() as f64;
    let e = sums::deviations(x);
    let (run, lags_max) = (5, x.len().isqrt() + usize::from(x.len().isqrt().pow(2) < x.len()) + 5);
    let bandwidth = bandwidth(&e, run, lags_max);
    let autocovariance = |k: usize| sums::dot(&e, &e[k..]) / n;
    let (mut spectrum, mut slope) = (autocovariance(0), 0.0);
    for k in 1..=bandwidth {
        let share = k as f64 / bandwidth as f64;
        let taper = if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) };
        let weighted = 2.0 * taper * autocovariance(k);
        spectrum += weighted;
        slope += k as f64 * weighted;
    }
    let length_max = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    let length = |variance: f64| -> Result<f64> {
        let length = (2.0 * slope * slope / (variance * spectrum * spectrum) * n).cbrt();
        Ok(guard(length)?.min(length_max))
    };
    Ok(BlockLength { stationary: length(2.0)?, circular: length(4.0 / 3.0)? })
}

/// Twice the lag after which `run` autocorrelations in a row are insignificant.
fn bandwidth(e: &[f64], run: usize, lags_max: usize) -> usize {
    let n = e.len();
    let bound = 2.0 * ((n as f64).log10() / n as f64).sqrt();
    let mut quiet = 0;
    for k in 0..lags_max {
        let (late, early) = (&e[k + 1..], &e[..n - k - 1]);
        let scale = (sums::dot(late, late) * sums::dot(early, early)).sqrt();
        let correlation = sums::dot(e, &e[k..]).abs() / scale;
        quiet = if correlation < bound { quiet + 1 } else { 0 };
        if quiet == run {
            let last = k + 1 - run;
            return (2 * last.max(1)).min(lags_max);
        }
    }
    lags_max
}

/// The block length to use on one series: [`optimal_block`], at least 5 and at most a
/// quarter of the series.
///
/// ```
/// let x: Vec<f64> = (0..20).map(f64::from).collect();
/// assert_eq!(asfm_stats::bootstrap::block_for(&x)?, 5.0, "too short for more");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn block_for(x: &[f64]) -> Result<f64> {
    enough(x.len(), 20)?;
    let quarter = (x.len() as f64 / 4.0).max(5.0);
    Ok(optimal_block(x).map_or(5.0, |it| it.stationary).clamp(5.0, quarter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_their_mean_length() {
        let (n, mut path, mut jumps, mut steps) = (200, Vec::new(), 0, 0);
        for it in 0..400 {
            let mut stream = Stream::new(1, Purpose::StationaryBootstrap, it);
            draw_stationary(n, 0.1, &mut stream, &mut path);
            assert!(path.len() == n && path.iter().all(|at| *at < n));
            jumps += path.windows(2).filter(|it| it[1] != (it[0] + 1) % n).count();
            steps += n - 1;
        }
        // A jump to the next place is no jump to the eye.
        let share = jumps as f64 / steps as f64;
        assert!((share - 0.1 * (1.0 - 1.0 / 200.0)).abs() < 0.004, "{share}");
        draw_stationary(n, 1.0, &mut Stream::new(1, Purpose::Bootstrap, 0), &mut path);
        assert!(path.windows(2).filter(|it| it[1] == it[0] + 1).count() < 10, "all jumps");
    }
}
