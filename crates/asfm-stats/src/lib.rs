//! Statistics of markets: pure functions from slices of numbers to estimates and tests.
//!
//! Every statistic is named by its estimator and its source, agrees with the reference
//! implementations within stated tolerances, and is honest about short series: what a
//! series cannot carry is an error or an open verdict, never a number to be misread.
//!
//! ```
//! use asfm_stats::card::{Fact, Options, Verdict, card};
//! use asfm_stats::series::Series;
//!
//! let prices: Vec<f64> = (0..121).map(|t| 100.0 + f64::from(t * t % 23)).collect();
//! let series = Series::from_prices(&prices, None)?;
//! let card = card(&series, &Options::default())?;
//! assert_eq!(card.verdict(Fact::LongMemory), Verdict::NotApplicable);
//! assert_eq!(card.core.of, 5);
//! # Ok::<(), asfm_stats::StatsError>(())
//! ```
//!
//! The crate knows nothing of orders, agents, files, clocks or command lines; it reads no
//! environment and prints nothing.
//!
//! # Where to find what
//!
//! | question | module |
//! |---|---|
//! | ON, OER, TR, VO and returns of agents | [`market`] |
//! | every statistic of one series, serialisable | [`series`] |
//! | a series of millions of values | [`mod@long`] |
//! | the stylized facts with verdicts | [`card`] |
//! | a Gaussian walk, real windows, several runs beside it | [`yardstick`] |
//! | moments, quantiles, L-moments | [`moments`] |
//! | normality | [`normality`] |
//! | tail indices, Student-t fit | [`tail`] |
//! | autocorrelation, portmanteau tests, ARCH | [`dependence`] |
//! | leverage, time-scale asymmetry | [`mod@leverage`] |
//! | long memory | [`mod@memory`] |
//! | unit roots, variance ratio | [`unit_root`] |
//! | aggregation, bursts, asymmetry of quantiles | [`scaling`] |
//! | GARCH and GJR | [`garch`], [`garch_report`] |
//! | drawdowns, first passage | [`mod@drawdown`] |
//! | explosive episodes | [`mod@bubble`] |
//! | volume | [`volume`] |
//! | ranks and correlations | [`rank`] |
//! | two samples, several groups | [`two_sample`] |
//! | paired seeds, equivalence | [`paired`] |
//! | effect sizes | [`effect`] |
//! | ordered levels, dose response | [`trend`] |
//! | news and other events | [`event`] |
//! | claims with directions and families | [`claim`] |
//! | inequality of wealth | [`mod@inequality`] |
//! | intervals by resampling | [`bootstrap`] |
//! | adjusted p-values, proportions | [`multiplicity`] |
//! | least squares | [`regression`] |
//!
//! # Conventions
//!
//! * **Input.** A series is a slice, oldest first. Stylized facts use log returns of the
//!   close as fractions (0.01 is 1 %); the metrics of a market use simple returns. Only
//!   GARCH and the Student-t fit work in percent, and say so.
//! * **Need.** Each function states the fewest values it accepts; fewer give
//!   [`StatsError::TooShort`]. A first value that is not finite gives
//!   [`StatsError::NonFinite`]: dropping or filling is the caller's decision. Values equal
//!   to within 1e-14 give [`StatsError::Constant`] wherever a statistic divides by their
//!   variation. Magnitudes above 1e75 are refused, so that nothing overflows.
//! * **Untraded days.** Price carried forward, return exactly 0, volume 0. The share of zero
//!   returns stands beside every fact, since many of them raise kurtosis and the
//!   autocorrelation of magnitudes mechanically. Volume statistics drop such days.
//! * **Arithmetic.** Two-pass moments; sums in a fixed order; p-values from survival
//!   functions; p below 1e-300 is 0. Results are bit-identical for any number of threads.
//! * **Randomness.** ChaCha8, one stream per (master seed, statistic, replicate). A Monte
//!   Carlo p is `(1 + count) / (B + 1)`.
//! * **Unit of replication.** One run, one seed, is one observation. Stocks, agents and days
//!   of a run share its order flow; counting them as independent is the classic error.
//!
//! # Tolerances
//!
//! `cargo run -p asfm-stats --example golden` compares with reference values and prints the
//! largest deviation per class: A closed forms (relative 1e-10), B special functions
//! (1e-7), C regressions and grids (1e-8), D optimisers (log-likelihood no lower than the
//! reference less 1e-3, robust standard errors within 2 %), E Monte Carlo (four standard errors), F verdicts.
#![expect(
    clippy::cast_precision_loss,
    reason = "counts become floating-point numbers in every statistic; they stay far below 2^53"
)]
#![expect(clippy::doc_markdown, reason = "names such as MacKinlay, BCa and ChaCha8 are not code")]
#![expect(
    clippy::many_single_char_names,
    reason = "estimators are written in the letters of their formulas"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "array views are passed by value, as slices are"
)]

pub mod bootstrap;
pub mod bubble;
pub mod card;
pub mod claim;
pub mod dependence;
pub mod drawdown;
pub mod effect;
pub mod error;
pub mod estimate;
pub mod event;
mod facts;
pub mod garch;
pub mod garch_report;
pub mod impact;
pub mod inequality;
pub mod leverage;
pub mod long;
pub mod market;
pub mod memory;
pub mod moments;
pub mod multiplicity;
pub mod normality;
mod optimize;
pub mod paired;
mod random;
pub mod rank;
pub mod regression;
pub mod scaling;
pub mod series;
mod special;
mod sums;
pub mod tail;
pub mod trend;
pub mod two_sample;
pub mod unit_root;
pub mod volume;
pub mod yardstick;

pub use error::{Result, StatsError};
pub use estimate::{Alternative, Estimate, Interval, TestResult};
