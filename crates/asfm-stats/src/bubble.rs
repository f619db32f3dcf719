//! Explosive episodes in a log price: the tests of Phillips, Shi and Yu (2015).
//!
//! A window of w levels gives w - 1 rows of the regression of `Delta y` on a constant and
//! the lagged level; its t statistic is large when the level feeds its own growth. The
//! backward statistic of a day is the largest t over the windows that end there.
//! Changing volatility inflates the test, so the verdict is the wild bootstrap's.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Result, StatsError, guard, varying};
use crate::estimate::{Alternative, TestResult};
use crate::moments::quantile_sorted;
use crate::random::{Purpose, Stream};
use crate::sums;

/// Smallest window, in levels: `floor((0.01 + 1.8 / sqrt T) T)`.
///
/// ```
/// use asfm_stats::bubble::smallest_window;
///
/// assert_eq!([30, 60, 100, 200].map(smallest_window), [10, 14, 19, 27]);
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fraction of a count is a count"
)]
pub fn smallest_window(n_levels: usize) -> usize {
    let t = n_levels as f64;
    ((0.01 + 1.8 / t.sqrt()) * t).floor() as usize
}

/// The statistics of one path.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bubble {
    /// Number of levels.
    #[serde(rename = "T")]
    pub n_levels: usize,
    /// Smallest window, in levels.
    pub w0: usize,
    /// t of the window from the first level to each end, from end `w0 - 1` on.
    pub adf_forward: Vec<f64>,
    /// Largest t of the windows with each end.
    pub bsadf: Vec<f64>,
    /// First level of the window that reaches it.
    pub bsadf_start: Vec<usize>,
    /// Largest forward statistic.
    pub sadf: f64,
    /// Largest backward statistic.
    pub gsadf: f64,
}

/// SADF, BSADF and GSADF of log prices, with windows of `w0` levels and more.
///
/// Needs 30 levels and w0 of at least 5; below 60 levels the tests say nothing.
/// `Constant` if a window does not vary or fits exactly.
///
/// ```
/// use asfm_stats::bubble::{bubble, smallest_window};
///
/// // Up and down, then a growth that feeds on itself.
/// let level = |t: i32| if t < 50 { 0.01 * f64::from(t * 7 % 5) } else { 0.1 * 1.2_f64.powi(t - 50) };
/// let y: Vec<f64> = (0..70).map(level).collect();
/// let found = bubble(&y, smallest_window(y.len()))?;
/// assert!(found.gsadf > 2.0 && found.gsadf >= found.sadf);
/// assert_eq!(found.bsadf.len(), 70 - found.w0 + 1, "one value per end");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn bubble(y: &[f64], w0: usize) -> Result<Bubble> {
    varying(y, 30.max(w0 + 1))?;
    if w0 < 5 {
        return Err(StatsError::Domain("a smallest window below 5"));
    }
    let (mut adf_forward, mut bsadf, mut bsadf_start) = (vec![], vec![], vec![]);
    for end in w0..=y.len() {
        let mut best = (f64::NEG_INFINITY, 0);
        for start in 0..=end - w0 {
            let t = dickey_fuller_t(&y[start..end])?;
            if start == 0 {
                adf_forward.push(t);
            }
            if t > best.0 {
                best = (t, start);
            }
        }
        bsadf.push(best.0);
        bsadf_start.push(best.1);
    }
    let largest = |x: &[f64]| x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (sadf, gsadf) = (largest(&adf_forward), largest(&bsadf));
    Ok(Bubble { n_levels: y.len(), w0, adf_forward, bsadf, bsadf_start, sadf, gsadf })
}

/// t of the lagged level in one window.
fn dickey_fuller_t(y: &[f64]) -> Result<f64> {
    let d: Vec<f64> = y.windows(2).map(|it| it[1] - it[0]).collect();
    let line = sums::line(&y[..d.len()], &d).ok_or(StatsError::Constant)?;
    if line.slope_se <= 0.0 {
        return Err(StatsError::Constant);
    }
    guard(line.slope / line.slope_se)
}

/// Backward statistics of many paths quickly, by running sums; enough digits for
/// simulated laws, not for the data. One backward value per end; also the largest forward t.
fn backward_fast(y: &[f64], w0: usize) -> (Vec<f64>, f64) {
    let n = y.len();
    let mut total = vec![[0.0_f64; 5]; n];
    for t in 1..n {
        let (x, d) = (y[t - 1], y[t] - y[t - 1]);
        let [sx, sd, xx, xd, dd] = total[t - 1];
        total[t] = [sx + x, sd + d, xx + x * x, xd + x * d, dd + d * d];
    }
    let mut backward = Vec::with_capacity(n + 1 - w0);
    let mut forward = f64::NEG_INFINITY;
    for end in w0..=n {
        let upper = total[end - 1];
        let mut best = f64::NEG_INFINITY;
        for (start, lower) in total[..=end - w0].iter().enumerate() {
            let rows = (end - 1 - start) as f64;
            let [sx, sd, xx, xd, dd] = std::array::from_fn(|it| upper[it] - lower[it]);
            let (xx, xd, dd) = (xx - sx * sx / rows, xd - sx * sd / rows, dd - sd * sd / rows);
            let slope = xd / xx;
            let t = slope / ((dd - slope * xd) / (rows - 2.0) / xx).sqrt();
            if start == 0 {
                forward = forward.max(t);
            }
            best = best.max(t);
        }
        backward.push(best);
    }
    (backward, forward)
}

/// A wild-bootstrap test for explosive episodes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WildBootstrap {
    /// p of GSADF, `(1 + count) / (B + 1)`.
    pub p_gsadf: f64,
    /// 90, 95 and 99 % critical values of GSADF.
    pub crit_gsadf_90_95_99: [f64; 3],
    /// 95 % critical value of the backward statistic at each end.
    pub crit_bsadf_95: Vec<f64>,
    /// Replicates.
    pub replicates: usize,
    /// Master seed.
    pub seed: u64,
}

/// Wild bootstrap of the tests (Harvey, Leybourne, Sollis and Taylor 2016): demeaned
/// differences times standard normal draws, cumulated, keep the changing volatility and
/// take any explosion out. `found` is the result of [`bubble`] on the same levels.
///
/// ```
/// use asfm_stats::bubble::{bubble, smallest_window, wild_bootstrap};
/// use asfm_stats::yardstick::gaussian_walk;
///
/// let y = gaussian_walk(79, 0.02, false, 3)?.log_price();
/// let found = bubble(&y, smallest_window(y.len()))?;
/// let law = wild_bootstrap(&y, &found, 199, 1)?;
/// let [ten, five, one] = law.crit_gsadf_90_95_99;
/// assert!(ten < five && five < one);
/// assert!(law.p_gsadf > 0.05, "a random walk has no bubble");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn wild_bootstrap(
    y: &[f64],
    found: &Bubble,
    replicates: usize,
    seed: u64,
) -> Result<WildBootstrap> {
    varying(y, 30)?;
    if y.len() != found.n_levels {
        return Err(StatsError::LengthMismatch { left: y.len(), right: found.n_levels });
    }
    crate::error::enough(replicates, 19)?;
    let differences: Vec<f64> = y.windows(2).map(|it| it[1] - it[0]).collect();
    let d = sums::deviations(&differences);
    let paths: Vec<Vec<f64>> = (0..replicates)
        .into_par_iter()
        .map(|it| {
            let draws = Stream::new(seed, Purpose::WildBootstrap, it).normals(d.len());
            let shocks: Vec<f64> = d.iter().zip(&draws).map(|(a, b)| a * b).collect();
            backward_fast(&path(&shocks), found.w0).0
        })
        .collect();
    let largest = |it: &Vec<f64>| it.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let gsadf: Vec<f64> = sums::sorted(&paths.iter().map(largest).collect::<Vec<_>>());
    let above = gsadf.iter().filter(|it| **it >= found.gsadf).count();
    let crit_bsadf_95 = (0..found.bsadf.len())
        .map(|end| {
            let law = sums::sorted(&paths.iter().map(|it| it[end]).collect::<Vec<_>>());
            quantile_sorted(&law, 0.95)
        })
        .collect();
    Ok(WildBootstrap {
        p_gsadf: (1 + above) as f64 / (replicates + 1) as f64,
        crit_gsadf_90_95_99: [0.90, 0.95, 0.99].map(|it| quantile_sorted(&gsadf, it)),
        crit_bsadf_95,
        replicates,
        seed,
    })
}

/// 0 and the running sums.
fn path(shocks: &[f64]) -> Vec<f64> {
    std::iter::once(0.0).chain(sums::cumulated(shocks)).collect()
}

/// A run of days on which the backward statistic exceeds its critical value.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Explosive {
    /// First level of the run.
    pub first: usize,
    /// Last level of the run.
    pub last: usize,
}

/// Explosive episodes: runs above the critical sequence lasting at least `ln T` days.
///
/// # Errors
///
/// `LengthMismatch` if there is not one critical value per backward statistic.
///
/// ```
/// use asfm_stats::bubble::{Bubble, Explosive, episodes};
///
/// let found = Bubble {
///     n_levels: 10,
///     w0: 5,
///     adf_forward: vec![],
///     bsadf: vec![0.0, 2.0, 2.0, 2.0, 0.0, 2.0],
///     bsadf_start: vec![],
///     sadf: 2.0,
///     gsadf: 2.0,
/// };
/// // ln 10 = 2.3: three days are an episode, one is not.
/// assert_eq!(episodes(&found, &[1.0; 6])?, [Explosive { first: 5, last: 7 }]);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn episodes(found: &Bubble, critical: &[f64]) -> Result<Vec<Explosive>> {
    crate::error::same_length(&found.bsadf, critical)?;
    let shortest = (found.n_levels as f64).ln();
    let above: Vec<bool> = found.bsadf.iter().zip(critical).map(|(a, b)| a > b).collect();
    let mut at = found.w0 - 1;
    let mut runs = Vec::new();
    for run in above.chunk_by(|a, b| a == b) {
        if run[0] && run.len() as f64 >= shortest {
            runs.push(Explosive { first: at, last: at + run.len() - 1 });
        }
        at += run.len();
    }
    Ok(runs)
}

/// Deviation of prices from fundamental values: the bubble measures of laboratory markets
/// (Stoeckl, Huber and Kirchler 2010).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Deviation {
    /// Relative absolute deviation: mean |price - value| over mean value.
    pub rad: f64,
    /// Relative deviation: mean (price - value) over mean value; positive if overpriced.
    pub rd: f64,
}

/// Deviation of a price path from the fundamental values of the same days. Needs 1 day.
///
/// # Errors
///
/// `LengthMismatch`; `Domain` if the mean value is not above 0.
///
/// ```
/// let it = asfm_stats::bubble::deviation(&[12.0, 9.0], &[10.0, 10.0])?;
/// assert!((it.rad - 0.15).abs() < 1e-12, "(2 + 1) / 2 over 10");
/// assert!((it.rd - 0.05).abs() < 1e-12, "(2 - 1) / 2 over 10");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn deviation(price: &[f64], value: &[f64]) -> Result<Deviation> {
    crate::error::same_length(price, value)?;
    crate::error::finite(price)?;
    crate::error::finite(value)?;
    let scale = sums::mean(value);
    if scale <= 0.0 {
        return Err(StatsError::Domain("a mean fundamental value not above zero"));
    }
    let gaps: Vec<f64> = price.iter().zip(value).map(|(p, v)| p - v).collect();
    Ok(Deviation { rad: sums::mean(&sums::abs(&gaps)) / scale, rd: sums::mean(&gaps) / scale })
}

/// Simulated critical values of the tests under a random walk with drift `1/T`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Critical {
    /// Smallest window.
    pub w0: usize,
    /// Paths simulated.
    pub reps: usize,
    /// GSADF at 90, 95 and 99 %.
    pub gsadf_90_95_99: [f64; 3],
    /// SADF at 90, 95 and 99 %.
    pub sadf_90_95_99: [f64; 3],
}

/// Simulates critical values for `n_levels` levels: a reference, not the verdict. Needs 30
/// levels and 100 paths.
///
/// ```
/// let critical = asfm_stats::bubble::critical_values(30, 1000, 1)?;
/// // 1.88 and 1.22 from 4000 paths of the reference.
/// assert!((critical.gsadf_90_95_99[1] - 1.88).abs() < 0.25);
/// assert!((critical.sadf_90_95_99[1] - 1.22).abs() < 0.25);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn critical_values(n_levels: usize, reps: usize, seed: u64) -> Result<Critical> {
    crate::error::enough(n_levels, 30)?;
    crate::error::enough(reps, 100)?;
    let w0 = smallest_window(n_levels);
    let (backward, forward): (Vec<f64>, Vec<f64>) = (0..reps)
        .into_par_iter()
        .map(|it| {
            let draws = Stream::new(seed, Purpose::BubbleCritical, it).normals(n_levels);
            let drift = 1.0 / n_levels as f64;
            let shocks: Vec<f64> = draws.iter().map(|it| it + drift).collect();
            let (backward, forward) = backward_fast(&sums::cumulated(&shocks), w0);
            (backward.into_iter().fold(f64::NEG_INFINITY, f64::max), forward)
        })
        .collect::<Vec<_>>()
        .into_iter()
        .unzip();
    let levels = |x: &[f64]| {
        let x = sums::sorted(x);
        [0.90, 0.95, 0.99].map(|it| quantile_sorted(&x, it))
    };
    Ok(Critical { w0, reps, gsadf_90_95_99: levels(&backward), sadf_90_95_99: levels(&forward) })
}

/// The bubble test of a log price with its verdict statistic: GSADF with the wild-bootstrap
/// p. Needs 60 levels.
///
/// ```
/// let walk = asfm_stats::yardstick::gaussian_walk(79, 0.02, false, 3)?;
/// let test = asfm_stats::bubble::bubble_test(&walk.log_price(), 199, 1)?;
/// assert!(test.p > 0.05, "a random walk has no bubble");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn bubble_test(log_price: &[f64], replicates: usize, seed: u64) -> Result<TestResult> {
    varying(log_price, 60)?;
    let found = bubble(log_price, smallest_window(log_price.len()))?;
    let wild = wild_bootstrap(log_price, &found, replicates, seed)?;
    let null = "no explosive episode";
    let test =
        TestResult::new(found.gsadf, wild.p_gsadf, log_price.len(), null, "GSADF, wild bootstrap")?;
    Ok(test.alternative(Alternative::Greater))
}
