//! Pure functions from slices of numbers to statistics and tests.
#![expect(
    clippy::cast_precision_loss,
    reason = "counts become floating-point numbers in every statistic; they stay far below 2^53"
)]

pub mod error;
pub mod market;
pub mod moments;

pub use error::{Result, StatsError};
