//! Pure functions from slices of numbers to statistics and tests.
#![expect(
    clippy::cast_precision_loss,
    reason = "counts become floating-point numbers in every statistic; they stay far below 2^53"
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
pub mod inequality;
pub mod leverage;
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
