//! Properties of call auctions.

use std::collections::BTreeMap;

use asfm_book::{
    Auction, AuctionRule, Book, BookOptions, Event, HalfTick, Order, OrderId, SelfTrade, Side,
    Tick, TieBreak, Trade,
};
use proptest::prelude::*;

use crate::brute;
use crate::command::{Case, Command, Play, auction, calm_case, cases, near_price, rule};
use crate::make::{buy, by, id, sell};
use crate::model::Model;

/// A book that has collected, and its model.
fn collected(case: &Case) -> (Book, Model) {
    let (mut book, mut model) = (Book::new(case.options), Model::new(case.options));
    for &command in &case.commands {
        book.play(command, &mut Vec::new());
        model.play(command, &mut Vec::new());
    }
    (book, model)
}

fn allowing_self_trades(case: Case) -> Case {
    let options = BookOptions { self_trade: SelfTrade::Allow, ..case.options };
    Case { options, ..case }
}

fn uncross(book: &mut Book, rule: AuctionRule) -> (Auction, Vec<Event>) {
    let mut events = Vec::new();
    (book.uncross(rule, &mut events), events)
}

fn uniform(tie: TieBreak, reference: Option<u32>) -> AuctionRule {
    AuctionRule::Uniform { tie, reference: reference.map(Tick) }
}

/// Who met whom, for how many shares; cancels are without quantity and price.
fn meetings(events: &[Event]) -> Vec<Event> {
    let without_price = |event: &Event| match *event {
        Event::Trade(trade) => Event::Trade(Trade { price: HalfTick::from(Tick(1)), ..trade }),
        event => event,
    };
    events.iter().map(without_price).collect()
}

fn orders(book: &Book) -> Vec<Order> {
    Side::BOTH.into_iter().flat_map(|side| book.orders(side)).collect()
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn volume_is_the_largest_possible(case in auction(60), rule in rule()) {
        let (mut book, model) = collected(&allowing_self_trades(case));
        let volume = book.uncross(rule, &mut ()).volume;
        prop_assert_eq!(volume, brute::volume_max(&model.without_self_trades()));
    }

    #[test]
    fn rules_differ_only_in_prices(case in auction(60), rule in rule()) {
        let (mut one, _) = collected(&case);
        let mut other = one.clone();
        let (auction, events) = uncross(&mut one, rule);
        let (pairwise, pairs) = uncross(&mut other, AuctionRule::Midpoint);
        prop_assert_eq!(meetings(&events), meetings(&pairs));
        prop_assert_eq!(orders(&one), orders(&other));
        prop_assert_eq!(auction.volume, pairwise.volume);
        prop_assert_eq!(auction.n_trades, pairwise.n_trades);
        if let Some(price) = auction.price {
            let cash = u128::from(price.get()) * u128::from(auction.volume);
            prop_assert_eq!(auction.notional, cash);
        }
    }

    /// At the one price a side trades in full: nobody is left on it who would accept the price.
    #[test]
    fn one_side_fills_in_full(case in auction(60), rule in rule()) {
        let (mut book, _) = collected(&case);
        let Some(price) = book.uncross(rule, &mut ()).price else { return Ok(()) };
        let [bid, ask] = Side::BOTH.map(|side| book.best(side).map(|it| HalfTick::from(it.price)));
        prop_assert!(bid.is_none_or(|bid| bid < price) || ask.is_none_or(|ask| ask > price));
    }

    /// The reference moves the price within the tied set and no further.
    #[test]
    fn reference_decides_among_tied_prices(case in auction(40), reference in near_price()) {
        let (book, _) = collected(&case);
        let price = |reference: u32| {
            book.clone().uncross(uniform(TieBreak::Reference, Some(reference)), &mut ()).price
        };
        let (low, at, high) = (price(1), price(reference.0), price(u32::MAX));
        if let (Some(low), Some(at), Some(high)) = (low, at, high) {
            prop_assert_eq!(at, HalfTick::from(reference).clamp(low, high));
        } else {
            prop_assert_eq!((low, at, high), (None, None, None));
        }
        let none = book.clone().uncross(uniform(TieBreak::Reference, None), &mut ()).price;
        prop_assert_eq!(none, low);
    }

    #[test]
    fn lowest_is_the_lowest_order_price(case in auction(60)) {
        let (mut book, model) = collected(&allowing_self_trades(case));
        let price = book.uncross(uniform(TieBreak::Lowest, None), &mut ()).price;
        prop_assert_eq!(price, brute::lowest_order_price(&model.without_self_trades()).map(HalfTick::from));
    }

    /// The book goes on as if what the auction left had been entered in its order of time.
    #[test]
    fn goes_on_continuously(before in auction(60), rule in rule(), after in calm_case(30)) {
        let (mut book, mut model) = collected(&before);
        model.play(Command::Uncross(rule), &mut Vec::new());
        book.uncross(rule, &mut ());
        let mut fresh = Book::new(before.options);
        for id in model.live() {
            let Order { id, trader, side, qty, price } = book.order(id).expect("it is live");
            let order = asfm_book::LimitOrder { trader, side, ..buy(1, 1, 1) };
            let order = asfm_book::LimitOrder { id, qty, price, ..order };
            let rest = fresh.limit(order, &mut ()).expect("a sound order");
            prop_assert_eq!(rest, asfm_book::Rest::Resting(qty));
        }
        for command in after.commands.into_iter().map(later) {
            let (mut said, mut expected) = (Vec::new(), Vec::new());
            book.play(command, &mut said);
            fresh.play(command, &mut expected);
            prop_assert_eq!(said, expected);
        }
    }
}

/// The same command about other orders.
fn later(command: Command) -> Command {
    let other = |it: OrderId| id(it.get() + 1_000);
    match command {
        Command::Limit(order) => {
            Command::Limit(asfm_book::LimitOrder { id: other(order.id), ..order })
        }
        Command::Market(order) => {
            Command::Market(asfm_book::MarketOrder { id: other(order.id), ..order })
        }
        Command::Cancel(id) => Command::Cancel(other(id)),
        Command::Replace(id, qty, price) => Command::Replace(other(id), qty, price),
        command => command,
    }
}

/// Clears bids and asks (shares, price) and returns the price in half ticks and the volume.
fn cleared(bids: &[(u32, u32)], asks: &[(u32, u32)], rule: AuctionRule) -> (Option<u64>, u64) {
    let mut book = Book::new(BookOptions::default());
    book.collect();
    let mut number = 0;
    for (orders, make) in [(bids, buy as fn(u32, u32, u32) -> _), (asks, sell)] {
        for &(shares, price) in orders {
            number += 1;
            book.limit(make(number, shares, price), &mut ()).expect("a sound order");
        }
    }
    let auction = book.uncross(rule, &mut ());
    (auction.price.map(HalfTick::get), auction.volume)
}

#[test]
fn tie_breaks_choose_as_documented() {
    // The volume is 200 from 100 to 110; 300 are bid up to 105, 200 above; 200 are asked.
    let bids = [(200, 110), (100, 105)];
    let asks = [(200, 100)];
    let at = |tie, reference| cleared(&bids, &asks, uniform(tie, reference)).0;
    assert_eq!(at(TieBreak::Lowest, None), Some(200));
    assert_eq!(at(TieBreak::Highest, None), Some(220));
    assert_eq!(at(TieBreak::Reference, None), Some(212), "least imbalance from 106");
    assert_eq!(at(TieBreak::Reference, Some(108)), Some(216));
    assert_eq!(at(TieBreak::Reference, Some(300)), Some(220));
    assert_eq!(at(TieBreak::Middle, Some(1)), Some(216));
    assert_eq!(at(TieBreak::Pressure, Some(108)), Some(216), "nothing presses at no imbalance");
}

#[test]
fn middle_may_lie_between_two_ticks() {
    let rule = uniform(TieBreak::Middle, None);
    assert_eq!(cleared(&[(5, 103)], &[(5, 100)], rule), (Some(203), 5));
}

#[test]
fn pressure_moves_the_price_against_the_larger_side() {
    let rule = uniform(TieBreak::Pressure, Some(102));
    assert_eq!(cleared(&[(9, 110)], &[(5, 100)], rule), (Some(220), 5), "more to buy");
    assert_eq!(cleared(&[(5, 110)], &[(9, 100)], rule), (Some(200), 5), "more to sell");
    let bids = [(10, 110), (5, 105)];
    let asks = [(10, 100), (5, 106)];
    assert_eq!(cleared(&bids, &asks, rule), (Some(204), 10), "mixed, so the reference");
}

#[test]
fn twin_market_takes_the_lowest_of_the_largest() {
    let bids = [(100, 1020), (100, 1010), (100, 990)];
    let asks = [(100, 980), (100, 1000), (100, 1030)];
    assert_eq!(cleared(&bids, &asks, uniform(TieBreak::Lowest, None)), (Some(2000), 200));
}

#[test]
fn nothing_crosses() {
    for rule in [AuctionRule::Midpoint, uniform(TieBreak::Reference, Some(100))] {
        assert_eq!(cleared(&[(5, 99)], &[(5, 100)], rule), (None, 0));
        assert_eq!(cleared(&[(5, u32::MAX)], &[], rule), (None, 0));
        assert_eq!(cleared(&[], &[(5, 1)], rule), (None, 0));
        assert_eq!(cleared(&[], &[], rule), (None, 0));
    }
}

#[test]
fn far_off_limits_do_not_drag_the_price() {
    let rule = uniform(TieBreak::Reference, Some(100));
    assert_eq!(cleared(&[(1, u32::MAX), (9, 101)], &[(10, 99)], rule), (Some(200), 10));
    assert_eq!(
        cleared(&[(1, u32::MAX)], &[(1, 1)], AuctionRule::Midpoint),
        (None, 1),
        "pairs have no common price"
    );
}

/// The auction price is found after the self-trades are out; the price of all orders would be 9
/// or 10, where the bid at 8 could not trade, and the book would stay crossed.
#[test]
fn uniform_price_without_self_trades() {
    let options = BookOptions { self_trade: SelfTrade::CancelNewest, ..BookOptions::default() };
    let mut book = Book::new(options);
    book.collect();
    for order in [sell(1, 5, 7), by(1, buy(2, 5, 10)), buy(3, 5, 8)] {
        book.limit(order, &mut ()).expect("a sound order");
    }
    let (auction, events) = uncross(&mut book, uniform(TieBreak::Reference, Some(10)));
    assert_eq!((auction.price, auction.volume), (Some(Tick(8).into()), 5));
    assert!(matches!(events[0], Event::Cancelled { id, .. } if id.get() == 2));
    assert_eq!(orders(&book), []);
}

#[test]
fn shares_left_of_a_partial_fill_keep_their_place() {
    let mut book = Book::new(BookOptions::default());
    book.collect();
    for order in [buy(1, 10, 100), buy(2, 10, 100), sell(3, 4, 100)] {
        book.limit(order, &mut ()).expect("a sound order");
    }
    book.uncross(AuctionRule::Midpoint, &mut ());
    book.limit(buy(4, 10, 100), &mut ()).expect("a sound order");
    let queue: BTreeMap<usize, u64> =
        book.orders(Side::Buy).map(|it| it.id.get()).enumerate().collect();
    assert_eq!(queue, BTreeMap::from([(0, 1), (1, 2), (2, 4)]));
}
