//! The hot path does not allocate: counted by the allocator of this binary.

use allocation_counter::measure;
use asfm_book::{AuctionRule, Book, BookOptions, TieBreak};
use play::send;
use workload::{Kind, Message, Setting, W1, W2, W3, W4, messages};

#[expect(dead_code, reason = "other tests compare whole books")]
#[path = "support/naive.rs"]
mod naive;
#[path = "support/play.rs"]
mod play;
#[expect(dead_code, reason = "streams are also used while they are made")]
#[path = "support/workload.rs"]
mod workload;

/// How often memory was asked for by a stream that is played in the memory of the last.
fn allocations(book: &mut Book, messages: &[Message]) -> u64 {
    book.clear();
    measure(|| messages.iter().for_each(|it| send(book, *it, &mut ()))).count_total
}

/// How often a book allocates in its first stream and in the same again.
fn cold_and_warm(setting: &Setting) -> (u64, u64) {
    let messages = messages(setting);
    let mut book = Book::new(BookOptions::default());
    (allocations(&mut book, &messages), allocations(&mut book, &messages))
}

#[test]
fn a_warm_book_trades_without_allocating() {
    for setting in [&W1, &W2, &W3] {
        let (cold, warm) = cold_and_warm(setting);
        assert!((1..200).contains(&cold), "{}: {cold} allocations to grow", setting.name);
        assert_eq!(warm, 0, "{}", setting.name);
    }
}

/// Far from the best price levels are kept in a tree, which has nodes to allocate: for 180 000 ticks
/// in use, about one for every ten thousand messages.
#[test]
fn prices_far_apart_allocate_seldom() {
    let (cold, warm) = cold_and_warm(&W4);
    assert!((1..1_000).contains(&cold), "{cold}");
    assert!(warm < 200, "{warm}");
}

/// The uniform price is found in two lists of levels; what an auction allocates does not depend on the
/// number of orders and trades.
#[test]
fn an_auction_allocates_for_its_levels_at_most() {
    let orders: Vec<Message> =
        messages(&W1).into_iter().filter(|it| it.kind == Kind::Limit).take(50_000).collect();
    let rules =
        [AuctionRule::Midpoint, AuctionRule::Uniform { tie: TieBreak::Reference, reference: None }];
    for rule in rules {
        let mut book = Book::new(BookOptions::default());
        let mut hold = || {
            book.clear();
            book.collect();
            for it in &orders {
                send(&mut book, *it, &mut ());
            }
            let uncross = || {
                book.uncross(rule, &mut ());
            };
            measure(uncross).count_total
        };
        hold();
        let most = if rule == AuctionRule::Midpoint { 0 } else { 20 };
        let found = hold();
        assert!(found <= most, "{rule:?}: {found}");
    }
}
