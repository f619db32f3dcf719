//! Sums over the rounds of a run, and the paper's metrics.

use std::collections::{BTreeMap, VecDeque};

use asfm_engine::{
    CloseKind, Engine, Intent, Request, RequestId, RoundLog, Side, StockId, Verdict,
};
use asfm_stats::market::{self, OrderTotals, StockTotals, order_metrics, turnover, volatility};

use crate::readings::Readings;

/// What the paper's metrics are computed from; only closes and unfinished orders are kept singly.
#[derive(Debug, Clone)]
pub struct Tally {
    /// Each stock's orders, trades and shares.
    pub stocks: Vec<StockTotals>,
    /// For each stock, the close before day 1, then one per trading day.
    pub closes: Vec<Vec<f64>>,
    /// The same, a close being the plain mean of the day's trades.
    plain_closes: Vec<Vec<f64>>,
    /// For each stock, shares traded; as long as the closes, the first is 0.
    pub volume: Vec<Vec<f64>>,
    /// How many trades there were.
    pub trades: u64,
    /// How much was asked for, rejected or not.
    pub requests: u64,
    /// How many requests were rejected, by the code of the reason.
    pub rejections: BTreeMap<&'static str, u64>,
    exact: bool,
    /// The orders that may still trade: the request numbered `base`, and those after it.
    open: VecDeque<Option<Open>>,
    base: u64,
    /// Of the day, for each stock: the sum of its trades' prices, and their number.
    today: Vec<(f64, u32)>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    stock: StockId,
    side: Side,
    qty: u32,
    filled: u32,
}

/// What a log says that cannot have happened; the engine never says so, a file may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Odd(String);

impl Odd {
    pub(crate) fn new(what: String) -> Self {
        Self(what)
    }
}

impl Tally {
    /// Nothing yet, of a market at its start.
    pub fn new(engine: &Engine) -> Self {
        let companies = engine.scenario().companies();
        let stocks = (0..).map(StockId).zip(companies).map(|(stock, _)| StockTotals {
            outstanding: engine.shares_outstanding(stock).into(),
            ..StockTotals::default()
        });
        let seeded = || companies.iter().map(|it| vec![it.initial_close().to_f64()]).collect();
        Self {
            stocks: stocks.collect(),
            closes: seeded(),
            plain_closes: seeded(),
            volume: vec![vec![0.0]; companies.len()],
            trades: 0,
            requests: 0,
            rejections: BTreeMap::new(),
            exact: engine.scenario().rules().close == CloseKind::Vwap,
            open: VecDeque::new(),
            base: 1,
            today: vec![(0.0, 0); companies.len()],
        }
    }

    /// Adds a round.
    ///
    /// # Errors
    ///
    /// [`Odd`], after which the tally is of no use.
    pub fn add(&mut self, log: &RoundLog) -> Result<(), Odd> {
        for it in &log.requests {
            self.request(it)?;
        }
        self.trades += log.trades.len() as u64;
        for it in &log.trades {
            let unknown = || Odd(format!("a trade in stock {}", it.stock.0));
            let totals = self.stocks.get_mut(it.stock.index()).ok_or_else(unknown)?;
            totals.traded += u128::from(it.qty);
            let today = &mut self.today[it.stock.index()];
            *today = (today.0 + it.price.to_f64(), today.1 + 1);
            self.fill(it.maker, it.qty)?;
            self.fill(it.taker, it.qty)?;
        }
        for it in &log.ends {
            self.end(it.order)?;
        }
        // What is finished at the front is forgotten.
        while let Some(None) = self.open.front() {
            self.open.pop_front();
            self.base += 1;
        }
        self.close(log)
    }

    fn request(&mut self, it: &Request) -> Result<(), Odd> {
        self.requests += 1;
        if it.id.0 != self.base + self.open.len() as u64 {
            return Err(Odd(format!("request {} out of its order", it.id.0)));
        }
        self.open.push_back(match (it.intent, it.verdict) {
            (_, Verdict::Rejected(why)) => {
                *self.rejections.entry(why.code()).or_default() += 1;
                None
            }
            (Intent::Order { stock, side, qty, .. }, Verdict::Accepted) => {
                let qty = u32::try_from(qty).map_err(|_| Odd(format!("an order for {qty}")))?;
                Some(Open { stock, side, qty, filled: 0 })
            }
            (Intent::Cancel { .. } | Intent::Unreadable { .. }, Verdict::Accepted) => None,
        });
        Ok(())
    }

    fn fill(&mut self, order: RequestId, qty: u32) -> Result<(), Odd> {
        let odd = || Odd(format!("a trade of order {}, which cannot trade so much", order.0));
        let it = self.live(order).ok_or_else(odd)?.as_mut().ok_or_else(odd)?;
        it.filled =
            it.filled.checked_add(qty).filter(|filled| *filled <= it.qty).ok_or_else(odd)?;
        if it.filled == it.qty { self.end(order) } else { Ok(()) }
    }

    fn live(&mut self, order: RequestId) -> Option<&mut Option<Open>> {
        let at = order.0.checked_sub(self.base).and_then(|it| usize::try_from(it).ok())?;
        self.open.get_mut(at)
    }

    fn end(&mut self, order: RequestId) -> Result<(), Odd> {
        let odd = || Odd(format!("the end of order {}, which does not rest", order.0));
        let it = self.live(order).and_then(Option::take).ok_or_else(odd)?;
        self.count(it)
    }

    fn count(&mut self, it: Open) -> Result<(), Odd> {
        let side = match it.side {
            Side::Buy => market::Side::Buy,
            Side::Sell => market::Side::Sell,
        };
        let unknown = || Odd(format!("an order in stock {}", it.stock.0));
        let totals = self.stocks.get_mut(it.stock.index()).ok_or_else(unknown)?;
        totals.orders.add(side, it.qty.into(), it.filled.into()).map_err(|it| Odd(it.to_string()))
    }

    fn close(&mut self, log: &RoundLog) -> Result<(), Odd> {
        let Some(close) = &log.close else { return Ok(()) };
        for it in &close.closes {
            let at = it.stock.index();
            let unknown = || Odd(format!("a close of stock {}", it.stock.0));
            let series = self.closes.get_mut(at).ok_or_else(unknown)?;
            let before = series[series.len() - 1];
            series.push(match (it.trades, self.exact) {
                (0, _) => before,
                (_, true) => it.value.to_f64() / as_f64(it.volume),
                (_, false) => it.close.to_f64(),
            });
            let (sum, n) = std::mem::take(&mut self.today[at]);
            let plain = &mut self.plain_closes[at];
            plain.push(if n == 0 { plain[plain.len() - 1] } else { sum / f64::from(n) });
            self.volume[at].push(as_f64(it.volume));
        }
        Ok(())
    }

    /// Counts the orders that still rest; nothing is added after it.
    ///
    /// # Errors
    ///
    /// [`Odd`], for a log that was.
    pub fn finish(&mut self) -> Result<(), Odd> {
        for it in std::mem::take(&mut self.open).into_iter().flatten() {
            self.count(it)?;
        }
        Ok(())
    }

    /// Trading days that have ended.
    pub fn days(&self) -> usize {
        self.closes.first().map_or(0, |it| it.len() - 1)
    }

    /// The paper's metrics in every reading, of a finished tally.
    pub fn readings(&self) -> Readings {
        let orders =
            self.stocks.iter().fold(OrderTotals::default(), |sum, it| sum.merge(it.orders));
        let traded = self.stocks.iter().map(|it| it.traded).sum();
        let of = |closes: &[Vec<f64>]| {
            volatility(&closes.iter().map(Vec::as_slice).collect::<Vec<_>>()).ok()
        };
        Readings {
            orders: order_metrics(&orders, traded),
            rejected: self.rejections.values().sum(),
            turnover: turnover(&self.stocks, self.days()).ok(),
            volatility: of(&self.closes),
            plain: of(&self.plain_closes).map(|it| it.mean_of_stocks),
        }
    }
}

/// A count as a number to compute with; exact below 2^53.
///
/// ```
/// assert_eq!(asfm_measure::as_f64(3), 3.0);
/// ```
#[expect(clippy::cast_precision_loss, reason = "counts and volumes stay far below 2^53")]
pub fn as_f64(count: u64) -> f64 {
    count as f64
}
