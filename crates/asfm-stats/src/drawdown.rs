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

fn prices(price: &[f64]) -> Result<()> {
    finite(price)?;
    if price.iter().all(|&it| it > 0.0) {
        Ok(())
    } else {
        Err(StatsError::Domain("a price not above zero"))
    }
}

/// First index of the largest value.
fn argmax(x: &[f64]) -> usize {
    let mut best = 0;
    for (idx, &it) in x.iter().enumerate() {
        if it > x[best] {
            best = idx;
        }
    }
    best
}

/// `f(price, running extreme)` for every day.
fn against_running(price: &[f64], pick: fn(f64, f64) -> f64, f: fn(f64, f64) -> f64) -> Vec<f64> {
    let mut extreme = price[0];
    price
        .iter()
        .map(|&it| {
            extreme = pick(extreme, it);
            f(it, extreme)
        })
        .collect()
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
    let falls = against_running(price, f64::max, |price, high| 1.0 - price / high);
    let rises = against_running(price, f64::min, |price, low| price / low - 1.0);
    let (trough, top) = (argmax(&falls), argmax(&rises));
    let peak = argmax(&price[..=trough]);
    let bottom =
        (0..=top).rev().fold(top, |low, it| if price[it] <= price[low] { it } else { low });
    let recovery = (trough..price.len()).find(|&it| price[it] >= price[peak]);
    let (deepest, highest) = (falls[trough], rises[top]);
    let ratio = -(-deepest).ln_1p() / highest.ln_1p();
    Ok(Drawdown {
        max_drawdown: deepest,
        peak,
        trough,
        recovery,
        mean_drawdown: sums::mean(&falls),
        final_drawdown: falls[falls.len() - 1],
        max_drawup: highest,
        drawup_top: top,
        drawup_bottom: bottom,
        log_dd_over_log_du: Some(ratio).filter(|it| it.is_finite()),
    })
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
pub fn drawdown_test(log_returns: &[f64], replicates: usize, seed: u64) -> Result<TestResult> {
    varying(log_returns, 20)?;
    let depth = |r: &[f64]| {
        let (mut level, mut high, mut deepest) = (0.0_f64, 0.0_f64, 0.0_f64);
        for r in r {
            level += r;
            high = high.max(level);
            deepest = deepest.max(high - level);
        }
        -(-deepest).exp_m1()
    };
    let observed = depth(log_returns);
    let above = (0..replicates)
        .into_par_iter()
        .with_min_len(32)
        .filter(|&it| {
            let mut r = log_returns.to_vec();
            Stream::new(seed, Purpose::Drawdown, it).shuffle(&mut r);
            depth(&r) >= observed
        })
        .count();
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
