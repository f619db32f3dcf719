//! What traders are told about their orders.

use asfm_chat::FormKind;
use asfm_engine::{Decisions, Scenario, Side, StockId, TraderId, Unreadable};
use insta::assert_snapshot;

use super::talk::{asked, open, small};

const MA: StockId = StockId(0);
const EN: StockId = StockId(1);

fn told(scenario: &Scenario, trader: u32, rounds: Vec<Decisions>) -> String {
    let (_, request) = asked(open(scenario, FormKind::Text, trader, rounds));
    let text = request.messages[1].text();
    let from = text.find("Your open orders").expect("open orders");
    let to = text.find("\n\n# Question").expect("a question");
    text[from..to].to_owned()
}

fn orders(all: &[(usize, StockId, Side, i64, i64)]) -> Decisions {
    let mut it = Decisions::new();
    for &(trader, stock, side, qty, price) in all {
        it.order(TraderId::at(trader), stock, side, qty, price);
    }
    it
}

#[test]
fn every_verdict_has_its_reason() {
    let mut it = orders(&[
        (0, EN, Side::Buy, 1_000_000, 10_6000),
        (0, EN, Side::Buy, 10, 20_0000),
        (0, EN, Side::Sell, 0, 10_6000),
        (0, MA, Side::Sell, 10_000, 20_7500),
        (0, MA, Side::Buy, 3, 20_7550),
        (0, MA, Side::Buy, 3, 20_7500),
        (0, MA, Side::Buy, 1, 20_7500),
        (0, MA, Side::Buy, 1, 20_7500),
    ]);
    let words = r#"{"action":"buy","stock":"AAPL","quantity":1,"price":190.5}"#;
    it.unreadable(TraderId::at(0), Unreadable::UnknownStock, words);
    it.unreadable(TraderId::at(0), Unreadable::BadNumber, r#"{"stock":"EN001","quantity":2.5}"#);
    assert_snapshot!(told(&small("", ""), 1, vec![it]), @r#"
    Your open orders:
    - buy 3 MA002 at 20.75
    - buy 1 MA002 at 20.75
    What became of your orders in the stage before (day 1, opening auction):
    - buy 1000000 EN001 at 10.60: rejected: 10600000.00 of cash is needed and 10006.65 is free
    - buy 10 EN001 at 20.00: rejected: the price must be at most 11.66 today
    - sell 0 EN001 at 10.60: rejected: the quantity must be between 1 and 4294967295 shares
    - sell 10000 MA002 at 20.75: rejected: 10000 shares are needed and 241 are free
    - buy 3 MA002 at 20.755: rejected: the price must be a multiple of 0.01
    - buy 3 MA002 at 20.75: accepted
    - buy 1 MA002 at 20.75: accepted
    - buy 1 MA002 at 20.75: rejected: at most 2 orders per stock and day are allowed
    - {"action":"buy","stock":"AAPL","quantity":1,"price":190.5}: rejected: no stock has this code
    - {"stock":"EN001","quantity":2.5}: rejected: the quantity must be a whole number and the price a number with at most four decimals
    "#);
}

#[test]
fn fills_replacements_and_expiries() {
    let scenario = small("", "");
    let first = || {
        orders(&[
            (0, EN, Side::Buy, 12, 10_7000),
            (0, MA, Side::Buy, 5, 20_0000),
            (1, EN, Side::Sell, 1, 10_6000),
        ])
    };
    let second = || {
        orders(&[
            (0, MA, Side::Buy, 6, 20_1000),
            (1, MA, Side::Sell, 2, 19_9000),
            (1, MA, Side::Sell, 1, 20_0000),
        ])
    };
    assert_snapshot!(told(&scenario, 1, vec![first(), second()]), @"
    Your open orders: none.
    What became of your orders in the stage before (day 1, continuous round):
    - buy 6 MA002 at 20.10: accepted; filled 2 at 20.00, 1 at 20.05; 3 shares expired unfilled at the end of the day
    - your older order to buy MA002: 5 shares withdrawn for your new order
    - your older order to buy EN001: 11 shares expired unfilled at the end of the day
    ");
    assert_snapshot!(told(&scenario, 2, vec![first(), second()]), @"
    Your open orders: none.
    What became of your orders in the stage before (day 1, continuous round):
    - sell 2 MA002 at 19.90: accepted; filled 2 at 20.00
    - sell 1 MA002 at 20.00: accepted; filled 1 at 20.05
    ");
    let quiet = vec![first(), Decisions::new()];
    assert_snapshot!(told(&scenario, 1, quiet), @"
    Your open orders: none.
    What became of your orders in the stage before (day 1, continuous round):
    - your older order to buy MA002: 5 shares expired unfilled at the end of the day
    - your older order to buy EN001: 11 shares expired unfilled at the end of the day
    ");
    let older = || orders(&[(1, EN, Side::Sell, 1, 10_6000), (1, EN, Side::Sell, 0, 1)]);
    let bid = orders(&[(0, EN, Side::Buy, 12, 10_7000)]);
    assert_snapshot!(told(&scenario, 1, vec![bid, older()]), @"
    Your open orders: none.
    What became of your orders in the stage before (day 1, continuous round):
    - your older order to buy EN001: filled 1 at 10.65
    - your older order to buy EN001: 11 shares expired unfilled at the end of the day
    ");
}

#[test]
fn feedback_can_be_left_out() {
    let scenario = small("prompt.feedback = false", "");
    let rounds = vec![orders(&[(0, EN, Side::Buy, 12, 10_7000)])];
    assert_snapshot!(told(&scenario, 1, rounds), @"
    Your open orders:
    - buy 12 EN001 at 10.70
    ");
}
