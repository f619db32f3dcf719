//! The common workloads, trade by trade.

use asfm_book::{Book, BookOptions, Side};

use crate::play::send;
use crate::soak::beside_the_naive_book;
use crate::workload::{Kind, N_MESSAGES, Setting, W1, W2, W3, W4, messages};

fn check(setting: &Setting) {
    let tape = beside_the_naive_book(setting, 42, N_MESSAGES as u64);
    assert_eq!(tape.0, setting.expected, "{}", setting.name);
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
