//! One altered row anywhere is caught, and its table is named.

use std::fs;
use std::path::Path;

use asfm_recorder::{Ending, Run};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::tempdir;

use crate::market::{RICH, crowd, engine, record};
use crate::{Dice, said};

const TABLES: [&str; 24] = [
    "run",
    "sources",
    "companies",
    "initial_closes",
    "kinds",
    "traders",
    "trait_names",
    "trait_values",
    "trait_parts",
    "news",
    "reasons",
    "rounds",
    "request_parts",
    "unreadable",
    "statements",
    "exposure_parts",
    "auction_rows",
    "trade_parts",
    "end_parts",
    "close_rows",
    "transfer_parts",
    "account_parts",
    "calls",
    "texts",
];

/// Alters a copy of a run and says what `open` or `verify` thinks of it.
fn judged(original: &Path, alter: impl FnOnce(&Connection)) -> Option<String> {
    let path = original.with_extension("altered");
    fs::copy(original, &path).unwrap();
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON",
    )
    .unwrap();
    alter(&file);
    file.close().unwrap();
    let verdict = Run::open(&path).and_then(|it| it.verify());
    verdict.err().map(|it| said(&it))
}

fn recorded(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("run.db");
    let with_news = format!(
        "{}\n[[news]]\nday = 1\ntext = \"rates rise\"\nsectors = [\"a\"]\naudience = \"leaders\"\n",
        crowd(RICH)
    );
    record(&path, &mut engine(&with_news, 1), usize::MAX, Ending::Done).unwrap();
    path
}

fn columns(file: &Connection, table: &str) -> Vec<String> {
    let mut query =
        file.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).unwrap();
    let names = query.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

/// Something of the same type that is not the same.
fn other(value: Value, dice: &mut Dice) -> Value {
    match value {
        Value::Null => Value::Integer(1),
        Value::Integer(number) => Value::Integer(number ^ (1 << dice.below(6))),
        Value::Real(number) => Value::Real(number + 0.5),
        Value::Text(text) => {
            let digits: Vec<usize> =
                text.char_indices().filter(|it| it.1.is_ascii_digit()).map(|it| it.0).collect();
            match digits.get(dice.below(digits.len())) {
                Some(&at) if text.len() > 8 => {
                    let digit = if &text[at..=at] == "7" { "8" } else { "7" };
                    Value::Text(format!("{}{digit}{}", &text[..at], &text[at + 1..]))
                }
                _ => Value::Text(text + "x"),
            }
        }
        Value::Blob(_) => Value::Null,
    }
}

#[test]
fn an_untouched_copy_is_right() {
    let folder = tempdir().unwrap();
    assert_eq!(judged(&recorded(folder.path()), |_| ()), None);
}

#[test]
fn every_altered_column_is_caught_and_its_table_named() {
    let folder = tempdir().unwrap();
    let original = recorded(folder.path());
    let file = Connection::open(&original).unwrap();
    let mut dice = Dice(11);
    for table in TABLES {
        let count: u32 =
            file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert!(count > 0, "{table} has rows");
        for column in columns(&file, table) {
            for _ in 0..3 {
                let place = dice.below(count as usize);
                let find = format!("SELECT rowid, {column} FROM {table} LIMIT 1 OFFSET {place}");
                let (row, value): (i64, Value) =
                    file.query_row(&find, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
                let altered = other(value.clone(), &mut dice);
                let mut done = true;
                let verdict = judged(&original, |file| {
                    let update = format!("UPDATE {table} SET {column} = ? WHERE rowid = ?");
                    let changed = file.execute(&update, (&altered, row));
                    // Two rows of one key cannot be.
                    done = changed.is_ok();
                });
                let what = format!("{table}.{column}, row {row}: {value:?} to {altered:?}");
                match verdict {
                    Some(verdict) => assert!(verdict.contains(table), "{what}: {verdict}"),
                    None => assert!(!done, "{what}: not caught"),
                }
            }
        }
    }
}

#[test]
fn every_missing_row_is_caught_and_its_table_named() {
    let folder = tempdir().unwrap();
    let original = recorded(folder.path());
    for table in TABLES {
        for end in ["min", "max"] {
            let verdict = judged(&original, |file| {
                let delete =
                    format!("DELETE FROM {table} WHERE rowid = (SELECT {end}(rowid) FROM {table})");
                assert_eq!(file.execute(&delete, []).unwrap(), 1);
            });
            let verdict = verdict.unwrap_or_else(|| panic!("{table}: not caught"));
            assert!(verdict.contains(table), "{table}: {verdict}");
        }
    }
}

#[test]
fn every_added_row_is_caught_and_its_table_named() {
    let folder = tempdir().unwrap();
    let original = recorded(folder.path());
    let file = Connection::open(&original).unwrap();
    for table in TABLES {
        let names = columns(&file, table);
        // The first column is a day or a number of its own; -1 and 1000 are no such thing yet.
        for key in ["-1", "1000"] {
            let verdict = judged(&original, |file| {
                let rest: Vec<String> = names[1..]
                    .iter()
                    .map(|it| match (table, it.as_str()) {
                        ("companies" | "reasons", "code")
                        | ("kinds", "kind")
                        | ("trait_names", "name") => "'new'".to_owned(),
                        _ => it.clone(),
                    })
                    .collect();
                let add = format!(
                    "INSERT INTO {table} ({}) SELECT {key}, {} FROM {table} LIMIT 1",
                    names.join(", "),
                    rest.join(", ")
                );
                assert_eq!(file.execute(&add, []).unwrap(), 1);
            });
            let verdict = verdict.unwrap_or_else(|| panic!("{table} {key}: not caught"));
            assert!(verdict.contains(table), "{table} {key}: {verdict}");
        }
    }
}

#[test]
fn an_altered_number_is_named_to_the_digit() {
    let folder = tempdir().unwrap();
    let original = folder.path().join("run.db");
    record(&original, &mut engine(RICH, 1), usize::MAX, Ending::Done).unwrap();
    let alter = |update: &str| judged(&original, |file| file.execute_batch(update).unwrap());
    let verdict = |update: &str| {
        let verdict = alter(update).unwrap();
        verdict.split_once(": ").unwrap().1.to_owned()
    };
    let body =
        "UPDATE trade_parts SET body = json_set(body, '$[0][2]', 95) WHERE day = 1 AND stage = 1";
    insta::assert_snapshot!(verdict(body), @"table `trade_parts`, day 1, stage 1, part 0, seq 1, column `qty`: stored 95, rebuilt 90");
    let close = "UPDATE close_rows SET close_e4 = close_e4 + 500 WHERE day = 2 AND company = 1";
    insta::assert_snapshot!(verdict(close), @"table `close_rows`, day 2, company 1, column `close_e4`: stored 201000, rebuilt 200500");
    let account = "UPDATE account_parts SET body = json_set(body, '$[2][4]', 1) WHERE day = 4";
    insta::assert_snapshot!(verdict(account), @"table `account_parts`, day 4, stage 3, part 0, trader 3, column `shares of company 2`: stored 1, rebuilt 7840");
    let order = "UPDATE request_parts SET body = json_set(body, '$[0][3]', 1) WHERE day = 4";
    insta::assert_snapshot!(verdict(order), @r#"table `request_parts`, day 4, stage 0, part 0, column `body`: expected what its checksum was taken of, found "[[1,0,0,1,101500,1],[1,1,0,290,98000,1],[1,1,0,340,105500,1]"… and a checksum of something else"#);
    let title = verdict("UPDATE run SET title = 'x'");
    assert!(title.starts_with("table `run`, any row, column `seal`: stored "), "{title}");
    insta::assert_snapshot!(verdict("DROP VIEW trades"), @"table `sqlite_schema`, trades: expected its definition, found nothing");
}

#[test]
fn an_altered_trait_or_capital_is_named_to_the_digit() {
    let folder = tempdir().unwrap();
    let original = recorded(folder.path());
    let verdict = |update: &str| {
        let verdict = judged(&original, |file| file.execute_batch(update).unwrap()).unwrap();
        verdict.split_once(": ").unwrap().1.to_owned()
    };
    insta::assert_snapshot!(verdict("UPDATE trait_parts SET body = json_set(body, '$[2][1]', 1)"), @"table `trait_parts`, part 0, trader 3, column `value`: stored 1, rebuilt 0");
    insta::assert_snapshot!(verdict("UPDATE trait_values SET value = 'Cologne' WHERE value = 'Bonn'"), @r#"table `trait_values`, id 1, column `value`: stored "Cologne", rebuilt "Bonn""#);
    insta::assert_snapshot!(verdict("UPDATE trait_names SET name = 'town' WHERE seq = 0"), @r#"table `trait_names`, seq 0, column `name`: stored "town", rebuilt "city""#);
    insta::assert_snapshot!(verdict("UPDATE traders SET capital_e4 = capital_e4 + 1 WHERE trader = 3"), @"table `traders`, trader 3, column `capital_e4`: stored 2, rebuilt 1");
    insta::assert_snapshot!(verdict("UPDATE kinds SET capital_e4 = capital_e4 + 1 WHERE seq = 1"), @"table `kinds`, seq 1, column `capital_e4`: stored 687148334, rebuilt 687148333");
    insta::assert_snapshot!(verdict("UPDATE news SET audience = 'all'"), @r#"table `news`, seq 0, column `audience`: stored "all", rebuilt "leaders""#);
    insta::assert_snapshot!(verdict("UPDATE news SET sectors = '[]'"), @r#"table `news`, seq 0, column `sectors`: stored "[]", rebuilt "[\"a\"]""#);
}
