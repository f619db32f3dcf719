//! The common workloads, trade by trade.

use asfm_book::{Book, BookOptions, Level, Side};

use crate::naive::Naive;
use crate::play::send;
use crate::workload::{Kind, Message, N_MESSAGES, Setting, Tape, W1, W2, W3, W4, messages};

fn check(setting: &Setting) {
    let messages = messages(setting);
    assert_eq!(messages.len(), N_MESSAGES);
    let mut naive = Naive::default();
    let mut expected = Tape::EMPTY;
    let mut book = Book::new(BookOptions::default());
    let mut tape = Tape::EMPTY;
    for &message in &messages {
        let Message { kind, buys, id, price, qty } = message;
        match kind {
            Kind::Limit => naive.limit(id, buys, qty, price, &mut expected),
            Kind::Cancel => assert!(naive.cancel(id)),
            Kind::Market => naive.market(id, buys, qty, &mut expected),
        }
        send(&mut book, message, &mut tape);
        assert_eq!(tape.0.hash, expected.0.hash, "{}: {message:?}", setting.name);
    }
    assert_eq!(tape.0, setting.expected, "{}", setting.name);
    for side in Side::BOTH {
        let levels: Vec<(u32, u64)> =
            book.levels(side).map(|Level { price, qty }| (price.0, qty)).collect();
        assert_eq!(levels, naive.levels(side == Side::Buy), "{}", setting.name);
    }
}

#[test]
fn w1() {
    check(&W1);
}

#[test]
fn w2_wide_and_deep() {
    check(&W2);
}

#[test]
fn w3_thin() {
    check(&W3);
}

#[test]
fn w4_very_wide() {
    check(&W4);
}

#[test]
fn w1_begins_and_ends_as_published() {
    let messages = messages(&W1);
    let begin: Vec<(Kind, bool, u32, u32, u32)> =
        messages[..5].iter().map(|it| (it.kind, it.buys, it.id, it.price, it.qty)).collect();
    assert_eq!(
        begin,
        [
            (Kind::Limit, true, 0, 9_997, 87),
            (Kind::Cancel, false, 0, 0, 0),
            (Kind::Limit, true, 1, 9_967, 67),
            (Kind::Limit, true, 2, 9_994, 96),
            (Kind::Limit, false, 3, 10_004, 75),
        ]
    );
    let mut book = Book::new(BookOptions::default());
    for message in messages {
        send(&mut book, message, &mut ());
    }
    let [bid, ask] = Side::BOTH.map(|side| book.best(side).map(|level| level.price.0));
    assert_eq!((bid, ask), (Some(10_293), Some(10_298)));
    let [bids, asks] = Side::BOTH.map(|side| book.levels(side).map(|level| level.qty).sum::<u64>());
    assert_eq!((bids, asks), (98_355, 101_965));
}
