//! Scenarios that name files: a table of traders, news, companies.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::support::{EXPERIMENT, asfm, failure, json, succeed};

const SCENARIO: &str = r#"name = "crowd"
title = "each its own"
days = 5
companies = "companies.toml"
news-file = "news.toml"

[population]
table = "crowd.csv"

[[traders]]
kind = "value"

[[traders]]
kind = "aggressive"

[[traders]]
kind = "contrarian"
"#;

const COMPANIES: &str = r#"
[[company]]
code = "A"
sector = "energy"
closes = ["10.00"]
[[company]]
code = "B"
sector = "financials"
closes = ["20.00"]
"#;

const NEWS: &str = r#"
[[news]]
day = 2
text = "Rates rise."
topic = "interest-rate"
size = 0.25
[[news]]
day = 3
text = "They say that B is for sale."
sectors = ["financials"]
audience = "leaders"
"#;

const TABLE: &str = "\
kind,cash,A,B,A:cost,city
aggressive,1000,50,,8.5,Bonn
value,20000,0,1000,,Ulm
value,500,400,0,,Bonn
aggressive,0,100,100,,
value,4000,100,100,,Ulm
";

fn write(folder: &Path) {
    for (name, text) in [
        ("market.toml", SCENARIO),
        ("companies.toml", COMPANIES),
        ("news.toml", NEWS),
        ("crowd.csv", TABLE),
    ] {
        fs::write(folder.join(name), text).expect("written");
    }
}

#[test]
fn a_table_is_checked_and_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    write(at);
    assert_snapshot!(succeed(at, &["check", "market.toml"]), @"
    crowd: each its own
    5 days, 5 of them trading days; 2 stocks; 5 traders: 3 value, 2 aggressive, 0 contrarian; 2 news; seed 1
    a table of 5 traders with 56000.00 in cash and shares; traits: city
    ");
    let told = |arguments: &[&str]| failure(at, &asfm(at, arguments));
    assert_snapshot!(told(&["run", "market.toml", "--agents", "100"]), @r#"
    exit 2
    error: market.toml:9:10: `population.agents`: 100 traders, but the table `crowd.csv` has 5 rows
    hint: every row of a table is a trader: leave the number out
    ╭─[market.toml:9:10]
      8 │ table = "crowd.csv"
      9 │ agents = 100
        ·          ───
     10 │ 
        ╰────
    "#);
    assert_snapshot!(told(&["check", "market.toml", "--set", "population.table=none.csv"]), @r#"
    exit 2
    error: market.toml:8:9: `population.table`: cannot read `none.csv`: No such file or directory (os error 2)
    ╭─[market.toml:8:9]
     7 │ [population]
     8 │ table = "none.csv"
       ·         ──────────
     9 │ 
       ╰────
    "#);
    fs::write(at.join("crowd.csv"), TABLE.replace("4000,100", "4000,-1")).expect("written");
    assert_snapshot!(told(&["check", "market.toml"]), @"
    exit 2
    error: crowd.csv:6:12: `A`: expected a whole number of shares from 0, found `-1`
    ╭─[crowd.csv:6:12]
     5 │ aggressive,0,100,100,,
     6 │ value,4000,-1,100,,Ulm
       ·            ──
       ╰────
    ");
}

#[test]
fn a_run_keeps_its_table_and_counts_gains_trader_by_trader() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    write(at);
    let run = |out: &str| {
        json(&succeed(at, &["run", "market.toml", "--out", out, "--agents", "5", "--json"]))
    };
    let summary = run("crowd.db");
    for name in ["market.toml", "companies.toml", "news.toml", "crowd.csv"] {
        fs::remove_file(at.join(name)).expect("it was there");
    }
    succeed(at, &["verify", "crowd.db"]);
    // Another future out of what the run file keeps.
    succeed(at, &["branch", "crowd.db", "--day", "3", "--out", "other.db", "--set", "seed=1"]);
    succeed(at, &["verify", "other.db"]);
    let kinds = summary["kinds"].as_array().expect("kinds");
    let counts: Vec<i64> = kinds.iter().filter_map(|it| it["traders"].as_i64()).collect();
    assert_eq!(counts, [3, 2, 0]);
    assert!(kinds[2]["mean_return"].is_null() && kinds[2]["capital_weighted_return"].is_null());

    let file = rusqlite::Connection::open(at.join("crowd.db")).expect("a run file");
    let of_kind = "SELECT avg(last.wealth / t.capital - 1), sum(last.wealth) / sum(t.capital) - 1
        FROM accounts last JOIN traders t USING (trader)
        WHERE last.day = 5 AND t.kind = ?";
    for (kind, name) in kinds.iter().zip(["value", "aggressive"]) {
        let (mean, weighted): (f64, f64) =
            file.query_row(of_kind, [name], |row| Ok((row.get(0)?, row.get(1)?))).expect("a kind");
        let near = |value: &serde_json::Value, other: f64| {
            value.as_f64().is_some_and(|it| (it - other).abs() < 1e-9)
        };
        assert!(near(&kind["mean_return"], mean), "{kind} {mean}");
        assert!(near(&kind["capital_weighted_return"], weighted), "{kind} {weighted}");
        assert!((mean - weighted).abs() > 1e-9, "they differ where capital does");
    }
    succeed(at, &["report", "crowd.db", "--out", "page.html"]);
    let page = fs::read_to_string(at.join("page.html")).expect("a page");
    assert!(page.contains("leaders"), "who was told is on the page");
}

#[test]
fn an_experiment_keeps_the_files_of_its_arms() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    write(at);
    fs::write(at.join("poor.csv"), TABLE.replace("20000", "200")).expect("written");
    let arms = EXPERIMENT.replace(
        "set = { \"market.fee\" = \"0.01\" }",
        "set = { \"population.table\" = \"poor.csv\" }",
    );
    fs::write(at.join("fees.toml"), arms).expect("written");
    succeed(at, &["experiment", "plan", "fees.toml", "--out", "f"]);
    let kept = |name: &str| fs::read_to_string(at.join("f/scenarios").join(name)).expect(name);
    assert_eq!(kept("free.population.csv"), TABLE);
    assert!(kept("fee.population.csv").contains("value,200,"));
    assert_eq!(kept("fee.companies.toml"), COMPANIES);
    assert_eq!(kept("free.news.toml"), NEWS);
    let scenario = kept("fee.toml");
    for line in [
        "companies = \"fee.companies.toml\"",
        "news-file = \"fee.news.toml\"",
        "table = \"fee.population.csv\"",
    ] {
        assert!(scenario.contains(line), "{scenario}");
    }
    for name in ["market.toml", "companies.toml", "news.toml", "crowd.csv", "poor.csv"] {
        fs::remove_file(at.join(name)).expect("it was there");
    }
    succeed(at, &["experiment", "task", "f", "--index", "0"]);
    fs::write(at.join("f/scenarios/free.population.csv"), TABLE.replace("Bonn", "Rome"))
        .expect("written");
    fs::write(at.join("f/scenarios/fee.population.csv"), "").expect("written");
    let told: Vec<String> = (1..4)
        .map(|index: u32| asfm(at, &["experiment", "task", "f", "--index", &index.to_string()]))
        .map(|output| failure(at, &output))
        .collect();
    assert!(told.iter().any(|it| it.contains("is not what was planned")), "{told:?}");
}
