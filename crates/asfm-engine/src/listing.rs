//! One stock on the exchange: its book and its day.

use asfm_book::{AuctionRule, Book, BookOptions, IdRule, LimitOrder, Side, Tick, TimeInForce};

use crate::event::{Auction, Close, EndReason};
use crate::parallel::both;
use crate::register::{Accepted, Clerk, Order, Outcome, Register, Tally, book_id};
use crate::rng::{Purpose, Seed, shuffle};
use crate::rules::Judged;
use crate::scenario::{
    AuctionKind, CloseKind, MarketRules, NoTradeClose, OrderLife, Priority, StageKind,
};
use crate::units::{Cash, Price, StockId};

/// Price and total quantity at one level of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// The limit price.
    pub price: Price,
    /// Shares at this price.
    pub qty: u64,
}

/// How the last trading day ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Yesterday {
    /// The volume-weighted mean price, rounded half-even to a unit of money, if anything traded.
    pub vwap: Option<Price>,
    /// Shares traded.
    pub volume: u64,
    /// The unmatched bids, best first.
    pub bids: Vec<Depth>,
    /// The unmatched asks, best first.
    pub asks: Vec<Depth>,
}

#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) book: Book,
    pub(crate) register: Register,
    pub(crate) closes: Vec<Price>,
    /// The lowest and highest limit of the day.
    pub(crate) band: (Tick, Tick),
    pub(crate) yesterday: Yesterday,
    /// The orders of a stage in their order of arrival, kept for its memory.
    queue: Vec<Accepted>,
}

/// What a stage needs besides the listing.
pub(crate) struct Stage<'r> {
    pub(crate) rules: &'r MarketRules,
    pub(crate) seed: Seed,
    pub(crate) kind: StageKind,
    /// Counts all stages of the run.
    pub(crate) when: u64,
    /// Whether there is so much to do that doing it side by side pays.
    pub(crate) is_large: bool,
}

impl Listing {
    pub(crate) fn new(
        stock: StockId,
        traders: usize,
        closes: Vec<Price>,
        rules: &MarketRules,
    ) -> Self {
        let options = BookOptions {
            self_trade: rules.self_trade.into(),
            continuous: rules.continuous.into(),
            ids: IdRule::Vacant,
        };
        let mut it = Self {
            book: Book::new(options),
            register: Register::new(stock, traders),
            closes,
            band: (Tick(1), Tick(u32::MAX)),
            yesterday: Yesterday::default(),
            queue: Vec::new(),
        };
        it.set_band(rules);
        it
    }

    /// The price that limits and auctions refer to: the previous close.
    pub(crate) fn reference(&self) -> Price {
        *self.closes.last().expect("a listing has initial closes")
    }

    pub(crate) fn first_price(&self) -> Option<Price> {
        self.register.tally.open
    }

    pub(crate) fn last_price(&self) -> Option<Price> {
        self.register.tally.last
    }

    pub(crate) fn volume(&self) -> u64 {
        self.register.tally.volume
    }

    /// What came to the book in the last stage, in order of arrival.
    pub(crate) fn arrived(&self) -> &[Accepted] {
        &self.queue
    }

    /// A stage in which nothing comes to the book.
    pub(crate) fn pause(&mut self) {
        self.queue.clear();
    }

    /// Sets the day's price band: the grid prices within the limit around the previous close.
    fn set_band(&mut self, rules: &MarketRules) {
        let (tick, reference) = (rules.grid.tick_units(), self.reference().0);
        self.band = match rules.price_limit {
            None => (Tick(1), Tick(u32::MAX)),
            Some(limit) => {
                let most = limit.of(Cash(reference)).0;
                let lowest = (reference - most + tick - 1) / tick;
                let highest = (reference + most) / tick;
                let clamp = |ticks: i64| Tick(u32::try_from(ticks.max(1)).unwrap_or(u32::MAX));
                (clamp(lowest), clamp(highest))
            }
        };
    }

    /// One stage: withdrawals first, then the accepted orders in their order of arrival.
    pub(crate) fn run(&mut self, stage: &Stage<'_>, judged: &[Judged], out: &mut Outcome) {
        let stock = self.register.stock.index();
        let mut queue = std::mem::take(&mut self.queue);
        let withdraw = || {
            for it in judged {
                self.withdraw(&it.withdrawn[stock], out);
            }
        };
        let line_up = || {
            queue.clear();
            for it in judged {
                queue.extend_from_slice(&it.accepted[stock]);
            }
            if stage.rules.priority == Priority::Random {
                let mut draws = stage.seed.stream(Purpose::Arrival, stock as u64, stage.when);
                shuffle(&mut queue, &mut |n| draws.below(n));
            }
        };
        both(stage.is_large, withdraw, line_up);
        if stage.kind == StageKind::Auction {
            self.book.collect();
        }
        for it in &queue {
            self.arrive(it, stage.rules, out);
        }
        self.queue = queue;
        if stage.kind == StageKind::Auction {
            self.uncross(stage.rules, out);
        }
    }

    /// Takes orders out of the book; what they had reserved is free already.
    fn withdraw(&mut self, withdrawn: &[(u32, EndReason)], out: &mut Outcome) {
        for &(place, why) in withdrawn {
            let place = place as usize;
            self.book.cancel(book_id(place), &mut ()).expect("unmatched, so in the book");
            self.register.leave(place, why, out);
            out.freed.push(None);
        }
    }

    /// Matches what was collected.
    fn uncross(&mut self, rules: &MarketRules, out: &mut Outcome) {
        let opens = self.register.tally.open.is_none();
        let rule = self.auction_rule(rules);
        let mut clerk = Clerk { register: &mut self.register, rules, out };
        let auction = self.book.uncross(rule, &mut clerk);
        if self.register.had_orders() {
            let value: i128 = out.trades.iter().map(|it| i128::from(it.value().0)).sum();
            let price = (auction.volume > 0).then(|| mean(value, auction.volume));
            let stock = self.register.stock;
            out.auction = Some(Auction { stock, price, volume: auction.volume });
            if opens && price.is_some() {
                self.register.tally.open = price;
            }
        }
    }

    fn auction_rule(&self, rules: &MarketRules) -> AuctionRule {
        match rules.auction {
            AuctionKind::Midpoint => AuctionRule::Midpoint,
            AuctionKind::Uniform => AuctionRule::Uniform {
                reference: rules.grid.tick(self.reference().0).ok(),
                tie: rules.tie_break.into(),
            },
        }
    }

    #[inline]
    fn arrive(&mut self, it: &Accepted, rules: &MarketRules, out: &mut Outcome) {
        let place = self.register.enter(it);
        let order = LimitOrder {
            id: book_id(place),
            trader: asfm_book::TraderId(it.trader.number()),
            side: it.side,
            qty: it.qty,
            price: it.tick,
            tif: TimeInForce::Day,
            post_only: false,
        };
        let mut clerk = Clerk { register: &mut self.register, rules, out };
        self.book.limit(order, &mut clerk).expect("ids are fresh and prices in the band");
    }

    /// Ends the day: expires day orders and fixes the close.
    pub(crate) fn close_day(&mut self, rules: &MarketRules, out: &mut Outcome) -> Close {
        let depth = |side: Side| -> Vec<Depth> {
            let levels = self.book.levels(side).take(rules.depth_levels);
            levels
                .map(|it| Depth { price: Price(rules.grid.units(it.price)), qty: it.qty })
                .collect()
        };
        let (bids, asks) = (depth(Side::Buy), depth(Side::Sell));
        let tally = self.register.tally;
        let vwap = (tally.volume > 0).then(|| mean(i128::from(tally.value.0), tally.volume));
        let close = self.closing_price(rules);
        self.yesterday = Yesterday { vwap, volume: tally.volume, bids, asks };
        self.closes.push(close);
        self.register.tally = Tally::default();
        self.set_band(rules);
        match rules.order_life {
            OrderLife::Day => self.expire(rules, out),
            OrderLife::GoodTillCancelled => self.carry_over(rules, out),
        }
        Close {
            stock: self.register.stock,
            open: tally.open,
            high: tally.high,
            low: tally.low,
            close,
            value: tally.value,
            volume: tally.volume,
            trades: tally.trades,
            flow: rules.large_trade.map(|least| self.register.flow(least)),
        }
    }

    fn closing_price(&self, rules: &MarketRules) -> Price {
        let tick = rules.grid.tick_units();
        let Tally { value, volume, trades, prices, last: Some(last), .. } = self.register.tally
        else {
            return self.quiet_close(rules);
        };
        let exact = match rules.close {
            CloseKind::Vwap => (i128::from(value.0), i128::from(volume)),
            CloseKind::Mean => (prices, i128::from(trades)),
            CloseKind::Last => (i128::from(last.0), 1),
        };
        Price(half_even(exact.0, exact.1 * i128::from(tick)) * tick)
    }

    fn quiet_close(&self, rules: &MarketRules) -> Price {
        let best = |side| self.book.best(side).map(|it| rules.grid.units(it.price));
        match (rules.no_trade_close, best(Side::Buy), best(Side::Sell)) {
            (NoTradeClose::QuoteMidpoint, Some(bid), Some(ask)) => {
                let tick = rules.grid.tick_units();
                Price(half_even(i128::from(bid + ask), 2 * i128::from(tick)) * tick)
            }
            _ => self.reference(),
        }
    }

    /// Ends all unmatched orders.
    fn expire(&mut self, rules: &MarketRules, out: &mut Outcome) {
        self.register.end_where(|_| true, EndReason::Expired, rules, out, |_| ());
        self.forget();
    }

    /// Ends the orders that tomorrow's band does not contain; the others stay as they are.
    fn carry_over(&mut self, rules: &MarketRules, out: &mut Outcome) {
        let (lowest, highest) = self.band;
        let is_outside = |it: &Order| !(lowest..=highest).contains(&it.tick);
        let book = &mut self.book;
        self.register.end_where(is_outside, EndReason::OutsideBand, rules, out, |place| {
            book.cancel(book_id(place), &mut ()).expect("unmatched, so in the book");
        });
        if Side::BOTH.into_iter().all(|side| self.book.best(side).is_none()) {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.register.clear();
        self.book.clear();
    }
}

/// The mean price of `volume` shares worth `value`, rounded half-even to a unit of money.
fn mean(value: i128, volume: u64) -> Price {
    Price(half_even(value, i128::from(volume)))
}

/// The quotient rounded to the nearest whole number, halves to the even one; both positive.
fn half_even(numerator: i128, denominator: i128) -> i64 {
    let (quotient, twice) = (numerator / denominator, numerator % denominator * 2);
    let up = twice > denominator || (twice == denominator && quotient % 2 == 1);
    i64::try_from(quotient + i128::from(up)).expect("a mean of prices is a price")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let rounded: Vec<i64> = [25, 35, 34, 36, 250].map(|it| half_even(it, 10)).into();
        assert_eq!(rounded, [2, 4, 3, 4, 25]);
    }
}
