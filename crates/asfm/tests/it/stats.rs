//! Statistics of tables and of runs, as a user asks for them.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{asfm, baseline, failure, json, root, succeed};

fn fixture(name: &str) -> String {
    root().join("fixtures/series").join(name).display().to_string()
}

/// What is said of a table that holds `text`.
fn refused(text: impl AsRef<[u8]>, more: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("p.csv"), text).expect("written");
    let arguments = [&["stats", "series", "p.csv", "--column", "close"], more].concat();
    let output = asfm(folder.path(), &arguments);
    assert!(output.stdout.is_empty(), "nothing but errors is said");
    failure(folder.path(), &output)
}

#[test]
fn tables_without_data_are_refused() {
    assert_snapshot!(refused("", &[]), @"
    exit 2
    error: p.csv is empty: expected a line of column names, then numbers
    ");
    assert_snapshot!(refused("date,close\n", &[]), @"
    exit 2
    error: p.csv: column `close`: found no row below the column names, expected at least 2 prices
    ");
    assert_snapshot!(refused("date,close", &[]), @"
    exit 2
    error: p.csv: column `close`: found no row below the column names, expected at least 2 prices
    ");
    assert_snapshot!(refused("close\n10.5\n", &[]), @"
    exit 2
    error: p.csv: column `close`: found one row below the column names, expected at least 2 prices
    ");
    assert_snapshot!(refused("10.5\n10.6\n", &[]), @"
    exit 2
    error: p.csv:1: there is no column `close`, expected one of `10.5`
    ");
    assert_snapshot!(refused("date,open,Close\n2024-01-02,1,1\n", &[]), @"
    exit 2
    error: p.csv:1: there is no column `close`, expected one of `date`, `open`, `Close`
    ");
    assert_snapshot!(refused("close\n1\n2\n3\n", &["--volume", "volume"]), @"
    exit 2
    error: p.csv:1: there is no column `volume`, expected one of `close`
    ");
    assert_snapshot!(refused("date;close\n2024-01-02;1\n2024-01-03;2\n", &[]), @"
    exit 2
    error: p.csv:1: there is no column `close`, expected one of `date;close`; columns are separated by commas
    ");
    assert_snapshot!(refused("close,close\n1,2\n3,4\n", &[]), @"
    exit 2
    error: p.csv:1: column `close` is there twice, expected it once
    ");
}

#[test]
fn cells_are_refused_with_line_and_column() {
    assert_snapshot!(refused("close\n10\n11\nn/a\n12\n", &[]), @"
    exit 2
    error: p.csv:4: column `close`: found `n/a`, expected a price, a number above 0
    ");
    assert_snapshot!(refused("close\n10\nNaN\n", &[]), @"
    exit 2
    error: p.csv:3: column `close`: found `NaN`, expected a price, a number above 0
    ");
    assert_snapshot!(refused("close\n10\ninf\n", &["--returns"]), @"
    exit 2
    error: p.csv:3: column `close`: found `inf`, expected a log return, a finite number
    ");
    assert_snapshot!(refused("close\n10\n0\n", &[]), @"
    exit 2
    error: p.csv:3: column `close`: found `0`, expected a price, a number above 0
    ");
    assert_snapshot!(refused("close\n10\n-3.5\n", &[]), @"
    exit 2
    error: p.csv:3: column `close`: found `-3.5`, expected a price, a number above 0
    ");
    assert_snapshot!(refused("day,close\n1,10\n2,\n", &[]), @"
    exit 2
    error: p.csv:3: column `close`: found nothing, expected a price, a number above 0
    ");
    assert_snapshot!(refused("close\n10\n1,000\n", &[]), @"
    exit 2
    error: p.csv:3: found 2 columns, expected 1 as in line 1
    ");
    assert_snapshot!(refused("close,v\n10,5\n11,-1\n", &["--volume", "v"]), @"
    exit 2
    error: p.csv:3: column `v`: found `-1`, expected a volume, a number not below 0
    ");
    assert_snapshot!(refused(b"close\n10\n\xff\xfe\n", &[]), @"
    exit 2
    error: p.csv:3: column `close`: found `��`, expected a price, a number above 0
    ");
}

#[test]
fn dates_that_go_back_are_refused() {
    let text = "date,close\n2024-01-02,10\n2024-01-04,11\n2024-01-03,12\n";
    assert_snapshot!(refused(text, &[]), @"
    exit 2
    error: p.csv:4: column `date`: found `2024-01-03`, expected a date not before 2024-01-04, that of the line before
    ");
    assert_snapshot!(refused("date,close\n01/02/2024,10\n", &[]), @"
    exit 2
    error: p.csv:2: column `date`: found `01/02/2024`, expected a date such as 2024-01-31
    ");
}

#[test]
fn files_that_are_not_there_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let told = |arguments: &[&str]| failure(folder, &asfm(folder, arguments));
    assert_snapshot!(told(&["stats", "series", "none.csv", "--column", "p"]), @"
    exit 2
    error: cannot read none.csv: No such file or directory (os error 2)
    ");
    assert_snapshot!(told(&["stats", "run", "none.db"]), @"
    exit 2
    error: cannot open `none.db`
      caused by: No such file or directory (os error 2)
    ");
    assert_eq!(asfm(folder, &["stats", "series", "p.csv"]).status.code(), Some(2));
    assert_eq!(asfm(folder, &["stats", "run"]).status.code(), Some(2));
}

#[test]
fn a_short_series_says_what_it_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let prices: Vec<String> = (0..31).map(|t| format!("{}", 100 + t * t % 23)).collect();
    std::fs::write(folder.join("p.csv"), format!("p\n{}\n", prices.join("\n"))).expect("written");
    let text = succeed(folder, &["stats", "series", "p.csv", "--column", "p"]);
    assert!(text.contains("needs 100 returns") && text.contains("needs 250 returns"), "{text}");
    assert!(!text.contains("NaN"), "{text}");
    let json = json(&succeed(folder, &["stats", "series", "p.csv", "--column", "p", "--json"]));
    assert_eq!((&json["n"], &json["rows"]), (&30.into(), &31.into()));
    assert_eq!(json["needs"]["garch"], 250);
    assert_eq!(json["card"]["F1_no_autocorr"], "I");
    for (prices, what) in [("1\n2\n", "one return"), ("5\n5\n5\n5\n", "prices that stand still")] {
        std::fs::write(folder.join("p.csv"), format!("p\n{prices}")).expect("written");
        let text = succeed(folder, &["stats", "series", "p.csv", "--column", "p"]);
        assert!(text.contains("not applicable") && !text.contains("NaN"), "{what}: {text}");
    }
}

#[test]
fn a_long_series_is_read_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let step = |t: u64| f64::from(u32::try_from(t * t % 1009).expect("small")) - 504.0;
    let returns: Vec<f64> = (0..30_000).map(|t| step(t) / 1e5).collect();
    let text: Vec<String> = returns.iter().map(f64::to_string).collect();
    std::fs::write(folder.join("r.csv"), format!("r\n{}\n", text.join("\n"))).expect("written");
    let arguments = ["stats", "series", "r.csv", "--column", "r", "--returns", "--json"];
    let told = json(&succeed(folder, &[&arguments[..], &["--replicates", "19"]].concat()));
    assert_eq!((&told["n"], &told["window"]), (&30_000.into(), &20_000.into()));
    assert_eq!(told["card"]["n"], 20_000);
    let mean = returns.iter().sum::<f64>() / 3e4;
    assert!((told["moments"]["mean"].as_f64().expect("a number") - mean).abs() < 1e-12);
}

/// The card's letters, F1 to F10.
fn letters(card: &Value) -> String {
    let lines = card["lines"].as_array().expect("lines");
    lines[..10].iter().map(|it| it["verdict"].as_str().expect("a letter")).collect()
}

/// Every number of a golden file is there under its name and close; fits have their own tests.
fn agrees(at: &str, ours: &Value, golden: &Value) {
    let other_data = at == ".bootstrap" || at.contains(".garch.") || at.contains("student_t");
    if other_data || [".source", ".column", ".first", ".last"].contains(&at) {
        assert!(!ours.is_null(), "{at}");
        return;
    }
    match (ours, golden) {
        (_, Value::Object(golden)) => {
            for (key, golden) in golden {
                agrees(&format!("{at}.{key}"), &ours[key], golden);
            }
        }
        (Value::Array(ours), Value::Array(golden)) => {
            assert_eq!(ours.len(), golden.len(), "{at}");
            for (k, (ours, golden)) in ours.iter().zip(golden).enumerate() {
                agrees(&format!("{at}[{k}]"), ours, golden);
            }
        }
        (Value::Number(ours), Value::Number(golden)) => {
            let (ours, golden) = (ours.as_f64().expect("f64"), golden.as_f64().expect("f64"));
            let gap = (ours - golden).abs();
            assert!(gap <= 1e-6 * golden.abs() + 1e-12, "{at}: {ours} for {golden}");
        }
        (ours, golden) => assert_eq!(ours, golden, "{at}"),
    }
}

fn golden(name: &str) -> Value {
    let path = root().join("fixtures/golden/stats").join(name);
    json(&std::fs::read_to_string(path).expect("the golden file is there"))
}

#[test]
fn a_real_series_passes_what_it_should() {
    let file = fixture("real_ibm.csv");
    let arguments = ["stats", "series", &file, "--column", "adj_close", "--volume", "volume"];
    let told = json(&succeed(&root(), &[&arguments[..], &["--json"]].concat()));
    agrees("", &told, &golden("real_ibm.json"));
    for fact in [0, 1, 2, 3, 4, 5, 6, 8, 9] {
        assert_eq!(&letters(&told["card"])[fact..=fact], "P", "F{}", fact + 1);
    }
    // The walk beside it fails fat tails, clustering, leverage and volume.
    let walk = letters(&told["gaussian_walk"]);
    for fact in [1, 2, 4, 6] {
        assert_eq!(&walk[fact..=fact], "F", "F{} of {walk}", fact + 1);
    }
    assert_ne!(&walk[8..=8], "P", "F9 of {walk}");
    assert!(told["real_windows"].is_array());
    let names = golden("card.json");
    let names = names["cards"]["real_ibm"].as_object().expect("a card");
    for name in names.keys().filter(|it| !it.starts_with('_')) {
        assert!(told["card"][name].is_string(), "{name}");
    }
}

#[test]
fn a_gaussian_series_fails_what_it_should() {
    let file = fixture("syn_normal.csv");
    let arguments = ["stats", "series", &file, "--column", "r", "--returns", "--volume", "volume"];
    let told = json(&succeed(&root(), &[&arguments[..], &["--json"]].concat()));
    agrees("", &told, &golden("syn_normal.json"));
    let letters = letters(&told["card"]);
    assert!(letters.starts_with('P'), "no autocorrelation: {letters}");
    for fact in [1, 2, 4, 6, 8, 9] {
        assert_eq!(&letters[fact..=fact], "F", "F{} of {letters}", fact + 1);
    }
    assert_eq!(told["card"]["F2_fat_tails"], "F");
}

fn record(folder: &Path, seed: &str, more: &[&str]) -> (String, Value) {
    let name = format!("s{seed}.db");
    let scenario = baseline();
    let arguments = ["run", &scenario, "--seed", seed, "--out", &name, "--json"];
    let summary = json(&succeed(folder, &[&arguments[..], more].concat()));
    (name, summary)
}

#[test]
fn a_run_has_the_metrics_of_its_summary() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    // Orders of two lives, closes of two kinds.
    let settings: [&[&str]; 2] =
        [&[], &["--set", "market.close=last", "--set", "market.order-life=gtc"]];
    for (seed, more) in ["1", "2"].into_iter().zip(settings) {
        let (run, summary) = record(folder, seed, more);
        let arguments = ["stats", "run", &run, "--json", "--replicates", "99"];
        let told = json(&succeed(folder, &arguments));
        for (key, value) in summary["readings"].as_object().expect("readings") {
            assert_eq!(&told[key], value, "{key}");
        }
        assert!(told["VO_close_mean_of_trades"].is_number());
        let per_stock = told["per_stock"].as_object().expect("stocks");
        assert_eq!(per_stock.len(), 11);
        for (code, it) in per_stock {
            assert_eq!(it["statistics"]["n"], 30, "{code}");
            assert!(it["OER"].is_number() && it["TR"].is_number() && it["VO"].is_number());
            assert_eq!(it["card"]["F4_long_memory"], "N", "30 days are too few");
        }
        let orders: u64 = per_stock.values().filter_map(|it| it["ON"].as_u64()).sum();
        assert_eq!(told["ON"], orders);
        assert!(told["index"]["gaussian_walk"].is_object());
        assert!(told["index"]["real_windows"].is_array());
        let text = succeed(folder, &["stats", "run", &run, "--replicates", "99"]);
        assert!(text.contains("OER_single_counted") && !text.contains("NaN"), "{text}");
    }
}

#[test]
fn several_runs_are_several_observations() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let (names, summaries): (Vec<_>, Vec<_>) =
        ["1", "2", "3"].iter().map(|seed| record(folder, seed, &[])).unzip();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let arguments = [&["stats", "run"], &names[..], &["--replicates", "99"]].concat();
    let told = json(&succeed(folder, &[&arguments[..], &["--json"]].concat()));
    let across = &told["across_runs"];
    assert_eq!((&across["n"], told["runs"].as_array().map(Vec::len)), (&3.into(), Some(3)));
    let turnovers = summaries.iter().map(|it| it["turnover_rate"].as_f64().expect("a number"));
    let mean = turnovers.sum::<f64>() / 3.0;
    let tr = &across["metrics"]["TR"];
    let number = |key: &str| tr[key].as_f64().expect("a number");
    assert!((number("mean") - mean).abs() < 1e-12);
    assert!(number("lo") < mean && mean < number("hi") && number("sd") > 0.0);
    assert_eq!(across["stocks"][1]["statistic"]["n"], 3, "a run is one observation");
    assert_eq!(across["stocks"][1]["verdicts"]["n"], 33);
    assert_eq!(across["gaussian_walk"]["n"], 30);
    assert!(across["real_windows"][0]["n"].as_u64().is_some_and(|it| it > 0));
    let text = succeed(folder, &arguments);
    assert!(text.contains("95 % interval") && !text.contains("NaN"), "{text}");
    assert!(text.contains("walk: a Gaussian random walk of equal length"), "{text}");
    assert!(text.contains("real: passes among"), "{text}");

    let twice = failure(folder, &asfm(folder, &["stats", "run", "s1.db", "s1.db"]));
    assert_snapshot!(twice, @"
    exit 2
    error: `s1.db` and `s1.db` are the same run: expected each once
    ");
}

#[test]
fn a_run_of_one_day_is_honest() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let (run, _) = record(folder, "1", &["--days", "1"]);
    let told = json(&succeed(folder, &["stats", "run", &run, "--json"]));
    assert!(told["VO"].is_null() && told["TR"].is_number());
    assert_eq!(told["index"]["card"]["F1_no_autocorr"], "N");
    let text = succeed(folder, &["stats", "run", &run]);
    assert!(!text.contains("NaN"), "{text}");
}
