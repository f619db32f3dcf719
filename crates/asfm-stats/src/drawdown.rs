//! Drawdowns and first-passage times of a price.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Result, StatsError, at_least, finite, varying};
use crate::estimate::{Alternative, TestResult};
use crate::random::{Purpose, Stream};
use crate::sums;

/// The deepest fall from a running maximum, and the highest rise from a running
/// minimum. Depths are shares of the price they start from; places are indices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Drawdown {
    /// Deepest fall, as a share of the peak.
    pub max_drawdown: f64,
    /// First index at the maximum it falls from.
    pub peak: usize,
    /// First index at its deepest point.
    pub trough: usize,
    /// First index at which the peak is reached again, if it is.
    pub recovery: Option<usize>,
    /// Mean over days of the fall from the running maximum.
    pub mean_drawdown: f64,
    /// Fall from the running maximum on the last day.
    pub final_drawdown: f64,
    /// Highest rise, as a share of the bottom.
    pub max_drawup: f64,
    /// First index at its highest point.
    pub drawup_top: usize,
    /// First index at the minimum it rises from.
    pub drawup_bottom: usize,
    /// `-ln(1 - max_drawdown) / ln(1 + max_drawup)`; above 1 where falls are larger
    /// than rises. `None` if the price never rises.
    pub log_dd_over_log_du: Option<f64>,
}

impl Drawdown {
    /// That of a price that stands still.
    const STILL: Self = Self {
        max_drawdown: 0.0,
        peak: 0,
        trough: 0,
        recovery: Some(0),
        mean_drawdown: 0.0,
        final_drawdown: 0.0,
        max_drawup: 0.0,
        drawup_top: 0,
        drawup_bottom: 0,
        log_dd_over_log_du: None,
    };
}

fn prices(price: &[f64]) -> Result<()> {
    finite(price)?;
    if price.iter().all(|&it| it > 0.0) {
        Ok(())
    } else {
        Err(StatsError::Domain("a price not above zero"))
    }
}

/// Drawdown and drawup of a price path. Needs 1 price, all above 0.
///
/// ```
/// let path = asfm_stats::drawdown::drawdown(&[100.0, 120.0, 90.0, 121.0])?;
/// assert_eq!((path.peak, path.trough, path.recovery), (1, 2, Some(3)));
/// assert_eq!(path.max_drawdown, 0.25);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn drawdown(price: &[f64]) -> Result<Drawdown> {
    prices(price)?;
    Ok(along(price.iter().copied()))
}

/// The same of prices above 0 that are seen once, in one pass.
pub(crate) fn along(prices: impl Iterator<Item = f64>) -> Drawdown {
    let (mut falls, mut fall) = (sums::Running::default(), 0.0);
    let (mut high, mut low) = ((0, f64::NEG_INFINITY), (0, f64::INFINITY));
    let (mut fallen_from, mut found) = (f64::INFINITY, Drawdown::STILL);
    for (idx, price) in prices.enumerate() {
        if price > high.1 {
            high = (idx, price);
        }
        if price < low.1 {
            low = (idx, price);
        }
        fall = 1.0 - price / high.1;
        falls.add(fall);
        if fall > found.max_drawdown {
            (found.max_drawdown, found.peak, found.trough) = (fall, high.0, idx);
            (found.recovery, fallen_from) = (None, high.1);
        } else if found.recovery.is_none() && price >= fallen_from {
            found.recovery = Some(idx);
        }
        let rise = price / low.1 - 1.0;
        if rise > found.max_drawup {
            (found.max_drawup, found.drawup_bottom, found.drawup_top) = (rise, low.0, idx);
        }
    }
    let ratio = -(-found.max_drawdown).ln_1p() / found.max_drawup.ln_1p();
    Drawdown {
        mean_drawdown: falls.mean(),
        final_drawdown: fall,
        log_dd_over_log_du: Some(ratio).filter(|it| it.is_finite()),
        ..found
    }
}

/// One fall from a maximum, until the maximum is reached again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Episode {
    /// Index of the maximum.
    pub peak: usize,
    /// First index at the deepest point.
    pub trough: usize,
    /// Index at which the maximum is reached again, if it is.
    pub recovery: Option<usize>,
    /// Depth as a share of the maximum.
    pub depth: f64,
}

/// Every fall deeper than `depth` (0.10 by custom), oldest first. Needs 1 price.
///
/// ```
/// let falls = asfm_stats::drawdown::episodes(&[100.0, 80.0, 100.0, 95.0, 70.0, 90.0], 0.10)?;
/// assert_eq!(falls.len(), 2);
/// assert_eq!((falls[0].peak, falls[0].trough, falls[0].recovery), (0, 1, Some(2)));
/// assert_eq!((falls[1].peak, falls[1].trough, falls[1].recovery), (2, 4, None));
/// assert!((falls[1].depth - 0.3).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn episodes(price: &[f64], depth: f64) -> Result<Vec<Episode>> {
    prices(price)?;
    let mut found: Vec<Episode> = Vec::new();
    let mut now = Episode { peak: 0, trough: 0, recovery: None, depth: 0.0 };
    for (idx, &it) in price.iter().enumerate() {
        if it >= price[now.peak] {
            if now.depth > depth {
                found.push(Episode { recovery: Some(idx), ..now });
            }
            now = Episode { peak: idx, trough: idx, recovery: None, depth: 0.0 };
        } else if 1.0 - it / price[now.peak] > now.depth {
            now = Episode { trough: idx, depth: 1.0 - it / price[now.peak], ..now };
        }
    }
    if now.depth > depth {
        found.push(now);
    }
    Ok(found)
}

/// Permutation test of the maximum drawdown: is it deeper than the same log returns in
/// random order would make it? Needs 20 returns. p = (1 + count) / (B + 1).
///
/// ```
/// let zigzag: Vec<f64> = (0..40).map(|t| if t % 2 == 0 { 0.01 } else { -0.01 }).collect();
/// let test = asfm_stats::drawdown::drawdown_test(&zigzag, 99, 1)?;
/// assert!((test.statistic - (1.0 - (-0.01_f64).exp())).abs() < 1e-12);
/// assert_eq!(test.p, 1.0, "no order falls less");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn drawdown_test(log_returns: &[f64], replicates: usize, seed: u64) -> Result<TestResult> {
    varying(log_returns, 20)?;
    // The largest fall is that of the worst stretch; `fall` is the worst one that begins now.
    let mut deepest = 0.0_f64;
    log_returns.iter().rev().fold(0.0, |fall, it| {
        let fall = f64::max(fall - it, 0.0);
        deepest = deepest.max(fall);
        fall
    });
    let above = (0..replicates)
        .into_par_iter()
        .with_min_len(32)
        .map_init(
            || log_returns.to_vec(),
            |r, it| {
                r.copy_from_slice(log_returns);
                let mut fall = 0.0;
                // A shuffle settles the last value first, and ends as soon as all is known.
                Stream::new(seed, Purpose::Drawdown, it).shuffle_until(r, |it| {
                    fall = f64::max(fall - it, 0.0);
                    fall >= deepest
                })
            },
        )
        .filter(|it| *it)
        .count();
    let observed = -(-deepest).exp_m1();
    let p = (1 + above) as f64 / (replicates + 1) as f64;
    let test =
        TestResult::new(observed, p, log_returns.len(), "exchangeable returns", "permutation")?;
    Ok(test.alternative(Alternative::Greater))
}

/// How many starts reach a bound, and after how many steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Passage {
    /// Starts that reach it.
    pub count: usize,
    /// Mean number of steps; `None` if none does.
    pub mean: Option<f64>,
    /// Median number of steps; `None` if none does.
    pub median: Option<f64>,
}

/// First-passage times to a gain and to a loss of the same size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FirstPassage {
    /// The size, in log price.
    pub rho: f64,
    /// Steps to a gain of at least `rho`.
    pub gain: Passage,
    /// Steps to a loss of at least `rho`.
    pub loss: Passage,
}

/// First-passage times from every start: the least k with a log-price change of at
/// least `rho` (at most `-rho`). Needs 2 prices and `rho` above 0. Starts that never
/// arrive are left out, which shortens the mean in short series.
///
/// ```
/// let it = asfm_stats::drawdown::first_passage(&[0.0, 0.02, 0.06, 0.0], 0.05)?;
/// assert_eq!((it.gain.count, it.gain.mean), (1, Some(2.0)), "from the first day, in two");
/// assert_eq!((it.loss.count, it.loss.mean), (1, Some(1.0)), "from the third day, in one");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn first_passage(log_price: &[f64], rho: f64) -> Result<FirstPassage> {
    at_least(log_price, 2)?;
    if !(rho > 0.0 && rho.is_finite()) {
        return Err(StatsError::Domain("a bound not above zero"));
    }
    let steps = |reached: &dyn Fn(f64) -> bool| -> Vec<f64> {
        let starts = 0..log_price.len() - 1;
        starts
            .filter_map(|t| log_price[t + 1..].iter().position(|it| reached(it - log_price[t])))
            .map(|it| (it + 1) as f64)
            .collect()
    };
    let passage = |steps: &[f64]| Passage {
        count: steps.len(),
        mean: (!steps.is_empty()).then(|| sums::mean(steps)),
        median: (!steps.is_empty()).then(|| crate::moments::median(steps)),
    };
    let (gain, loss) = (steps(&|it| it >= rho), steps(&|it| it <= -rho));
    Ok(FirstPassage { rho, gain: passage(&gain), loss: passage(&loss) })
}
