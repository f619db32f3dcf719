//! What a card is read against: a Gaussian random walk of equal length, windows of equal
//! length from real series, and other runs of the same market.

use rayon::prelude::*;
use serde::Serialize;

use crate::bootstrap::{acceleration, independent};
use crate::card::{Card, Fact, Options, Verdict, card};
use crate::error::{Result, StatsError, enough};
use crate::estimate::{Estimate, Interval};
use crate::multiplicity::wilson;
use crate::paired::paired_t;
use crate::random::{Purpose, Stream};
use crate::series::Series;
use crate::sums;

/// A Gaussian random walk of `n` returns with the given daily sd (held between 0.01 % and
/// 5 %, so that prices stay in range; the facts do not depend on it), and a persistent
/// volume that knows nothing of them. Needs 1 return.
///
/// It is the null model of the card: it must fail F2, F3, F5, F7 and F9 where it is long
/// enough to be judged.
///
/// ```
/// use asfm_stats::yardstick::gaussian_walk;
///
/// let walk = gaussian_walk(2000, 0.01, true, 1)?;
/// assert_eq!((walk.returns.len(), walk.price.len()), (2000, 2001));
/// assert!((asfm_stats::moments::sd(&walk.returns)?.value / 0.01 - 1.0).abs() < 0.05);
/// assert_eq!(walk, gaussian_walk(2000, 0.01, true, 1)?);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn gaussian_walk(n: usize, sd: f64, with_volume: bool, seed: u64) -> Result<Series> {
    enough(n, 1)?;
    let sd = if sd.is_finite() { sd.clamp(1e-4, 0.05) } else { 0.01 };
    let returns: Vec<f64> =
        Stream::new(seed, Purpose::GaussianWalk, 0).normals(n).iter().map(|it| sd * it).collect();
    let mut level = 0.0;
    let shocks = Stream::new(seed, Purpose::GaussianWalk, 1).normals(n + 200);
    let volume: Vec<f64> = shocks
        .iter()
        .map(|shock| {
            level = 0.8 * level + 0.3 * shock;
            (1e6 * f64::exp(level)).round()
        })
        .skip(200)
        .collect();
    Series::from_returns(&returns, with_volume.then_some(&volume))
}

/// Verdicts on one fact over several cards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shares {
    /// The fact.
    pub fact: Fact,
    /// Number of cards.
    pub n: usize,
    /// Cards on which it passes.
    pub passed: usize,
    /// Cards on which it fails.
    pub failed: usize,
    /// Cards on which it is open.
    pub inconclusive: usize,
    /// Cards on which it cannot be asked.
    pub not_applicable: usize,
    /// Wilson's 95 % interval of the share of passes.
    pub pass_ci: Interval,
}

/// Counts verdicts per judged fact. Needs 1 card.
///
/// ```
/// use asfm_stats::card::{Fact, Options, card};
/// use asfm_stats::yardstick::{gaussian_walk, shares};
///
/// let options = Options { replicates: 49, seed: 1 };
/// let card = card(&gaussian_walk(30, 0.01, false, 1)?, &options)?;
/// let all = shares(&[card.clone(), card])?;
/// assert_eq!((all[6].fact, all[6].n, all[6].not_applicable), (Fact::VolumeVolatility, 2, 2));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn shares(cards: &[Card]) -> Result<Vec<Shares>> {
    enough(cards.len(), 1)?;
    Fact::judged()
        .iter()
        .map(|&fact| {
            let count = |it| cards.iter().filter(|card| card.verdict(fact) == it).count();
            let passed = count(Verdict::Pass);
            Ok(Shares {
                fact,
                n: cards.len(),
                passed,
                failed: count(Verdict::Fail),
                inconclusive: count(Verdict::Inconclusive),
                not_applicable: count(Verdict::NotApplicable),
                pass_ci: wilson(passed, cards.len(), 0.95)?,
            })
        })
        .collect()
}

/// A card with its yardsticks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// The card.
    pub card: Card,
    /// The card of a Gaussian random walk of equal length and sd.
    pub gaussian_walk: Card,
    /// Verdicts on windows of equal length from the reference series; `None` if none of
    /// them is long enough.
    pub real_windows: Option<Vec<Shares>>,
}

/// Computes a card beside its yardsticks.
///
/// From each of `references` up to `windows_max` windows as long as the series are taken,
/// without overlap and evenly spread.
///
/// ```
/// use asfm_stats::card::{Fact, Options, Verdict};
/// use asfm_stats::yardstick::{compared, gaussian_walk};
///
/// let walk = gaussian_walk(300, 0.01, true, 42)?;
/// let options = Options { replicates: 199, ..Options::default() };
/// let compared = compared(&walk, &[], 4, &options)?;
/// assert_ne!(compared.card.verdict(Fact::FatTails), Verdict::Pass);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn compared(
    series: &Series,
    references: &[Series],
    windows_max: usize,
    options: &Options,
) -> Result<Compared> {
    let own = card(series, options)?;
    let n = series.returns.len();
    let sd = if n > 1 { sums::variance(&series.returns).sqrt() } else { 0.0 };
    let walk = gaussian_walk(n, sd, series.volume.is_some(), options.seed)?;
    let windows: Vec<Series> =
        references.iter().flat_map(|it| windows(it, n, windows_max)).collect();
    let cards = windows.par_iter().map(|it| card(it, options)).collect::<Result<Vec<_>>>()?;
    Ok(Compared {
        card: own,
        gaussian_walk: card(&walk, options)?,
        real_windows: shares(&cards).ok(),
    })
}

/// Windows of `n` returns, without overlap, evenly spread, at most `windows_max`.
fn windows(series: &Series, n: usize, windows_max: usize) -> Vec<Series> {
    let fitting = series.returns.len().checked_div(n).unwrap_or(0);
    let taken = fitting.min(windows_max);
    // The last window ends with the series; earlier ones step back evenly.
    (0..taken)
        .map(|it| series.window(series.returns.len() - n * (1 + it * fitting / taken), n))
        .collect()
}

/// What several runs say about one fact, a run being one observation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AcrossRuns {
    /// The fact.
    pub fact: Fact,
    /// Mean over runs of the statistic, itself averaged over stocks within a run, with its
    /// t interval at 95 %. `None` if fewer than two runs have it or they do not vary.
    pub statistic: Option<Estimate>,
    /// BCa interval of that mean at 95 %; from 8 runs on.
    pub bca: Option<Interval>,
    /// The same mean over resampled copies, where the fact has them.
    pub null: Option<f64>,
    /// Verdicts over all stocks of all runs; description only.
    pub verdicts: Shares,
}

/// Gathers the cards of several runs: `runs[s]` holds the cards of the stocks of run s.
/// Days and stocks of a run are never counted as independent. Needs 1 run with 1 card.
///
/// ```
/// use asfm_stats::card::{Fact, Options, card};
/// use asfm_stats::yardstick::{across_runs, gaussian_walk};
///
/// let options = Options { replicates: 49, seed: 1 };
/// let one = |seed| card(&gaussian_walk(60, 0.01, false, seed)?, &options);
/// // Three runs of two stocks: three observations.
/// let runs = [vec![one(1)?, one(2)?], vec![one(3)?, one(4)?], vec![one(5)?, one(6)?]];
/// let facts = across_runs(&runs, 1)?;
/// assert_eq!((facts[1].fact, facts[1].verdicts.n), (Fact::FatTails, 6));
/// assert_eq!(facts[1].statistic.map(|it| it.n), Some(3));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn across_runs(runs: &[Vec<Card>], seed: u64) -> Result<Vec<AcrossRuns>> {
    enough(runs.len(), 1)?;
    let all: Vec<Card> = runs.iter().flatten().cloned().collect();
    if all.is_empty() {
        return Err(StatsError::Empty);
    }
    let gather = |verdicts: Shares| {
        let fact = verdicts.fact;
        let per_run = |pick: &dyn Fn(&crate::card::Line) -> Option<f64>| -> Vec<f64> {
            let stocks = |run: &Vec<Card>| -> Vec<f64> {
                run.iter().filter_map(|it| it.line(fact).and_then(pick)).collect()
            };
            runs.iter().map(stocks).filter(|it| !it.is_empty()).map(|it| sums::mean(&it)).collect()
        };
        let (values, nulls) = (per_run(&|it| it.estimate), per_run(&|it| it.null));
        let mean = |x: &[f64]| Ok(sums::mean(x));
        let bca = |x: &[f64]| independent(x, 9999, seed, mean)?.bca(acceleration(x, mean)?, 0.95);
        AcrossRuns {
            fact,
            statistic: paired_t(&values).ok().map(|it| it.mean),
            bca: if values.len() >= 8 { bca(&values).ok() } else { None },
            null: (!nulls.is_empty()).then(|| sums::mean(&nulls)),
            verdicts,
        }
    };
    Ok(shares(&all)?.into_iter().map(gather).collect())
}
