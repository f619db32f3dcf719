//! Statistics of a market of three traders and three days, known by hand.

use asfm_engine::{Decisions, Engine, Scenario, Seed, Side, StockId, TraderId};
use asfm_experiment::{Experiment, Values, measures};
use asfm_measure::Observed;

const MARKET: &str = r#"
name = "three days"
days = 3
company = [
    { code = "A", sector = "energy", closes = [10] },
    { code = "B", sector = "financials", closes = [20] },
]
traders = [
    { kind = "small", ratio = 1, capital = 1000 },
    { kind = "middle", ratio = 1, capital = 2000 },
    { kind = "big", ratio = 1, capital = 4000 },
]
population = { agents = 3 }
market = { sessions = ["continuous"] }
"#;

const STATISTICS: &str = r#"
[statistic]
return = { measure = "return" }
energy = { measure = "return", sector = "energy", from = 1, to = 2 }
energy-less-financials = { measure = "return", sector = "energy", less = { sector = "financials" } }
energy-less-b = { measure = "return", sector = "energy", less = { stocks = ["B"] } }
late-less-early = { measure = "return", stocks = ["A"], from = 2, to = 3, less = { from = 0, to = 1 } }
slope = { measure = "slope" }
orders = { measure = "orders" }
orders-of-day-2 = { measure = "orders", from = 1, to = 2 }
orders-of-b = { measure = "orders", stocks = ["B"] }
log-orders = { measure = "orders", log = true, less = { sector = "financials" } }
one-sided = { measure = "one-sidedness" }
fill = { measure = "fill-rate" }
fill-small = { measure = "fill-rate", kind = "small" }
log-fill-middle = { measure = "fill-rate", kind = "middle", log = true }
shortfall-small = { measure = "shortfall", kind = "small" }
shortfall-big = { measure = "shortfall", kind = "big" }
shortfall-middle = { measure = "shortfall", kind = "middle" }
shortfall = { measure = "shortfall" }
gain-small = { measure = "gain", kind = "small" }
gain-big = { measure = "gain", kind = "big" }
gain = { measure = "gain" }
gain-by-capital = { measure = "gain-by-capital" }
fill-by-capital = { measure = "fill-rate-by-capital" }
gini = { measure = "gini" }
log-return = { measure = "return", sector = "financials", log = true }
"#;

fn engine() -> Engine {
    let scenario = Scenario::read("market.toml", MARKET, |_| Err("no files here".into()));
    Engine::new(scenario.expect("a sound market"), Seed(1))
}

/// Small buys two of A from big at 10.50, 11 and 11.50; small and middle ask in vain for B.
fn observed(days: usize) -> Observed {
    let mut engine = engine();
    let mut run = Observed::new(&engine);
    let [small, middle, big] = [0, 1, 2].map(TraderId::at);
    for price in [10_5000, 11_0000, 11_5000].into_iter().take(days) {
        let round = engine.next_round().expect("a round a day");
        let mut decisions = Decisions::new();
        decisions.order(small, StockId(0), Side::Buy, 2, price);
        decisions.order(big, StockId(0), Side::Sell, 2, price);
        match price {
            11_0000 => decisions.order(small, StockId(1), Side::Buy, 3, 19_0000),
            11_5000 => decisions.order(middle, StockId(1), Side::Buy, 2, 19_0000),
            _ => {}
        }
        run.add(&round.settle(decisions)).expect("the engine says what can happen");
    }
    run.finish().expect("the engine says what can happen");
    run
}

fn experiment(more: &str) -> Experiment {
    let text = format!("name = \"e\"\nscenario = \"market.toml\"\n[[arm]]\nname = \"a\"\n{more}");
    Experiment::read("e.toml", &text).expect("a sound experiment")
}

fn of(run: &Observed, name: &str) -> Result<f64, String> {
    let it = experiment(STATISTICS);
    let it = it.statistics.iter().find(|it| it.name == name).expect("a statistic");
    it.of(run)
}

#[test]
fn every_measure_is_what_its_page_says() {
    let run = observed(3);
    let mut wrong = Vec::new();
    for (name, expected) in [
        ("return", 0.075),
        ("energy", 11.0 / 10.5 - 1.0),
        ("energy-less-financials", 0.15),
        ("energy-less-b", 0.15),
        ("late-less-early", 11.5 / 11.0 - 1.0 - 0.05),
        ("slope", 0.025),
        ("orders", 8.0),
        ("orders-of-day-2", 3.0),
        ("orders-of-b", 2.0),
        // Eight orders in all, two of them in B.
        ("log-orders", 4.0_f64.ln()),
        // A is balanced on three days, B is not on two.
        ("one-sided", 0.4),
        ("fill", 12.0 / 17.0),
        ("fill-small", 6.0 / 9.0),
        // Who pays above the previous close has a positive one.
        ("shortfall-small", 3.0 / 63.0),
        ("shortfall-big", -3.0 / 63.0),
        ("shortfall", 0.0),
        // 26 shares of A rise by 1.50, and six are bought for 66 and worth 69.
        ("gain-small", 42.0 / 1000.0),
        ("gain-big", 147.0 / 4000.0),
        ("gain", (0.042 + 0.0375 + 0.03675) / 3.0),
        ("gain-by-capital", -1.0),
        ("fill-by-capital", 0.5),
    ] {
        let found = of(&run, name);
        if !found.as_ref().is_ok_and(|it| (it - expected).abs() < 1e-12) {
            wrong.push(format!("{name}: expected {expected}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(of(&run, "gini").is_ok_and(|it| it > 0.2 && it < 0.4));
}

#[test]
fn what_has_no_value_says_why() {
    let run = observed(3);
    assert_eq!(of(&run, "log-fill-middle"), Err("no logarithm of 0".to_owned()));
    assert_eq!(of(&run, "log-return"), Err("no logarithm of 0".to_owned()));
    assert_eq!(of(&run, "shortfall-middle"), Err("there is nothing to measure".to_owned()));
    let early = observed(2);
    assert_eq!(of(&early, "late-less-early"), Err("the run has not reached day 3".to_owned()));
    let nothing = observed(0);
    assert_eq!(of(&nothing, "return"), Err("no trading day ends in it".to_owned()));
    assert_eq!(of(&nothing, "fill"), Err("there is nothing to measure".to_owned()));
}

#[test]
fn a_measure_is_named_directly_or_with_log() {
    let claim = |statistic: &str| {
        format!(
            "[[hypothesis]]\nid = \"{statistic}\"\nclaim = \"c\"\nstatistic = \"{statistic}\"\n\
             of = \"a\"\ndirection = \"up\"\nsmallest = 1\n"
        )
        .replace("id = \"log ", "id = \"log-")
    };
    let it = experiment(&(claim("ON") + &claim("log ON") + &claim("gain") + &claim("TR_per_day")));
    let names: Vec<&str> = it.statistics.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["ON", "log ON", "gain", "TR_per_day"]);
    let mut values = Values::default();
    values.add(&it, (0, 0, 1), &observed(3));
    assert_eq!(values.get((0, 0, 1), 0), Ok(8.0));
    assert_eq!(values.get((0, 0, 1), 1), Ok(8.0_f64.ln()));
    assert!(values.get((0, 0, 1), 4).is_err() && values.get((0, 0, 2), 0).is_err());
    for (word, meaning) in measures() {
        assert!(!meaning.is_empty());
        experiment(&format!("[statistic.it]\nmeasure = \"{word}\"\n"));
    }
}

#[test]
fn accounts_that_are_not_those_of_the_traders_are_odd() {
    let mut engine = engine();
    let mut run = Observed::new(&engine);
    let round = engine.next_round().expect("a round a day");
    let mut log = round.settle(Decisions::new());
    log.close.as_mut().expect("the day's close").cash.pop();
    let odd = run.add(&log).expect_err("two accounts of three traders");
    assert_eq!(odd.to_string(), "accounts of 2 traders at a close");
}
