//! Every statistic of one return series, serialised under stable names.

use serde::Serialize;

use crate::bootstrap::{BlockLength, block_for, optimal_block, stationary};
use crate::dependence::{
    ArchLm, Decay, arch_lm, autocorrelations, decay, ljung_box, robust_autocorrelations,
    robust_test,
};
use crate::drawdown::{Drawdown, FirstPassage, drawdown, first_passage};
use crate::error::{Result, StatsError, same_length, varying};
use crate::garch_report::{GarchReport, garch_report};
use crate::leverage::{Leverage, TimeScaleAsymmetry, leverage, time_scale_asymmetry};
use crate::market::log_returns;
use crate::memory::{Memory, memory};
use crate::moments::{Moments, moments, standardised};
use crate::normality::{Normality, normality};
use crate::scaling::{Horizon, aggregation, fano, tail_quantile_ratio};
use crate::sums;
use crate::tail::{Tails, tails};
use crate::unit_root::{UnitRoots, VarianceRatio, unit_roots, variance_ratio};
use crate::volume::{VolumeBlock, volume_block};

/// A return series with what is known beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Log returns, one per day.
    pub returns: Vec<f64>,
    /// Prices, one more than returns; the first is the last seeded one.
    pub price: Vec<f64>,
    /// Volume of the same days as the returns.
    pub volume: Option<Vec<f64>>,
}

impl Series {
    /// A series of prices. `volume`, if given, has one value per price; the first,
    /// which belongs to no return, is dropped.
    ///
    /// # Errors
    ///
    /// `TooShort` below two prices, `Domain` for a price not above 0 or a negative
    /// volume, `NonFinite`, `LengthMismatch`.
    ///
    /// ```
    /// use asfm_stats::series::Series;
    ///
    /// let series = Series::from_prices(&[100.0, 200.0, 100.0], Some(&[1.0, 2.0, 3.0]))?;
    /// assert!((series.returns[0] - 2.0_f64.ln()).abs() < 1e-12);
    /// assert_eq!(series.volume, Some(vec![2.0, 3.0]));
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn from_prices(price: &[f64], volume: Option<&[f64]>) -> Result<Self> {
        let returns = log_returns(price)?;
        if let Some(volume) = volume {
            same_length(price, volume)?;
        }
        Self { returns, price: price.to_vec(), volume: volume.map(|it| it[1..].to_vec()) }.checked()
    }

    /// A series of log returns, with prices cumulated from 100. `volume`, if given, has
    /// one value per return.
    ///
    /// # Errors
    ///
    /// `Empty`, `NonFinite`, `LengthMismatch`, `Domain` for a negative volume or returns
    /// whose price is not finite.
    ///
    /// ```
    /// use asfm_stats::series::Series;
    ///
    /// let series = Series::from_returns(&[2.0_f64.ln(), 0.0], None)?;
    /// assert!((series.price[1] - 200.0).abs() < 1e-9 && (series.price[2] - 200.0).abs() < 1e-9);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn from_returns(returns: &[f64], volume: Option<&[f64]>) -> Result<Self> {
        crate::error::finite(returns)?;
        if let Some(volume) = volume {
            same_length(returns, volume)?;
        }
        let price = prices_of(returns).collect();
        let volume = volume.map(<[f64]>::to_vec);
        Self { returns: returns.to_vec(), price, volume }.checked()
    }

    pub(crate) fn checked(self) -> Result<Self> {
        crate::error::finite(&self.returns)?;
        crate::error::finite(&self.price)?;
        if self.price.iter().any(|&it| it <= 0.0) {
            return Err(StatsError::Domain("a price not above zero"));
        }
        if let Some(volume) = &self.volume {
            crate::error::finite(volume)?;
            if volume.iter().any(|&it| it < 0.0) {
                return Err(StatsError::Domain("a negative volume"));
            }
        }
        Ok(self)
    }

    /// The last `n` returns, with their prices and volume.
    ///
    /// ```
    /// use asfm_stats::series::Series;
    ///
    /// let series = Series::from_prices(&[10.0, 11.0, 12.0, 13.0], None)?;
    /// assert_eq!(series.last(2).price, [11.0, 12.0, 13.0]);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    #[must_use]
    pub fn last(&self, n: usize) -> Self {
        self.window(self.returns.len().saturating_sub(n), n)
    }

    /// `n` returns from `start` on (fewer at the end), with their prices and volume.
    ///
    /// ```
    /// use asfm_stats::series::Series;
    ///
    /// let series = Series::from_prices(&[10.0, 11.0, 12.0, 13.0], None)?;
    /// assert_eq!(series.window(1, 1).price, [11.0, 12.0]);
    /// assert_eq!(series.window(2, 9).returns, series.last(1).returns);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    #[must_use]
    pub fn window(&self, start: usize, n: usize) -> Self {
        let end = start.saturating_add(n).min(self.returns.len());
        let start = start.min(end);
        Self {
            returns: self.returns[start..end].to_vec(),
            price: self.price[start..=end].to_vec(),
            volume: self.volume.as_ref().map(|it| it[start..end].to_vec()),
        }
    }

    /// Natural logarithms of the prices.
    ///
    /// ```
    /// use asfm_stats::series::Series;
    ///
    /// let series = Series::from_prices(&[10.0, 11.0, 12.0, 13.0], None)?;
    /// assert_eq!(series.log_price()[0], 10.0_f64.ln());
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn log_price(&self) -> Vec<f64> {
        self.price.iter().map(|it| it.ln()).collect()
    }
}

/// Prices cumulated from 100: one before the first return, and one after each.
pub(crate) fn prices_of(returns: &[f64]) -> impl Iterator<Item = f64> {
    let start = 100.0_f64.ln();
    let level = returns.iter().scan(0.0, |sum, it| {
        *sum += it;
        Some(*sum)
    });
    std::iter::once(0.0).chain(level).map(move |it| (start + it).exp())
}

/// What of a report to compute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Also what takes long: the Student-t and GARCH fits, the search over lags, block
    /// lengths and the bootstrap.
    pub heavy: bool,
    /// Replicates of the bootstrap.
    pub replicates: usize,
    /// Master seed.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { heavy: true, replicates: 1999, seed: 1 }
    }
}

/// A value for returns, magnitudes and squares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Three<T> {
    /// Of the returns.
    pub r: T,
    /// Of their magnitudes.
    pub abs: T,
    /// Of their squares.
    pub sq: T,
}

/// Ljung-Box tests at several numbers of lags.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LjungBoxTable {
    /// Numbers of lags.
    pub lags: Vec<usize>,
    /// Statistics.
    #[serde(rename = "Q")]
    pub q: Vec<f64>,
    /// p-values.
    pub p: Vec<f64>,
}

/// Robust autocorrelations with their portmanteau tests at 5, 10 and 20 lags.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "Q and p of the portmanteau test are named by their lags")]
pub struct RobustTable {
    /// Autocorrelations.
    pub rho: Vec<f64>,
    /// Robust standard errors.
    pub robust_se: Vec<f64>,
    /// Robust t statistics.
    pub tau: Vec<f64>,
    #[serde(rename = "Q5", skip_serializing_if = "Option::is_none")]
    pub q5: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p5: Option<f64>,
    #[serde(rename = "Q10", skip_serializing_if = "Option::is_none")]
    pub q10: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p10: Option<f64>,
    #[serde(rename = "Q20", skip_serializing_if = "Option::is_none")]
    pub q20: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p20: Option<f64>,
}

/// ARCH-LM tests at 5 and 10 lags.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is named by its lags")]
pub struct ArchTable {
    #[serde(rename = "5", skip_serializing_if = "Option::is_none")]
    pub lags5: Option<ArchLm>,
    #[serde(rename = "10", skip_serializing_if = "Option::is_none")]
    pub lags10: Option<ArchLm>,
}

/// Variance ratios at horizons 2, 5, 10 and 20.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is named by its horizon")]
pub struct VarianceRatios {
    #[serde(rename = "2", skip_serializing_if = "Option::is_none")]
    pub q2: Option<VarianceRatio>,
    #[serde(rename = "5", skip_serializing_if = "Option::is_none")]
    pub q5: Option<VarianceRatio>,
    #[serde(rename = "10", skip_serializing_if = "Option::is_none")]
    pub q10: Option<VarianceRatio>,
    #[serde(rename = "20", skip_serializing_if = "Option::is_none")]
    pub q20: Option<VarianceRatio>,
}

/// Asymmetry of gains and losses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GainLoss {
    /// First passages to gains and losses of 5 % in log price.
    pub first_passage_5pct: Option<FirstPassage>,
    /// Minus the 1 % quantile over the 99 % one.
    pub tail_quantile_ratio_1pct: Option<f64>,
}

/// A bootstrap interval of one statistic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BootstrapLine {
    /// The statistic of the data.
    pub estimate: f64,
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
    /// Standard error.
    pub boot_se: f64,
}

/// Percentile intervals at 95 % from a stationary bootstrap. Those of kurtosis
/// under-cover with heavy tails; below 60 returns all of them are indicative.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BootstrapBlock {
    /// Mean block length.
    pub block: f64,
    /// Replicates.
    pub reps: usize,
    /// Master seed.
    pub seed: u64,
    /// Level.
    pub level: f64,
    /// How ends are read off the replicates.
    pub method: &'static str,
    /// Fewer than 60 returns.
    pub indicative: bool,
    /// Mean.
    pub mean: Option<BootstrapLine>,
    /// Standard deviation, n - 1.
    pub std: Option<BootstrapLine>,
    /// Excess kurtosis g2.
    pub exkurt_g2: Option<BootstrapLine>,
    /// First autocorrelation of magnitudes.
    pub acf1_abs: Option<BootstrapLine>,
}

/// Every statistic of one series. A value that the series is too short for is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is documented by the type or module it comes from")]
pub struct SeriesReport {
    /// Number of returns.
    pub n: usize,
    pub moments: Moments,
    pub normality: Normality,
    pub tails: Tails,
    pub acf: Option<Three<Vec<f64>>>,
    pub ljung_box: Three<LjungBoxTable>,
    pub robust_portmanteau_r: Option<RobustTable>,
    pub arch_lm: ArchTable,
    pub leverage: Option<Leverage>,
    pub unit_root: UnitRoots,
    pub variance_ratio: VarianceRatios,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hurst: Option<Memory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acf_abs_decay_1_50: Option<Decay>,
    pub aggregation: Option<Vec<Horizon>>,
    pub gain_loss: GainLoss,
    /// Fano factor of exceedances of the 95 % quantile, windows of 20 days.
    pub fano_20_95: Option<f64>,
    pub time_scale_asym: Option<TimeScaleAsymmetry>,
    pub drawdown: Drawdown,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<VolumeBlock>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optimal_block_length: Option<Three<Option<BlockLength>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<BootstrapBlock>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub garch: Option<GarchReport>,
    /// Groups whose values, though printed, rest on fewer returns than their functions
    /// ask for, or on fewer than their use makes sense with.
    pub below_need: Vec<&'static str>,
}

/// Computes every statistic of a series. Needs 1 return.
///
/// ```
/// use asfm_stats::series::{Options, Series, report};
///
/// let prices: Vec<f64> = (0..60).map(|t| 100.0 + f64::from(t * t % 17)).collect();
/// let series = Series::from_prices(&prices, None)?;
/// let report = report(&series, &Options { heavy: false, ..Options::default() })?;
/// assert_eq!(report.n, 59);
/// assert!(report.hurst.is_none(), "59 returns are too few");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn report(series: &Series, options: &Options) -> Result<SeriesReport> {
    let r = series.returns.as_slice();
    let (n, a, s) = (r.len(), sums::abs(r), sums::squares(r));
    let log_price = series.log_price();
    let lags = (n / 4).min(20);
    let three_lags: Vec<usize> = [5, 10, 20].into_iter().filter(|&it| it <= lags).collect();
    let table = |x: &[f64]| ljung_box_table(x, &three_lags);
    let vr = |q| variance_ratio(&log_price, q).ok();
    let heavy = options.heavy;
    let magnitudes = autocorrelations(r, lags).and_then(|r| {
        Ok(Three { r, abs: autocorrelations(&a, lags)?, sq: autocorrelations(&s, lags)? })
    });
    let block = |x: &[f64]| optimal_block(x).ok();
    Ok(SeriesReport {
        n,
        moments: moments(r)?,
        normality: normality(r)?,
        tails: tails(r, heavy)?,
        acf: magnitudes.ok(),
        ljung_box: Three { r: table(r), abs: table(&a), sq: table(&s) },
        robust_portmanteau_r: robust_table(r, &three_lags).ok(),
        arch_lm: ArchTable { lags5: arch_lm(r, 5).ok(), lags10: arch_lm(r, 10).ok() },
        leverage: leverage(r, 10).ok(),
        unit_root: unit_roots(&log_price, r, heavy),
        variance_ratio: VarianceRatios { q2: vr(2), q5: vr(5), q10: vr(10), q20: vr(20) },
        hurst: memory(r).ok(),
        acf_abs_decay_1_50: if n >= 400 { decay(&a, 50).ok() } else { None },
        aggregation: aggregation(r).ok(),
        gain_loss: GainLoss {
            first_passage_5pct: first_passage(&log_price, 0.05).ok(),
            tail_quantile_ratio_1pct: tail_quantile_ratio(r),
        },
        fano_20_95: fano(r, 20, 0.95).ok(),
        time_scale_asym: time_scale_asymmetry(r, 5).ok(),
        drawdown: drawdown(&series.price)?,
        volume: series.volume.as_ref().and_then(|it| volume_block(r, it).ok()),
        optimal_block_length: heavy.then(|| Three { r: block(r), abs: block(&a), sq: block(&s) }),
        bootstrap: if heavy { bootstrap_block(r, options).ok() } else { None },
        garch: if heavy { garch_report(r).ok() } else { None },
        below_need: below_need(n),
    })
}

fn ljung_box_table(x: &[f64], lags: &[usize]) -> LjungBoxTable {
    let mut table = LjungBoxTable::default();
    for &lags in lags {
        if let Ok(test) = ljung_box(x, lags) {
            table.lags.push(lags);
            table.q.push(test.statistic);
            table.p.push(test.p);
        }
    }
    table
}

fn robust_table(r: &[f64], lags: &[usize]) -> Result<RobustTable> {
    let longest = lags.last().copied().ok_or(StatsError::TooShort { need: 20, got: r.len() })?;
    let all = robust_autocorrelations(r, longest)?;
    let at = |m: usize| {
        let tau = all.tau.get(..m)?;
        robust_test(tau, r.len()).ok().map(|it| (it.statistic, it.p))
    };
    let ((q5, p5), (q10, p10), (q20, p20)) = (at(5).unzip(), at(10).unzip(), at(20).unzip());
    let (rho, robust_se, tau) = (all.rho, all.se, all.tau);
    Ok(RobustTable { rho, robust_se, tau, q5, p5, q10, p10, q20, p20 })
}

/// The bootstrap block of a report: stationary, block length by [`block_for`].
///
/// ```
/// use asfm_stats::series::{Options, bootstrap_block};
///
/// let walk = asfm_stats::yardstick::gaussian_walk(59, 0.01, false, 1)?;
/// let block = bootstrap_block(&walk.returns, &Options { replicates: 199, ..Options::default() })?;
/// assert!(block.indicative, "59 returns");
/// assert!(block.mean.is_some_and(|it| it.lo < it.estimate && it.estimate < it.hi));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn bootstrap_block(r: &[f64], options: &Options) -> Result<BootstrapBlock> {
    varying(r, 20)?;
    bootstrap_with_block(r, block_for(r)?, options)
}

/// The same with a given mean block length.
///
/// ```
/// use asfm_stats::series::{Options, bootstrap_with_block};
///
/// let walk = asfm_stats::yardstick::gaussian_walk(100, 0.01, false, 1)?;
/// let options = Options { replicates: 499, ..Options::default() };
/// let mean = bootstrap_with_block(&walk.returns, 1.0, &options)?.mean.expect("a mean");
/// // Blocks of one day draw independently: the sd over the root of 100.
/// assert!((mean.boot_se / 0.001 - 1.0).abs() < 0.25);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn bootstrap_with_block(r: &[f64], block: f64, options: &Options) -> Result<BootstrapBlock> {
    varying(r, 20)?;
    let line = |statistic: fn(&[f64]) -> Result<f64>| {
        let replicates = stationary(r, block, options.replicates, options.seed, statistic)?;
        let ci = replicates.percentile(0.95)?;
        let (estimate, boot_se) = (replicates.estimate, replicates.se());
        Ok::<_, StatsError>(BootstrapLine { estimate, lo: ci.lo, hi: ci.hi, boot_se })
    };
    let excess = |x: &[f64]| varying(x, 4).map(|()| standardised(x).excess);
    let first = |x: &[f64]| autocorrelations(&sums::abs(x), 1).map(|it| it[0]);
    Ok(BootstrapBlock {
        block,
        reps: options.replicates,
        seed: options.seed,
        level: 0.95,
        method: "stationary, percentile (type-7 quantiles)",
        indicative: r.len() < 60,
        mean: line(|x| Ok(sums::mean(x))).ok(),
        std: line(|x| Ok(sums::variance(x).sqrt())).ok(),
        exkurt_g2: line(excess).ok(),
        acf1_abs: line(first).ok(),
    })
}

fn below_need(n: usize) -> Vec<&'static str> {
    let needs = [
        ("moments.crow_siddiqui_excess", 40),
        ("moments.moors_excess", 40),
        ("bootstrap", 60),
        ("tails", 200),
        ("hurst.gph_r", 128),
        ("hurst.gph_abs", 128),
        ("aggregation", 400),
        ("fano_20_95", 200),
        ("garch", 1000),
    ];
    needs.into_iter().filter(|it| n < it.1).map(|it| it.0).collect()
}
