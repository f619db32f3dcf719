//! Moments and quantiles.

use crate::error::{Result, at_least, finite, guard};

/// Arithmetic mean, summed in index order. Needs 1 value.
pub fn mean(x: &[f64]) -> Result<f64> {
    finite(x)?;
    guard(x.iter().sum::<f64>() / x.len() as f64)
}

/// Standard deviation with divisor n - 1, in two passes. Needs 2 values.
pub fn sd(x: &[f64]) -> Result<f64> {
    at_least(x, 2)?;
    let m = mean(x)?;
    guard((sum_squares(x, m) / (x.len() - 1) as f64).sqrt())
}

/// Standard deviation with divisor n, in two passes. Needs 1 value.
pub fn sd_population(x: &[f64]) -> Result<f64> {
    let m = mean(x)?;
    guard((sum_squares(x, m) / x.len() as f64).sqrt())
}

fn sum_squares(x: &[f64], m: f64) -> f64 {
    x.iter().map(|it| (it - m) * (it - m)).sum()
}
