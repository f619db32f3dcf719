//! Where a rule sits: what its trader sees, draws and owns, and the two things it can do.

use asfm_engine::{Decisions, Draws, Observation, Ppm, Side, StockId};

use crate::market::{Signal, Stage, to_ticks, units};

/// How many stocks a trader can look at in one stage.
pub(crate) const ATTENTION_MAX: u32 = 16;

/// One trader in one stage.
///
/// Invariant: `cash` is what is free less what this stage's orders reserve, so orders are
/// affordable together. An older order that is replaced frees more; that is never counted on.
pub(crate) struct Desk<'d> {
    pub(crate) seen: Observation<'d>,
    pub(crate) stage: &'d Stage,
    /// The trader's own opinion of each stock, where its kind has opinions.
    pub(crate) opinions: &'d [f32],
    pub(crate) draws: &'d mut Draws,
    pub(crate) cash: i64,
    pub(crate) out: &'d mut Decisions,
}

/// How many shares to order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Size {
    /// What this share of the free cash pays for, or this share of the free shares; a lot at
    /// least.
    Share(Ppm),
    /// So many lots.
    Lots(i64),
}

impl<'d> Desk<'d> {
    pub(crate) fn signal(&self, stock: StockId) -> &'d Signal {
        &self.stage.stocks[stock.index()]
    }

    /// The trader's own opinion of a stock, as a share of the common one.
    pub(crate) fn opinion(&self, stock: StockId) -> f64 {
        self.opinions.get(stock.index()).map_or(0.0, |it| f64::from(*it))
    }

    /// Looks at `n` different stocks, drawn with equal chances, one after the other; at all of them
    /// where there are no more (Floyd's sampling).
    #[inline]
    pub(crate) fn attend(&mut self, n: u32, mut look: impl FnMut(&mut Self, StockId)) {
        let stocks = self.stage.stocks.len();
        let n = stocks.min(n.min(ATTENTION_MAX) as usize);
        let mut chosen = [0_u16; ATTENTION_MAX as usize];
        for at in 0..n {
            let last = u16::try_from(stocks - n + at).expect("at most 65 535 stocks");
            let mut stock = last;
            if n < stocks {
                let drawn = self.draws.below(u32::from(last) + 1);
                let drawn = u16::try_from(drawn).expect("at most `last`");
                if !chosen[..at].contains(&drawn) {
                    stock = drawn;
                }
                chosen[at] = stock;
            }
            look(self, StockId(stock));
        }
    }

    /// Whether the trader may send another order.
    #[inline]
    fn may(&self, stock: StockId, side: Side) -> bool {
        self.seen.operations_left(stock, side) > 0
    }

    /// Orders shares at a valuation, cut to the day's band and rounded toward the trader's
    /// advantage; nothing if the trader cannot.
    #[inline]
    pub(crate) fn order(&mut self, side: Side, stock: StockId, price: f64, size: Size) {
        if !self.may(stock, side) {
            return;
        }
        let ticks = to_ticks(price, self.stage.tick) + i64::from(side == Side::Sell);
        let (lowest, highest) = self.signal(stock).band;
        self.order_at(side, stock, ticks.min(highest).max(lowest), size);
    }

    /// Orders shares at a limit in ticks, as many as can be paid or delivered.
    #[inline]
    pub(crate) fn order_at(&mut self, side: Side, stock: StockId, ticks: i64, size: Size) {
        let (lot, limit) = (self.stage.lot, ticks * self.stage.tick);
        let (cost, whole) = match side {
            Side::Buy => match limit.checked_mul(lot) {
                Some(cost) => (cost, self.spendable()),
                None => return,
            },
            Side::Sell => (lot, i64::try_from(self.seen.shares_free(stock)).unwrap_or(i64::MAX)),
        };
        let lots = match size {
            Size::Share(share) => {
                let most = whole / cost;
                part(most, share).max(1).min(most)
            }
            // Few want more than they can have: dividing is left to those.
            Size::Lots(lots) => match lots.checked_mul(cost) {
                Some(wanted) if wanted <= whole => lots,
                _ => lots.min(whole / cost),
            },
        };
        if lots <= 0 {
            return;
        }
        let lots = match lots.checked_mul(lot) {
            Some(shares) if shares <= i64::from(u32::MAX) => lots,
            _ => i64::from(u32::MAX) / lot,
        };
        if side == Side::Buy {
            let value = cost * lots;
            self.cash -= value + self.fee(value);
        }
        self.out.order(self.seen.trader(), stock, side, lots * lot, limit);
    }

    /// The highest limit in ticks, up to `highest`, at which a lot can be paid; 0 if none.
    #[inline]
    pub(crate) fn affordable(&self, highest: u32) -> u32 {
        let Some(tick_of_lot) = self.stage.tick.checked_mul(self.stage.lot) else {
            return 0;
        };
        let cash = self.spendable();
        match tick_of_lot.checked_mul(i64::from(highest)) {
            Some(cost) if cost <= cash => highest,
            _ => u32::try_from(cash / tick_of_lot).unwrap_or(0).min(highest),
        }
    }

    /// The cash that orders may be worth so that their fees can be paid too.
    #[inline]
    fn spendable(&self) -> i64 {
        if self.stage.fee == 0 {
            return self.cash;
        }
        // Of all but enormous amounts, without the division of 128 bits, which is a loop.
        if let Some(millions) = self.cash.checked_mul(1_000_000) {
            return millions / (1_000_000 + self.stage.fee);
        }
        let value = i128::from(self.cash) * 1_000_000 / i128::from(1_000_000 + self.stage.fee);
        i64::try_from(value).expect("no more than the cash")
    }

    #[inline]
    fn fee(&self, value: i64) -> i64 {
        part_of_million(value, self.stage.fee)
    }

    /// All that the trader owns, at the prices of the moment, for valuations.
    pub(crate) fn wealth(&self) -> f64 {
        let stocks = (0..).map(StockId).zip(&self.stage.stocks);
        let shares = stocks.map(|(stock, it)| it.price * self.held(stock));
        units(self.seen.cash().0) + shares.sum::<f64>()
    }

    /// The shares that the trader owns, for valuations.
    pub(crate) fn held(&self, stock: StockId) -> f64 {
        units(i64::try_from(self.seen.shares(stock)).unwrap_or(i64::MAX))
    }
}

/// A share of a whole number of lots, rounded down.
#[inline]
fn part(lots: i64, share: Ppm) -> i64 {
    part_of_million(lots, i64::from(share.0))
}

/// `whole` x `parts` / 1 000 000, rounded down, without overflow for `parts` up to a million.
#[inline]
fn part_of_million(whole: i64, parts: i64) -> i64 {
    whole / 1_000_000 * parts + whole % 1_000_000 * parts / 1_000_000
}

/// A number of lots for a value, rounded to the nearest; 0 where there is no price.
#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates, and what can be paid cuts what is left"
)]
pub(crate) fn lots_for(value: f64, price: f64, lot: i64) -> i64 {
    let lots = value / (price * units(lot)) + 0.5;
    if lots.is_finite() { lots as i64 } else { 0 }
}
