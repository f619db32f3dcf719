use crate::index::Name;
use crate::{
    Book, CancelReason, ContinuousPrice, HalfTick, OrderId, Qty, SelfTrade, Side, Sink, Tick,
    Trade, TraderId,
};

/// An order on its way through the opposite side.
#[derive(Clone, Copy)]
pub(crate) struct Taker {
    pub(crate) id: OrderId,
    pub(crate) name: Name,
    pub(crate) trader: TraderId,
    pub(crate) side: Side,
    /// `None`: any price.
    pub(crate) limit: Option<Tick>,
}

/// How far an order came on its way through the opposite side.
#[derive(Clone, Copy)]
pub(crate) enum Crossing {
    Filled,
    /// Nothing is left there to trade with.
    Open(Qty),
    /// The next order there is one of the same trader.
    SelfTrade(Qty),
}

impl Book {
    /// Whether a limit reaches the best opposite price.
    #[inline]
    pub(crate) fn reaches(&self, side: Side, price: Tick) -> bool {
        let opposite = side.opposite();
        self.sides[opposite as usize].best().is_some_and(|best| best <= opposite.key(price))
    }

    /// Lets an order trade, best price first and first come first, as far as it can.
    pub(crate) fn cross(&mut self, taker: Taker, qty: Qty, sink: &mut impl Sink) -> Crossing {
        let opposite = taker.side.opposite();
        let worst = taker.limit.map_or(u32::MAX, |limit| opposite.key(limit));
        let mut left = qty;
        while let Some(key) = self.sides[opposite as usize].best() {
            if key > worst {
                break;
            }
            match self.cross_level(taker, key, left, sink) {
                Crossing::Open(rest) => left = rest,
                end => return end,
            }
        }
        Crossing::Open(left)
    }

    /// Lets an order trade at the opposite level `key`.
    fn cross_level(&mut self, taker: Taker, key: u32, qty: Qty, sink: &mut impl Sink) -> Crossing {
        let Self { options, sides, orders, ids, .. } = self;
        let opposite = taker.side.opposite();
        let ladder = &mut sides[opposite as usize];
        let queue = ladder.queue_mut(key);
        let limit = opposite.tick(key);
        let price = match options.continuous {
            ContinuousPrice::Maker => HalfTick::from(limit),
            ContinuousPrice::Midpoint => HalfTick::midpoint(limit, taker.limit.unwrap_or(limit)),
        };
        let mut left = qty;
        let crossing = loop {
            let Some(slot) = queue.head else {
                break Crossing::Open(left);
            };
            let order = &mut orders[slot];
            let maker = ids.id(order.name);
            if options.self_trade != SelfTrade::Allow && order.trader == taker.trader {
                if options.self_trade == SelfTrade::CancelNewest {
                    break Crossing::SelfTrade(left);
                }
                sink.cancelled(maker, order.qty, CancelReason::SelfTrade);
                queue.remove(orders, slot);
                continue;
            }
            let qty = left.min(order.qty);
            let (buyer, seller) = match taker.side {
                Side::Buy => (taker.trader, order.trader),
                Side::Sell => (order.trader, taker.trader),
            };
            sink.trade(Trade { price, qty, maker, taker: taker.id, buyer, seller });
            if queue.reduce_first(orders, slot, qty) {
                sink.filled(maker);
            }
            match left.less(qty) {
                Some(rest) => left = rest,
                None => break Crossing::Filled,
            }
        };
        if queue.is_empty() {
            ladder.close(key);
        }
        crossing
    }

    /// Whether a fill-or-kill order would be filled in full (see [`SelfTrade`]).
    pub(crate) fn can_fill(&self, trader: TraderId, side: Side, price: Tick, qty: Qty) -> bool {
        let opposite = side.opposite();
        let wanted = u64::from(qty.get());
        let mut found = 0;
        if self.options.self_trade == SelfTrade::Allow {
            for level in self.levels(opposite) {
                if opposite.key(level.price) > opposite.key(price) {
                    break;
                }
                found += level.qty;
                if found >= wanted {
                    return true;
                }
            }
            return false;
        }
        for order in self.orders(opposite) {
            if opposite.key(order.price) > opposite.key(price) {
                break;
            }
            if order.trader != trader {
                found += u64::from(order.qty.get());
            } else if self.options.self_trade == SelfTrade::CancelNewest {
                break;
            }
            if found >= wanted {
                return true;
            }
        }
        false
    }
}
