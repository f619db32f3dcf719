//! Pure functions from slices of numbers to statistics and tests.
#![expect(
    clippy::cast_precision_loss,
    reason = "counts become floating-point numbers in every statistic; they stay far below 2^53"
)]

pub mod bootstrap;
pub mod dependence;
pub mod drawdown;
pub mod error;
pub mod estimate;
pub mod garch;
pub mod garch_report;
pub mod leverage;
pub mod market;
pub mod memory;
pub mod moments;
pub mod normality;
mod optimize;
mod random;
pub mod rank;
pub mod regression;
pub mod scaling;
pub mod series;
mod special;
mod sums;
pub mod tail;
pub mod unit_root;
pub mod volume;

pub use error::{Result, StatsError};
pub use estimate::{Alternative, Estimate, Interval, TestResult};
