//! Scenarios to test with, and traders who do anything at all.

use asfm_engine::{
    Cash, Decisions, Draws, Engine, Price, Purpose, Round, RoundLog, Scenario, Seed, Side, StockId,
    TraderId, Unreadable,
};

/// Two companies and so many traders with 1 000 each, with further tables given.
pub(crate) fn scenario(agents: u32, more: &str) -> Scenario {
    let text = format!(
        r#"
        name = "test"
        days = 3
        company = [
            {{ code = "AAA", sector = "one", closes = ["9.50", "10.00"] }},
            {{ code = "BBB", sector = "two", closes = ["20.00"], price-earnings = 10, dividend-yield = "0.02" }},
        ]
        traders = [{{ kind = "anyone", ratio = 1, capital = 1000 }}]
        population = {{ agents = {agents} }}
        {more}
        "#
    );
    read(&text)
}

pub(crate) fn read(text: &str) -> Scenario {
    Scenario::read("test.toml", text, |name| Err(format!("no file {name}")))
        .unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) const AAA: StockId = StockId(0);
pub(crate) const BBB: StockId = StockId(1);

pub(crate) fn trader(number: u32) -> TraderId {
    TraderId::new(number).expect("numbers start at 1")
}

/// Orders written as `trader buy|sell qty stock @price`, one per line.
pub(crate) fn orders(text: &str) -> Decisions {
    let mut decisions = Decisions::new();
    for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let who = trader(words[0].parse().expect("a trader"));
        let stock = |word| if word == "AAA" { AAA } else { BBB };
        if words[1] == "cancel" {
            decisions.push(who, asfm_engine::Intent::Cancel { stock: stock(words[2]) });
            continue;
        }
        let side = if words[1] == "buy" { Side::Buy } else { Side::Sell };
        let qty = words[2].parse().expect("a quantity");
        let price: f64 = words[4].trim_start_matches('@').parse().expect("a price");
        #[expect(clippy::cast_possible_truncation, reason = "small prices in tests")]
        let units = (price * 10_000.0).round() as i64;
        decisions.order(who, stock(words[3]), side, qty, units);
    }
    decisions
}

/// Settles the next round with these orders.
pub(crate) fn play(engine: &mut Engine, text: &str) -> RoundLog {
    engine.next_round().expect("the run goes on").settle(orders(text))
}

/// Verdicts and what followed, one line each.
pub(crate) fn told(log: &RoundLog) -> String {
    let mut lines = Vec::new();
    for it in &log.requests {
        match it.verdict {
            asfm_engine::Verdict::Accepted => {}
            asfm_engine::Verdict::Rejected(why) => {
                lines.push(format!("{} rejected {}: {why}", it.id.0, why.code()));
            }
        }
    }
    for it in &log.trades {
        lines.push(format!(
            "trade {}<{} {} @{} {}->{}",
            it.maker.0, it.taker.0, it.qty, it.price, it.seller, it.buyer
        ));
    }
    for it in &log.ends {
        lines.push(format!("{} {} with {} left", it.order.0, it.reason.code(), it.qty));
    }
    lines.join("\n")
}

pub(crate) fn cash(engine: &Engine, number: u32) -> Cash {
    engine.ledger().wallet(trader(number)).cash
}

/// What nobody sane would ask for, and much that is nearly right.
pub(crate) fn anything(round: &Round<'_>) -> Decisions {
    let mut decisions = Decisions::new();
    let (market, traders) = (round.market(), round.traders());
    for at in 0..traders {
        let mut draws = round.seed().stream(Purpose::Decision, at as u64, market.when);
        let trader = TraderId::at(at);
        for _ in 0..draws.below(6) {
            ask(&mut decisions, &mut draws, round, trader);
        }
        if draws.chance(0.1) {
            decisions.say(trader, format!("day {}: \"buy\" \u{1F4C8}\n", market.day));
        }
    }
    decisions
}

fn ask(decisions: &mut Decisions, draws: &mut Draws, round: &Round<'_>, trader: TraderId) {
    let n_stocks = u32::try_from(round.market().stocks.len()).expect("few stocks");
    let past_the_end = u32::from(draws.chance(0.05));
    let stock = StockId(u16::try_from(draws.below(n_stocks + past_the_end)).expect("few stocks"));
    let side = if draws.chance(0.5) { Side::Buy } else { Side::Sell };
    match draws.below(20) {
        0 => decisions.push(trader, asfm_engine::Intent::Cancel { stock }),
        1 => decisions.unreadable(trader, Unreadable::UnknownStock, "sell \u{0}everything\""),
        2 => decisions.unreadable(trader, Unreadable::BadNumber, "1e99"),
        3 => {
            let wild = [i64::MIN, -1, 0, 1, i64::from(u32::MAX), i64::from(u32::MAX) + 1, i64::MAX];
            let pick = |draws: &mut Draws| wild[draws.below(7) as usize];
            let (qty, price) = (pick(draws), pick(draws));
            decisions.order(trader, stock, side, qty, price);
        }
        4 => decisions.order(trader, stock, side, 1, i64::from(draws.below(1_000_000))),
        _ => {
            let Some(seen) = round.market().stocks.get(stock.index()) else {
                return decisions.order(trader, stock, side, 1, 10_0000);
            };
            // Few prices around the reference, so that orders meet.
            let Price(middle) = seen.reference;
            let price = (middle / 100 + i64::from(draws.below(9)) - 4) * 100;
            let seen = round.observation(trader);
            let most = match side {
                Side::Buy => seen.cash_free().0 / price.max(1),
                Side::Sell => i64::try_from(seen.shares_free(stock)).expect("few shares"),
            };
            let most = u32::try_from(most.max(0)).unwrap_or(u32::MAX).saturating_add(3);
            let qty = i64::from(draws.below(most) / (1 + draws.below(4))).max(1);
            let lot = i64::from(round.scenario().rules().lot);
            let qty = if draws.chance(0.9) { (qty / lot).max(1) * lot } else { qty };
            decisions.order(trader, stock, side, qty, price);
        }
    }
}

/// Runs a market to its end with traders who do anything at all.
pub(crate) fn run(
    scenario: Scenario,
    seed: u64,
    mut seen: impl FnMut(&Engine, &RoundLog),
) -> Engine {
    let mut engine = Engine::new(scenario, Seed(seed));
    while let Some(round) = engine.next_round() {
        let decisions = anything(&round);
        let log = round.settle(decisions);
        seen(&engine, &log);
    }
    engine
}
