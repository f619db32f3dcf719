//! The order rules: every rejection, every reservation, word for word.

use asfm_engine::{Cash, Engine, Intent, Scenario, Seed, Side, StockId, Unreadable};
use insta::assert_snapshot;

use crate::support::{AAA, BBB, cash, orders, play, scenario, told, trader};

fn engine(more: &str) -> Engine {
    Engine::new(scenario(4, more), Seed(1))
}

#[test]
fn every_rejection_says_why() {
    let mut engine = engine("market = { lot = 5, fee = \"0.01\" }");
    let mut decisions = orders(
        "1 buy 0 AAA @10
         1 buy 3 AAA @10
         1 buy 5 AAA @0
         1 buy 5 AAA @10.001
         1 buy 5 AAA @8.99
         1 buy 5 AAA @11.01
         1 buy 50 AAA @10
         1 sell 30 AAA @10
         1 buy 5 AAA @10
         1 buy 5 AAA @10
         1 sell 5 AAA @10.5",
    );
    decisions.unreadable(trader(2), Unreadable::UnknownStock, "buy TESLA");
    decisions.unreadable(trader(2), Unreadable::BadNumber, "buy a few");
    decisions.order(trader(2), StockId(9), Side::Buy, 5, 10_0000);
    decisions.order(trader(2), AAA, Side::Buy, i64::MAX, 10_0000);
    decisions.order(trader(2), AAA, Side::Buy, 5, i64::MIN);
    decisions.order(trader(2), AAA, Side::Buy, 4_294_967_295, 11_0000);
    let log = engine.next_round().expect("day 1").settle(decisions);
    assert_snapshot!(told(&log), @"
    1 rejected bad-quantity: the quantity must be between 1 and 4294967295 shares
    2 rejected not-a-lot: the quantity must be a multiple of 5 shares
    3 rejected bad-price: the price must be positive and at most 42949672.95
    4 rejected off-tick: the price must be a multiple of 0.01
    5 rejected below-band: the price must be at least 9.00 today
    6 rejected above-band: the price must be at most 11.00 today
    7 rejected not-enough-cash: 505.00 of cash is needed and 500.00 is free
    10 rejected too-many-operations: at most 2 orders per stock and day are allowed
    11 rejected too-many-operations: at most 2 orders per stock and day are allowed
    12 rejected unknown-stock: no stock has this code
    13 rejected bad-number: the quantity or price is not a number
    14 rejected unknown-stock: no stock has this code
    15 rejected bad-quantity: the quantity must be between 1 and 4294967295 shares
    16 rejected bad-price: the price must be positive and at most 42949672.95
    17 rejected not-enough-cash: 47717086647.45 of cash is needed and 500.00 is free
    8 self-trade with 30 left
    ");
}

#[test]
fn nothing_trades_while_traders_talk() {
    let mut engine = engine("market = { sessions = [\"talk\", \"auction\"] }");
    let mut decisions = orders("1 buy 5 AAA @10\n2 cancel AAA");
    decisions.say(trader(2), "hello");
    let log = engine.next_round().expect("talk").settle(decisions);
    assert_snapshot!(told(&log), @"
    1 rejected no-trading: nothing trades in this stage
    2 rejected no-trading: nothing trades in this stage
    ");
    assert_eq!(log.statements[0].text, "hello");
    assert!(log.close.is_none() && log.auctions.is_empty());
    assert!(play(&mut engine, "").close.is_some());
}

#[test]
fn a_buy_order_reserves_its_cost_at_the_limit_and_frees_what_it_saves() {
    let mut engine = engine("market = { fee = \"0.01\" }");
    let before = cash(&engine, 1);
    let log = play(&mut engine, "1 buy 10 AAA @10.40\n2 sell 4 AAA @10.00");
    assert_snapshot!(told(&log), @"trade 2<1 4 @10.20 2->1");
    let wallet = engine.ledger().wallet(trader(1));
    // 4 bought at 10.20 with 1 % fee; 6 still wanted at 10.40 with 1 % fee.
    assert_eq!(before - wallet.cash, Cash(40_8000 + 4080));
    assert_eq!(wallet.reserved, Cash(62_4000 + 6240));
    let log = play(&mut engine, "");
    assert_snapshot!(told(&log), @"1 expired with 6 left");
    assert_eq!(engine.ledger().wallet(trader(1)).reserved, Cash(0));
    assert_eq!(engine.ledger().collected(), Cash(2 * 4080));
}

#[test]
fn shares_cannot_be_offered_twice() {
    let mut engine = engine("market = { resubmission = \"add\" }");
    // Half of 1 000 in two stocks: 25 shares of AAA, and one more by the largest remainder.
    assert_eq!(engine.ledger().shares(trader(1), AAA), 26);
    let log = play(&mut engine, "1 sell 20 AAA @10\n1 sell 7 AAA @10");
    assert_snapshot!(told(&log), @"2 rejected not-enough-shares: 7 shares are needed and 6 are free");
}

#[test]
fn a_new_order_takes_the_place_of_the_unmatched_one() {
    let mut engine = engine("");
    play(&mut engine, "1 buy 20 AAA @10\n1 buy 15 BBB @20\n2 sell 25 AAA @10.5");
    // All of trader 1's cash may go into the new order, because the old one frees its part.
    let log = play(&mut engine, "1 buy 14 BBB @21\n2 sell 25 AAA @10.2");
    assert_snapshot!(told(&log), @"
    3 replaced with 25 left
    1 expired with 20 left
    5 expired with 25 left
    2 replaced with 15 left
    4 expired with 14 left
    ");
    assert_eq!(engine.ledger().wallet(trader(1)).reserved, Cash(0), "the day is over");
}

#[test]
fn a_refused_order_leaves_the_unmatched_one_alone() {
    let mut engine = engine("");
    play(&mut engine, "1 buy 20 AAA @10");
    let log = play(&mut engine, "1 buy 2000 AAA @10.2\n3 sell 20 AAA @10");
    assert_snapshot!(told(&log), @"
    2 rejected not-enough-cash: 20400.00 of cash is needed and 500.00 is free
    trade 1<3 20 @10.00 3->1
    ");
}

#[test]
fn two_orders_of_one_stage_both_stand() {
    let mut engine = engine("");
    let log = play(&mut engine, "1 buy 5 AAA @10\n1 buy 5 AAA @10.1\n2 sell 10 AAA @9.9");
    assert_snapshot!(told(&log), @"
    trade 3<2 5 @10.00 2->1
    trade 3<1 5 @9.95 2->1
    ");
}

#[test]
fn operations_count_both_sides_or_each() {
    let mut engine = engine("");
    play(&mut engine, "1 buy 1 AAA @9\n1 sell 1 AAA @11");
    let log = play(&mut engine, "1 buy 1 AAA @9\n1 buy 1 BBB @20");
    assert_snapshot!(told(&log), @"
    3 rejected too-many-operations: at most 2 orders per stock and day are allowed
    1 expired with 1 left
    2 expired with 1 left
    4 expired with 1 left
    ");
    let seen = engine.next_round().expect("day 2");
    assert_eq!(seen.observation(trader(1)).operations_left(AAA, Side::Buy), 2, "a new day");

    let mut engine = self::engine("market = { operations-per = \"side\", operations = 1 }");
    let log = play(&mut engine, "1 buy 1 AAA @9\n1 sell 1 AAA @11\n1 sell 1 AAA @11");
    assert_snapshot!(told(&log), @"3 rejected too-many-operations: at most 1 orders per stock and day are allowed");
}

#[test]
fn a_trader_withdraws_its_orders() {
    let mut engine = engine("");
    play(&mut engine, "1 buy 20 AAA @10\n1 buy 5 AAA @9.9\n1 sell 5 BBB @21");
    let log = play(&mut engine, "1 cancel AAA\n1 cancel AAA\n2 sell 20 AAA @9.5");
    assert_snapshot!(told(&log), @"
    1 withdrawn with 20 left
    2 withdrawn with 5 left
    6 expired with 20 left
    3 expired with 5 left
    ");
}

#[test]
fn a_trader_does_not_trade_with_itself() {
    for (policy, expected) in [
        ("cancel-newest", "2 self-trade with 5 left"),
        ("cancel-oldest", "1 self-trade with 5 left"),
        ("allow", "trade 1<2 5 @10.05 1->1"),
    ] {
        let more = format!(
            "market = {{ self-trade = \"{policy}\", sessions = [\"continuous\"], priority = \"trader\" }}"
        );
        let log = play(&mut engine(&more), "1 sell 5 AAA @10\n1 buy 5 AAA @10.1");
        assert!(told(&log).contains(expected), "{policy}: {}", told(&log));
    }
}

#[test]
fn shares_bought_today_are_sold_tomorrow() {
    let mut engine = engine("market = { settlement = \"T+1\" }");
    play(&mut engine, "1 buy 10 AAA @10\n2 sell 10 AAA @10");
    let log = play(&mut engine, "1 sell 30 AAA @10");
    assert_snapshot!(told(&log), @"3 rejected not-enough-shares: 30 shares are needed and 26 are free");
    let log = play(&mut engine, "1 sell 35 AAA @10");
    assert_snapshot!(told(&log), @"");
}

#[test]
fn the_seller_pays_the_stamp_tax() {
    let mut engine = engine("market = { stamp-tax = \"0.001\", fee = \"0.0003\" }");
    let (buyer, seller) = (cash(&engine, 1), cash(&engine, 2));
    play(&mut engine, "1 buy 10 AAA @10\n2 sell 10 AAA @10");
    assert_eq!(buyer - cash(&engine, 1), Cash(100_0300));
    assert_eq!(cash(&engine, 2) - seller, Cash(99_8700));
    assert_eq!(engine.ledger().collected(), Cash(1600));
}

#[test]
fn dividends_and_interest_are_declared() {
    let mut engine = engine(
        "market = { cash-interest = \"0.01\", sessions = [\"auction\"] }
         dividend = [{ day = 1, stock = \"BBB\", per-share = \"0.5\" }]",
    );
    let (before, total) = (cash(&engine, 3), engine.ledger().total_cash());
    let close = play(&mut engine, "").close.expect("the day ends");
    let shares = i64::try_from(engine.ledger().shares(trader(3), BBB)).expect("few");
    let dividend = Cash(shares * 5000);
    assert_eq!(cash(&engine, 3) - before, dividend + Cash(before.0 / 100));
    assert_eq!(close.transfers.len(), 8);
    assert_eq!(engine.ledger().total_cash(), total, "what was paid in is accounted for");
    assert!(
        play(&mut engine, "").close.expect("day 2").transfers.iter().all(|it| it.stock.is_none())
    );
}

#[test]
fn orders_may_outlive_the_day_within_the_band() {
    let mut engine = engine(
        "market = { order-life = \"gtc\", price-limit = \"0.05\", sessions = [\"continuous\"], priority = \"trader\" }",
    );
    let log = play(
        &mut engine,
        "1 buy 3 AAA @9.6\n2 buy 4 AAA @9.6\n3 sell 1 AAA @10.5\n4 buy 1 AAA @10.5",
    );
    // The close is 10.50, the next band 9.98 to 11.02: both bids are outside.
    assert_snapshot!(told(&log), @"
    trade 3<4 1 @10.50 3->4
    1 outside-band with 3 left
    2 outside-band with 4 left
    ");

    let mut engine = self::engine(
        "market = { order-life = \"gtc\", sessions = [\"continuous\"], priority = \"trader\" }",
    );
    play(&mut engine, "2 buy 3 AAA @9.6\n1 buy 4 AAA @9.6");
    let log = play(&mut engine, "3 sell 5 AAA @9.6");
    assert_snapshot!(told(&log), @"
    trade 1<3 4 @9.60 3->1
    trade 2<3 1 @9.60 3->2
    ");
}

#[test]
fn orders_that_outlive_the_day_stay_in_their_order() {
    let mut engine = engine(
        "market = { order-life = \"gtc\", resubmission = \"add\", sessions = [\"continuous\"], priority = \"trader\" }",
    );
    play(&mut engine, "1 buy 3 AAA @9.6\n1 buy 2 AAA @9.8");
    let round = engine.next_round().expect("day 2");
    let own: Vec<u64> = round.observation(trader(1)).orders(AAA).map(|it| it.1.qty).collect();
    assert_eq!(own, [2, 3], "newest first");
}

#[test]
fn orders_end_trader_by_trader_as_they_were_asked_for() {
    let mut engine =
        engine("market = { sessions = [\"continuous\"], resubmission = \"add\", operations = 0 }");
    let asked = "2 sell 1 AAA @10.5\n2 buy 2 AAA @9.6\n1 sell 3 AAA @10.4\n2 sell 4 AAA @10.3";
    assert_snapshot!(told(&play(&mut engine, asked)), @"
    1 expired with 3 left
    2 expired with 1 left
    3 expired with 2 left
    4 expired with 4 left
    ");
}

#[test]
fn an_intent_is_small() {
    assert!(size_of::<Intent>() <= 24);
}

#[test]
fn the_capital_is_half_in_shares() {
    let companies = std::fs::read_to_string("../../fixtures/companies/asfm.toml").expect("fixture");
    let text =
        std::fs::read_to_string("../../fixtures/scenarios/asfm-baseline.toml").expect("fixture");
    let scenario = Scenario::read("asfm.toml", &text, |_| Ok(companies.clone())).expect("sound");
    let engine = Engine::new(scenario, Seed(1));
    let shares = |number| -> Vec<u64> {
        (0..11).map(|it| engine.ledger().shares(trader(number), StockId(it))).collect()
    };
    assert_eq!(shares(1), [86, 44, 29, 22, 18, 15, 12, 11, 10, 9, 8]);
    assert_eq!(cash(&engine, 1).to_string(), "10030.15");
    // A contrarian's 200 do not buy a share of each stock: the oddity is the paper's (A8).
    assert_eq!(shares(13), [2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(cash(&engine, 13).to_string(), "234.55");
}
