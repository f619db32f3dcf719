//! Closes, their returns and the returns of agents.

use super::TradeRow;
use crate::error::{Result, StatsError, at_least, enough, guard};
use crate::sums::mean;

/// Simple returns `c_t / c_(t-1) - 1` of a price series, one fewer than prices.
///
/// # Errors
///
/// `TooShort` below two prices; `Domain` for a price not above 0.
///
/// ```
/// let returns = asfm_stats::market::simple_returns(&[100.0, 150.0, 75.0])?;
/// assert_eq!(returns, [0.5, -0.5]);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn simple_returns(prices: &[f64]) -> Result<Vec<f64>> {
    positive(prices)?;
    prices.windows(2).map(|it| guard(it[1] / it[0] - 1.0)).collect()
}

/// Log returns `ln c_t - ln c_(t-1)` of a price series, one fewer than prices.
///
/// # Errors
///
/// `TooShort` below two prices; `Domain` for a price not above 0.
///
/// ```
/// let returns = asfm_stats::market::log_returns(&[100.0, 200.0, 100.0])?;
/// assert!((returns[0] - 2.0_f64.ln()).abs() < 1e-12 && (returns[1] + 2.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn log_returns(prices: &[f64]) -> Result<Vec<f64>> {
    positive(prices)?;
    let logs: Vec<f64> = prices.iter().map(|it| it.ln()).collect();
    Ok(logs.windows(2).map(|it| it[1] - it[0]).collect())
}

fn positive(prices: &[f64]) -> Result<()> {
    at_least(prices, 2)?;
    if prices.iter().all(|&it| it > 0.0) {
        Ok(())
    } else {
        Err(StatsError::Domain("a price not above zero"))
    }
}

/// Prices of the equal-weight index of several stocks, from 100: every day it grows by the
/// mean of their simple returns.
///
/// Each element holds one stock's closes, as for [`volatility`](super::volatility). Needs two closes.
///
/// # Errors
///
/// `Empty` without stocks; `LengthMismatch` if stocks differ in days; `Domain` for a close
/// not above 0.
///
/// ```
/// let index = asfm_stats::market::equal_weight_index(&[&[10.0, 15.0], &[50.0, 50.0]])?;
/// assert_eq!(index, [100.0, 125.0], "+50 % and 0 %");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn equal_weight_index(closes: &[&[f64]]) -> Result<Vec<f64>> {
    let first = closes.first().ok_or(StatsError::Empty)?;
    let mut growth = vec![0.0; first.len().saturating_sub(1)];
    for stock in closes {
        crate::error::same_length(first, stock)?;
        for (sum, it) in growth.iter_mut().zip(simple_returns(stock)?) {
            *sum += it;
        }
    }
    let mut level = 100.0;
    let mut index = vec![level];
    for it in growth {
        level *= 1.0 + it / closes.len() as f64;
        index.push(guard(level)?);
    }
    Ok(index)
}

/// Closes with every day that had no trade set to the close before it; the
/// first element of the result is `seeded`, the last price before day 1.
///
/// ```
/// let closes = asfm_stats::market::carry_forward(100.0, &[Some(101.0), None, Some(99.0)]);
/// assert_eq!(closes, [100.0, 101.0, 101.0, 99.0]);
/// ```
pub fn carry_forward(seeded: f64, closes: &[Option<f64>]) -> Vec<f64> {
    let mut last = seeded;
    std::iter::once(seeded)
        .chain(closes.iter().map(|it| {
            last = it.unwrap_or(last);
            last
        }))
        .collect()
}

/// Volume-weighted mean price of a day's trades in one stock: the default close.
/// `None` if nothing traded.
///
/// ```
/// use asfm_stats::market::{TradeRow, close_volume_weighted};
///
/// let trade = |price, qty| TradeRow { stock: 0, price, qty };
/// assert_eq!(close_volume_weighted(&[trade(10.0, 1), trade(20.0, 3)]), Some(17.5));
/// assert_eq!(close_volume_weighted(&[]), None);
/// ```
pub fn close_volume_weighted(trades: &[TradeRow]) -> Option<f64> {
    let qty: f64 = trades.iter().map(|it| it.qty as f64).sum();
    let value: f64 = trades.iter().map(|it| it.price * it.qty as f64).sum();
    (qty > 0.0).then(|| value / qty)
}

/// Plain mean price over a day's trades in one stock: the other reading of a
/// close. `None` if nothing traded.
///
/// ```
/// use asfm_stats::market::{TradeRow, close_mean_of_trades};
///
/// let trade = |price, qty| TradeRow { stock: 0, price, qty };
/// assert_eq!(close_mean_of_trades(&[trade(10.0, 1), trade(20.0, 3)]), Some(15.0));
/// ```
pub fn close_mean_of_trades(trades: &[TradeRow]) -> Option<f64> {
    let sum: f64 = trades.iter().map(|it| it.price).sum();
    (!trades.is_empty()).then(|| sum / trades.len() as f64)
}

/// An agent's return `W_T / W_0 - 1`, wealth being cash plus holdings at the close.
///
/// # Errors
///
/// `NonFinite`; `Domain` if the initial wealth is not above 0.
///
/// ```
/// assert_eq!(asfm_stats::market::agent_return(200.0, 250.0)?, 0.25);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn agent_return(wealth_start: f64, wealth_end: f64) -> Result<f64> {
    at_least(&[wealth_start, wealth_end], 2)?;
    if wealth_start <= 0.0 {
        return Err(StatsError::Domain("an initial wealth not above zero"));
    }
    guard(wealth_end / wealth_start - 1.0)
}

/// Return of a group of agents.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct GroupReturn {
    /// Number of agents.
    pub n: usize,
    /// Mean of the agents' returns: the default.
    pub mean: f64,
    /// Return of the group's pooled wealth.
    pub capital_weighted: f64,
}

/// Computes the return of a group from its agents' wealth at start and end.
///
/// # Errors
///
/// `Empty`, `LengthMismatch`, or what [`agent_return`] refuses.
///
/// ```
/// // The small one doubles, the large one stands still.
/// let group = asfm_stats::market::group_return(&[100.0, 300.0], &[200.0, 300.0])?;
/// assert_eq!((group.n, group.mean, group.capital_weighted), (2, 0.5, 0.25));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn group_return(wealth_start: &[f64], wealth_end: &[f64]) -> Result<GroupReturn> {
    crate::error::same_length(wealth_start, wealth_end)?;
    enough(wealth_start.len(), 1)?;
    let each = wealth_start
        .iter()
        .zip(wealth_end)
        .map(|(&start, &end)| agent_return(start, end))
        .collect::<Result<Vec<_>>>()?;
    let pooled = agent_return(wealth_start.iter().sum(), wealth_end.iter().sum())?;
    Ok(GroupReturn { n: each.len(), mean: mean(&each), capital_weighted: pooled })
}
