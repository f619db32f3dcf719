//! A book with all rules, too simple to be wrong: one list of orders in order of arrival, searched
//! from end to end, and auctions by trying every price.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use asfm_book::{
    Auction, AuctionRule, BookOptions, CancelReason, ContinuousPrice, Event, HalfTick, IdRule,
    LimitOrder, MarketOrder, Order, OrderId, Qty, Refusal, Rest, SelfTrade, Side, Sink, Tick,
    TimeInForce, Trade,
};

use crate::brute;

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) options: BookOptions,
    /// In order of arrival.
    resting: Vec<Order>,
    seen: BTreeSet<OrderId>,
    is_collecting: bool,
}

impl Model {
    pub(crate) fn new(options: BookOptions) -> Self {
        Self { options, ..Self::default() }
    }

    pub(crate) fn is_collecting(&self) -> bool {
        self.is_collecting
    }

    /// The ids that rest, in order of arrival.
    pub(crate) fn live(&self) -> Vec<OrderId> {
        self.resting.iter().map(|order| order.id).collect()
    }

    /// The price of a resting order; any other has some price.
    pub(crate) fn price(&self, id: OrderId) -> Tick {
        self.index(id).map_or(Tick(100), |index| self.resting[index].price)
    }

    fn is_taken(&self, id: OrderId) -> bool {
        match self.options.ids {
            IdRule::New => self.seen.contains(&id),
            IdRule::Vacant => self.index(id).is_ok(),
        }
    }

    /// The orders of a side, in priority.
    pub(crate) fn orders(&self, side: Side) -> Vec<Order> {
        let mut orders: Vec<Order> =
            self.resting.iter().copied().filter(|it| it.side == side).collect();
        match side {
            Side::Buy => orders.sort_by_key(|it| Reverse(it.price)),
            Side::Sell => orders.sort_by_key(|it| it.price),
        }
        orders
    }

    pub(crate) fn limit(
        &mut self,
        order: LimitOrder,
        events: &mut Vec<Event>,
    ) -> Result<Rest, Refusal> {
        let LimitOrder { id, trader, side, qty, price, tif, post_only } = order;
        if price.0 == 0 {
            return Err(Refusal::PriceOutOfRange);
        }
        if self.is_taken(id) {
            return Err(Refusal::RepeatedId);
        }
        if post_only && !self.is_collecting && self.reached(side, Some(price)).is_some() {
            return Err(Refusal::WouldTrade);
        }
        self.seen.insert(id);
        if self.is_collecting && tif != TimeInForce::Day {
            return Ok(cancelled(id, qty, CancelReason::Collecting, events));
        }
        let order = Order { id, trader, side, qty, price };
        if tif == TimeInForce::Fok {
            let outcome = self.clone().enter(order, TimeInForce::Ioc, &mut Vec::new());
            if outcome != Rest::Filled {
                return Ok(cancelled(id, qty, CancelReason::FillOrKill, events));
            }
        }
        Ok(self.enter(order, tif, events))
    }

    pub(crate) fn market(
        &mut self,
        order: MarketOrder,
        events: &mut Vec<Event>,
    ) -> Result<Rest, Refusal> {
        let MarketOrder { id, trader, side, qty } = order;
        if self.is_taken(id) {
            return Err(Refusal::RepeatedId);
        }
        self.seen.insert(id);
        if self.is_collecting {
            return Ok(cancelled(id, qty, CancelReason::Collecting, events));
        }
        let order = Order { id, trader, side, qty, price: Tick(0) };
        Ok(match self.take(order, None, events) {
            Ok(None) => filled(id, events),
            Ok(Some(left)) => cancelled(id, left, CancelReason::Unfilled, events),
            Err(left) => cancelled(id, left, CancelReason::SelfTrade, events),
        })
    }

    pub(crate) fn cancel(&mut self, id: OrderId, events: &mut Vec<Event>) -> Result<Qty, Refusal> {
        let index = self.index(id)?;
        let order = self.resting.remove(index);
        cancelled(id, order.qty, CancelReason::Requested, events);
        Ok(order.qty)
    }

    pub(crate) fn replace(
        &mut self,
        id: OrderId,
        qty: Qty,
        price: Tick,
        events: &mut Vec<Event>,
    ) -> Result<Rest, Refusal> {
        let index = self.index(id)?;
        if price.0 == 0 {
            return Err(Refusal::PriceOutOfRange);
        }
        let old = &mut self.resting[index];
        if old.price == price && qty <= old.qty {
            old.qty = qty;
            events.rested(id, qty);
            return Ok(Rest::Resting(qty));
        }
        let order = self.resting.remove(index);
        Ok(self.enter(Order { qty, price, ..order }, TimeInForce::Day, events))
    }

    pub(crate) fn collect(&mut self) {
        self.is_collecting = true;
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.options);
    }

    pub(crate) fn uncross(&mut self, rule: AuctionRule, events: &mut Vec<Event>) -> Auction {
        let price = match rule {
            AuctionRule::Midpoint => None,
            AuctionRule::Uniform { tie, reference } => {
                brute::uniform_price(&self.without_self_trades(), tie, reference)
            }
        };
        self.is_collecting = false;
        self.pair_off(price, events)
    }

    fn index(&self, id: OrderId) -> Result<usize, Refusal> {
        self.resting.iter().position(|it| it.id == id).ok_or(Refusal::NotLive)
    }

    /// The index of the best order of a side, the earliest of several.
    fn best(&self, side: Side) -> Option<usize> {
        self.orders(side).first().and_then(|best| self.index(best.id).ok())
    }

    /// The index of the best opposite order, if an order with this limit reaches it.
    fn reached(&self, side: Side, limit: Option<Tick>) -> Option<usize> {
        self.best(side.opposite()).filter(|&index| match (side, limit) {
            (_, None) => true,
            (Side::Buy, Some(limit)) => self.resting[index].price <= limit,
            (Side::Sell, Some(limit)) => self.resting[index].price >= limit,
        })
    }

    fn enter(&mut self, order: Order, tif: TimeInForce, events: &mut Vec<Event>) -> Rest {
        let left = if self.is_collecting {
            Ok(Some(order.qty))
        } else {
            self.take(order, Some(order.price), events)
        };
        match left {
            Ok(None) => filled(order.id, events),
            Ok(Some(qty)) if tif == TimeInForce::Day => {
                self.resting.push(Order { qty, ..order });
                events.rested(order.id, qty);
                Rest::Resting(qty)
            }
            Ok(Some(left)) => cancelled(order.id, left, CancelReason::Unfilled, events),
            Err(left) => cancelled(order.id, left, CancelReason::SelfTrade, events),
        }
    }

    /// Lets an order trade and returns what is left; as an error if an own order stopped it.
    fn take(
        &mut self,
        taker: Order,
        limit: Option<Tick>,
        events: &mut Vec<Event>,
    ) -> Result<Option<Qty>, Qty> {
        let mut left = taker.qty;
        while let Some(index) = self.reached(taker.side, limit) {
            let maker = self.resting[index];
            if maker.trader == taker.trader {
                match self.options.self_trade {
                    SelfTrade::Allow => {}
                    SelfTrade::CancelNewest => return Err(left),
                    SelfTrade::CancelOldest => {
                        self.resting.remove(index);
                        cancelled(maker.id, maker.qty, CancelReason::SelfTrade, events);
                        continue;
                    }
                }
            }
            let price = match (self.options.continuous, limit) {
                (ContinuousPrice::Midpoint, Some(limit)) => HalfTick::midpoint(maker.price, limit),
                _ => HalfTick::from(maker.price),
            };
            let qty = left.min(maker.qty);
            events.trade(trade(price, qty, maker, taker));
            self.reduce(maker.id, qty, events);
            match less(left, qty) {
                Some(rest) => left = rest,
                None => return Ok(None),
            }
        }
        Ok(Some(left))
    }

    fn reduce(&mut self, id: OrderId, qty: Qty, events: &mut Vec<Event>) {
        let index = self.index(id).expect("the order rests");
        if let Some(rest) = less(self.resting[index].qty, qty) {
            self.resting[index].qty = rest;
        } else {
            self.resting.remove(index);
            filled(id, events);
        }
    }

    fn pair_off(&mut self, price: Option<HalfTick>, events: &mut Vec<Event>) -> Auction {
        let mut auction = Auction { price, volume: 0, notional: 0, n_trades: 0 };
        while let (Some(bid), Some(ask)) = (self.best(Side::Buy), self.best(Side::Sell)) {
            let (maker, taker) = (self.resting[bid.min(ask)], self.resting[bid.max(ask)]);
            let (bid, ask) = (self.resting[bid], self.resting[ask]);
            if bid.price < ask.price {
                break;
            }
            let loser = match self.options.self_trade {
                SelfTrade::CancelNewest if bid.trader == ask.trader => Some(taker),
                SelfTrade::CancelOldest if bid.trader == ask.trader => Some(maker),
                _ => None,
            };
            if let Some(loser) = loser {
                self.resting.retain(|it| it.id != loser.id);
                cancelled(loser.id, loser.qty, CancelReason::SelfTrade, events);
                continue;
            }
            let qty = bid.qty.min(ask.qty);
            let price = price.unwrap_or_else(|| HalfTick::midpoint(bid.price, ask.price));
            events.trade(trade(price, qty, maker, taker));
            self.reduce(maker.id, qty, events);
            self.reduce(taker.id, qty, events);
            auction.volume += u64::from(qty.get());
            auction.notional += u128::from(price.get()) * u128::from(qty.get());
            auction.n_trades += 1;
        }
        auction
    }

    /// The orders without the shares that self-trade prevention will cancel in an auction.
    pub(crate) fn without_self_trades(&self) -> Vec<Order> {
        let mut events = Vec::new();
        self.clone().pair_off(None, &mut events);
        let mut lost: BTreeMap<OrderId, Qty> = BTreeMap::new();
        for event in events {
            if let Event::Cancelled { id, qty, .. } = event {
                lost.insert(id, qty);
            }
        }
        let kept = |order: &Order| match lost.get(&order.id) {
            None => Some(*order),
            Some(&lost) => less(order.qty, lost).map(|qty| Order { qty, ..*order }),
        };
        self.resting.iter().filter_map(kept).collect()
    }
}

fn trade(price: HalfTick, qty: Qty, maker: Order, taker: Order) -> Trade {
    let (buy, sell) = if maker.side == Side::Buy { (maker, taker) } else { (taker, maker) };
    let (buyer, seller) = (buy.trader, sell.trader);
    Trade { price, qty, maker: maker.id, taker: taker.id, buyer, seller }
}

fn less(from: Qty, qty: Qty) -> Option<Qty> {
    Qty::new(from.get() - qty.get())
}

fn filled(id: OrderId, events: &mut Vec<Event>) -> Rest {
    events.filled(id);
    Rest::Filled
}

fn cancelled(id: OrderId, qty: Qty, reason: CancelReason, events: &mut Vec<Event>) -> Rest {
    events.cancelled(id, qty, reason);
    Rest::Cancelled(qty)
}
