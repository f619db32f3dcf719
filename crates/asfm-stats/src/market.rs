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

mod closes;

use crate::error::{Result, StatsError, enough};
use crate::moments::{sd, sd_population};
use crate::sums::mean;

pub use closes::{
    GroupReturn, agent_return, carry_forward, close_mean_of_trades, close_volume_weighted,
    equal_weight_index, group_return, log_returns, simple_returns,
};

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
    ///
    /// ```
    /// use asfm_stats::market::{OrderTotals, Side};
    ///
    /// let mut orders = OrderTotals::default();
    /// orders.add(Side::Buy, 10, 4)?;
    /// orders.add(Side::Buy, 5, 5)?;
    /// assert_eq!((orders.buy.n_orders, orders.buy.qty, orders.buy.filled), (2, 15, 9));
    /// assert_eq!((orders.buy.n_filled_any, orders.buy.n_filled_full), (2, 1));
    /// assert!(orders.add(Side::Sell, 5, 6).is_err(), "more than was ordered");
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
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
    ///
    /// ```
    /// use asfm_stats::market::{OrderTotals, Side};
    ///
    /// let mut orders = OrderTotals::default();
    /// orders.add(Side::Buy, 10, 4)?;
    /// let both = orders.merge(orders);
    /// assert_eq!((both.buy.n_orders, both.buy.qty), (2, 20));
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
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
///
/// ```
/// use asfm_stats::market::{OrderTotals, Side, order_metrics};
///
/// let mut orders = OrderTotals::default();
/// orders.add(Side::Buy, 10, 4)?;
/// orders.add(Side::Sell, 4, 4)?;
/// let metrics = order_metrics(&orders, 4);
/// assert_eq!((metrics.on, metrics.oer), (2, Some(8.0 / 14.0)));
/// assert_eq!((metrics.oer_single_counted, metrics.oer_full_fill), (Some(4.0 / 14.0), Some(0.5)));
/// assert_eq!(order_metrics(&OrderTotals::default(), 0).oer, None);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
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
///
/// ```
/// use asfm_stats::market::{StockTotals, turnover};
///
/// let stock = |traded, outstanding| StockTotals { traded, outstanding, ..StockTotals::default() };
/// let rate = turnover(&[stock(30, 100), stock(10, 300)], 10)?;
/// assert_eq!((rate.pooled, rate.per_day), (0.1, 0.01), "40 of 400 shares in ten days");
/// assert!((rate.mean_of_stocks - (0.3 + 1.0 / 30.0) / 2.0).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
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
///
/// ```
/// // Returns +10 % and -10 %: the sd is 10 % times the root of 2.
/// let vo = asfm_stats::market::volatility(&[&[100.0, 110.0, 99.0], &[50.0, 50.0, 50.0]])?;
/// assert!((vo.per_stock[0] - 0.1 * 2.0_f64.sqrt()).abs() < 1e-12 && vo.per_stock[1] == 0.0);
/// assert!((vo.mean_of_stocks - 0.05 * 2.0_f64.sqrt()).abs() < 1e-12);
/// assert!((vo.population - 0.05).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
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

/// Sums orders and trades per stock. `outstanding` gives one number per stock.
///
/// # Errors
///
/// `Domain` for a row whose stock has no entry in `outstanding`, or that
/// [`OrderTotals::add`] refuses.
///
/// ```
/// use asfm_stats::market::{OrderRow, Side, TradeRow, totals_by_stock};
///
/// let order = OrderRow { stock: 1, side: Side::Sell, qty: 10, filled: 4 };
/// let trade = TradeRow { stock: 1, price: 12.5, qty: 4 };
/// let stocks = totals_by_stock(&[order], &[trade], &[100, 200])?;
/// assert_eq!((stocks[0].traded, stocks[1].traded), (0, 4));
/// assert_eq!((stocks[1].orders.sell.qty, stocks[1].outstanding), (10, 200));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
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
///
/// ```
/// use asfm_stats::market::{StockTotals, market_metrics};
///
/// let stock = StockTotals { traded: 30, outstanding: 100, ..StockTotals::default() };
/// let metrics = market_metrics(&[stock], &[&[100.0, 110.0, 99.0]])?;
/// assert_eq!((metrics.orders.on, metrics.turnover.pooled, metrics.turnover.per_day), (0, 0.3, 0.15));
/// assert!((metrics.per_stock[0].volatility - 0.1 * 2.0_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
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
