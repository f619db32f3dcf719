//! The four metrics of the ASFM paper, and the return of an agent.
//!
//! The paper names order number (ON), order execution rate (OER), turnover rate
//! (TR) and volatility (VO) and leaves their definitions out. The definitions
//! here are this project's choice, made to agree with the paper's text and with
//! the arithmetic of its first table; every other reading is emitted beside the
//! one chosen.
//!
//! Everything is computed from sums ([`OrderTotals`], [`StockTotals`]), so a run
//! of millions of orders is fed row by row ([`OrderTotals::add`]) and never held
//! in memory. Quantities are shares, rates are shares per share, returns are
//! simple returns of the close per day; nothing is in percent.
//!
//! ```
//! use asfm_stats::market::{OrderTotals, Side, StockTotals, order_metrics, turnover, volatility};
//!
//! let mut orders = OrderTotals::default();
//! orders.add(Side::Buy, 10, 4)?;
//! orders.add(Side::Sell, 4, 4)?;
//! let metrics = order_metrics(&orders, 4);
//! assert_eq!(metrics.on, 2);
//! assert_eq!(metrics.oer, Some(8.0 / 14.0));
//!
//! let stock = StockTotals { orders, traded: 4, outstanding: 100 };
//! assert_eq!(turnover(&[stock], 1)?.pooled, 0.04);
//!
//! let vo = volatility(&[&[100.0, 101.0, 100.0, 102.0]])?;
//! assert!(vo.mean_of_stocks > 0.0);
//! # Ok::<(), asfm_stats::StatsError>(())
//! ```

use crate::error::{Result, StatsError, at_least, enough, guard};
use crate::moments::{sd, sd_population};
use crate::sums::mean;

/// The side of an order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// An order to buy.
    Buy,
    /// An order to sell.
    Sell,
}

/// One accepted order, as it stood when the run ended. A hold is not an order,
/// a rejected order is counted elsewhere, a re-priced order is a new one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OrderRow {
    /// Index of the stock.
    pub stock: usize,
    /// Side.
    pub side: Side,
    /// Shares ordered; never zero.
    pub qty: u64,
    /// Shares executed; at most `qty`.
    pub filled: u64,
}

/// One trade. It fills a buy and a sell and is counted once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TradeRow {
    /// Index of the stock.
    pub stock: usize,
    /// Price of a share.
    pub price: f64,
    /// Shares traded.
    pub qty: u64,
}

/// Sums over the orders of one side.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct SideTotals {
    /// Number of orders.
    pub n_orders: u64,
    /// Shares ordered.
    pub qty: u128,
    /// Shares executed.
    pub filled: u128,
    /// Orders with any execution.
    pub n_filled_any: u64,
    /// Orders executed whole.
    pub n_filled_full: u64,
}

impl SideTotals {
    fn merge(self, other: Self) -> Self {
        Self {
            n_orders: self.n_orders + other.n_orders,
            qty: self.qty + other.qty,
            filled: self.filled + other.filled,
            n_filled_any: self.n_filled_any + other.n_filled_any,
            n_filled_full: self.n_filled_full + other.n_filled_full,
        }
    }

    fn execution_rate(&self) -> Option<f64> {
        ratio(self.filled, self.qty)
    }
}

/// Sums over orders, from which ON and every reading of OER follow.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct OrderTotals {
    /// Buy orders.
    pub buy: SideTotals,
    /// Sell orders.
    pub sell: SideTotals,
}

impl OrderTotals {
    /// Adds one order.
    ///
    /// # Errors
    ///
    /// `Domain` if `qty` is zero or `filled` exceeds it.
    pub fn add(&mut self, side: Side, qty: u64, filled: u64) -> Result<()> {
        if qty == 0 {
            return Err(StatsError::Domain("an order for no shares"));
        }
        if filled > qty {
            return Err(StatsError::Domain("an order executed beyond its quantity"));
        }
        let totals = match side {
            Side::Buy => &mut self.buy,
            Side::Sell => &mut self.sell,
        };
        totals.n_orders += 1;
        totals.qty += u128::from(qty);
        totals.filled += u128::from(filled);
        totals.n_filled_any += u64::from(filled > 0);
        totals.n_filled_full += u64::from(filled == qty);
        Ok(())
    }

    /// Sums of both sets of orders.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self { buy: self.buy.merge(other.buy), sell: self.sell.merge(other.sell) }
    }

    fn both_sides(&self) -> SideTotals {
        self.buy.merge(self.sell)
    }
}

/// What one stock contributes to the metrics of a run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct StockTotals {
    /// Its orders.
    pub orders: OrderTotals,
    /// Shares traded, each trade counted once.
    pub traded: u128,
    /// Shares outstanding: all agents' initial holdings.
    pub outstanding: u128,
}

/// Order number and order execution rate in every reading.
///
/// A rate is `None` when there was nothing to execute.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct OrderMetrics {
    /// Number of accepted orders.
    #[serde(rename = "ON")]
    pub on: u64,
    /// Executed shares over ordered shares, both sides: the default, in [0, 1].
    #[serde(rename = "OER")]
    pub oer: Option<f64>,
    /// Traded shares (each trade once) over ordered shares.
    #[serde(rename = "OER_single_counted")]
    pub oer_single_counted: Option<f64>,
    /// Share of orders with any execution.
    #[serde(rename = "OER_by_order_count_any_fill")]
    pub oer_any_fill: Option<f64>,
    /// Share of orders executed whole.
    #[serde(rename = "OER_by_order_count_full_fill")]
    pub oer_full_fill: Option<f64>,
    /// Executed over ordered shares, buy orders only.
    #[serde(rename = "OER_buy")]
    pub oer_buy: Option<f64>,
    /// Executed over ordered shares, sell orders only.
    #[serde(rename = "OER_sell")]
    pub oer_sell: Option<f64>,
}

/// Computes ON and OER, where `OER = sum of executed / sum of ordered shares`.
///
/// `traded` is the number of shares traded, each trade counted once; it only
/// enters the single-counted reading. No minimum: without orders, ON is 0 and
/// every rate is `None`.
pub fn order_metrics(totals: &OrderTotals, traded: u128) -> OrderMetrics {
    let all = totals.both_sides();
    OrderMetrics {
        on: all.n_orders,
        oer: all.execution_rate(),
        oer_single_counted: ratio(traded, all.qty),
        oer_any_fill: ratio(all.n_filled_any.into(), all.n_orders.into()),
        oer_full_fill: ratio(all.n_filled_full.into(), all.n_orders.into()),
        oer_buy: totals.buy.execution_rate(),
        oer_sell: totals.sell.execution_rate(),
    }
}

/// Turnover rate in every reading.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Turnover {
    /// Shares traded over shares outstanding, pooled over stocks, whole run: the
    /// default. May exceed 1.
    #[serde(rename = "TR")]
    pub pooled: f64,
    /// Mean over stocks of their own turnover.
    #[serde(rename = "TR_mean_of_stocks")]
    pub mean_of_stocks: f64,
    /// The pooled rate per trading day.
    #[serde(rename = "TR_per_day")]
    pub per_day: f64,
}

/// Computes `TR = sum of traded shares / sum of shares outstanding`.
///
/// # Errors
///
/// `Empty` without stocks or days; `Domain` if a stock has no shares.
pub fn turnover(stocks: &[StockTotals], n_days: usize) -> Result<Turnover> {
    enough(stocks.len(), 1)?;
    enough(n_days, 1)?;
    if stocks.iter().any(|it| it.outstanding == 0) {
        return Err(StatsError::Domain("a stock without shares"));
    }
    let traded: u128 = stocks.iter().map(|it| it.traded).sum();
    let outstanding: u128 = stocks.iter().map(|it| it.outstanding).sum();
    let each: Vec<f64> = stocks.iter().map(|it| it.traded as f64 / it.outstanding as f64).collect();
    let pooled = traded as f64 / outstanding as f64;
    Ok(Turnover { pooled, mean_of_stocks: mean(&each), per_day: pooled / n_days as f64 })
}

/// Volatility in every reading, as a standard deviation per day (not percent,
/// not annualised).
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Volatility {
    /// Mean over stocks of the sample sd (n-1) of daily simple returns: the default.
    #[serde(rename = "VO")]
    pub mean_of_stocks: f64,
    /// Sample sd of the equal-weight index return (mean return over stocks, day by day).
    #[serde(rename = "VO_equal_weight_index")]
    pub equal_weight_index: f64,
    /// As the default, with divisor n.
    #[serde(rename = "VO_ddof0")]
    pub population: f64,
    /// Sample sd of each stock.
    #[serde(skip)]
    pub per_stock: Vec<f64>,
}

/// Computes `VO = mean over stocks of sd(c_t / c_(t-1) - 1)`.
///
/// Each element holds one stock's closes, oldest first; the first is the last
/// seeded price before day 1, so `D` days make `D + 1` closes. A day without a
/// trade repeats the close before it ([`carry_forward`]) and contributes a
/// return of 0. Needs two returns.
///
/// # Errors
///
/// `LengthMismatch` if stocks differ in days; `Domain` for a close not above 0.
pub fn volatility(closes: &[&[f64]]) -> Result<Volatility> {
    let first = closes.first().ok_or(StatsError::Empty)?;
    let mut index = vec![0.0; first.len().saturating_sub(1)];
    let (mut per_stock, mut population) = (Vec::new(), Vec::new());
    for stock in closes {
        if stock.len() != first.len() {
            return Err(StatsError::LengthMismatch { left: first.len(), right: stock.len() });
        }
        let returns = simple_returns(stock)?;
        per_stock.push(sd(&returns)?.value);
        population.push(sd_population(&returns)?.value);
        for (sum, it) in index.iter_mut().zip(&returns) {
            *sum += it;
        }
    }
    let n_stocks = closes.len() as f64;
    for it in &mut index {
        *it /= n_stocks;
    }
    Ok(Volatility {
        mean_of_stocks: mean(&per_stock),
        equal_weight_index: sd(&index)?.value,
        population: mean(&population),
        per_stock,
    })
}

/// Simple returns `c_t / c_(t-1) - 1` of a price series, one fewer than prices.
///
/// # Errors
///
/// `TooShort` below two prices; `Domain` for a price not above 0.
pub fn simple_returns(prices: &[f64]) -> Result<Vec<f64>> {
    positive(prices)?;
    prices.windows(2).map(|it| guard(it[1] / it[0] - 1.0)).collect()
}

/// Log returns `ln c_t - ln c_(t-1)` of a price series, one fewer than prices.
///
/// # Errors
///
/// `TooShort` below two prices; `Domain` for a price not above 0.
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
/// Each element holds one stock's closes, as for [`volatility`]. Needs two closes.
///
/// # Errors
///
/// `Empty` without stocks; `LengthMismatch` if stocks differ in days; `Domain` for a close
/// not above 0.
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
pub fn close_volume_weighted(trades: &[TradeRow]) -> Option<f64> {
    let qty: f64 = trades.iter().map(|it| it.qty as f64).sum();
    let value: f64 = trades.iter().map(|it| it.price * it.qty as f64).sum();
    (qty > 0.0).then(|| value / qty)
}

/// Plain mean price over a day's trades in one stock: the other reading of a
/// close. `None` if nothing traded.
pub fn close_mean_of_trades(trades: &[TradeRow]) -> Option<f64> {
    let sum: f64 = trades.iter().map(|it| it.price).sum();
    (!trades.is_empty()).then(|| sum / trades.len() as f64)
}

/// An agent's return `W_T / W_0 - 1`, wealth being cash plus holdings at the close.
///
/// # Errors
///
/// `NonFinite`; `Domain` if the initial wealth is not above 0.
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

/// Sums orders and trades per stock. `outstanding` gives one number per stock.
///
/// # Errors
///
/// `Domain` for a row whose stock has no entry in `outstanding`, or that
/// [`OrderTotals::add`] refuses.
pub fn totals_by_stock(
    orders: &[OrderRow],
    trades: &[TradeRow],
    outstanding: &[u64],
) -> Result<Vec<StockTotals>> {
    let mut stocks: Vec<StockTotals> = outstanding
        .iter()
        .map(|&it| StockTotals { outstanding: it.into(), ..StockTotals::default() })
        .collect();
    let unknown = StatsError::Domain("a row of an unknown stock");
    for row in orders {
        stocks.get_mut(row.stock).ok_or(unknown)?.orders.add(row.side, row.qty, row.filled)?;
    }
    for row in trades {
        stocks.get_mut(row.stock).ok_or(unknown)?.traded += u128::from(row.qty);
    }
    Ok(stocks)
}

/// All metrics of one stock.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct StockMetrics {
    /// Order number and execution rates.
    #[serde(flatten)]
    pub orders: OrderMetrics,
    /// Turnover over the whole run.
    #[serde(rename = "TR")]
    pub turnover: f64,
    /// Sample sd of the daily simple return.
    #[serde(rename = "VO")]
    pub volatility: f64,
}

/// All metrics of one run, in every reading.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct MarketMetrics {
    /// Order number and execution rates, all stocks together.
    #[serde(flatten)]
    pub orders: OrderMetrics,
    /// Turnover.
    #[serde(flatten)]
    pub turnover: Turnover,
    /// Volatility.
    #[serde(flatten)]
    pub volatility: Volatility,
    /// The same per stock, in the order given.
    pub per_stock: Vec<StockMetrics>,
}

/// Computes all metrics of a run of `closes[j].len() - 1` days.
///
/// `closes[j]` belongs to `stocks[j]` and begins with the last seeded price, as
/// for [`volatility`].
///
/// # Errors
///
/// `LengthMismatch` if the two slices differ, and what [`turnover`] and
/// [`volatility`] refuse.
pub fn market_metrics(stocks: &[StockTotals], closes: &[&[f64]]) -> Result<MarketMetrics> {
    if stocks.len() != closes.len() {
        return Err(StatsError::LengthMismatch { left: stocks.len(), right: closes.len() });
    }
    let volatility = volatility(closes)?;
    let n_days = closes[0].len() - 1;
    let turnover = turnover(stocks, n_days)?;
    let all = stocks.iter().fold(OrderTotals::default(), |sum, it| sum.merge(it.orders));
    let per_stock = stocks
        .iter()
        .zip(&volatility.per_stock)
        .map(|(stock, &volatility)| StockMetrics {
            orders: order_metrics(&stock.orders, stock.traded),
            turnover: stock.traded as f64 / stock.outstanding as f64,
            volatility,
        })
        .collect();
    let traded = stocks.iter().map(|it| it.traded).sum();
    Ok(MarketMetrics { orders: order_metrics(&all, traded), turnover, volatility, per_stock })
}

fn ratio(part: u128, whole: u128) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
