//! What became of a trader's orders in the round before, in the words that it is told.

use asfm_engine::{
    End, EndReason, Intent, Price, Reject, RequestId, RoundLog, Scenario, Side, StageKind, StockId,
    TraderId, Verdict,
};

/// One round by trader: filed once, looked up by each.
#[derive(Debug)]
pub(crate) struct Feedback<'r> {
    log: &'r RoundLog,
    /// The trades by the trader and order of each of their two sides.
    fills: Vec<Fill>,
    /// The places of orders that left the book, by trader.
    ends: Vec<(TraderId, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fill {
    trader: TraderId,
    order: RequestId,
    /// The place of the trade.
    at: usize,
    is_buyer: bool,
}

impl<'r> Feedback<'r> {
    pub(crate) fn new(log: &'r RoundLog) -> Self {
        let mut fills = Vec::with_capacity(2 * log.trades.len());
        // A trade names its orders by age, not by side. The later one was sent in this round, for
        // orders that were there before had met already.
        let side_of = |order: RequestId| {
            let at = log.requests.binary_search_by_key(&order, |it| it.id).ok()?;
            match log.requests[at].intent {
                Intent::Order { side, .. } => Some(side),
                _ => None,
            }
        };
        for (at, it) in log.trades.iter().enumerate() {
            let taker_buys = side_of(it.taker) == Some(Side::Buy);
            let (bid, ask) = if taker_buys { (it.taker, it.maker) } else { (it.maker, it.taker) };
            fills.push(Fill { trader: it.buyer, order: bid, at, is_buyer: true });
            fills.push(Fill { trader: it.seller, order: ask, at, is_buyer: false });
        }
        fills.sort_unstable();
        let mut ends: Vec<_> =
            log.ends.iter().enumerate().map(|(at, it)| (it.trader, at)).collect();
        ends.sort_unstable();
        Self { log, fills, ends }
    }

    /// The stage that it is about.
    pub(crate) fn stage(&self) -> (u32, StageKind) {
        (self.log.day.0, self.log.kind)
    }

    /// One line for each thing that a trader asked for, then what became of its older orders.
    pub(crate) fn lines(&self, scenario: &Scenario, trader: TraderId) -> Vec<String> {
        let requests = of(&self.log.requests, trader, |it| it.trader);
        let fills = of(&self.fills, trader, |it| it.trader);
        let ends = of(&self.ends, trader, |it| it.0);
        let code = |stock: StockId| scenario.companies()[stock.index()].code.as_str();
        let mut lines = Vec::new();
        for it in requests {
            let what = match it.intent {
                Intent::Order { stock, side, qty, price } => {
                    let price = Price(price);
                    let code = scenario.companies().get(stock.index()).map_or("?", |it| &it.code);
                    format!("{} {qty} {code} at {price}", verb(side))
                }
                Intent::Cancel { stock } => format!("withdraw orders of {}", code(stock)),
                Intent::Unreadable { text, .. } => {
                    let words = self.log.texts.get(text as usize);
                    words.map_or("an order", String::as_str).to_owned()
                }
            };
            let became = match it.verdict {
                Verdict::Rejected(why) => format!("rejected: {}", reason(&why)),
                Verdict::Accepted => {
                    let mut parts = vec!["accepted".to_owned()];
                    parts.extend(self.filled(fills, it.id));
                    let left = ends.iter().map(|(_, at)| &self.log.ends[*at]);
                    parts.extend(left.filter(|end| end.order == it.id).map(ended));
                    parts.join("; ")
                }
            };
            lines.push(format!("{what}: {became}"));
        }
        let is_old = |order: RequestId| requests.binary_search_by_key(&order, |it| it.id).is_err();
        let mut last = None;
        for it in fills.iter().filter(|it| is_old(it.order)) {
            if last == Some(it.order) {
                continue;
            }
            last = Some(it.order);
            let stock = code(self.log.trades[it.at].stock);
            let side = if it.is_buyer { "buy" } else { "sell" };
            let filled = self.filled(fills, it.order).unwrap_or_default();
            lines.push(format!("your older order to {side} {stock}: {filled}"));
        }
        for (_, at) in ends {
            let it = &self.log.ends[*at];
            if is_old(it.order) {
                let (side, stock) = (verb(it.side), code(it.stock));
                lines.push(format!("your older order to {side} {stock}: {}", ended(it)));
            }
        }
        lines
    }

    /// The trades of one order: `filled 6 at 10.45, 4 at 10.47`.
    fn filled(&self, fills: &[Fill], order: RequestId) -> Option<String> {
        let mut parts: Vec<String> = Vec::new();
        // Those at one price are told together.
        let mut last: Option<(Price, u64)> = None;
        let mut tell = |run: Option<(Price, u64)>| {
            parts.extend(run.map(|(price, qty)| format!("{qty} at {price}")));
        };
        for it in fills.iter().filter(|it| it.order == order) {
            let trade = &self.log.trades[it.at];
            last = match last {
                Some((price, qty)) if price == trade.price => {
                    Some((price, qty + u64::from(trade.qty)))
                }
                other => {
                    tell(other);
                    Some((trade.price, u64::from(trade.qty)))
                }
            };
        }
        tell(last);
        (!parts.is_empty()).then(|| format!("filled {}", parts.join(", ")))
    }
}

/// The part of a sorted list that is of one trader.
fn of<T>(all: &[T], trader: TraderId, whose: impl Fn(&T) -> TraderId) -> &[T] {
    let start = all.partition_point(|it| whose(it) < trader);
    let length = all[start..].partition_point(|it| whose(it) == trader);
    &all[start..start + length]
}

pub(crate) fn verb(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

fn reason(why: &Reject) -> String {
    match why {
        Reject::BadNumber => {
            "the quantity must be a whole number and the price a number with at most four decimals"
                .to_owned()
        }
        other => other.to_string(),
    }
}

fn ended(it: &End) -> String {
    let shares = if it.qty == 1 { "share" } else { "shares" };
    let how = match it.reason {
        EndReason::Expired => "expired unfilled at the end of the day",
        EndReason::Replaced => "withdrawn for your new order",
        EndReason::Withdrawn => "withdrawn",
        EndReason::SelfTrade => "withdrawn, it would have met your own order",
        EndReason::OutsideBand => "withdrawn, its price is no longer allowed",
    };
    format!("{} {shares} {how}", it.qty)
}
