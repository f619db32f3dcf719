//! What made-up worlds keep.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use asfm_engine::{Day, Seed};
use asfm_world::{Mode, Recipe, Weekday, World};

use crate::support::{cents, codes, counts, file, rows, scenario};

fn of(agents: u32, mode: Mode) -> World {
    let agents = NonZeroU32::new(agents).expect("not zero");
    World::generate(&Recipe { agents, mode, ..Recipe::default() })
}

fn people(agents: u32) -> Vec<BTreeMap<String, String>> {
    rows(file(&of(agents, Mode::Sound), "population.csv"))
}

/// The published counts of 1000 traders.
const PUBLISHED: &[(&str, &[(&str, u32)])] = &[
    ("gender", &[("male", 941), ("female", 59)]),
    (
        "location",
        &[
            ("Shanghai", 208),
            ("Beijing", 185),
            ("Hong Kong", 140),
            ("Guangdong", 130),
            ("Hunan", 129),
            ("Shandong", 71),
            ("Zhejiang", 52),
            ("Hubei", 50),
            ("Hebei", 35),
        ],
    ),
    ("user-type", &[("ordinary", 912), ("blogger", 77), ("big-v", 11)]),
    ("disposition", &[("mid", 338), ("low", 333), ("high", 329)]),
    ("lottery", &[("low", 643), ("high", 298), ("mid", 59)]),
    ("return", &[("mid", 360), ("low", 343), ("high", 297)]),
    ("turnover", &[("low", 371), ("mid", 330), ("high", 299)]),
    ("diversification", &[("mid", 678), ("low", 322)]),
    ("trade-count", &[("mid", 371), ("low", 332), ("high", 297)]),
    ("strategy", &[("technical", 600), ("fundamental", 400)]),
    ("attitude", &[("optimistic", 401), ("neutral", 113), ("pessimistic", 486)]),
];

#[test]
fn a_thousand_traders_have_the_published_counts() {
    let people = people(1_000);
    assert_eq!(people.len(), 1_000);
    for (column, expected) in PUBLISHED {
        assert_eq!(counts(&people, column), expected.iter().copied().collect(), "{column}");
    }
    let both = |a: &str, x: &str, b: &str, y: &str| {
        people.iter().filter(|it| it[a] == x && it[b] == y).count()
    };
    for (turnover, technical, fundamental) in
        [("high", 255, 44), ("mid", 209, 121), ("low", 136, 235)]
    {
        assert_eq!(both("strategy", "technical", "turnover", turnover), technical);
        assert_eq!(both("strategy", "fundamental", "turnover", turnover), fundamental);
    }
    let rich = |it: &&BTreeMap<String, String>| it["kind"].ends_with("100 million");
    let rich: Vec<_> = people.iter().filter(rich).cloned().collect();
    assert_eq!(
        counts(&rich, "user-type"),
        BTreeMap::from([("big-v", 11), ("blogger", 29), ("ordinary", 229)])
    );
    let kinds = counts(&people, "kind");
    assert_eq!(kinds["technical, 10 million"] + kinds["fundamental, 10 million"], 731);
    assert_eq!(kinds["technical, 100 million"], 161, "evenly over the strategies");
}

/// The counts nearest to the published ones that are whole and have the right sum.
#[test]
fn other_numbers_of_traders_have_the_nearest_counts() {
    for n in [1, 7, 37, 100, 250] {
        let people = people(n);
        assert_eq!(people.len(), n as usize);
        for (column, published) in PUBLISHED {
            let found = counts(&people, column);
            assert_eq!(found.values().sum::<u32>(), n);
            for (level, of_1000) in *published {
                let found = f64::from(found.get(level).copied().unwrap_or(0));
                let exact = f64::from(n * of_1000) / 1_000.0;
                assert!((found - exact).abs() < 1.0, "{n}: {column} {level}: {found}, {exact}");
            }
        }
    }
    let people = people(100);
    let expected = [
        ("fundamental, 10 million", 29),
        ("fundamental, 100 million", 11),
        ("technical, 10 million", 44),
        ("technical, 100 million", 16),
    ];
    assert_eq!(counts(&people, "kind"), BTreeMap::from(expected));
    assert_eq!(
        counts(&people, "turnover"),
        BTreeMap::from([("low", 37), ("mid", 33), ("high", 30)])
    );
}

#[test]
fn cash_and_shares_cost_the_capital() {
    for mode in [Mode::Sound, Mode::Paper] {
        let world = of(1_000, mode);
        let text = file(&world, "population.csv");
        let codes = codes(text);
        let (mut holdings, mut holders) = ([0; 11], BTreeMap::new());
        let (mut cash, mut wealth) = (0, 0);
        let scenario = scenario(&world).expect("sound");
        for it in rows(text) {
            let capital: i64 = if it["kind"].ends_with("100 million") { 100 } else { 10 };
            let mut paid = cents(&it["cash"]);
            assert!(paid >= 0);
            cash += paid;
            wealth += paid;
            let mut held = 0;
            let mut sectors = Vec::new();
            for (code, company) in codes.iter().zip(scenario.companies()) {
                let shares: i64 = it[code].parse().expect("a number");
                let cost = &it[&format!("{code}:cost")];
                assert_eq!(shares > 0, !cost.is_empty(), "a cost with shares only");
                if shares > 0 {
                    assert_eq!(shares % 100, 0, "whole lots");
                    paid += shares * cents(cost);
                    wealth += shares * company.initial_close().0 / 100;
                    held += 1;
                    *holders.entry(code.clone()).or_insert(0) += 1;
                    sectors.push(company.sector.as_str());
                }
            }
            holdings[held] += 1;
            assert_eq!(paid, capital * 100_000_000, "to the cent");
            let followed: Vec<&str> = it["sectors"].split(';').collect();
            assert!(held == 0 || followed == sectors, "{followed:?} {sectors:?}");
        }
        assert_eq!((holdings[0], holdings[2], holdings[3], holdings[4]), (13, 330, 343, 314));
        assert!(holders.values().all(|it| (240..350).contains(it)), "{holders:?}");
        let percent = cash * 100 / wealth;
        assert!((36..46).contains(&percent), "{percent} % of wealth is cash");
    }
}

#[test]
fn costs_differ_soundly_and_are_one_as_published() {
    let costs = |mode| {
        let world = of(300, mode);
        let text = file(&world, "population.csv");
        let mut by_code: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for code in codes(text) {
            for it in rows(text) {
                let cost = it[&format!("{code}:cost")].clone();
                by_code
                    .entry(code.clone())
                    .or_default()
                    .extend(Some(cost).filter(|it| !it.is_empty()));
            }
        }
        (scenario(&world).expect("sound"), by_code)
    };
    let (scenario, sound) = costs(Mode::Sound);
    for it in scenario.companies() {
        let closes: BTreeSet<String> = it.closes.iter().map(ToString::to_string).collect();
        assert!(sound[&it.code].len() > 20, "{}: {:?}", it.code, sound[&it.code]);
        assert!(sound[&it.code].is_subset(&closes), "bought at a close");
    }
    let (scenario, paper) = costs(Mode::Paper);
    for it in scenario.companies() {
        assert_eq!(paper[&it.code], BTreeSet::from([it.closes[0].to_string()]));
    }
}

#[test]
fn beliefs_lie_around_the_attitude() {
    let people = people(1_000);
    let mean = |attitude: &str, dimension: &str| {
        let of: Vec<f64> = people
            .iter()
            .filter(|it| it["attitude"] == attitude)
            .map(|it| it[dimension].parse().expect("a number"))
            .collect();
        assert!(of.iter().all(|it| (0.0..=100.0).contains(it)));
        of.iter().sum::<f64>() / f64::from(u32::try_from(of.len()).expect("few"))
    };
    for it in ["trend", "valuation", "economy", "sentiment", "confidence"] {
        let means = ["pessimistic", "neutral", "optimistic"].map(|attitude| mean(attitude, it));
        assert!(means[0] + 10.0 < means[1] && means[1] + 10.0 < means[2], "{it}: {means:?}");
    }
}

#[test]
fn a_world_is_a_scenario() {
    for mode in [Mode::Sound, Mode::Paper] {
        let scenario = scenario(&of(100, mode)).expect("sound");
        assert_eq!((scenario.days(), scenario.trading_days()), (62, 44));
        assert!(scenario.is_open(Day(2)) && !scenario.is_open(Day(3)), "day 1 is a Thursday");
        assert_eq!((scenario.companies().len(), scenario.traders()), (10, 100));
        assert!(scenario.companies().iter().all(|it| it.closes.len() == 110));
        assert!(scenario.companies().iter().all(|it| it.valuation.price_earnings.is_some()));
        assert_eq!(scenario.rules().fee.0 > 0, mode == Mode::Sound);
    }
    let monday = Recipe { start: Weekday::Monday, ..Recipe::default() };
    let scenario = scenario(&World::generate(&monday)).expect("sound");
    assert!(scenario.is_open(Day(5)) && !scenario.is_open(Day(6)));
}

#[test]
fn news_is_of_the_days_and_sectors_of_the_world() {
    let world = of(1, Mode::Sound);
    let scenario = scenario(&world).expect("sound");
    let sectors: BTreeSet<&str> =
        scenario.companies().iter().map(|it| it.sector.as_str()).collect();
    for name in ["news.toml", "rumour.toml", "rumour-placebo.toml", "rumour-ordinary.toml"] {
        let file: toml::Table = file(&world, name).parse().expect("sound TOML");
        let all = file["news"].as_array().expect("news");
        assert!(name == "news.toml" || all.len() == 5);
        for it in all {
            let keys: BTreeSet<&str> =
                it.as_table().expect("a table").keys().map(|it| &**it).collect();
            let known = ["day", "days", "text", "topic", "size", "sectors", "audience"];
            assert!(keys.iter().all(|it| known.contains(it)), "{keys:?}");
            assert!((1..=62).contains(&it["day"].as_integer().expect("a day")));
            assert!(it["days"].as_integer() >= Some(1));
            let text = it["text"].as_str().expect("a text");
            assert!(text.is_ascii() && (20..400).contains(&text.len()), "{text}");
            let topics = ["interest-rate", "inflation", "outlook", "placebo"];
            assert!(topics.contains(&it["topic"].as_str().expect("a topic")));
            for it in it.get("sectors").and_then(toml::Value::as_array).into_iter().flatten() {
                assert!(sectors.contains(it.as_str().expect("a text")), "{it}");
            }
        }
    }
}

#[test]
fn a_seed_is_a_world() {
    let of = |seed| World::generate(&Recipe { seed: Seed(seed), ..Recipe::default() });
    assert_eq!(of(5), of(5));
    let (one, other) = (of(5), of(6));
    for name in ["companies.toml", "population.csv", "news.toml"] {
        assert_ne!(one.file(name), other.file(name), "{name}");
    }
}

/// More days or traders do not move what was there: news of a day, prices before day 1.
#[test]
fn parts_do_not_move_each_other() {
    let few = World::generate(&Recipe::default());
    let days = NonZeroU32::new(100).expect("not zero");
    let agents = NonZeroU32::new(50).expect("not zero");
    let more = World::generate(&Recipe { days, agents, ..Recipe::default() });
    assert_eq!(few.file("companies.toml"), more.file("companies.toml"));
    assert!(file(&more, "news.toml").starts_with(file(&few, "news.toml").trim_end()));
}
