//! Bad tables, and what is said of them.

use asfm_world::{Layout, World};

use crate::imported::{Tables, import, options, plain, published};

/// One table with a text replaced, once.
fn with(tables: Tables, name: &str, from: &str, to: &str) -> Tables {
    let mut found = false;
    let change = |(file, text): (&'static str, String)| {
        if file.ends_with(name) && text.contains(from) {
            found = true;
            return (file, text.replacen(from, to, 1));
        }
        (file, text)
    };
    let tables = tables.into_iter().map(change).collect();
    assert!(found, "{name} has no {from}");
    tables
}

fn refused(tables: &Tables, layout: Layout) -> String {
    import(tables, &options(layout)).expect_err("bad").to_string()
}

/// Table, what is replaced in it, by what, and what is said.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

const OF_PLAIN: &[Mistake] = &[
    (
        "prices.csv",
        "9.5",
        "-9.5",
        "prices.csv:3: column `close`: expected a price of at least 0.01 and at most 10000000, found `-9.5`",
    ),
    ("prices.csv", "9.5", "9,5", "prices.csv:3: expected 3 cells, as in the first line, found 4"),
    (
        "prices.csv",
        "9.5",
        "",
        "prices.csv:3: column `close`: expected a price of at least 0.01 and at most 10000000, found nothing",
    ),
    (
        "prices.csv",
        "9.5",
        "1e3",
        "prices.csv:3: column `close`: expected a decimal number, found `1e3`",
    ),
    (
        "prices.csv",
        "2031-03-04",
        "04.03.2031",
        "prices.csv:3: column `date`: expected a date such as 2023-06-15, found `04.03.2031`",
    ),
    (
        "prices.csv",
        "2031-03-04",
        "2031-03-05",
        "prices.csv:3: column `date`: expected one row for each code and date, found `2031-03-05` again after line 2",
    ),
    (
        "prices.csv",
        "05,X",
        "05,A B",
        "prices.csv:2: column `code`: expected a code without spaces and colons, found `A B`",
    ),
    (
        "prices.csv",
        "05,X",
        "05,gender",
        "prices.csv:2: column `code`: expected a code that is not the name of a trait, found `gender`",
    ),
    (
        "prices.csv",
        "2031-03-05,Y",
        "2031-03-06,Y",
        "prices.csv: expected a close of `Y` before 2031-03-06, found the first one on 2031-03-06",
    ),
    (
        "prices.csv",
        "close",
        "price",
        "prices.csv:1: expected a column `close`, found date, code, price",
    ),
    ("prices.csv", "code", "date", "prices.csv:1: column `date`: it is there twice"),
    (
        "companies.csv",
        "Y,soap",
        "Z,soap",
        "companies.csv:2: column `code`: expected a code of prices.csv, found `Z`",
    ),
    (
        "companies.csv",
        "X,rope",
        "Y,rope",
        "companies.csv:3: column `code`: expected each code once, found `Y`",
    ),
    (
        "companies.csv",
        "soap",
        "",
        "companies.csv:2: column `sector`: expected a text, found nothing",
    ),
    (
        "holders.csv",
        "200",
        "200.5",
        "holders.csv:2: column `X`: expected a whole number of shares, found `200.5`",
    ),
    (
        "holders.csv",
        "200",
        "",
        "holders.csv:2: column `X:cost`: expected nothing, for no shares are held, found `9.5`",
    ),
    (
        "holders.csv",
        "1000",
        "-1",
        "holders.csv:2: column `cash`: expected an amount of money, not below 0, found `-1`",
    ),
    (
        "holders.csv",
        "0.5,,,sad,10",
        "0,,,sad,",
        "holders.csv:3: column `cash`: expected money, for no shares are held, found `0`",
    ),
    ("holders.csv", "mood", "", "holders.csv:1: column ``: expected a name"),
    (
        "holders.csv",
        "X:cost",
        "Z:cost",
        "holders.csv:1: column `Z:cost`: no company has the code `Z`",
    ),
    (
        "news.csv",
        ",3,outlook",
        ",0,outlook",
        "news.csv:2: column `days`: expected a number of days from 1 to 99999, found `0`",
    ),
    ("news.csv", "Nothing.", "", "news.csv:3: column `text`: expected a text, found nothing"),
    (
        "news.csv",
        "0.5",
        "much",
        "news.csv:2: column `size`: expected a decimal number, found `much`",
    ),
    (
        "news.csv",
        "rope;soap",
        "rope;tea",
        "news.csv:2: column `sectors`: expected sectors of what is listed, with `;` between them, found `rope;tea`",
    ),
    (
        "news.csv",
        "size",
        "audience",
        "news.csv:2: column `audience`: expected `all` or `leaders`, found `0.5`",
    ),
];

const OF_PUBLISHED: &[Mistake] = &[
    (
        "stock_data.csv",
        "10.10",
        "ten",
        "data/stock_data.csv:3: column `close`: expected a decimal number, found `ten`",
    ),
    (
        "stock_profile.csv",
        "AAEI",
        "CCEI",
        "data/stock_profile.csv:3: column `stock_id`: expected a code of stock_data.csv, found `CCEI`",
    ),
    (
        "stock_profile.csv",
        "39.5",
        "",
        "data/stock_profile.csv:3: column `weight`: expected a weight, found nothing",
    ),
    (
        "trading_days.csv",
        "08,close",
        "08,maybe",
        "data/trading_days.csv:9: column `is_open`: expected `open` or `closed`, found `maybe`",
    ),
    (
        "trading_days.csv",
        "2031-03-08",
        "2030-03-08",
        "data/trading_days.csv: expected the date 2031-03-08, found none",
    ),
    (
        "profiles.csv",
        "基本面",
        "astrology",
        "profiles.csv:2: column `strategy`: expected `technical` or `fundamental`, found `astrology`",
    ),
    (
        "profiles.csv",
        "2,女",
        "1,女",
        "profiles.csv:3: column `user_id`: expected each user once, found `1`",
    ),
    (
        "profiles.csv",
        "300",
        "0.5",
        "profiles.csv:2: column `cur_positions`: expected a whole number of shares of AAEI, found `{\"AAEI\": {\"shares\": 0.5, \"ratio\": 5}}`",
    ),
    (
        "profiles.csv",
        "{\"\"AAEI\"\": {\"\"shares",
        "{\"\"CCEI\"\": {\"\"shares",
        "profiles.csv:2: column `cur_positions`: expected codes that are listed, not `CCEI`, found `{\"CCEI\": {\"shares\": 300, \"ratio\": 5}}`",
    ),
    (
        "profiles.csv",
        "\"[]\"",
        "ships",
        "profiles.csv:3: column `fol_ind`: expected a list of texts in JSON, found `ships`",
    ),
    (
        "profiles.csv",
        "100000000,5",
        "0,5",
        "profiles.csv:3: column `ini_cash`: expected a capital above 0, found `0`",
    ),
    (
        "belief_2.csv",
        "optimistic",
        "glad",
        "belief_2.csv:2: column `attitude`: expected `optimistic`, `neutral` or `pessimistic`, found `glad`",
    ),
];

#[test]
fn a_mistake_is_told_with_its_place() {
    for (name, from, to, expected) in OF_PLAIN {
        assert_eq!(refused(&with(plain(), name, from, to), Layout::Plain), *expected);
    }
    for (name, from, to, expected) in OF_PUBLISHED {
        assert_eq!(refused(&with(published(), name, from, to), Layout::Published), *expected);
    }
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let none = refused(&vec![], Layout::Plain);
    assert_eq!(none, "expected a file `prices.csv`, with the columns date, code and close");
    let pickle = refused(&vec![("a/sorted_impact_news.pkl", String::new())], Layout::Published);
    assert!(pickle.starts_with("a/sorted_impact_news.pkl: a pickle of Python cannot be read"));
    let database = refused(&vec![("sys_1000.db", String::new())], Layout::Published);
    assert!(database.contains("a database cannot be read"), "{database}");
    let other = refused(&vec![("shares.csv", String::new())], Layout::Plain);
    assert!(other.contains("this layout has prices.csv"), "{other}");
    let mut twice = plain();
    twice.push(("other/news.csv", String::new()));
    assert_eq!(refused(&twice, Layout::Plain), "other/news.csv: there are two files of this name");
    let empty = refused(&vec![("prices.csv", "date,code,close\n".into())], Layout::Plain);
    assert_eq!(empty, "prices.csv: expected at least one row below the first line");
    let latin =
        World::import([("prices.csv", &b"date,code\n2031,Caf\xe9"[..])], &options(Layout::Plain));
    let told = latin.expect_err("no UTF-8").to_string();
    assert_eq!(told, "prices.csv:2:9: expected UTF-8 text; save the table as UTF-8");
}

#[test]
fn a_run_without_trading_days_is_refused() {
    let mut options = options(Layout::Plain);
    options.start = "2031-03-15".parse().expect("a Saturday");
    options.days = 2.try_into().expect("not zero");
    let told = import(&plain(), &options).expect_err("a weekend").to_string();
    assert_eq!(told, "prices.csv: expected a trading day, found none in 2 days from 2031-03-15");
    options.days = u32::MAX.try_into().expect("not zero");
    let told = import(&plain(), &options).expect_err("too long").to_string();
    assert_eq!(told, "prices.csv: expected at most 1000000 days, found 4294967295");
}
