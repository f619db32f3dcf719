//! The order rules: what was asked for is judged, never edited.

use asfm_book::{Qty, Side, Tick};

use crate::decision::{Intent, Unreadable};
use crate::event::{EndReason, Reject, Request, Verdict};
use crate::ledger::Piece;
use crate::listing::Listing;
use crate::register::{Accepted, reservation};
use crate::scenario::{MarketRules, OperationsPer, Resubmission, StageKind};
use crate::units::{Cash, Price, StockId, TraderId};

/// The judgement of some consecutive traders' requests.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// For each stock, what goes to its book.
    pub(crate) accepted: Vec<Vec<Accepted>>,
    /// For each stock, which of its orders leave the book.
    pub(crate) withdrawn: Vec<Vec<(u32, EndReason)>>,
}

impl Judged {
    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self, stocks: usize) {
        self.accepted.resize_with(stocks, Vec::new);
        self.withdrawn.resize_with(stocks, Vec::new);
        self.accepted.iter_mut().for_each(Vec::clear);
        self.withdrawn.iter_mut().for_each(Vec::clear);
    }
}

/// What requests are judged against.
pub(crate) struct Court<'e> {
    pub(crate) rules: &'e MarketRules,
    pub(crate) listings: &'e [Listing],
    pub(crate) kind: StageKind,
}

/// The accounts and counters of some consecutive traders.
pub(crate) struct Bench<'e> {
    pub(crate) accounts: Piece<'e>,
    /// Orders sent today, for each trader, stock and side.
    pub(crate) operations: &'e mut [[u8; 2]],
    pub(crate) judged: &'e mut Judged,
}

impl Court<'_> {
    /// Judges the requests in order and writes the verdict on each.
    pub(crate) fn judge(&self, bench: &mut Bench<'_>, requests: &mut [Request]) {
        // The stocks and sides of which this trader's older orders were withdrawn in this stage.
        let mut cleared: Vec<(StockId, Side)> = Vec::new();
        let mut last = None;
        for it in requests {
            if last != Some(it.trader) {
                cleared.clear();
                last = Some(it.trader);
            }
            if let Err(why) = self.admit(bench, &mut cleared, it) {
                it.verdict = Verdict::Rejected(why);
            }
        }
    }

    #[inline]
    fn admit(
        &self,
        bench: &mut Bench<'_>,
        cleared: &mut Vec<(StockId, Side)>,
        request: &Request,
    ) -> Result<(), Reject> {
        let Request { id, trader, .. } = *request;
        let (stock, side, qty, price) = match request.intent {
            Intent::Unreadable { why: Unreadable::UnknownStock, .. } => {
                return Err(Reject::UnknownStock);
            }
            Intent::Unreadable { why: Unreadable::BadNumber, .. } => return Err(Reject::BadNumber),
            Intent::Order { stock, .. } | Intent::Cancel { stock }
                if stock.index() >= self.listings.len() =>
            {
                return Err(Reject::UnknownStock);
            }
            _ if self.kind == StageKind::Talk => return Err(Reject::NoTrading),
            Intent::Cancel { stock } => {
                for side in Side::BOTH {
                    self.withdraw(bench, cleared, trader, (stock, side), EndReason::Withdrawn);
                    cleared.push((stock, side));
                }
                return Ok(());
            }
            Intent::Order { stock, side, qty, price } => (stock, side, qty, price),
        };
        let listing = &self.listings[stock.index()];
        let (qty, tick) = (self.quantity(qty)?, self.limit(listing, price)?);
        let counted = self.operations(bench, trader, stock, side)?;
        // What the trader's older orders of this side hold is free for the new one.
        let replaces = self.rules.resubmission == Resubmission::Replace
            && listing.register.has(trader, side)
            && !cleared.contains(&(stock, side));
        let (mut held_cash, mut held_shares) = (Cash(0), 0);
        if replaces {
            for (_, order) in listing.register.own(trader, side) {
                match side {
                    Side::Buy => held_cash += reservation(order.tick, order.left, self.rules),
                    Side::Sell => held_shares += u64::from(order.left),
                }
            }
        }
        let cost = self.cost(tick, qty);
        match side {
            Side::Buy => {
                let free = bench.accounts.cash_free(trader) + held_cash;
                if cost > free {
                    return Err(Reject::NotEnoughCash { needed: cost, free });
                }
            }
            Side::Sell => {
                let free = bench.accounts.shares_free(trader, stock) + held_shares;
                let needed = u64::from(qty.get());
                if needed > free {
                    return Err(Reject::NotEnoughShares { needed, free });
                }
            }
        }
        if replaces {
            self.withdraw(bench, cleared, trader, (stock, side), EndReason::Replaced);
            cleared.push((stock, side));
        }
        match side {
            Side::Buy => bench.accounts.reserve_cash(trader, cost),
            Side::Sell => bench.accounts.reserve_shares(trader, stock, u64::from(qty.get())),
        }
        let sent = &mut bench.operations[counted][side as usize];
        *sent = sent.saturating_add(1);
        bench.judged.accepted[stock.index()].push(Accepted {
            request: id,
            trader,
            side,
            tick,
            qty,
        });
        Ok(())
    }

    fn quantity(&self, qty: i64) -> Result<Qty, Reject> {
        let qty = u32::try_from(qty).ok().and_then(Qty::new).ok_or(Reject::BadQuantity)?;
        let lot = self.rules.lot;
        if qty.get() % lot == 0 { Ok(qty) } else { Err(Reject::NotALot { lot }) }
    }

    fn limit(&self, listing: &Listing, price: i64) -> Result<Tick, Reject> {
        let grid = &self.rules.grid;
        let tick = grid.tick(price).map_err(|why| match why {
            asfm_book::OffGrid::BetweenTicks => Reject::OffTick { tick: Price(grid.tick_units()) },
            asfm_book::OffGrid::NotPositive | asfm_book::OffGrid::TooHigh => {
                Reject::BadPrice { max: Price(grid.units(Tick(u32::MAX))) }
            }
        })?;
        let (lowest, highest) = listing.band;
        if tick < lowest {
            return Err(Reject::BelowBand { lowest: Price(grid.units(lowest)) });
        }
        if tick > highest {
            return Err(Reject::AboveBand { highest: Price(grid.units(highest)) });
        }
        Ok(tick)
    }

    /// The place of the trader's counter, if it may send another order.
    fn operations(
        &self,
        bench: &Bench<'_>,
        trader: TraderId,
        stock: StockId,
        side: Side,
    ) -> Result<usize, Reject> {
        let at = (trader.index() - bench.accounts.first) * self.listings.len() + stock.index();
        match self.rules.operations {
            Some(most) if used(bench.operations[at], side, self.rules) >= most => {
                Err(Reject::TooManyOperations { most })
            }
            _ => Ok(at),
        }
    }

    /// What an order reserves; more than anyone has where the amount fits no account.
    fn cost(&self, tick: Tick, qty: Qty) -> Cash {
        let limit = Price(self.rules.grid.units(tick));
        let value = limit.times(u64::from(qty.get())).filter(|it| it.0 < i64::MAX / 2);
        value.map_or(Cash(i64::MAX), |it| it + self.rules.fee.of(it))
    }

    fn withdraw(
        &self,
        bench: &mut Bench<'_>,
        cleared: &[(StockId, Side)],
        trader: TraderId,
        (stock, side): (StockId, Side),
        why: EndReason,
    ) {
        if cleared.contains(&(stock, side)) {
            return;
        }
        for (place, order) in self.listings[stock.index()].register.own(trader, side) {
            match side {
                Side::Buy => {
                    let amount = reservation(order.tick, order.left, self.rules);
                    bench.accounts.release_cash(trader, amount);
                }
                Side::Sell => {
                    bench.accounts.release_shares(trader, stock, u64::from(order.left));
                }
            }
            bench.judged.withdrawn[stock.index()].push((place, why));
        }
    }
}

/// How many of the allowed operations are used.
#[inline]
pub(crate) fn used(sent: [u8; 2], side: Side, rules: &MarketRules) -> u8 {
    match rules.operations_per {
        OperationsPer::Stock => sent[0].saturating_add(sent[1]),
        OperationsPer::Side => sent[side as usize],
    }
}
