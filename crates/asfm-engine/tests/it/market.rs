//! Days and stages: auctions, closes, bands, news, valuations, and what traders see.

use asfm_engine::{Cash, Day, Engine, Price, Seed, Side, StageKind};
use insta::assert_snapshot;

use crate::support::{AAA, BBB, play, read, scenario, told, trader};

fn engine(more: &str) -> Engine {
    Engine::new(scenario(6, more), Seed(1))
}

/// The orders of the worked examples: five traders around 10.00.
const ORDERS: &str = "1 buy 10 AAA @10.10
    2 buy 5 AAA @10.08
    3 sell 7 AAA @10.02
    4 sell 9 AAA @10.07
    5 sell 1 AAA @10.09";

#[test]
fn the_opening_match_pairs_best_with_best_at_the_mean() {
    let mut engine = engine("market = { priority = \"trader\" }");
    let log = play(&mut engine, ORDERS);
    assert_snapshot!(told(&log), @"
    trade 1<3 7 @10.06 3->1
    trade 1<4 3 @10.085 4->1
    trade 2<4 5 @10.075 4->2
    ");
    let auction = log.auctions[0];
    // (7 x 10.06 + 3 x 10.085 + 5 x 10.075) / 15
    assert_eq!((auction.volume, auction.price), (15, Some(Price(10_0700))));
    assert_eq!(log.auctions.len(), 1, "a stock without orders has no auction");
}

#[test]
fn a_uniform_auction_has_one_price() {
    for (tie, price) in [("reference", 10_0700), ("lowest", 10_0700), ("highest", 10_0800)] {
        let more = format!("market = {{ auction = \"uniform\", tie-break = \"{tie}\" }}");
        let log = play(&mut engine(&more), ORDERS);
        assert!(log.trades.iter().all(|it| it.price == Price(price)), "{tie}: {}", told(&log));
        assert_eq!(log.trades.iter().map(|it| it.qty).sum::<u32>(), 15);
    }
}

#[test]
fn the_continuous_stage_goes_on_with_what_the_auction_left() {
    for (rule, price) in [("midpoint", "10.085"), ("maker", "10.07")] {
        let more = format!("market = {{ priority = \"trader\", continuous = \"{rule}\" }}");
        let mut engine = engine(&more);
        play(&mut engine, ORDERS);
        let seen = engine.next_round().expect("continuous");
        let asks: Vec<String> = seen.market().stocks[0]
            .asks
            .iter()
            .map(|it| format!("{} {}", it.qty, it.price))
            .collect();
        assert_eq!(asks, ["1 10.07", "1 10.09"]);
        let log = play(&mut engine, "6 buy 1 AAA @10.10");
        assert_eq!(log.trades[0].price.to_string(), price);
    }
}

#[test]
fn the_close_is_the_mean_price_of_the_day() {
    // 3 shares at 10.05 and 1 at 10.10, each pair at the mean of its limits: 10.05 and 10.10.
    let day = "1 buy 3 AAA @10.05\n2 sell 3 AAA @10.05\n3 buy 1 AAA @10.10\n4 sell 1 AAA @10.10";
    for (rule, close) in [("vwap", 10_0600), ("mean", 10_0800), ("last", 10_1000)] {
        let more = format!(
            "market = {{ sessions = [\"continuous\"], priority = \"trader\", close = \"{rule}\" }}"
        );
        let mut engine = engine(&more);
        let close_of = play(&mut engine, day).close.expect("the day ends").closes[0];
        // 40.25 / 4 = 10.0625 is rounded to 10.06, 20.15 / 2 = 10.075 half-even to 10.08.
        assert_eq!(close_of.close, Price(close), "{rule}");
        assert_eq!((close_of.value, close_of.volume, close_of.trades), (Cash(40_2500), 4, 2));
        assert_eq!(close_of.open, Some(Price(10_0500)));
        assert_eq!((close_of.high, close_of.low), (Some(Price(10_1000)), Some(Price(10_0500))));
        let next = engine.next_round().expect("day 2");
        assert_eq!(next.market().stocks[0].reference, Price(close));
    }
}

#[test]
fn a_day_without_trades_keeps_the_close_or_takes_the_middle_of_the_quotes() {
    for (rule, close) in [("previous", 10_0000), ("quote-midpoint", 10_3000)] {
        let more = format!("market = {{ no-trade-close = \"{rule}\", sessions = [\"auction\"] }}");
        let mut engine = engine(&more);
        let log = play(&mut engine, "1 buy 1 AAA @10.10\n2 sell 1 AAA @10.50");
        let row = log.close.expect("the day ends").closes[0];
        assert_eq!((row.close, row.trades, row.open), (Price(close), 0, None), "{rule}");
    }
}

#[test]
fn the_band_lies_within_the_limit_and_on_the_grid() {
    let more = "market = { price-limit = \"0.033\", tick = \"0.02\" }";
    let mut engine = engine(more);
    let round = engine.next_round().expect("day 1");
    // 10.00 ± 0.33 holds 9.68 to 10.32.
    let seen = &round.market().stocks[0];
    assert_eq!((seen.lowest, seen.highest), (Price(9_6800), Price(10_3200)));
}

#[test]
fn closed_days_have_talk_only() {
    let more = "calendar = { week = \"oc\", closed = [1] }
        market = { sessions = [\"talk\", \"auction\"], closed-sessions = [\"talk\"] }";
    let text = format!("{more}\n");
    let scenario = scenario(6, &text);
    assert!(scenario.is_open(Day(3)) && !scenario.is_open(Day(1)) && !scenario.is_open(Day(9)));
    let mut engine = Engine::new(scenario, Seed(1));
    let mut held = Vec::new();
    while let Some(round) = engine.next_round() {
        held.push((round.market().day.0, round.market().kind));
        drop(round.settle(asfm_engine::Decisions::new()));
    }
    let talk = StageKind::Talk;
    assert_eq!(held, [(1, talk), (2, talk), (3, talk), (3, StageKind::Auction)]);
}

#[test]
fn news_is_shown_for_as_long_as_it_lasts() {
    let more = "
        [[news]]
        day = 2
        days = 1
        text = \"rates are cut\"
        topic = \"interest-rate\"
        size = \"-0.0025\"
        [[news]]
        day = 0
        text = \"inflation is 2 %\"
        ";
    let mut engine = Engine::new(scenario(6, more), Seed(1));
    let mut shown = Vec::new();
    while let Some(round) = engine.next_round() {
        let texts: Vec<&str> = round.observation(trader(1)).news().map(|it| &*it.text).collect();
        shown.push(texts.join(", "));
        drop(round.settle(asfm_engine::Decisions::new()));
    }
    let always = "inflation is 2 %";
    let both = "inflation is 2 %, rates are cut";
    assert_eq!(shown, [always, always, both, both, always, always]);
}

#[test]
fn valuations_follow_the_price() {
    let mut engine = engine("market = { sessions = [\"auction\"] }");
    play(&mut engine, "1 buy 1 BBB @22\n2 sell 1 BBB @22");
    let round = engine.next_round().expect("day 2");
    let seen = round.market().stocks[BBB.index()].valuation;
    assert_eq!(seen.price_earnings, Some(11_000_000), "10 at 20.00 is 11 at 22.00");
    assert_eq!(seen.dividend_yield, Some(18_181), "2 % at 20.00 is 1.8181 % at 22.00");
    assert_eq!(seen.price_book, None);
}

#[test]
fn money_flow_counts_large_traders() {
    let mut engine = engine("market = { sessions = [\"auction\"], large-trade = 100 }");
    // Trader 1 buys for 110, of which 100 from trader 2 and 10 from trader 3, who is small.
    let log = play(&mut engine, "1 buy 11 AAA @10\n2 sell 10 AAA @10\n3 sell 1 AAA @10");
    let closes = log.close.expect("the day ends").closes;
    assert_eq!(closes[0].flow, Some(Cash(10_0000)));
    assert_eq!(closes[1].flow, Some(Cash(0)));
    let log = play(&mut engine, "");
    assert_eq!(log.close.expect("the day ends").closes[0].flow, Some(Cash(0)), "a new day");
}

#[test]
fn traders_see_what_exists_and_never_more() {
    let mut engine = engine("market = { history-days = 2, depth-levels = 1 }");
    let round = engine.next_round().expect("day 1");
    let seen = &round.market().stocks[0];
    assert_eq!(seen.closes, [Price(9_5000), Price(10_0000)]);
    assert_eq!(round.market().stocks[1].closes, [Price(20_0000)], "never padded");
    play(&mut engine, "1 buy 1 AAA @9.9\n1 buy 2 AAA @9.8\n2 sell 3 AAA @10.1");
    let round = engine.next_round().expect("continuous");
    let seen = &round.market().stocks[0];
    assert_eq!((seen.bids.len(), seen.asks.len()), (1, 1));
    let own = round.observation(trader(1));
    let mut own: Vec<_> = own.orders(AAA).map(|(side, it)| (side, it.qty)).collect();
    own.sort_unstable_by_key(|it| it.1);
    assert_eq!(own, [(Side::Buy, 1), (Side::Buy, 2)]);
    play(&mut engine, "");
    let round = engine.next_round().expect("day 2");
    let seen = &round.market().stocks[0];
    assert_eq!(seen.closes, [Price(10_0000); 2]);
    assert_eq!((seen.yesterday.bids.len(), seen.yesterday.vwap), (1, None));
    assert!(seen.bids.is_empty(), "day orders are gone");
    assert_eq!(round.observation(trader(1)).orders(AAA).count(), 0);
}

#[test]
fn allocations_spread_the_capital() {
    let market = |allocation: &str| {
        let text = format!(
            r#"
            name = "allocation"
            company = [
                {{ code = "A", sector = "s", closes = [10], shares-outstanding = 300 }},
                {{ code = "B", sector = "s", closes = [10], shares-outstanding = 100 }},
                {{ code = "C", sector = "s", closes = [10], shares-outstanding = 100 }},
            ]
            traders = [{{ kind = "k", ratio = 1, capital = 1000 }}]
            population = {{ agents = 50, initial-shares = "0.5", subset = 1, allocation = "{allocation}" }}
            "#
        );
        Engine::new(read(&text), Seed(3))
    };
    let of = |engine: &Engine, number: u32| -> Vec<u64> {
        (0..3).map(|it| engine.ledger().shares(trader(number), asfm_engine::StockId(it))).collect()
    };
    assert_eq!(of(&market("market-cap"), 1), [30, 10, 10]);
    assert_eq!(of(&market("cash-only"), 1), [0, 0, 0]);
    let subset = market("random-subset");
    assert!((1..=50).all(|it| of(&subset, it).iter().filter(|it| **it == 50).count() == 1));
    assert!((0..3).all(|stock| (1..=50).any(|it| of(&subset, it)[stock] == 50)));
    // 50 shares over three equal stocks: 16 each, and the two left over go to stocks by lot.
    let equal = market("equal-value");
    assert!((1..=50).all(|it| of(&equal, it).iter().sum::<u64>() == 50));
    assert!((0..3).all(|stock| (1..=50).any(|it| of(&equal, it)[stock] == 16)));
    assert_eq!(equal.shares_outstanding(asfm_engine::StockId(0)), 300);
}

#[test]
fn the_largest_companies_there_can_be_share_the_capital_by_value() {
    let text = r#"
        name = "giants"
        company = [
            { code = "A", sector = "s", closes = [10000000], shares-outstanding = 9000000000000000000 },
            { code = "B", sector = "s", closes = [10000000], shares-outstanding = 3000000000000000000 },
        ]
        traders = [{ kind = "k", ratio = 1, capital = 8000000000000 }]
        population = { agents = 1, initial-shares = 1, allocation = "market-cap" }
        "#;
    let engine = Engine::new(read(text), Seed(1));
    let shares = |stock| engine.ledger().shares(trader(1), asfm_engine::StockId(stock));
    assert_eq!((shares(0), shares(1)), (600_000, 200_000));
}
