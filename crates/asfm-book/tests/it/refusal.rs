//! Commands that are refused, and books at their limits.

use asfm_book::{
    Book, BookOptions, CancelReason, Event, HalfTick, IdRule, Level, OrderId, Refusal, Rest, Side,
    Tick, TimeInForce, Trade,
};
use proptest::prelude::*;

use crate::command::{Answer, Play, case, cases};
use crate::make::{buy, id, market, qty, sell, with};

fn book_with(orders: &[asfm_book::LimitOrder]) -> Book {
    let mut book = Book::new(BookOptions::default());
    for &order in orders {
        assert!(book.limit(order, &mut ()).is_ok(), "{order:?}");
    }
    book
}

proptest! {
    #![proptest_config(cases(200))]

    /// All of the book, to the last link, is as it was.
    #[test]
    fn refusals_change_nothing(case in case(60)) {
        let mut book = Book::new(case.options);
        for command in case.commands {
            let before = book.clone();
            if let Answer::Order(Err(_)) | Answer::Cancel(Err(_)) =
                book.play(command, &mut Vec::new())
            {
                prop_assert_eq!(format!("{book:?}"), format!("{before:?}"), "{:?}", command);
            }
        }
    }
}

#[test]
fn dead_orders_are_not_live() {
    let mut book = book_with(&[buy(1, 5, 100), buy(2, 5, 100), sell(3, 5, 100)]);
    for dead in [1, 3, 9, u64::MAX] {
        assert_eq!(book.cancel(id(dead), &mut ()), Err(Refusal::NotLive), "{dead}");
        let replaced = book.replace(id(dead), qty(1), Tick(100), &mut ());
        assert_eq!(replaced, Err(Refusal::NotLive), "{dead}");
        assert_eq!(book.order(id(dead)), None);
    }
    assert_eq!(book.cancel(id(2), &mut ()), Ok(qty(5)));
    assert_eq!(book.cancel(id(2), &mut ()), Err(Refusal::NotLive));
}

#[test]
fn a_place_that_is_used_again_does_not_answer_to_the_old_id() {
    let mut book = book_with(&[buy(1, 5, 100)]);
    assert_eq!(book.cancel(id(1), &mut ()), Ok(qty(5)));
    assert_eq!(book.limit(buy(2, 7, 100), &mut ()), Ok(Rest::Resting(qty(7))));
    assert_eq!(book.cancel(id(1), &mut ()), Err(Refusal::NotLive));
    assert_eq!(book.order(id(2)).map(|it| it.qty), Some(qty(7)));
}

#[test]
fn an_id_is_good_for_one_order() {
    let mut book = book_with(&[buy(1, 5, 100), sell(2, 5, 100)]);
    assert_eq!(book.market(market(3, Side::Buy, 1), &mut ()), Ok(Rest::Cancelled(qty(1))));
    for seen in [1, 2, 3] {
        assert_eq!(book.limit(buy(seen, 1, 50), &mut ()), Err(Refusal::RepeatedId));
        let again = book.market(market(seen, Side::Buy, 1), &mut ());
        assert_eq!(again, Err(Refusal::RepeatedId));
    }
    book.clear();
    assert_eq!(book.limit(buy(1, 1, 50), &mut ()), Ok(Rest::Resting(qty(1))));
}

#[test]
fn where_ids_need_only_be_vacant_one_comes_again_when_its_order_has_left() {
    let ids = IdRule::Vacant;
    let mut book = Book::new(BookOptions { ids, ..BookOptions::default() });
    // One in the table of ids, and one that is kept apart.
    for number in [1, u64::MAX] {
        let order = asfm_book::LimitOrder { id: id(number), ..buy(1, 5, 100) };
        for _ in 0..3 {
            assert_eq!(book.limit(order, &mut ()), Ok(Rest::Resting(qty(5))));
            assert_eq!(book.limit(order, &mut ()), Err(Refusal::RepeatedId));
            let opposite = asfm_book::LimitOrder { post_only: true, side: Side::Sell, ..order };
            assert_eq!(book.limit(opposite, &mut ()), Err(Refusal::RepeatedId));
            assert_eq!(book.market(market(2, Side::Sell, 5), &mut ()), Ok(Rest::Filled));
            assert_eq!(book.cancel(id(number), &mut ()), Err(Refusal::NotLive));
        }
    }
}

/// The table of ids grows past an id that was too far off at first, and by a jump.
#[test]
fn an_id_is_remembered_wherever_it_is_kept() {
    let mut book = book_with(&[buy(5_000, 5, 100)]);
    for number in 1..=2_000 {
        book.limit(buy(number, 1, 90), &mut ()).expect("a new id");
    }
    book.limit(buy(15_000, 7, 101), &mut ()).expect("a new id");
    for seen in [1, 2_000, 5_000, 15_000] {
        assert_eq!(book.limit(buy(seen, 1, 50), &mut ()), Err(Refusal::RepeatedId), "{seen}");
    }
    assert_eq!(book.cancel(id(5_000), &mut ()), Ok(qty(5)));
    assert_eq!(book.cancel(id(15_000), &mut ()), Ok(qty(7)));
    assert_eq!(book.cancel(id(5_001), &mut ()), Err(Refusal::NotLive));
}

#[test]
fn a_refused_order_may_come_again() {
    let mut book = book_with(&[sell(1, 5, 100)]);
    let order = asfm_book::LimitOrder { post_only: true, ..buy(2, 5, 100) };
    assert_eq!(book.limit(order, &mut ()), Err(Refusal::WouldTrade));
    let lower = asfm_book::LimitOrder { price: Tick(99), ..order };
    assert_eq!(book.limit(lower, &mut ()), Ok(Rest::Resting(qty(5))));
}

#[test]
fn there_is_no_price_of_nothing() {
    let mut book = book_with(&[buy(1, 5, 100)]);
    assert_eq!(book.limit(sell(2, 5, 0), &mut ()), Err(Refusal::PriceOutOfRange));
    let replaced = book.replace(id(1), qty(5), Tick(0), &mut ());
    assert_eq!(replaced, Err(Refusal::PriceOutOfRange));
    assert_eq!(book.order(id(1)).map(|it| it.price), Some(Tick(100)));
}

#[test]
fn the_best_price_is_right_after_its_order_goes() {
    let mut book = book_with(&[sell(1, 5, 100), sell(2, 5, 101), sell(3, 5, 101)]);
    book.cancel(id(1), &mut ()).expect("it is live");
    assert_eq!(book.best(Side::Sell), Some(Level { price: Tick(101), qty: 10 }));
    book.cancel(id(2), &mut ()).expect("it is live");
    let mut events = Vec::new();
    let rest = book.market(market(4, Side::Buy, 1), &mut events);
    assert_eq!(rest, Ok(Rest::Filled));
    assert!(matches!(events[0], Event::Trade(Trade { maker, .. }) if maker == id(3)));
}

#[test]
fn prices_and_ids_at_both_ends() {
    let mut book = Book::new(BookOptions {
        continuous: asfm_book::ContinuousPrice::Midpoint,
        ..BookOptions::default()
    });
    let last = OrderId::new(u64::MAX).expect("not zero");
    let ask = asfm_book::LimitOrder { id: last, ..sell(1, u32::MAX, 1) };
    assert_eq!(book.limit(ask, &mut ()), Ok(Rest::Resting(qty(u32::MAX))));
    let mut events = Vec::new();
    assert_eq!(book.limit(buy(2, u32::MAX, u32::MAX), &mut events), Ok(Rest::Filled));
    let Event::Trade(trade) = events[0] else { panic!("{events:?}") };
    assert_eq!(trade.price, HalfTick::midpoint(Tick(1), Tick(u32::MAX)));
    assert_eq!(trade.maker, last);
}

#[test]
fn one_level_of_many_orders() {
    const N_ORDERS: u32 = 100_000;
    let mut book = Book::new(BookOptions::default());
    for number in 1..=N_ORDERS {
        book.limit(sell(number, u32::MAX, 100), &mut ()).expect("a sound order");
    }
    let total = u64::from(N_ORDERS) * u64::from(u32::MAX);
    assert_eq!(book.best(Side::Sell), Some(Level { price: Tick(100), qty: total }));
    for number in (1..=N_ORDERS).filter(|it| it % 3 != 0) {
        book.cancel(id(number.into()), &mut ()).expect("it is live");
    }
    assert_eq!(book.orders(Side::Sell).map(|it| it.id).next(), Some(id(3)));
    assert_eq!(book.orders(Side::Sell).count(), 33_333);
}

#[test]
fn a_sweep_of_many_fills() {
    const N_ORDERS: u32 = 5_000;
    let mut book = Book::new(BookOptions::default());
    for number in 1..=N_ORDERS {
        book.limit(sell(number, 2, 100 + number % 50), &mut ()).expect("a sound order");
    }
    let mut events = Vec::new();
    let sweep = with(TimeInForce::Fok, buy(N_ORDERS + 1, 2 * N_ORDERS, 149));
    assert_eq!(book.limit(sweep, &mut events), Ok(Rest::Filled));
    let n_trades = events.iter().filter(|it| matches!(it, Event::Trade(_))).count();
    assert_eq!(n_trades, 5_000);
    assert_eq!(book.best(Side::Sell), None);
}

#[test]
fn every_tick_of_a_band() {
    let mut book = Book::new(BookOptions::default());
    for price in 1..=20_000 {
        let make = if price <= 10_000 { buy } else { sell };
        book.limit(make(price, 1, price), &mut ()).expect("a sound order");
    }
    let bids: Vec<u32> = book.levels(Side::Buy).map(|it| it.price.0).collect();
    assert_eq!(bids, (1..=10_000).rev().collect::<Vec<_>>());
    assert_eq!(book.depth(2).asks, [10_001, 10_002].map(|it| Level { price: Tick(it), qty: 1 }));
}

#[test]
fn reasons_can_be_told() {
    assert_eq!(Refusal::NotLive.to_string(), "the order is not live");
    assert_eq!(CancelReason::FillOrKill.to_string(), "cannot be filled in full");
}
