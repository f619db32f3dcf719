//! Sums over the rounds of a recorded run, read one at a time.

use std::collections::BTreeMap;

use asfm_engine::{CloseKind, Engine, Intent, RequestId, RoundLog, Side, StockId, Verdict};
use asfm_stats::market::{self, StockTotals};

/// What the metrics of a run are computed from. Only orders that still rest are kept singly.
pub(super) struct Tally {
    pub(super) stocks: Vec<StockTotals>,
    /// For each stock, the close before day 1, then one per trading day.
    pub(super) closes: Vec<Vec<f64>>,
    /// The same, a close being the plain mean of the day's trades.
    pub(super) plain_closes: Vec<Vec<f64>>,
    /// For each stock, shares traded; as long as the closes, the first is 0.
    pub(super) volume: Vec<Vec<f64>>,
    pub(super) rejected: u64,
    exact: bool,
    open: BTreeMap<RequestId, Open>,
    /// Of the day, for each stock: the sum of its trades' prices, and their number.
    today: Vec<(f64, u32)>,
}

struct Open {
    stock: StockId,
    side: Side,
    qty: u64,
    filled: u64,
}

/// What a run file says that cannot have happened.
pub(super) type Odd = String;

impl Tally {
    pub(super) fn new(engine: &Engine) -> Self {
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
            rejected: 0,
            exact: engine.scenario().rules().close == CloseKind::Vwap,
            open: BTreeMap::new(),
            today: vec![(0.0, 0); companies.len()],
        }
    }

    pub(super) fn add(&mut self, log: &RoundLog) -> Result<(), Odd> {
        for it in &log.requests {
            match (it.intent, it.verdict) {
                (_, Verdict::Rejected(_)) => self.rejected += 1,
                (Intent::Order { stock, side, qty, .. }, Verdict::Accepted) => {
                    let qty = u64::try_from(qty).map_err(|_| format!("an order for {qty}"))?;
                    self.open.insert(it.id, Open { stock, side, qty, filled: 0 });
                }
                (Intent::Cancel { .. } | Intent::Unreadable { .. }, Verdict::Accepted) => {}
            }
        }
        for it in &log.trades {
            let unknown = || format!("a trade in stock {}", it.stock.0);
            let totals = self.stocks.get_mut(it.stock.index()).ok_or_else(unknown)?;
            totals.traded += u128::from(it.qty);
            let today = &mut self.today[it.stock.index()];
            *today = (today.0 + it.price.to_f64(), today.1 + 1);
            for id in [it.maker, it.taker] {
                let unknown = || format!("a trade of order {}, which does not rest", id.0);
                self.open.get_mut(&id).ok_or_else(unknown)?.filled += u64::from(it.qty);
            }
            for id in [it.maker, it.taker] {
                // One order may be both, if a trader meets itself; then it is gone already.
                if self.open.get(&id).is_some_and(|it| it.filled >= it.qty) {
                    self.end(id)?;
                }
            }
        }
        for it in &log.ends {
            self.end(it.order)?;
        }
        let Some(close) = &log.close else { return Ok(()) };
        for it in &close.closes {
            let at = it.stock.index();
            let unknown = || format!("a close of stock {}", it.stock.0);
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

    /// Counts the orders that rest at the end of the record.
    pub(super) fn finish(mut self) -> Result<Self, Odd> {
        while let Some((&id, _)) = self.open.first_key_value() {
            self.end(id)?;
        }
        Ok(self)
    }

    fn end(&mut self, id: RequestId) -> Result<(), Odd> {
        let Some(it) = self.open.remove(&id) else {
            return Err(format!("the end of order {}, which does not rest", id.0));
        };
        let side = match it.side {
            Side::Buy => market::Side::Buy,
            Side::Sell => market::Side::Sell,
        };
        let unknown = || format!("an order in stock {}", it.stock.0);
        let totals = self.stocks.get_mut(it.stock.index()).ok_or_else(unknown)?;
        totals.orders.add(side, it.qty, it.filled).map_err(|error| error.to_string())
    }
}

#[expect(clippy::cast_precision_loss, reason = "volumes stay far below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
