//! How imbalance moves a price.

use crate::error::{Result, StatsError, guard};
use crate::special::normal_quantile;

/// The return of a one-price auction whose limits are normal around the previous close, whoever
/// sends them: `sd x InvPhi(buy / (buy + sell))`, where that share of the limits lies below the
/// price at which as much is offered as asked for.
///
/// It is what follows from limits that carry no opinion, as in the published code of `TwinMarket`
/// (Yang et al. 2025), where `sd` is 0.03: a market that obeys it says how many want to buy and
/// nothing of what they think a stock is worth.
///
/// # Errors
///
/// `Domain` unless both sides and `sd` are above 0.
///
/// ```
/// use asfm_stats::impact::drawn_limits;
///
/// let percent = |ratio: f64| 100.0 * drawn_limits(ratio, 1.0, 0.03).unwrap();
/// assert_eq!(percent(1.0), 0.0);
/// for (ratio, expected) in [(1.5, 0.76), (2.0, 1.29), (3.0, 2.02), (8.0, 3.66), (20.0, 5.01)] {
///     assert!((percent(ratio) - expected).abs() < 0.005);
/// }
/// ```
pub fn drawn_limits(buy: f64, sell: f64, sd: f64) -> Result<f64> {
    if !(buy > 0.0 && sell > 0.0 && sd > 0.0) {
        return Err(StatsError::Domain("a side or a deviation not above zero"));
    }
    guard(sd * normal_quantile(buy / (buy + sell)))
}
