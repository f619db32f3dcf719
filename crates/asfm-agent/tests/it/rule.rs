//! What each rule does to what it sees.

use asfm_agent::{BrainKind, NewsTable, Rules, Value};
use asfm_engine::{Ppm, Seed, Side};

use crate::run::{Order, fixture, orders, read, run, run_with};

/// A market of one kind of trader and five stocks with these closes.
fn market(profile: &str, closes: &str, more: &str) -> String {
    let companies = (1..=5).map(|at| {
        format!("[[company]]\ncode = \"S{at}\"\nsector = \"real estate\"\ncloses = [{closes}]\n")
    });
    format!(
        "name = \"rule\"\ndays = 3\n{more}\n[population]\nagents = 40\n\
         [[traders]]\nkind = \"{profile}\"\nratio = 1\ncapital = 10000\n{}",
        companies.collect::<String>()
    )
}

fn first_orders(text: &str) -> Vec<Order> {
    let orders = orders(&read(text), 1, BrainKind::Rules);
    assert!(orders.len() >= 10, "only {} orders", orders.len());
    orders
}

fn all(orders: &[Order], side: Side) -> bool {
    orders.iter().all(|it| it.side == side)
}

const SURE: &str = "disagreement = 0\nmispricing = 0\nsurprise = 0";

/// News on day 1 that moves the worth of everything by this share.
fn told(change: f64) -> String {
    format!(
        "news = [{{ day = 1, text = \"news\", topic = \"interest-rate\", size = 2 }}]\n\
         [rules.news.interest-rate]\n\"real estate\" = {}\n",
        change / 2.0
    )
}

#[test]
fn value_buys_below_its_estimate_and_sells_above_it() {
    for change in [0.04, 0.2] {
        let up = told(change) + "[rules.value]\n" + SURE;
        let orders = first_orders(&market("value", "20", &up));
        assert!(all(&orders, Side::Buy));
        let worth = 20.0 * (1.0 + change);
        assert!(orders.iter().all(|it| it.price <= worth));
        let down = told(-change) + "[rules.value]\n" + SURE;
        let orders = first_orders(&market("value", "20", &down));
        assert!(all(&orders, Side::Sell));
        let worth = 20.0 * (1.0 - change);
        assert!(orders.iter().all(|it| it.price >= worth));
    }
}

#[test]
fn value_waits_where_price_and_estimate_agree() {
    let text = market("value", "20", &format!("[rules.value]\n{SURE}"));
    assert_eq!(orders(&read(&text), 1, BrainKind::Rules), []);
}

#[test]
fn news_for_leaders_moves_no_rule() {
    let told = told(0.2).replace("size = 2", "size = 2, audience = \"leaders\"");
    let text = market("value", "20", &(told + "[rules.value]\n" + SURE));
    assert_eq!(orders(&read(&text), 1, BrainKind::Rules), []);
}

#[test]
fn value_disagrees_without_news() {
    let orders = first_orders(&market("value", "20", ""));
    let buys = orders.iter().filter(|it| it.side == Side::Buy).count();
    assert!(buys > 5 && orders.len() - buys > 5, "{buys} of {}", orders.len());
}

#[test]
fn fundamental_reads_multiples() {
    // Price and multiples stand as at the start, so only opinions differ.
    let multiples = market("fundamental", "20", "[rules.fundamental]\ndisagreement = 0")
        .replace("sector =", "price-earnings = 10\nsector =");
    assert_eq!(orders(&read(&multiples), 1, BrainKind::Rules), []);
    // Without multiples the worth of the value rule counts, which starts off the price.
    let without = market("fundamental", "20", "[rules.fundamental]\ndisagreement = 0");
    first_orders(&without);
}

#[test]
fn trend_and_contrarian_take_opposite_sides() {
    let sides = [("20, 21, 22", Side::Buy, Side::Sell), ("22, 21, 20", Side::Sell, Side::Buy)];
    for (closes, follows, opposes) in sides {
        let aggressive = market("aggressive", closes, "rules.aggressive.noise = 0");
        assert!(all(&first_orders(&aggressive), follows), "{closes}");
        let contrarian = market("contrarian", closes, "rules.contrarian.noise = 0");
        assert!(all(&first_orders(&contrarian), opposes), "{closes}");
    }
}

#[test]
fn aggressive_limits_cross_the_price_and_contrarian_limits_wait() {
    for order in first_orders(&market("aggressive", "20, 21, 22", "")) {
        assert!((order.side == Side::Buy) == (order.price >= 22.0), "{order:?}");
    }
    for order in first_orders(&market("contrarian", "20, 21, 22", "")) {
        let waits = match order.side {
            Side::Buy => order.price <= 22.0,
            Side::Sell => order.price >= 22.0,
        };
        assert!(waits, "{order:?}");
    }
}

#[test]
fn institutional_returns_to_its_weights() {
    // All shares in one stock of eleven; the targets are equal.
    let text = fixture("asfm-baseline.toml")
        .replace("equal-value", "random-subset")
        .replace("agents = 20", "agents = 40\nsubset = 1")
        .replace("kind = \"value\"", "kind = \"value\"\nprofile = \"zero-intelligence\"")
        + "\n[rules.institutional]\nlean = 0\ntilt = 0\nposition-max = 1\n";
    let scenario = read(&text);
    let kind = scenario.kinds().iter().find(|it| it.name == "institutional").expect("a kind");
    let mut distance = Vec::new();
    run_with(&scenario, 1, BrainKind::Rules, |log| {
        let Some(close) = &log.close else { return };
        let n = close.closes.len();
        let sum = (kind.first..kind.first + kind.traders).map(|at| {
            let shares = &close.shares[at as usize * n..][..n];
            let values: Vec<f64> = shares
                .iter()
                .zip(&close.closes)
                .map(|(n, it)| it.close.times(*n).expect("small").to_f64())
                .collect();
            let wealth = close.cash[at as usize].to_f64() + values.iter().sum::<f64>();
            values.iter().map(|it| (it / wealth - 0.5 / 11.0).abs()).sum::<f64>()
        });
        distance.push(sum.sum::<f64>() / f64::from(kind.traders));
    });
    let (first, last) = (distance[0], distance[distance.len() - 1]);
    assert!(last < first * 0.6, "{first} {last}");
}

#[test]
fn zero_intelligence_asks_for_any_price_of_the_band() {
    let orders = first_orders(&market("zi", "20", "rules.zero-intelligence.attention = 5"));
    let prices = || orders.iter().map(|it| it.price);
    assert!(prices().all(|it| (18.0..=22.0).contains(&it)));
    assert!(prices().any(|it| it < 18.5) && prices().any(|it| it > 21.5));
    assert!(orders.iter().all(|it| (1..=5).contains(&it.qty)));
}

#[test]
fn zero_intelligence_replaces_every_profile() {
    let text = fixture("asfm-baseline.toml").replace("kind = \"value\"", "kind = \"no such rule\"");
    run(&read(&text), 1, BrainKind::ZeroIntelligence);
}

#[test]
fn neutral_traders_trade_with_each_other() {
    let text = market("neutral", "20", "").replace("days = 3", "days = 20");
    let it = run(&read(&text), 1, BrainKind::Rules);
    assert!(it.kinds[0][2] > 20, "{it:?}");
}

#[test]
fn nobody_talks() {
    let text = market("value", "20", "market.sessions = [\"talk\", \"auction\"]");
    let scenario = read(&text);
    let mut cast = asfm_agent::Cast::new(&scenario, Seed(1), BrainKind::Rules).expect("a cast");
    let mut engine = asfm_engine::Engine::new(scenario, Seed(1));
    let round = engine.next_round().expect("a stage of talk");
    assert!(cast.decide(&round).is_empty());
}

#[test]
fn the_table_of_news_is_complete() {
    let table = NewsTable::default();
    let scenario = read(&fixture("asfm-baseline.toml"));
    for topic in ["interest-rate", "inflation", "placebo"] {
        for company in scenario.companies() {
            let change = table.change(topic, &company.sector).expect("a known topic");
            assert!(change.abs() <= 0.1, "{topic} {}", company.sector);
            assert!(topic != "placebo" || change == 0.0);
        }
    }
    assert_eq!(table.change("weather", "energy"), None);
    for (at, row) in table.rows().iter().enumerate() {
        assert!(!row.source.is_empty() && !row.unit.is_empty(), "{row:?}");
        let twice = table.rows()[..at].iter();
        assert!(!twice.clone().any(|it| (&it.topic, &it.sector) == (&row.topic, &row.sector)));
    }
}

#[test]
fn a_scenario_changes_what_it_names() {
    let text = market(
        "value",
        "20",
        "[rules.value]\nmargin = 0.5\nsize = 0.25\n[rules.news.interest-rate]\nenergy = 0.03\n\
         [rules.news.weather]\n\"*\" = 0.01",
    );
    let rules = Rules::read(&read(&text)).expect("rules");
    let defaults = Rules::default().value;
    assert_eq!(rules.value, Value { margin: 0.5, size: Ppm(250_000), ..defaults });
    assert_eq!(rules.news.change("interest-rate", "energy"), Some(0.03));
    assert_eq!(rules.news.change("interest-rate", "materials"), Some(-0.04));
    assert_eq!(rules.news.change("weather", "energy"), Some(0.01));
}

#[test]
fn a_placebo_changes_nothing() {
    let quiet = fixture("asfm-baseline.toml");
    let placebo =
        quiet.clone() + "\n[[news]]\nday = 10\ntext = \"None.\"\ntopic = \"placebo\"\nsize = 1\n";
    let digest = |text: &str| run(&read(text), 1, BrainKind::Rules).digest;
    assert_eq!(digest(&quiet), digest(&placebo));
}
