//! The card of stylized facts: a verdict per fact, never one bit for all.
//!
//! A pass needs evidence for the fact; a fail needs evidence against it from a test that
//! had the power to see it; everything else is inconclusive, which is the honest answer
//! for most facts in a short series. Sixty days of a real stock leave most facts open too,
//! so a card is read beside its yardsticks: [`crate::yardstick`].

use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Result, StatsError, enough, is_constant};
use crate::estimate::Interval;
use crate::facts;
use crate::series::Series;

/// What a series says about a fact. Serialised as its letter.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// Evidence for the fact.
    #[serde(rename = "P")]
    Pass,
    /// Evidence against the fact.
    #[serde(rename = "F")]
    Fail,
    /// Neither.
    #[serde(rename = "I")]
    Inconclusive,
    /// The fact cannot be asked of this series.
    #[serde(rename = "N")]
    NotApplicable,
}

impl Verdict {
    /// The letter: P, F, I or N.
    ///
    /// ```
    /// assert_eq!(asfm_stats::card::Verdict::Inconclusive.letter(), 'I');
    /// ```
    pub fn letter(self) -> char {
        match self {
            Self::Pass => 'P',
            Self::Fail => 'F',
            Self::Inconclusive => 'I',
            Self::NotApplicable => 'N',
        }
    }
}

/// A stylized fact. Serialised as its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// F1: returns are not linearly autocorrelated.
    NoAutocorrelation,
    /// F2: tails are heavier than normal.
    FatTails,
    /// F3: large moves follow large moves.
    VolatilityClustering,
    /// F4: volatility has long memory.
    LongMemory,
    /// F5: falls raise later volatility.
    Leverage,
    /// F6: sums over longer steps are closer to normal.
    Aggregation,
    /// F7: volume goes with volatility.
    VolumeVolatility,
    /// F8: losses reach further than gains; informative only.
    GainLoss,
    /// F9: extremes come in bursts.
    Intermittency,
    /// F10: tails stay heavy once volatility is accounted for.
    ConditionalTails,
    /// F11: coarse volatility foretells fine volatility better than the reverse; reported.
    TimeAsymmetry,
    /// F12: the price is a random walk; reported.
    RandomWalk,
    /// F13: the deepest drawdown, against returns in random order; reported.
    Drawdown,
}

impl Fact {
    /// All facts, in order.
    pub const ALL: [Self; 13] = [
        Self::NoAutocorrelation,
        Self::FatTails,
        Self::VolatilityClustering,
        Self::LongMemory,
        Self::Leverage,
        Self::Aggregation,
        Self::VolumeVolatility,
        Self::GainLoss,
        Self::Intermittency,
        Self::ConditionalTails,
        Self::TimeAsymmetry,
        Self::RandomWalk,
        Self::Drawdown,
    ];

    /// The facts a market is expected to show before anything else is asked of it.
    pub const CORE: [Self; 5] = [
        Self::NoAutocorrelation,
        Self::FatTails,
        Self::VolatilityClustering,
        Self::VolumeVolatility,
        Self::Intermittency,
    ];

    /// The facts that get a verdict, F1 to F10.
    ///
    /// ```
    /// assert_eq!(asfm_stats::card::Fact::judged().len(), 10);
    /// ```
    pub fn judged() -> &'static [Self] {
        &Self::ALL[..10]
    }

    /// Stable name.
    ///
    /// ```
    /// assert_eq!(asfm_stats::card::Fact::LongMemory.name(), "F4_long_memory");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::NoAutocorrelation => "F1_no_autocorr",
            Self::FatTails => "F2_fat_tails",
            Self::VolatilityClustering => "F3_vol_clustering",
            Self::LongMemory => "F4_long_memory",
            Self::Leverage => "F5_leverage",
            Self::Aggregation => "F6_aggregation",
            Self::VolumeVolatility => "F7_volume_vol",
            Self::GainLoss => "F8_gain_loss",
            Self::Intermittency => "F9_intermittency",
            Self::ConditionalTails => "F10_conditional_tails",
            Self::TimeAsymmetry => "F11_time_asymmetry",
            Self::RandomWalk => "F12_random_walk",
            Self::Drawdown => "F13_drawdown",
        }
    }

    /// What the estimate of a card line is.
    ///
    /// ```
    /// assert_eq!(asfm_stats::card::Fact::LongMemory.statistic(), "GPH d of |r|");
    /// ```
    pub fn statistic(self) -> &'static str {
        match self {
            Self::NoAutocorrelation => "autocorrelation at lags 1-5, the one furthest out",
            Self::FatTails => "excess kurtosis G2",
            Self::VolatilityClustering => "mean autocorrelation of |r|, lags 1-10",
            Self::LongMemory => "GPH d of |r|",
            Self::Leverage => "mean corr(r_t, |r_t+k|), k = 1-10",
            Self::Aggregation => "drop in L-kurtosis from 1 to 5 days",
            Self::VolumeVolatility => "Spearman of |r| and detrended log volume",
            Self::GainLoss => "quantile asymmetry at 5/95 %",
            Self::Intermittency => "Fano factor of the largest 5 % of |r|, 20 days",
            Self::ConditionalTails => "excess kurtosis of GJR residuals",
            Self::TimeAsymmetry => "corr(coarse, next fine) less the reverse, 5 days",
            Self::RandomWalk => "variance ratio at 5 days",
            Self::Drawdown => "maximum drawdown",
        }
    }

    /// Below this many returns a fail is only inconclusive: the test could not have seen
    /// the fact.
    fn fail_needs(self) -> usize {
        match self {
            Self::FatTails | Self::VolumeVolatility => 250,
            Self::VolatilityClustering | Self::Intermittency => 500,
            Self::GainLoss => 1000,
            Self::Leverage => 2500,
            _ => 0,
        }
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One line of a card.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The fact.
    pub fact: Fact,
    /// The verdict.
    pub verdict: Verdict,
    /// The statistic, as [`Fact::statistic`] says.
    pub estimate: Option<f64>,
    /// Its interval at 90 %.
    pub ci: Option<Interval>,
    /// p of its test.
    pub p: Option<f64>,
    /// Mean of the statistic under the null, where it is resampled.
    pub null: Option<f64>,
    /// Returns that entered.
    pub n: usize,
    /// Share of returns that are exactly 0.
    pub share_zero_returns: f64,
    /// Why this verdict.
    pub reason: &'static str,
}

/// How many of the core facts got which verdict.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Tally {
    /// Number of core facts.
    pub of: usize,
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Inconclusive.
    pub inconclusive: usize,
    /// Not applicable.
    pub not_applicable: usize,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// Number of returns.
    pub n: usize,
    /// Replicates of every resampling test.
    pub replicates: usize,
    /// Master seed.
    pub seed: u64,
    /// F3, F5 and F9 were computed on the residuals of an autoregression of order 5, since
    /// serial correlation alone makes them reject.
    pub prewhitened: bool,
    /// The core facts in numbers.
    pub core: Tally,
    /// One line per fact, F1 to F13.
    pub lines: Vec<Line>,
}

impl Card {
    /// The line of a fact.
    ///
    /// ```
    /// use asfm_stats::card::{Fact, Options, card};
    /// use asfm_stats::yardstick::gaussian_walk;
    ///
    /// let card = card(&gaussian_walk(60, 0.01, false, 1)?, &Options { replicates: 99, seed: 1 })?;
    /// assert_eq!(card.line(Fact::VolumeVolatility).map(|it| it.reason), Some("no volume"));
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn line(&self, fact: Fact) -> Option<&Line> {
        self.lines.iter().find(|it| it.fact == fact)
    }

    /// The verdict on a fact.
    ///
    /// ```
    /// use asfm_stats::card::{Fact, Options, Verdict, card};
    /// use asfm_stats::yardstick::gaussian_walk;
    ///
    /// let card = card(&gaussian_walk(60, 0.01, false, 1)?, &Options { replicates: 99, seed: 1 })?;
    /// assert_eq!(card.verdict(Fact::VolumeVolatility), Verdict::NotApplicable);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn verdict(&self, fact: Fact) -> Verdict {
        self.line(fact).map_or(Verdict::NotApplicable, |it| it.verdict)
    }

    /// One letter per judged fact, F1 to F10.
    ///
    /// ```
    /// use asfm_stats::card::{Options, card};
    /// use asfm_stats::series::Series;
    ///
    /// let returns: Vec<f64> = (0..40).map(|t| f64::from(t * 7 % 11) / 100.0).collect();
    /// let card = card(&Series::from_returns(&returns, None)?, &Options::default())?;
    /// assert_eq!(card.letters().len(), 10);
    /// assert!(card.letters().starts_with('I'), "40 returns cannot settle F1");
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn letters(&self) -> String {
        Fact::judged().iter().map(|&it| self.verdict(it).letter()).collect()
    }
}

/// How a card is computed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// Replicates of the resampling tests (at most 499 for F6 and F11). Below 100, p < 0.01
    /// is out of reach.
    pub replicates: usize,
    /// Master seed.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { replicates: 999, seed: 1 }
    }
}

/// What a fact answers, before the rules common to all facts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finding {
    pub(crate) verdict: Verdict,
    pub(crate) estimate: Option<f64>,
    /// Half-width of the 90 % interval, or both ends.
    pub(crate) ci: Option<(f64, f64)>,
    pub(crate) p: Option<f64>,
    pub(crate) null: Option<f64>,
    pub(crate) reason: &'static str,
}

impl Finding {
    /// A fact that cannot be asked.
    pub(crate) fn none(reason: &'static str) -> Self {
        let verdict = Verdict::NotApplicable;
        Self { verdict, estimate: None, ci: None, p: None, null: None, reason }
    }
}

/// Computes the card of a series: F1 to F10 judged, F11 to F13 reported.
///
/// Needs 1 return. With fewer than 20, or returns that do not vary, every fact is not
/// applicable. The result depends on the seed and the number of replicates, not on the
/// number of threads.
///
/// # Errors
///
/// `Empty`; `NonFinite` or `Domain` if the series was made by hand and is not sound;
/// `Domain` without replicates.
///
/// ```
/// use asfm_stats::card::{Fact, Options, Verdict, card};
/// use asfm_stats::yardstick::gaussian_walk;
///
/// let options = Options { replicates: 199, seed: 1 };
/// let long = card(&gaussian_walk(1000, 0.01, true, 1)?, &options)?;
/// assert_eq!(long.verdict(Fact::NoAutocorrelation), Verdict::Pass);
/// assert_ne!(long.verdict(Fact::FatTails), Verdict::Pass, "the draws are normal");
/// let short = card(&gaussian_walk(19, 0.01, true, 1)?, &options)?;
/// assert_eq!(short.letters(), "NNNNNNNNNN");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn card(series: &Series, options: &Options) -> Result<Card> {
    let r = series.returns.as_slice();
    crate::error::finite(r)?;
    enough(r.len(), 1)?;
    if options.replicates == 0 {
        return Err(StatsError::Domain("no replicates"));
    }
    let zeros = r.iter().filter(|it| **it == 0.0).count() as f64 / r.len() as f64;
    let (findings, prewhitened) = if r.len() < 20 || is_constant(r) {
        (vec![Finding::none("fewer than 20 returns, or returns that do not vary"); 13], false)
    } else {
        facts::all(series, options)
    };
    let line = |(&fact, it): (&Fact, Finding)| {
        let weak = it.verdict == Verdict::Fail && r.len() < fact.fail_needs();
        Line {
            fact,
            verdict: if weak { Verdict::Inconclusive } else { it.verdict },
            estimate: it.estimate,
            ci: it.ci.map(|(lo, hi)| Interval { lo, hi, level: 0.90 }),
            p: it.p,
            null: it.null,
            n: r.len(),
            share_zero_returns: zeros,
            reason: if weak { "too few returns for the test to see the fact" } else { it.reason },
        }
    };
    let lines: Vec<Line> = Fact::ALL.iter().zip(findings).map(line).collect();
    Ok(Card {
        n: r.len(),
        replicates: options.replicates,
        seed: options.seed,
        prewhitened,
        core: tally(&lines),
        lines,
    })
}

fn tally(lines: &[Line]) -> Tally {
    let count = |verdict| {
        lines.iter().filter(|it| Fact::CORE.contains(&it.fact) && it.verdict == verdict).count()
    };
    Tally {
        of: Fact::CORE.len(),
        passed: count(Verdict::Pass),
        failed: count(Verdict::Fail),
        inconclusive: count(Verdict::Inconclusive),
        not_applicable: count(Verdict::NotApplicable),
    }
}
