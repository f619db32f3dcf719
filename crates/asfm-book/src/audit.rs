//! What must hold inside a book at any time, checked in tests.

use proptest::prelude::*;

use crate::slab::Slot;
use crate::{
    AuctionRule, Book, BookOptions, LimitOrder, MarketOrder, OrderId, Qty, Side, Tick, TimeInForce,
    TraderId,
};

impl Book {
    /// Checks levels against their queues, links against each other, and slots against ids.
    pub(crate) fn audit(&self) {
        let mut n_live = 0;
        for side in Side::BOTH {
            let ladder = &self.sides[side as usize];
            ladder.audit();
            let mut last_key = None;
            for level in self.levels(side) {
                let key = side.key(level.price);
                assert!(last_key < Some(key), "levels are in order");
                last_key = Some(key);
                let queue = ladder.queue(key);
                let (mut slot, mut prev, mut qty) = (queue.head, None, 0);
                while let Some(at) = slot {
                    let order = &self.orders[at];
                    assert_eq!(order.key, key, "an order is on its level");
                    assert!(prev.is_none() || order.prev == prev, "links go both ways");
                    assert_eq!(self.live(self.ids.id(order.name)), Some((at, side)));
                    n_live += 1;
                    qty += u64::from(order.qty.get());
                    (prev, slot) = (slot, order.next);
                }
                assert_eq!(queue.tail, prev, "the last order is the tail");
                assert_eq!(queue.qty, qty, "a level is the sum of its orders");
                assert!(qty > 0, "an empty level is no level");
            }
        }
        let vacant: Vec<Slot> = self.orders.vacant().collect();
        assert_eq!(n_live + vacant.len(), self.orders.len(), "a slot is live or vacant");
        let mut distinct: Vec<usize> = vacant.into_iter().map(Slot::index).collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(n_live + distinct.len(), self.orders.len(), "a slot is vacant once");
    }
}

/// One of many things to do to a book, by numbers.
fn act(book: &mut Book, id: u64, what: u8, about: u64, shares: u32, price: u32) {
    let (id, about) = (OrderId::new(id), OrderId::new(1 + about % id));
    let (id, about) = (id.expect("not zero"), about.expect("not zero"));
    let qty = Qty::new(shares).expect("not zero");
    let side = if about.get() % 2 == 0 { Side::Buy } else { Side::Sell };
    let trader = TraderId(shares % 3);
    let (price, tif) = (Tick(price), TimeInForce::Day);
    match what {
        0..=9 => {
            let order = LimitOrder { id, trader, side, qty, price, tif, post_only: false };
            book.limit(order, &mut ()).expect("a new id");
        }
        10..=13 => drop(book.cancel(about, &mut ())),
        14..=16 => drop(book.replace(about, qty, price, &mut ())),
        17 => drop(book.market(MarketOrder { id, trader, side, qty }, &mut ())),
        18 => book.collect(),
        _ => drop(book.uncross(AuctionRule::Midpoint, &mut ())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn books_stay_sound(
        acts in prop::collection::vec(
            (0..20u8, any::<u64>(), 1..30u32, prop_oneof![9 => 90..110u32, 1 => 1..=u32::MAX]),
            1..200,
        ),
    ) {
        let mut book = Book::new(BookOptions::default());
        for (id, (what, about, shares, price)) in (1..).zip(acts) {
            act(&mut book, id, what, about, shares, price);
            book.audit();
        }
        book.clear();
        book.audit();
        prop_assert_eq!(book.orders.len(), 0);
    }
}
