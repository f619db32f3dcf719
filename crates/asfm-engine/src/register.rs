//! The unmatched orders of one stock beside its book, and what it traded today.

use asfm_book::{CancelReason, HalfTick, OrderId, Qty, Side, Sink, Tick, Trade as Met};

use crate::event::{Auction, End, EndReason, Trade};
use crate::scenario::MarketRules;
use crate::units::{Cash, Price, RequestId, StockId, TraderId};

/// An unmatched order as the exchange keeps it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) request: RequestId,
    pub(crate) trader: TraderId,
    pub(crate) side: Side,
    pub(crate) tick: Tick,
    /// Shares still in the book; 0 at a vacant place.
    pub(crate) left: u32,
    /// The trader's unmatched orders on the same side that came before and after this one, as one
    /// more than their places; or 0.
    before: u32,
    after: u32,
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
pub(crate) struct Tally {
    pub(crate) open: Option<Price>,
    pub(crate) last: Option<Price>,
    pub(crate) high: Option<Price>,
    pub(crate) low: Option<Price>,
    pub(crate) value: Cash,
    pub(crate) volume: u64,
    pub(crate) trades: u32,
    pub(crate) prices: i128,
}

/// What the exchange knows of a stock's orders beside the book, and of its trades today.
///
/// Invariant: an order that rests in the book has an entry here, and its id there is one more than
/// its place here.
#[derive(Debug)]
pub(crate) struct Register {
    pub(crate) stock: StockId,
    /// The unmatched orders, and between them places to be taken again: a day of a large market
    /// has many more orders than fit into a cache, but not at the same time.
    orders: Vec<Order>,
    /// One more than the place to be taken next, which names the one after it as `before`; or 0.
    vacant: u32,
    /// For each trader and side, one more than the place of the newest unmatched order; or 0.
    newest: Vec<[u32; 2]>,
    pub(crate) tally: Tally,
    flows: Vec<(TraderId, i64)>,
}

/// Enters what the book reports into the register, while what it concerns is at hand.
pub(crate) struct Clerk<'l> {
    pub(crate) register: &'l mut Register,
    pub(crate) rules: &'l MarketRules,
    pub(crate) out: &'l mut Outcome,
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

impl Register {
    pub(crate) fn new(stock: StockId, traders: usize) -> Self {
        Self {
            stock,
            orders: Vec::new(),
            vacant: 0,
            newest: vec![[0; 2]; traders],
            tally: Tally::default(),
            flows: Vec::new(),
        }
    }

    /// Whether there were any orders since all were forgotten.
    pub(crate) fn had_orders(&self) -> bool {
        !self.orders.is_empty()
    }

    /// Whether a trader has unmatched orders on one side.
    #[inline]
    pub(crate) fn has(&self, trader: TraderId, side: Side) -> bool {
        self.newest[trader.index()][side_index(side)] > 0
    }

    /// A trader's unmatched orders on one side, newest first.
    #[inline]
    pub(crate) fn own(&self, trader: TraderId, side: Side) -> impl Iterator<Item = (u32, &Order)> {
        let mut next = self.newest[trader.index()][side_index(side)];
        std::iter::from_fn(move || {
            let place = next.checked_sub(1)?;
            let order = &self.orders[place as usize];
            next = order.before;
            Some((place, order))
        })
    }

    /// Enters an order that is about to go to the book, and says where.
    #[inline]
    pub(crate) fn enter(&mut self, it: &Accepted) -> usize {
        let newest = &mut self.newest[it.trader.index()][side_index(it.side)];
        let before = *newest;
        let order = Order {
            request: it.request,
            trader: it.trader,
            side: it.side,
            tick: it.tick,
            left: it.qty.get(),
            before,
            after: 0,
        };
        let place = if let Some(place) = self.vacant.checked_sub(1) {
            let place = place as usize;
            self.vacant = std::mem::replace(&mut self.orders[place], order).before;
            place
        } else {
            self.orders.push(order);
            self.orders.len() - 1
        };
        let link = u32::try_from(place + 1).expect("fewer than 2^32 orders");
        *newest = link;
        if before > 0 {
            self.orders[before as usize - 1].after = link;
        }
        place
    }

    /// Takes an order out that is filled or ended, so that another may take its place.
    #[inline]
    fn vacate(&mut self, place: usize) {
        let link = u32::try_from(place + 1).expect("fewer than 2^32 orders");
        let vacant = std::mem::replace(&mut self.vacant, link);
        let order = &mut self.orders[place];
        let Order { trader, side, after, .. } = *order;
        order.left = 0;
        let before = std::mem::replace(&mut order.before, vacant);
        match after {
            0 => self.newest[trader.index()][side_index(side)] = before,
            after => self.orders[after as usize - 1].before = before,
        }
        if before > 0 {
            self.orders[before as usize - 1].after = after;
        }
    }

    /// Ends orders, trader by trader and each trader's in the order in which they were asked for;
    /// `leave` takes the order of a place out of the book.
    pub(crate) fn end_where(
        &mut self,
        ends: impl Fn(&Order) -> bool,
        reason: EndReason,
        rules: &MarketRules,
        out: &mut Outcome,
        mut leave: impl FnMut(usize),
    ) {
        let mut ended: Vec<(RequestId, u32)> = Vec::new();
        for trader in (0..self.newest.len()).map(TraderId::at) {
            let own = Side::BOTH.into_iter().flat_map(|side| self.own(trader, side));
            let own = own.filter(|(_, order)| ends(order));
            ended.extend(own.map(|(place, order)| (order.request, place)));
            ended.sort_unstable();
            for (_, place) in ended.drain(..) {
                leave(place as usize);
                self.end(place as usize, reason, rules, out);
            }
        }
    }

    /// Forgets all orders, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.orders.clear();
        self.vacant = 0;
        self.newest.fill([0; 2]);
    }

    /// Takes out an order that leaves the book unfilled, and says what it frees.
    fn end(&mut self, place: usize, reason: EndReason, rules: &MarketRules, out: &mut Outcome) {
        let Order { tick, left, side, .. } = self.orders[place];
        out.freed.push(Some(match side {
            Side::Buy => reservation(tick, left, rules),
            Side::Sell => Cash(0),
        }));
        self.leave(place, reason, out);
    }

    /// Takes out an order that leaves the book unfilled.
    pub(crate) fn leave(&mut self, place: usize, reason: EndReason, out: &mut Outcome) {
        let Order { request, trader, side, left, .. } = self.orders[place];
        debug_assert!(left > 0, "an order leaves once");
        let stock = self.stock;
        out.ends.push(End { order: request, trader, stock, side, qty: left, reason });
        self.vacate(place);
    }

    #[inline]
    fn trade(&mut self, met: &Met, rules: &MarketRules, out: &mut Outcome) {
        let qty = met.qty.get();
        let (maker, taker) = (place_of(met.maker), place_of(met.taker));
        let buyer = if self.orders[maker].side == Side::Buy { maker } else { taker };
        let bid = self.orders[buyer];
        let released =
            reservation(bid.tick, bid.left, rules) - reservation(bid.tick, bid.left - qty, rules);
        let requests = [maker, taker].map(|place| {
            let order = &mut self.orders[place];
            let request = order.request;
            order.left -= qty;
            if order.left == 0 {
                self.vacate(place);
            }
            request
        });
        let price = price_of(met.price, rules);
        let value = Cash(price.0 * i64::from(qty));
        let fee = rules.fee.of(value);
        let trade = Trade {
            stock: self.stock,
            price,
            qty,
            maker: requests[0],
            taker: requests[1],
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
    pub(crate) fn flow(&mut self, least: Cash) -> Cash {
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

pub(crate) fn book_id(place: usize) -> OrderId {
    OrderId::new(place as u64 + 1).expect("one more than a place")
}

pub(crate) fn place_of(id: OrderId) -> usize {
    usize::try_from(id.get() - 1).expect("ids are places")
}

fn side_index(side: Side) -> usize {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}
