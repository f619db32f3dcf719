//! Populations written trader by trader.

use std::fmt::Write as _;

use asfm_engine::{Cash, Engine, Price, Scenario, ScenarioError, Seed, StockId};
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::support::{AAA, BBB, play, trader};

const MARKET: &str = r#"name = "crowd"
days = 2
company = [
    { code = "AAA", sector = "one", closes = ["9.50", "10.00"] },
    { code = "BBB", sector = "two", closes = [20] },
]
traders = [{ kind = "slow" }, { kind = "fast, 10", profile = "value" }]
[market]
lot = 100
[population]
table = "crowd.csv"
"#;

const TABLE: &str = "\
kind,cash,BBB,AAA:cost,AAA,city,words
\"fast, 10\",100.5,3,,7,Bonn,\"says \"\"no\"\",
twice\"
slow,0,1,12.3456,0,Ulm,
slow,1000,0,8,25,Bonn, spaced
\"fast, 10\",0.0001,,,,,x
";

fn read(text: &str, table: &str) -> Result<Scenario, ScenarioError> {
    Scenario::read("s.toml", text, |name| {
        if name == "crowd.csv" { Ok(table.to_owned()) } else { Err("no such file".to_owned()) }
    })
}

fn sound(table: &str) -> Scenario {
    read(MARKET, table).unwrap_or_else(|error| panic!("{error}"))
}

fn told(read: Result<Scenario, ScenarioError>) -> String {
    match read {
        Ok(_) => "accepted".to_owned(),
        Err(error) => match &error.hint {
            Some(hint) => format!("{error}\nhint: {hint}"),
            None => error.to_string(),
        },
    }
}

/// What is said of the sound table after `from` is replaced by `to`.
fn refused(from: &str, to: &str) -> String {
    assert!(TABLE.contains(from), "{from}");
    told(read(MARKET, &TABLE.replacen(from, to, 1)))
}

#[test]
fn traders_come_kind_by_kind_and_own_what_their_row_says() {
    let scenario = sound(TABLE);
    let roster = scenario.roster().expect("a table");
    assert_eq!((scenario.traders(), roster.len()), (4, 4));
    let kinds: Vec<(&str, u32, u32, i64)> = scenario
        .kinds()
        .iter()
        .map(|it| (it.name.as_str(), it.first, it.traders, it.capital.0))
        .collect();
    // The means of 20 and 1250, and of 230.50 and 0.0001, rounded down.
    assert_eq!(kinds, [("slow", 0, 2, 635_0000), ("fast, 10", 2, 2, 115_2500)]);
    let rows = (1..=4).map(trader).map(|it| (roster.cash(it).0, roster.shares(it).to_vec()));
    let expected =
        [(0, vec![0, 1]), (1000_0000, vec![25, 0]), (100_5000, vec![7, 3]), (1, vec![0, 0])];
    assert!(rows.eq(expected));
    let wealth: Vec<i64> = (1..=4).map(|it| scenario.capital(trader(it)).0).collect();
    assert_eq!(wealth, [20_0000, 1250_0000, 230_5000, 1]);
    let costs = |stock: StockId| {
        let cost = (1..=4).map(move |it| roster.cost(trader(it), stock).map(|it| it.to_string()));
        cost.map(Option::unwrap_or_default).collect::<Vec<_>>()
    };
    assert_eq!(costs(AAA), ["", "8.00", "10.00", ""], "a cost of no shares means nothing");
    assert_eq!(costs(BBB), ["20.00", "", "20.00", ""]);
    assert_eq!(roster.traits(), ["city", "words"]);
    let traits: Vec<[&str; 2]> =
        (1..=4).map(|it| [0, 1].map(|column| roster.trait_of(trader(it), column))).collect();
    let expected = [["Ulm", ""], ["Bonn", " spaced"], ["Bonn", "says \"no\",\ntwice"], ["", "x"]];
    assert_eq!(traits, expected);
}

#[test]
fn the_market_begins_with_the_table_whatever_the_seed() {
    let mut engine = Engine::new(sound(TABLE), Seed(1));
    assert_eq!(engine.ledger(), Engine::new(sound(TABLE), Seed(2)).ledger());
    assert_eq!(engine.ledger().wallet(trader(3)).cash, Cash(100_5000));
    assert_eq!(engine.ledger().shares(trader(2), AAA), 25);
    assert_eq!((engine.shares_outstanding(AAA), engine.shares_outstanding(BBB)), (32, 4));
    // The close at which cash and shares are counted.
    while engine.next_round().is_some() {
        play(&mut engine, "");
    }
}

#[test]
fn a_table_is_read_again_from_the_recorded_texts() {
    let scenario = sound(TABLE);
    let names: Vec<&str> = scenario.sources().iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["s.toml", "crowd.csv"]);
    let again = Scenario::from_sources(scenario.sources()).expect("read again");
    assert_eq!(again.roster(), scenario.roster());
    assert!(Scenario::from_sources(&scenario.sources()[..1]).is_err());
}

#[test]
fn ways_of_writing_do_not_matter() {
    let plain = sound("kind,cash,AAA\nslow,1,2\n");
    for table in [
        "kind,cash,AAA\r\nslow,1,2\r\n",
        "\u{feff}kind,cash,AAA\nslow,1,2",
        "\n\nkind , cash, AAA\n\n slow ,\"1.0000\", 2 \n\n\n",
        "\"kind\",\"cash\",\"AAA\"\n\"slow\",\"1\",\"2\"\n",
        "AAA,kind,cash\n2,slow,1\n",
        "kind,cash,AAA,BBB,BBB:cost\nslow,1,2,,\n",
    ] {
        let other = sound(table);
        let (one, two) = (plain.roster().expect("a table"), other.roster().expect("a table"));
        assert_eq!(one.shares(trader(1)), two.shares(trader(1)), "{table:?}");
        assert_eq!(one.cash(trader(1)), two.cash(trader(1)), "{table:?}");
        assert_eq!(one.cost(trader(1), AAA), two.cost(trader(1), AAA), "{table:?}");
    }
}

#[test]
fn a_kind_without_rows_has_no_traders() {
    let scenario = sound("kind,cash\n\"fast, 10\",5\n\"fast, 10\",7\n");
    let kinds: Vec<(u32, u32, i64)> =
        scenario.kinds().iter().map(|it| (it.first, it.traders, it.capital.0)).collect();
    assert_eq!(kinds, [(0, 0, 0), (0, 2, 6_0000)]);
    assert_eq!(scenario.kind_of(trader(1)).name, "fast, 10");
    let mut engine = Engine::new(scenario, Seed(1));
    while engine.next_round().is_some() {
        play(&mut engine, "");
    }
}

#[test]
fn ratio_capital_and_number_do_not_matter_beside_a_table() {
    let with = |from: &str, to: &str| told(read(&MARKET.replacen(from, to, 1), TABLE));
    let kind = "{ kind = \"slow\" }";
    assert_eq!(with(kind, "{ kind = \"slow\", ratio = 7, capital = 1 }"), "accepted");
    assert_eq!(with(kind, "{ kind = \"slow\", ratio = 0, capital = -5 }"), "accepted");
    assert_eq!(with("[population]", "[population]\nagents = 4"), "accepted");
    assert_snapshot!(with("[population]", "[population]\nagents = 5"), @"
    s.toml:11:10: `population.agents`: 5 traders, but the table `crowd.csv` has 4 rows
    hint: every row of a table is a trader: leave the number out
    ");
    assert_snapshot!(with("[population]", "[population]\ncapital-scale = 10"), @"
    s.toml:11:17: `population.capital-scale`: it has no effect beside a table, which says what every trader owns
    hint: leave out either this key or the table
    ");
    assert_snapshot!(with("[population]", "[population]\ninitial-shares = 0.5"), @"
    s.toml:11:18: `population.initial-shares`: it has no effect beside a table, which says what every trader owns
    hint: leave out either this key or the table
    ");
    assert_snapshot!(with("[population]", "[population]\nallocation = \"cash-only\""), @"
    s.toml:11:14: `population.allocation`: it has no effect beside a table, which says what every trader owns
    hint: leave out either this key or the table
    ");
    assert_snapshot!(with("[population]", "[population]\nsubset = 1"), @"
    s.toml:11:10: `population.subset`: it has no effect beside a table, which says what every trader owns
    hint: leave out either this key or the table
    ");
}

#[test]
fn ratio_and_capital_are_required_without_a_table() {
    let bare = MARKET.replace("table = \"crowd.csv\"", "agents = 2");
    assert_snapshot!(told(read(&bare, TABLE)), @r#"
    s.toml:7:21: `traders[0].ratio`: missing, and nothing else says it of the kind `slow`
    hint: a population can also be a table: `population.table = "FILE.csv"`
    "#);
    let all = bare.replace("{ kind = \"slow\" }", "{ kind = \"slow\", ratio = 1, capital = 5 }");
    assert_snapshot!(told(read(&all, TABLE)), @r#"
    s.toml:7:64: `traders[1].ratio`: missing, and nothing else says it of the kind `fast, 10`
    hint: a population can also be a table: `population.table = "FILE.csv"`
    "#);
    let capital = all.replace("profile = \"value\"", "ratio = 1");
    assert_snapshot!(told(read(&capital, TABLE)), @r#"
    s.toml:7:64: `traders[1].capital`: missing, and nothing else says it of the kind `fast, 10`
    hint: a population can also be a table: `population.table = "FILE.csv"`
    "#);
    assert_eq!(
        told(read(&capital.replace("ratio = 1 }", "ratio = 1, capital = 3 }"), TABLE)),
        "accepted"
    );
}

#[test]
fn a_table_that_cannot_be_read_is_told_where_it_is_named() {
    let text = MARKET.replace("crowd.csv", "cloud.csv");
    assert_snapshot!(told(read(&text, TABLE)), @"s.toml:11:9: `population.table`: cannot read `cloud.csv`: no such file");
}

#[test]
fn mistakes_in_the_header_are_shown_there() {
    assert_snapshot!(refused("kind,", "kinds,"), @"crowd.csv:1:1: `kind`: expected a header with a column `kind`, found kinds, cash, BBB, AAA:cost, AAA, city, words");
    assert_snapshot!(refused("cash,", "money,"), @"crowd.csv:1:1: `cash`: expected a header with a column `cash`, found kind, money, BBB, AAA:cost, AAA, city, words");
    assert_snapshot!(refused("city", "AAA"), @"crowd.csv:1:28: `AAA`: the column `AAA` is there twice");
    assert_snapshot!(refused("words", " city "), @"crowd.csv:1:33: `city`: the column `city` is there twice");
    assert_snapshot!(refused("city", ""), @"crowd.csv:1:28: expected a name for column 6, found nothing");
    assert_snapshot!(refused("AAA:cost", "AAB:cost"), @"
    crowd.csv:1:15: `AAB:cost`: no company has the code `AAB`
    hint: did you mean `AAA`?
    ");
    assert_snapshot!(refused("AAA:cost", "oil:cost"), @"crowd.csv:1:15: `oil:cost`: no company has the code `oil`");
    assert_snapshot!(told(read(MARKET, "")), @"crowd.csv:1:1: `kind`: expected a header with a column `kind`, found nothing");
    assert_snapshot!(told(read(MARKET, "kind;cash\nslow;1\n")), @"crowd.csv:1:1: `kind`: expected a header with a column `kind`, found kind;cash");
    assert_snapshot!(told(read(MARKET, "kind,cash\n\n")), @"crowd.csv:3:1: expected a row for every trader, found only a header");
}

#[test]
fn mistakes_in_rows_are_shown_there() {
    assert_snapshot!(refused("slow,1000", "slwo,1000"), @"
    crowd.csv:5:1: `kind`: expected the kind of one of the `[[traders]]`, `slow`, `fast, 10`, found `slwo`
    hint: did you mean `slow`?
    ");
    assert_snapshot!(refused("slow,1000", "medium,1000"), @"crowd.csv:5:1: `kind`: expected the kind of one of the `[[traders]]`, `slow`, `fast, 10`, found `medium`");
    assert_snapshot!(refused("slow,1000", ",1000"), @"crowd.csv:5:1: `kind`: expected the kind of one of the `[[traders]]`, `slow`, `fast, 10`, found nothing");
    assert_snapshot!(refused("1000,0", "-1000,0"), @"crowd.csv:5:6: `cash`: expected an amount of cash from 0, with at most four decimals, found `-1000`");
    assert_snapshot!(refused("1000,0", "1e3,0"), @"crowd.csv:5:6: `cash`: expected an amount of cash from 0, with at most four decimals, found `1e3`");
    assert_snapshot!(refused("1000,0", ",0"), @"crowd.csv:5:6: `cash`: expected an amount of cash from 0, with at most four decimals, found nothing");
    assert_snapshot!(refused("1000,0", "1.00001,0"), @"crowd.csv:5:6: `cash`: expected an amount of cash from 0, with at most four decimals, found `1.00001`");
    assert_snapshot!(refused("8,25", "8,-25"), @"crowd.csv:5:15: `AAA`: expected a whole number of shares from 0, found `-25`");
    assert_snapshot!(refused("8,25", "8,+25"), @"crowd.csv:5:15: `AAA`: expected a whole number of shares from 0, found `+25`");
    assert_snapshot!(refused("8,25", "8,2.5"), @"crowd.csv:5:15: `AAA`: expected a whole number of shares from 0, found `2.5`");
    assert_snapshot!(refused("8,25", "8,99999999999999999999"), @"crowd.csv:5:15: `AAA`: expected a whole number of shares from 0, found `99999999999999999999`");
    assert_snapshot!(refused("8,25", "0,25"), @"crowd.csv:5:13: `AAA:cost`: expected a price above 0 and up to 10000000.00, with at most four decimals, or nothing, found `0`");
    assert_snapshot!(refused("8,25", "\"8 €\",25"), @"crowd.csv:5:13: `AAA:cost`: expected a price above 0 and up to 10000000.00, with at most four decimals, or nothing, found `8 €`");
    assert_snapshot!(refused("Bonn, spaced", "Bonn"), @"crowd.csv:5:18: `words`: expected 7 fields as in the header, found 6");
    assert_snapshot!(refused("Bonn, spaced", "Bonn,a,b"), @"crowd.csv:5:25: expected 7 fields as in the header, found 8");
    assert_snapshot!(refused("slow,0,1", "slow,0,0"), @"crowd.csv:4:6: `cash`: expected cash or shares, found a trader who owns nothing");
    assert_snapshot!(refused("100.5,3", "99999999999999,3"), @"crowd.csv:2:12: `cash`: expected an amount of cash from 0, with at most four decimals, found `99999999999999`");
    assert_snapshot!(refused("100.5,3", "1,92233720368547758"), @"crowd.csv:2:12: `cash`: all traders together may not start with more than 461168601842738.7903");
    assert_snapshot!(refused("\"says", "\"says\"\",\"x\"x\",\"y"), @"crowd.csv:2:42: expected 7 fields as in the header, found 8");
}

#[test]
fn a_table_of_too_much_wealth_for_its_payments_is_refused() {
    let text = MARKET.replace("lot = 100", "cash-interest = 1");
    let text = text.replace("days = 2", "days = 60");
    assert_snapshot!(told(read(&text, "kind,cash\nslow,1000\n")), @"s.toml:11:9: `population`: all cash of the run, payments included, may not exceed 230584300921369.3951");
}

/// Rows of a table, as kind, cash, shares of two stocks, and a trait.
fn rows() -> impl Strategy<Value = Vec<(bool, i64, u64, u64, String)>> {
    let text = prop::string::string_regex("[ -~\n\r\"é,]{0,6}").expect("an expression");
    prop::collection::vec((any::<bool>(), 0..1_000_000_i64, 0..9_u64, 0..9_u64, text), 1..40)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn a_table_is_read_as_it_was_written(rows in rows()) {
        let mut table = "AAA,kind,note,cash,BBB\n".to_owned();
        for (fast, cash, a, b, note) in &rows {
            let kind = if *fast { "\"fast, 10\"" } else { "slow" };
            let cash = Cash(*cash + 1);
            writeln!(table, "{a},{kind},{},{cash},{b}", quoted(note)).expect("a text grows");
        }
        let scenario = sound(&table);
        let roster = scenario.roster().expect("a table");
        let slow = rows.iter().filter(|it| !it.0);
        let sorted: Vec<_> = slow.chain(rows.iter().filter(|it| it.0)).collect();
        prop_assert_eq!(sorted.len(), roster.len());
        for ((fast, cash, a, b, note), number) in sorted.into_iter().zip(1..) {
            let it = trader(number);
            prop_assert_eq!(scenario.kind_of(it).first > 0 || scenario.kinds()[0].traders == 0, *fast);
            prop_assert_eq!(roster.cash(it), Cash(cash + 1));
            prop_assert_eq!(roster.shares(it), [*a, *b]);
            prop_assert_eq!(roster.trait_of(it, 0), note);
            prop_assert_eq!(roster.cost(it, BBB), (*b > 0).then_some(Price(20_0000)));
        }
    }

    #[test]
    fn no_table_makes_it_panic(at in 0..TABLE.len(), cut in 0_usize..20, new in ".{0,8}") {
        let mut table = TABLE.to_owned();
        let end = (at + cut).min(table.len());
        table.replace_range(at..end, &new);
        if let Err(error) = read(MARKET, &table) {
            prop_assert!(error.line >= 1 && error.line <= table.lines().count() + 1);
            prop_assert!(!error.message.is_empty());
            prop_assert!(table.get(error.span.clone()).is_some() || error.file == "s.toml");
        }
    }
}

/// A large table takes little time and memory; the bounds are far from what it takes.
#[test]
fn a_hundred_thousand_rows_are_read() {
    let mut table = "kind,cash,AAA,BBB,AAA:cost,a,b,c,d,e,f,g,h\n".to_owned();
    for row in 0..100_000_u32 {
        let kind = if row % 3 == 0 { "slow" } else { "\"fast, 10\"" };
        let level = ["low", "mid", "high"][row as usize % 3];
        writeln!(
            table,
            "{kind},{row}.5,{},{},9.5,{level},{level},x,y,z,\"u, v\",{},{row}",
            row % 50,
            row % 9,
            row % 100
        )
        .expect("a text grows");
    }
    let scenario = sound(&table);
    let roster = scenario.roster().expect("a table");
    assert_eq!((scenario.traders(), roster.traits().len()), (100_000, 8));
    assert_eq!(scenario.kinds()[0].traders, 33_334);
    let last = trader(100_000);
    assert_eq!((roster.trait_of(last, 7), roster.trait_of(last, 0)), ("99998", "high"));
}
