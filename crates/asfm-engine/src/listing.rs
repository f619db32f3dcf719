//! One stock on the exchange: its book, its unmatched orders and its day.

use asfm_book::{
    AuctionRule, Book, BookOptions, CancelReason, HalfTick, LimitOrder, OrderId, Qty, Side, Sink,
    Tick, TimeInForce, Trade as Met,
};

use crate::event::{Auction, Close, End, EndReason, Trade};
use crate::parallel::both;
use crate::rng::{Purpose, Seed, shuffle};
use crate::rules::Judged;
use crate::scenario::{
    AuctionKind, CloseKind, MarketRules, NoTradeClose, OrderLife, Priority, StageKind,
};
use crate::units::{Cash, Price, RequestId, StockId, TraderId};

/// An order as the exchange keeps it, from its arrival to the end of the day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) request: RequestId,
    pub(crate) trader: TraderId,
    pub(crate) side: Side,
    pub(crate) tick: Tick,
    /// Shares still in the book; 0 when the order has left it.
    pub(crate) left: u32,
    /// The trader's order before this one on the same side, as one more than its place; or 0.
    before: u32,
}

/// Where the orders of one trader on one side are found.
///
/// The count spares a look at the orders of those who have none, which are most.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    /// One more than the place of the newest order; or 0.
    newest: u32,
    /// How many of the orders are still in the book.
    live: u32,
}

/// A request that was accepted and now goes to the book.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepted {
    pub(crate) request: RequestId,
    pub(crate) trader: TraderId,
    pub(crate) side: Side,
    pub(crate) tick: Tick,
    pub(crate) qty: Qty,
}

/// What one stage did to one stock, to be carried into the ledger.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) trades: Vec<Trade>,
    /// For each trade, what of the buyer's reservation it frees.
    pub(crate) released: Vec<Cash>,
    pub(crate) ends: Vec<End>,
    /// For each end, what reserved cash it frees; absent for withdrawn orders, whose reservation
    /// was freed when the new request was judged.
    pub(crate) freed: Vec<Option<Cash>>,
    pub(crate) auction: Option<Auction>,
}

impl Outcome {
    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.trades.clear();
        self.released.clear();
        self.ends.clear();
        self.freed.clear();
        self.auction = None;
    }
}

/// The prices and volumes of a day so far.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    open: Option<Price>,
    last: Option<Price>,
    high: Option<Price>,
    low: Option<Price>,
    value: Cash,
    volume: u64,
    trades: u32,
    prices: i128,
}

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

/// What the exchange knows of a stock's orders beside the book, and of its trades today.
#[derive(Debug)]
pub(crate) struct Register {
    pub(crate) stock: StockId,
    pub(crate) orders: Vec<Order>,
    /// For each trader and side, where its orders are found.
    heads: Vec<[Head; 2]>,
    tally: Tally,
    flows: Vec<(TraderId, i64)>,
}

/// Enters what the book reports into the register, while what it concerns is at hand.
struct Clerk<'l> {
    register: &'l mut Register,
    rules: &'l MarketRules,
    out: &'l mut Outcome,
}

impl Sink for Clerk<'_> {
    #[inline]
    fn trade(&mut self, trade: Met) {
        self.register.trade(&trade, self.rules, self.out);
    }

    #[inline]
    fn cancelled(&mut self, id: OrderId, _: Qty, reason: CancelReason) {
        if reason == CancelReason::SelfTrade {
            self.register.end(place_of(id), EndReason::SelfTrade, self.rules, self.out);
        }
    }
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
        };
        let register = Register {
            stock,
            orders: Vec::new(),
            heads: vec![[Head::default(); 2]; traders],
            tally: Tally::default(),
            flows: Vec::new(),
        };
        let mut it = Self {
            book: Book::new(options),
            register,
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
        if !self.register.orders.is_empty() {
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

    fn expire(&mut self, rules: &MarketRules, out: &mut Outcome) {
        for place in 0..self.register.orders.len() {
            if self.register.orders[place].left > 0 {
                self.register.end(place, EndReason::Expired, rules, out);
            }
        }
        self.register.orders.clear();
        self.register.heads.fill([Head::default(); 2]);
        self.book.clear();
    }

    /// Ends the orders that tomorrow's band does not contain and forgets the finished ones; the
    /// others keep their order of arrival.
    fn carry_over(&mut self, rules: &MarketRules, out: &mut Outcome) {
        let (lowest, highest) = self.band;
        for place in 0..self.register.orders.len() {
            let Order { left, tick, .. } = self.register.orders[place];
            if left > 0 && !(lowest..=highest).contains(&tick) {
                self.register.end(place, EndReason::OutsideBand, rules, out);
            }
        }
        let old = std::mem::take(&mut self.register.orders);
        self.register.heads.fill([Head::default(); 2]);
        self.book.clear();
        for it in old.iter().filter(|it| it.left > 0) {
            let qty = Qty::new(it.left).expect("filtered");
            let accepted = Accepted {
                request: it.request,
                trader: it.trader,
                side: it.side,
                tick: it.tick,
                qty,
            };
            self.arrive(&accepted, rules, out);
        }
    }
}

impl Register {
    /// Whether a trader has unmatched orders on one side.
    #[inline]
    pub(crate) fn has(&self, trader: TraderId, side: Side) -> bool {
        self.heads[trader.index()][side_index(side)].live > 0
    }

    /// A trader's unmatched orders on one side, newest first.
    #[inline]
    pub(crate) fn own(&self, trader: TraderId, side: Side) -> impl Iterator<Item = (u32, &Order)> {
        let head = self.heads[trader.index()][side_index(side)];
        let mut next = head.newest;
        let chain = std::iter::from_fn(move || {
            let place = next.checked_sub(1)?;
            let order = &self.orders[place as usize];
            next = order.before;
            Some((place, order))
        });
        chain.filter(|it| it.1.left > 0).take(head.live as usize)
    }

    /// Enters an order that is about to go to the book, and says where.
    #[inline]
    fn enter(&mut self, it: &Accepted) -> usize {
        let place = self.orders.len();
        let head = &mut self.heads[it.trader.index()][side_index(it.side)];
        // Where none of the older orders is left, they need not be walked past.
        let before = if head.live > 0 { head.newest } else { 0 };
        head.newest = u32::try_from(place + 1).expect("fewer than 2^32 orders");
        head.live += 1;
        self.orders.push(Order {
            request: it.request,
            trader: it.trader,
            side: it.side,
            tick: it.tick,
            left: it.qty.get(),
            before,
        });
        place
    }

    /// Marks an order that leaves the book unfilled and says what it frees.
    fn end(&mut self, place: usize, reason: EndReason, rules: &MarketRules, out: &mut Outcome) {
        let Order { tick, left, side, .. } = self.orders[place];
        out.freed.push(Some(match side {
            Side::Buy => reservation(tick, left, rules),
            Side::Sell => Cash(0),
        }));
        self.leave(place, reason, out);
    }

    /// Marks an order that leaves the book unfilled.
    fn leave(&mut self, place: usize, reason: EndReason, out: &mut Outcome) {
        let order = &mut self.orders[place];
        let qty = std::mem::take(&mut order.left);
        self.heads[order.trader.index()][side_index(order.side)].live -= 1;
        out.ends.push(End {
            order: order.request,
            trader: order.trader,
            stock: self.stock,
            side: order.side,
            qty,
            reason,
        });
    }

    #[inline]
    fn trade(&mut self, met: &Met, rules: &MarketRules, out: &mut Outcome) {
        let qty = met.qty.get();
        let (maker, taker) = (place_of(met.maker), place_of(met.taker));
        let buyer = if self.orders[maker].side == Side::Buy { maker } else { taker };
        let bid = self.orders[buyer];
        let released =
            reservation(bid.tick, bid.left, rules) - reservation(bid.tick, bid.left - qty, rules);
        for place in [maker, taker] {
            let order = &mut self.orders[place];
            order.left -= qty;
            if order.left == 0 {
                self.heads[order.trader.index()][side_index(order.side)].live -= 1;
            }
        }
        let price = price_of(met.price, rules);
        let value = Cash(price.0 * i64::from(qty));
        let fee = rules.fee.of(value);
        let trade = Trade {
            stock: self.stock,
            price,
            qty,
            maker: self.orders[maker].request,
            taker: self.orders[taker].request,
            buyer: TraderId::new(met.buyer.0).expect("the book repeats the trader it was given"),
            seller: TraderId::new(met.seller.0).expect("the book repeats the trader it was given"),
            buyer_fee: fee,
            seller_fee: fee + rules.stamp_tax.of(value),
        };
        self.tally.add(&trade);
        if rules.large_trade.is_some() {
            self.flows.push((trade.buyer, value.0));
            self.flows.push((trade.seller, -value.0));
        }
        out.trades.push(trade);
        out.released.push(released);
    }

    /// Net purchases of traders who traded at least `least` today.
    fn flow(&mut self, least: Cash) -> Cash {
        self.flows.sort_unstable();
        let by_trader = self.flows.chunk_by(|a, b| a.0 == b.0);
        let large = by_trader.filter(|of| of.iter().map(|it| it.1.abs()).sum::<i64>() >= least.0);
        let net = large.flatten().map(|it| Cash(it.1)).sum();
        self.flows.clear();
        net
    }
}

impl Tally {
    #[inline]
    fn add(&mut self, trade: &Trade) {
        let price = trade.price;
        self.open = self.open.or(Some(price));
        self.last = Some(price);
        self.high = self.high.max(Some(price));
        self.low = Some(self.low.map_or(price, |it| it.min(price)));
        self.value += trade.value();
        self.volume += u64::from(trade.qty);
        self.trades += 1;
        self.prices += i128::from(price.0);
    }
}

/// What a buy order of so many shares reserves: its value at the limit, and the fee on it.
#[inline]
pub(crate) fn reservation(tick: Tick, qty: u32, rules: &MarketRules) -> Cash {
    let value = Cash(rules.grid.units(tick) * i64::from(qty));
    value + rules.fee.of(value)
}

fn price_of(half_ticks: HalfTick, rules: &MarketRules) -> Price {
    Price(rules.grid.trade_units(half_ticks))
}

fn book_id(place: usize) -> OrderId {
    OrderId::new(place as u64 + 1).expect("one more than a place")
}

fn place_of(id: OrderId) -> usize {
    usize::try_from(id.get() - 1).expect("ids are places")
}

fn side_index(side: Side) -> usize {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
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
