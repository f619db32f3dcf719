//! Self-trade prevention, time in force, replacing: small cases of each rule.

use asfm_book::{
    Book, BookOptions, CancelReason, Event, LimitOrder, OrderId, Refusal, Rest, SelfTrade, Side,
    Tick, TimeInForce,
};

use crate::make::{buy, by, id, market, qty, sell, with};

fn book(self_trade: SelfTrade, orders: &[LimitOrder]) -> Book {
    let mut book = Book::new(BookOptions { self_trade, ..BookOptions::default() });
    for &order in orders {
        assert!(book.limit(order, &mut ()).is_ok(), "{order:?}");
    }
    book
}

fn live(book: &Book) -> Vec<OrderId> {
    Side::BOTH.into_iter().flat_map(|side| book.orders(side)).map(|it| it.id).collect()
}

fn self_trade(id: OrderId, shares: u32) -> Event {
    Event::Cancelled { id, qty: qty(shares), reason: CancelReason::SelfTrade }
}

#[test]
fn cancel_newest_keeps_the_trades_made_before() {
    let asks = [sell(1, 5, 100), by(9, sell(2, 5, 100)), sell(3, 5, 100)];
    let mut book = book(SelfTrade::CancelNewest, &asks);
    let mut events = Vec::new();
    let rest = book.limit(by(9, buy(4, 8, 100)), &mut events);
    assert_eq!(rest, Ok(Rest::Cancelled(qty(3))));
    assert_eq!(events.last(), Some(&self_trade(id(4), 3)));
    assert_eq!(live(&book), [id(2), id(3)]);
}

#[test]
fn cancel_oldest_lets_the_taker_go_on() {
    let asks = [sell(1, 5, 100), by(9, sell(2, 5, 100)), sell(3, 5, 100)];
    let mut book = book(SelfTrade::CancelOldest, &asks);
    let mut events = Vec::new();
    assert_eq!(book.limit(by(9, buy(4, 8, 100)), &mut events), Ok(Rest::Filled));
    assert!(events.contains(&self_trade(id(2), 5)));
    assert_eq!(book.order(id(3)).map(|it| it.qty), Some(qty(2)));
}

#[test]
fn fill_or_kill_ends_at_an_own_order_that_would_cancel_it() {
    let asks = [sell(1, 5, 100), by(9, sell(2, 5, 100)), sell(3, 5, 100)];
    let mut book = book(SelfTrade::CancelNewest, &asks);
    let killed = with(TimeInForce::Fok, by(9, buy(4, 6, 100)));
    assert_eq!(book.limit(killed, &mut ()), Ok(Rest::Cancelled(qty(6))));
    assert_eq!(live(&book), [id(1), id(2), id(3)]);
    let filled = with(TimeInForce::Fok, by(9, buy(5, 5, 100)));
    assert_eq!(book.limit(filled, &mut ()), Ok(Rest::Filled));
}

#[test]
fn fill_or_kill_does_not_count_own_orders_that_it_would_cancel() {
    let asks = [sell(1, 5, 100), by(9, sell(2, 5, 100)), sell(3, 5, 100)];
    let mut book = book(SelfTrade::CancelOldest, &asks);
    let killed = with(TimeInForce::Fok, by(9, buy(4, 11, 100)));
    assert_eq!(book.limit(killed, &mut ()), Ok(Rest::Cancelled(qty(11))));
    assert_eq!(live(&book), [id(1), id(2), id(3)], "a killed order cancels nobody");
    let filled = with(TimeInForce::Fok, by(9, buy(5, 10, 100)));
    assert_eq!(book.limit(filled, &mut ()), Ok(Rest::Filled));
    assert_eq!(live(&book), []);
}

#[test]
fn an_auction_cancels_the_newest_or_the_oldest_of_a_pair() {
    for (policy, lost) in [(SelfTrade::CancelNewest, 2), (SelfTrade::CancelOldest, 1)] {
        let mut book = book(policy, &[]);
        book.collect();
        for order in [by(9, sell(1, 5, 100)), by(9, buy(2, 5, 100))] {
            book.limit(order, &mut ()).expect("a sound order");
        }
        let mut events = Vec::new();
        let auction = book.uncross(asfm_book::AuctionRule::Midpoint, &mut events);
        assert_eq!(auction.volume, 0);
        assert_eq!(events, [self_trade(id(lost), 5)]);
        assert_eq!(live(&book), [id(3 - lost)]);
    }
}

#[test]
fn orders_that_want_to_trade_at_once_are_cancelled_while_collecting() {
    let mut book = book(SelfTrade::Allow, &[sell(1, 5, 100)]);
    book.collect();
    let mut events = Vec::new();
    let ioc = with(TimeInForce::Ioc, buy(2, 5, 100));
    let fok = with(TimeInForce::Fok, buy(3, 5, 100));
    assert_eq!(book.limit(ioc, &mut events), Ok(Rest::Cancelled(qty(5))));
    assert_eq!(book.limit(fok, &mut events), Ok(Rest::Cancelled(qty(5))));
    assert_eq!(book.market(market(4, Side::Buy, 5), &mut events), Ok(Rest::Cancelled(qty(5))));
    let reasons = events.iter().map(|event| match event {
        Event::Cancelled { reason, .. } => Some(*reason),
        _ => None,
    });
    assert!(reasons.eq([Some(CancelReason::Collecting); 3]));
    let post_only = LimitOrder { post_only: true, ..buy(5, 5, 100) };
    assert_eq!(book.limit(post_only, &mut ()), Ok(Rest::Resting(qty(5))), "nothing trades now");
}

#[test]
fn post_only_looks_at_the_price_and_not_at_the_trader() {
    let mut book = book(SelfTrade::CancelOldest, &[by(9, sell(1, 5, 100))]);
    let order = by(9, LimitOrder { post_only: true, ..buy(2, 5, 100) });
    assert_eq!(book.limit(order, &mut ()), Err(Refusal::WouldTrade));
    let ioc = with(TimeInForce::Ioc, LimitOrder { price: Tick(99), ..order });
    assert_eq!(book.limit(ioc, &mut ()), Ok(Rest::Cancelled(qty(5))));
}

#[test]
fn a_smaller_order_keeps_its_place_and_a_larger_one_does_not() {
    let mut book = book(SelfTrade::Allow, &[buy(1, 5, 100), buy(2, 5, 100)]);
    let mut events = Vec::new();
    book.replace(id(1), qty(3), Tick(100), &mut events).expect("it is live");
    assert_eq!(events, [Event::Rested { id: id(1), qty: qty(3) }]);
    assert_eq!(live(&book), [id(1), id(2)]);
    book.replace(id(1), qty(3), Tick(100), &mut ()).expect("it is live");
    assert_eq!(live(&book), [id(1), id(2)]);
    book.replace(id(1), qty(4), Tick(100), &mut ()).expect("it is live");
    assert_eq!(live(&book), [id(2), id(1)]);
}

#[test]
fn a_replaced_order_is_the_taker_of_what_it_meets() {
    let mut book = book(SelfTrade::Allow, &[buy(1, 5, 90), sell(2, 3, 100)]);
    let mut events = Vec::new();
    let rest = book.replace(id(1), qty(7), Tick(100), &mut events);
    assert_eq!(rest, Ok(Rest::Resting(qty(4))));
    let Event::Trade(trade) = events[0] else { panic!("{events:?}") };
    assert_eq!((trade.maker, trade.taker), (id(2), id(1)));
    assert_eq!(
        events[1..],
        [Event::Filled { id: id(2) }, Event::Rested { id: id(1), qty: qty(4) }]
    );
    book.replace(id(1), qty(1), Tick(50), &mut ()).expect("what is left can be replaced again");
    assert_eq!(book.order(id(1)).map(|it| it.price), Some(Tick(50)));
}

#[test]
fn a_replaced_order_may_be_cancelled_by_its_own_trader() {
    let mut book = book(SelfTrade::CancelNewest, &[by(9, buy(1, 5, 90)), by(9, sell(2, 3, 100))]);
    let rest = book.replace(id(1), qty(5), Tick(100), &mut ());
    assert_eq!(rest, Ok(Rest::Cancelled(qty(5))));
    assert_eq!(live(&book), [id(2)]);
}
