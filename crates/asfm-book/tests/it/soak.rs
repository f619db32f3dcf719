//! A long stream beside the naive book, message by message: `cargo xtask fuzz soak`.

use asfm_book::{Book, BookOptions, Level, Side};

use crate::play::send;
use crate::workload::{Setting, Stream, Tape, W1, W2, W3, W4};

/// In CI, as many messages of each stream; a campaign says how many in `ASFM_SOAK_MESSAGES`.
const MESSAGES: u64 = 100_000;
/// Every so often the whole books are compared, beside the trades.
const BETWEEN: u64 = 1_000_000;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|it| it.parse().expect("a campaign's numbers are numbers"))
}

/// Plays so many messages through the book and the naive one, which must say the same of each, and
/// have the same levels now and then and at the end; the trades.
pub(crate) fn beside_the_naive_book(setting: &Setting, seed: u64, messages: u64) -> Tape {
    let mut stream = Stream::new(setting, seed);
    let mut book = Book::new(BookOptions::default());
    let mut tape = Tape::EMPTY;
    for at in 1..=messages {
        let message = stream.next().expect("streams do not end");
        send(&mut book, message, &mut tape);
        let (found, expected) = (tape.0.hash, stream.heard.tape.0.hash);
        assert_eq!(found, expected, "{}, seed {seed}, message {at}: {message:?}", setting.name);
        if at % BETWEEN == 0 || at == messages {
            for side in Side::BOTH {
                let levels: Vec<(u32, u64)> =
                    book.levels(side).map(|Level { price, qty }| (price.0, qty)).collect();
                let expected = stream.book.levels(side == Side::Buy);
                assert_eq!(levels, expected, "{}, seed {seed}, message {at}", setting.name);
            }
        }
    }
    assert_eq!(tape.0, stream.heard.tape.0, "{}, seed {seed}", setting.name);
    tape
}

fn soak(setting: &Setting) {
    let messages = number("ASFM_SOAK_MESSAGES").unwrap_or(MESSAGES);
    let seed = number("ASFM_SOAK_SEED").unwrap_or(7);
    let tape = beside_the_naive_book(setting, seed, messages);
    assert!(tape.0.n_trades > messages / 20, "a stream that hardly trades shows little");
}

#[test]
fn soak_w1() {
    soak(&W1);
}

#[test]
fn soak_w2_wide_and_deep() {
    soak(&W2);
}

#[test]
fn soak_w3_thin() {
    soak(&W3);
}

#[test]
fn soak_w4_very_wide() {
    soak(&W4);
}
