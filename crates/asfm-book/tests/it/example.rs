//! Worked examples, small enough to check by hand. A script and what the book says are one text.
//!
//! `id side quantity @limit` submits an order; `trade maker<taker quantity @price` is a trade, in
//! an auction `pair bid-ask quantity 2p=half ticks`; `book` shows `price:total[ids in priority]`.

use std::collections::BTreeMap;
use std::fmt::Write;

use asfm_book::{
    AuctionRule, Book, BookOptions, ContinuousPrice, Event, LimitOrder, MarketOrder, OrderId, Qty,
    Side, Tick, TieBreak, TimeInForce, Trade, TraderId,
};

/// Plays the commands of a script and expects the book to say all of its other lines.
fn check(continuous: ContinuousPrice, script: &str) {
    let mut book = Book::new(BookOptions { continuous, ..BookOptions::default() });
    let mut transcript = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split(' ').collect();
        let said = match words[..] {
            ["auction"] => {
                book.collect();
                String::new()
            }
            ["uncross", "pairwise"] => pairs(&mut book),
            ["uncross", "uniform", reference] => uniform(&mut book, reference),
            ["book", ..] => {
                writeln!(transcript, "{}", shown(&book)).expect("a string takes all");
                continue;
            }
            ["trade" | "pair" | "price" | "fill", ..] => continue,
            _ => submit(&mut book, &words),
        };
        writeln!(transcript, "{line}\n{said}").expect("a string takes all");
    }
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|it| !it.is_empty()).map(String::from).collect()
    };
    assert_eq!(lines(&transcript), lines(script));
}

fn number<T: std::str::FromStr>(word: &str) -> T {
    let digits = word.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse().unwrap_or_else(|_| panic!("`{word}` should have a number"))
}

fn submit(book: &mut Book, words: &[&str]) -> String {
    let id = OrderId::new(number(words[0])).expect("ids are not zero");
    let side = if words[1] == "B" { Side::Buy } else { Side::Sell };
    let qty = Qty::new(number(words[2])).expect("quantities are not zero");
    let trader = TraderId(u32::try_from(id.get()).expect("ids are small"));
    let mut events = Vec::new();
    if words[3] == "MKT" {
        book.market(MarketOrder { id, trader, side, qty }, &mut events).expect("a sound order");
    } else {
        let tif = match words.get(4) {
            None => TimeInForce::Day,
            Some(&"IOC") => TimeInForce::Ioc,
            Some(&"FOK") => TimeInForce::Fok,
            Some(word) => panic!("`{word}` is not a time in force"),
        };
        let price = Tick(number(words[3]));
        let order = LimitOrder { id, trader, side, qty, price, tif, post_only: false };
        book.limit(order, &mut events).expect("a sound order");
    }
    let mut said = String::new();
    for Trade { price, qty, maker, taker, .. } in trades(&events) {
        writeln!(said, "trade {maker}<{taker} {qty} @{price}").expect("a string takes all");
    }
    said
}

fn pairs(book: &mut Book) -> String {
    let mut events = Vec::new();
    book.uncross(AuctionRule::Midpoint, &mut events);
    let mut said = String::new();
    for Trade { price, qty, buyer, seller, .. } in trades(&events) {
        let (bid, ask) = (buyer.0, seller.0);
        writeln!(said, "pair {bid}-{ask} {qty} 2p={}", price.get()).expect("a string takes all");
    }
    said
}

fn uniform(book: &mut Book, reference: &str) -> String {
    let mut events = Vec::new();
    let reference = Some(Tick(number(reference)));
    let rule = AuctionRule::Uniform { tie: TieBreak::Reference, reference };
    let auction = book.uncross(rule, &mut events);
    let price = auction.price.expect("the examples cross");
    let mut fills: BTreeMap<OrderId, u32> = BTreeMap::new();
    for trade in trades(&events) {
        assert_eq!(trade.price, price);
        *fills.entry(trade.maker).or_default() += trade.qty.get();
        *fills.entry(trade.taker).or_default() += trade.qty.get();
    }
    let mut said = format!("price {price} volume {}\n", auction.volume);
    for (id, qty) in fills {
        writeln!(said, "fill {id} {qty}").expect("a string takes all");
    }
    said
}

fn trades(events: &[Event]) -> impl Iterator<Item = Trade> {
    events.iter().filter_map(|event| match event {
        Event::Trade(trade) => Some(*trade),
        _ => None,
    })
}

fn shown(book: &Book) -> String {
    let [bids, asks] = Side::BOTH.map(|side| {
        let mut text = String::new();
        for level in book.levels(side) {
            let ids: Vec<String> = book
                .orders(side)
                .filter(|order| order.price == level.price)
                .map(|order| order.id.to_string())
                .collect();
            write!(text, " {}:{}[{}]", level.price, level.qty, ids.join(","))
                .expect("a string takes all");
        }
        if text.is_empty() { " -".to_owned() } else { text }
    });
    format!("book B{bids} | S{asks}")
}

#[test]
fn continuous_at_the_makers_price() {
    check(
        ContinuousPrice::Maker,
        "1 B 40 @1000
         2 B 10 @1001
         3 S 25 @1003
         4 S 60 @1000
         trade 2<4 10 @1001
         trade 1<4 40 @1000
         book B - | S 1000:10[4] 1003:25[3]
         5 B 30 MKT
         trade 4<5 10 @1000
         trade 3<5 20 @1003
         book B - | S 1003:5[3]",
    );
}

#[test]
fn continuous_at_the_midpoint() {
    check(
        ContinuousPrice::Midpoint,
        "1 B 40 @1000
         2 B 10 @1001
         3 S 25 @1003
         4 S 60 @1000
         trade 2<4 10 @1000.5
         trade 1<4 40 @1000
         book B - | S 1000:10[4] 1003:25[3]
         5 B 30 MKT
         trade 4<5 10 @1000
         trade 3<5 20 @1003
         book B - | S 1003:5[3]",
    );
}

#[test]
fn auction_pair_by_pair() {
    check(
        ContinuousPrice::Maker,
        "auction
         1 B 100 @1010
         2 B 50 @1008
         3 S 70 @1002
         4 S 90 @1007
         5 S 10 @1009
         uncross pairwise
         pair 1-3 70 2p=2012
         pair 1-4 30 2p=2017
         pair 2-4 50 2p=2015
         book B - | S 1007:10[4] 1009:10[5]",
    );
}

#[test]
fn auction_at_one_price_near_the_reference() {
    let script = "auction
         1 B 100 @1010
         2 B 50 @1008
         3 S 70 @1002
         4 S 90 @1007
         5 S 10 @1009
         uncross uniform ref=1000
         price 1007 volume 150
         fill 1 100
         fill 2 50
         fill 3 70
         fill 4 80
         book B - | S 1007:10[4] 1009:10[5]";
    check(ContinuousPrice::Maker, script);
    let higher = script.replace("ref=1000", "ref=1020").replace("price 1007", "price 1008");
    check(ContinuousPrice::Maker, &higher);
}

#[test]
fn auction_at_a_price_where_no_order_stands() {
    check(
        ContinuousPrice::Maker,
        "auction
         1 B 30 @20
         2 B 20 @16
         3 S 30 @12
         4 S 15 @18
         uncross uniform ref=12
         price 17 volume 30
         fill 1 30
         fill 3 30
         book B 16:20[2] | S 18:15[4]",
    );
}

#[test]
fn immediate_or_cancel_and_fill_or_kill() {
    check(
        ContinuousPrice::Maker,
        "1 S 10 @50
         2 B 4 @50 IOC
         trade 1<2 4 @50
         3 B 8 @50 FOK
         book B - | S 50:6[1]
         4 B 9 @50 IOC
         trade 1<4 6 @50
         book B - | S -",
    );
}
