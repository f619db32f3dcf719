use crate::ladder::Ladder;
use crate::slab::{Resting, Slot};
use crate::{Book, Order, OrderId, Side, Tick};

/// A price and what rests there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Level {
    /// The price.
    pub price: Tick,
    /// The sum of the open shares of its orders.
    pub qty: u64,
}

/// The best levels of both sides, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Depth {
    /// Who wants to buy, from the highest price down.
    pub bids: Vec<Level>,
    /// Who wants to sell, from the lowest price up.
    pub asks: Vec<Level>,
}

impl Book {
    /// The best level of a side.
    pub fn best(&self, side: Side) -> Option<Level> {
        let ladder = &self.sides[side as usize];
        ladder.best().map(|key| level(ladder, side, key))
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = Level> {
        let ladder = &self.sides[side as usize];
        std::iter::successors(ladder.best(), |&key| ladder.after(key))
            .map(move |key| level(ladder, side, key))
    }

    /// The best `n_levels` levels of both sides.
    pub fn depth(&self, n_levels: usize) -> Depth {
        Depth {
            bids: self.levels(Side::Buy).take(n_levels).collect(),
            asks: self.levels(Side::Sell).take(n_levels).collect(),
        }
    }

    /// The resting order of `id`, if it is live.
    pub fn order(&self, id: OrderId) -> Option<Order> {
        self.live(id).map(|(slot, side)| self.shown(slot, side))
    }

    /// The resting orders of a side in priority: best price first, then first come first.
    pub fn orders(&self, side: Side) -> impl Iterator<Item = Order> {
        std::iter::successors(self.first(side), move |&slot| self.next(side, slot))
            .map(move |slot| self.shown(slot, side))
    }

    /// The order of a side that has priority over all others.
    pub(crate) fn first(&self, side: Side) -> Option<Slot> {
        let ladder = &self.sides[side as usize];
        ladder.best().and_then(|key| ladder.queue(key).head)
    }

    /// The order of a side that comes after that in `slot`.
    pub(crate) fn next(&self, side: Side, slot: Slot) -> Option<Slot> {
        let order = &self.orders[slot];
        order.next.or_else(|| {
            let ladder = &self.sides[side as usize];
            ladder.after(order.key).and_then(|key| ladder.queue(key).head)
        })
    }

    fn shown(&self, slot: Slot, side: Side) -> Order {
        let Resting { qty, key, trader, name, .. } = self.orders[slot];
        Order { id: self.ids.id(name), trader, side, qty, price: side.tick(key) }
    }
}

fn level(ladder: &Ladder, side: Side, key: u32) -> Level {
    Level { price: side.tick(key), qty: ladder.queue(key).qty }
}
