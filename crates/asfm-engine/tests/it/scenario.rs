//! Scenario files: what is refused, with the place and the reason.

use asfm_engine::{Engine, Scenario, Seed, Source};
use insta::assert_snapshot;

const GOOD: &str = r#"name = "good"
days = 30

[[company]]
code = "AAA"
sector = "one"
closes = ["10.00"]

[market]
tick = "0.01"

[population]
agents = 20

[[traders]]
kind = "value"
ratio = 2
capital = 20000

[[traders]]
kind = "other"
ratio = 3
capital = 400

[[news]]
day = 10
text = "rates are cut"
"#;

/// The error after `from` is replaced by `to` in the sound scenario.
fn refused(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    let Err(error) = Scenario::read("s.toml", &text, |_| Err("no such file".to_owned())) else {
        return "accepted".to_owned();
    };
    match &error.hint {
        Some(hint) => format!("{error}\nhint: {hint}"),
        None => error.to_string(),
    }
}

#[test]
fn the_sound_one_is_accepted_and_complete() {
    let scenario = Scenario::read("s.toml", GOOD, |_| Err(String::new())).expect("sound");
    assert_eq!(scenario.traders(), 20);
    let kinds: Vec<(u32, u32)> = scenario.kinds().iter().map(|it| (it.first, it.traders)).collect();
    assert_eq!(kinds, [(0, 8), (8, 12)]);
    assert_eq!(scenario.trading_days(), 30);
    assert_eq!(scenario.seed(), Seed(1));
}

#[test]
fn mistakes_in_words_are_shown_with_the_nearest_word() {
    assert_snapshot!(refused("tick =", "tik ="), @"
    s.toml:10:1: `market.tik`: unknown field `tik`, expected one of `tick`, `lot`, `sessions`, `continuous-rounds`, `closed-sessions`, `auction`, `tie-break`, `continuous`, `price-limit`, `resubmission`, `operations`, `operations-per`, `order-life`, `priority`, `self-trade`, `close`, `no-trade-close`, `settlement`, `fee`, `stamp-tax`, `cash-interest`, `history-days`, `depth-levels`, `large-trade`
    hint: did you mean `tick`?
    ");
    assert_snapshot!(refused("tick = \"0.01\"", "auction = \"midpiont\""), @"
    s.toml:10:11: `market.auction`: unknown variant `midpiont`, expected `midpoint` or `uniform`
    hint: did you mean `midpoint`?
    ");
    assert_snapshot!(refused("ratio = 2", "ration = 2"), @"
    s.toml:17:1: `traders[0].ration`: unknown field `ration`, expected one of `kind`, `profile`, `by-rule`, `ratio`, `capital`
    hint: did you mean `ratio`?
    ");
    assert_snapshot!(refused("days = 30", "dayz = 30"), @"
    s.toml:2:1: `dayz`: unknown field `dayz`, expected one of `name`, `title`, `seed`, `days`, `companies`, `news-file`, `company`, `calendar`, `market`, `population`, `traders`, `news`, `dividend`, `rules`, `prompt`, `social`
    hint: did you mean `days`?
    ");
    assert_snapshot!(refused("days = 30", "days = \"many\""), @r#"s.toml:2:8: `days`: invalid type: string "many", expected a whole number from 0 to 4294967295"#);
    assert_snapshot!(refused("days = 30", "days = "), @"s.toml:2:8: string values must be quoted, expected literal string");
    assert_snapshot!(refused("name = \"good\"\n", ""), @"s.toml:1:1: missing field `name`");
}

#[test]
fn mistakes_in_numbers_say_what_is_expected() {
    assert_snapshot!(refused("days = 30", "days = 0"), @"s.toml:2:8: `days`: expected between 1 and 1000000 days, found 0");
    assert_snapshot!(refused("days = 30", "days = -3"), @"s.toml:2:8: `days`: invalid value: integer `-3`, expected a whole number from 0 to 4294967295");
    assert_snapshot!(refused("agents = 20", "agents = 0"), @"s.toml:13:10: `population.agents`: expected between 1 and 100000000 traders, found 0");
    assert_snapshot!(refused("agents = 20", "agents = 21"), @"
    s.toml:13:10: `population.agents`: 21 traders cannot be divided 2:3: expected a multiple of 5
    hint: 20 or 25 would do
    ");
    assert_snapshot!(refused("capital = 400", "capital = -400"), @"s.toml:23:11: `traders[1].capital`: expected a positive number, found -400");
    assert_snapshot!(refused("capital = 400", "capital = 0.00001"), @"s.toml:23:11: `traders[1].capital`: expected at most four decimal places");
    assert_snapshot!(refused("capital = 400", "capital = 99999999999999"), @r#"s.toml:23:11: `traders[1].capital`: invalid value: integer `99999999999999`, expected a decimal number with at most six places, such as "0.01""#);
    assert_snapshot!(refused("capital = 400", "capital = \"lots\""), @r#"s.toml:23:11: `traders[1].capital`: invalid value: string "lots", expected a decimal number with at most six places, such as "0.01""#);
    assert_snapshot!(refused("\"10.00\"", "\"10.001\""), @"s.toml:7:11: `company[0].closes[0]`: expected a multiple of the tick 0.01, found 10.001");
    assert_snapshot!(refused("\"10.00\"", "-10"), @"s.toml:7:11: `company[0].closes[0]`: expected a positive number, found -10");
    let text = "[2000000]\n[market]\ntick = \"0.0002\"\n[calendar]";
    let told = refused("[\"10.00\"]\n\n[market]\ntick = \"0.01\"", text);
    assert_snapshot!(told, @"s.toml:7:11: `company[0].closes[0]`: expected at most 858993.459, the highest price with this tick");
    assert_snapshot!(refused("[\"10.00\"]", "[]"), @"s.toml:7:10: `company[0].closes`: expected at least one close before day 1");
    assert_snapshot!(refused("\"0.01\"", "\"0.0003\""), @"s.toml:7:11: `company[0].closes[0]`: expected a multiple of the tick 0.0003, found 10.00");
    assert_snapshot!(refused("tick = \"0.01\"", "lot = 0"), @"s.toml:10:7: `market.lot`: expected at least 1 share");
    assert_snapshot!(refused("tick = \"0.01\"", "price-limit = 10"), @r#"s.toml:10:15: `market.price-limit`: expected a share above 0 and below 1, or "off"; found 10"#);
    assert_snapshot!(refused("tick = \"0.01\"", "price-limit = \"none\""), @r#"s.toml:10:15: `market.price-limit`: invalid value: string "none", expected a share such as 0.1, or "off""#);
    assert_snapshot!(refused("tick = \"0.01\"", "fee = \"0.9\"\nstamp-tax = \"0.2\""), @"s.toml:11:13: `market.stamp-tax`: expected fee and stamp tax together below 1");
    assert_snapshot!(refused("tick = \"0.01\"", "continuous-rounds = 1000"), @"s.toml:10:21: `market.continuous-rounds`: expected at most 255 stages a day, found 1001");
}

#[test]
fn mistakes_between_parts_name_both() {
    assert_snapshot!(refused("day = 10", "day = 99"), @"s.toml:26:7: `news[0].day`: news on day 99, but the run has 30 days");
    assert_snapshot!(refused("kind = \"other\"", "kind = \"value\""), @"s.toml:21:8: `traders[1].kind`: the kind `value` is empty or used twice");
    assert_snapshot!(refused("code = \"AAA\"", "code = \"A A\""), @"s.toml:5:8: `company[0].code`: expected a stock code without spaces");
    assert_snapshot!(refused("days = 30", "days = 30\ncompanies = \"c.toml\""), @"s.toml:3:13: `companies`: expected either a file of companies or `[[company]]` tables, not both");
    assert_snapshot!(refused("[market]", "[[company]]\ncode = \"AAA\"\nsector = \"two\"\ncloses = [1]\n[market]"), @"s.toml:10:8: `company[1].code`: the code `AAA` is used twice");
    assert_snapshot!(refused("tick = \"0.01\"", "sessions = [\"talk\"]"), @"s.toml:10:12: `market.sessions`: expected at least one `auction` or `continuous` stage");
    assert_snapshot!(refused("tick = \"0.01\"", "closed-sessions = [\"auction\"]"), @"s.toml:10:19: `market.closed-sessions`: expected only `talk`: nothing trades on a closed day");
    assert_snapshot!(refused("agents = 20", "agents = 20\nallocation = \"market-cap\""), @"s.toml:14:14: `population.allocation`: `market-cap` needs `shares-outstanding` of every company; AAA has none");
    assert_snapshot!(refused("agents = 20", "agents = 20\nallocation = \"random-subset\""), @"s.toml:14:14: `population.subset`: expected between 1 and 1 stocks, found 3");
    assert_snapshot!(refused("[market]", "[calendar]\nweek = \"oox\"\n[market]"), @r#"s.toml:10:8: `calendar.week`: expected letters `o` (open) and `c` (closed), such as "ooooocc""#);
    assert_snapshot!(refused("[market]", "[calendar]\nweek = \"c\"\n[market]"), @"s.toml:2:8: `calendar`: expected at least one trading day");
    assert_snapshot!(refused("[market]", "[calendar]\nclosed = [31]\n[market]"), @"s.toml:10:11: `calendar.closed[0]`: expected a day between 1 and 30");
    assert_snapshot!(refused("[market]", "[[dividend]]\nday = 3\nstock = \"BBB\"\nper-share = 1\n[market]"), @"s.toml:11:9: `dividend[0].stock`: no company has the code `BBB`");
    let text = "cash-interest = \"1\"\n[[dividend]]\nday = 3\nstock = \"AAA\"\nper-share = 1";
    assert_eq!(refused("tick = \"0.01\"", text), "accepted");
    let text = "price-limit = \"off\"\ncash-interest = \"1\"\n[calendar]\nclosed = [1]";
    assert_eq!(refused("tick = \"0.01\"", text), "accepted");
    let text = "agents = 20\ncapital-scale = 2000000000";
    assert_snapshot!(refused("agents = 20", text), @"s.toml:13:10: `population`: all cash of the run, payments included, may not exceed 230584300921369.3951");
}

#[test]
fn a_mistake_in_an_included_file_is_shown_there() {
    let text =
        GOOD.replace("[[company]]\ncode = \"AAA\"\nsector = \"one\"\ncloses = [\"10.00\"]", "");
    let text = format!("companies = \"c.toml\"\n{text}");
    let read = |table: &'static str| {
        Scenario::read("s.toml", &text, move |name| {
            assert_eq!(name, "c.toml");
            Ok(table.to_owned())
        })
    };
    let error = read("[[company]]\ncode = \"A\"\nsector = \"s\"\ncloses = [1, 2, 0]\n");
    assert_snapshot!(error.expect_err("a close of 0"), @"c.toml:4:17: `company[0].closes[2]`: expected a positive number, found 0");
    let error = read("[[company]]\ncode = \"A\"\nsecter = \"s\"\n");
    assert_snapshot!(error.expect_err("a typo"), @"c.toml:3:1: `company[0].secter`: unknown field `secter`, expected one of `code`, `name`, `sector`, `business`, `closes`, `shares-outstanding`, `price-earnings`, `price-book`, `dividend-yield`");
    let error = Scenario::read("s.toml", &text, |_| Err("permission denied".to_owned()));
    assert_snapshot!(error.expect_err("no file"), @"s.toml:1:13: `companies`: cannot read `c.toml`: permission denied");

    let sound = read("[[company]]\ncode = \"A\"\nsector = \"s\"\ncloses = [1]\n").expect("sound");
    let names: Vec<&str> = sound.sources().iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["s.toml", "c.toml"]);
    let again = Scenario::from_sources(sound.sources()).expect("read again");
    let run = |scenario| Engine::new(scenario, Seed(1)).ledger().clone();
    assert_eq!(run(again), run(sound));
    assert!(Scenario::from_sources(&[]).is_err());
    let lonely = [Source { name: "s.toml".to_owned(), text: text.clone() }];
    assert!(Scenario::from_sources(&lonely).is_err());
}

#[test]
fn a_default_is_the_paper() {
    let named =
        std::fs::read_to_string("../../fixtures/scenarios/asfm-baseline.toml").expect("fixture");
    let companies = std::fs::read_to_string("../../fixtures/companies/asfm.toml").expect("fixture");
    let (before, rest) = named.split_once("\n[market]").expect("a market table");
    let (_, traders) = rest.split_once("\n[[traders]]").expect("kinds");
    let bare = format!("{before}\n[[traders]]{traders}");
    let read =
        |text: &str| Scenario::read("s.toml", text, |_| Ok(companies.clone())).expect("sound");
    let (named, bare) = (read(&named), read(&bare));
    assert_eq!(format!("{:?}", named.rules()), format!("{:?}", bare.rules()));
    let ledger = |it: &Scenario| Engine::new(it.clone(), Seed(5)).ledger().clone();
    assert_eq!(ledger(&named), ledger(&bare));
}

/// How many texts are tried: 2 000, or what a campaign asks for.
fn cases() -> u32 {
    std::env::var("ASFM_FUZZ_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(2_000)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(cases()))]

    #[test]
    fn no_text_makes_it_panic(at in 0..GOOD.len(), cut in 0_usize..20, new in ".{0,8}") {
        let mut text = GOOD.to_owned();
        let end = (at + cut).min(text.len());
        text.replace_range(at..end, &new);
        if let Err(error) = Scenario::read("s.toml", &text, |_| Err("no file".to_owned())) {
            proptest::prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
            proptest::prop_assert!(!error.message.is_empty());
        }
    }
}
