//! Foreign and damaged files are errors, never panics.

use std::fs;
use std::path::Path;

use asfm_recorder::{Ending, Error, Run};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::tempdir;

use crate::market::{RICH, engine, record};
use crate::{Dice, said};

fn read_all(path: &Path) -> Result<(), Error> {
    let run = Run::open(path)?;
    // Everything is tried, whatever went wrong before.
    let rounds = run.rounds().try_for_each(|it| it.map(drop));
    let trades = run.trades().try_for_each(|it| it.map(drop));
    let calls = run.calls(drop);
    let days = run
        .account_days()
        .and_then(|days| days.into_iter().try_for_each(|day| run.accounts(day).map(drop)));
    let rest = [run.closes().map(drop), run.scenario().map(drop), run.rebuild(|_, _| ()).map(drop)];
    run.verify()?;
    rounds.and(trades).and(calls).and(days)?;
    rest.into_iter().collect()
}

fn recorded(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("run.db");
    record(&path, &mut engine(RICH, 1), usize::MAX, Ending::Done).unwrap();
    path
}

#[test]
fn foreign_files_are_told() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let opened = || {
        let said = said(&Run::open(&path).unwrap_err());
        said.replace(folder.path().to_str().unwrap(), "")
    };
    insta::assert_snapshot!(opened(), @"cannot open `/run.db`: No such file or directory (os error 2)");
    fs::write(&path, "").unwrap();
    insta::assert_snapshot!(opened(), @"`/run.db` is not an SQLite file");
    fs::write(&path, "day,price\n1,10.05\n".repeat(100)).unwrap();
    insta::assert_snapshot!(opened(), @"`/run.db` is not an SQLite file");
    fs::remove_file(&path).unwrap();
    let file = Connection::open(&path).unwrap();
    file.execute_batch("CREATE TABLE t (x)").unwrap();
    insta::assert_snapshot!(opened(), @"`/run.db` is not a recorded run: its application id is 0x0");
    file.execute_batch("PRAGMA application_id = 0x4153464D; PRAGMA user_version = 3").unwrap();
    insta::assert_snapshot!(opened(), @"`/run.db` has version 3 of the run file; this program reads version 2");
    file.execute_batch("PRAGMA user_version = 1").unwrap();
    insta::assert_snapshot!(opened(), @"`/run.db` has version 1 of the run file; this program reads version 2");
    file.execute_batch("PRAGMA user_version = 2").unwrap();
    insta::assert_snapshot!(opened(), @"cannot read `/run.db`: no such table: run: Error code 1: SQL logic error");
    insta::assert_snapshot!(said(&Run::open(folder.path()).unwrap_err())
        .replace(folder.path().to_str().unwrap(), "folder"), @"cannot open `folder`: Is a directory (os error 21)");
}

#[test]
fn a_truncated_file_is_an_error() {
    let folder = tempdir().unwrap();
    let path = recorded(folder.path());
    let whole = fs::read(&path).unwrap();
    let mut dice = Dice(3);
    for _ in 0..60 {
        let cut = dice.below(whole.len());
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(read_all(&path).is_err(), "cut at {cut}");
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let folder = tempdir().unwrap();
    let path = recorded(folder.path());
    let whole = fs::read(&path).unwrap();
    let mut dice = Dice(5);
    for _ in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..=dice.below(12) {
            let at = dice.below(bytes.len());
            bytes[at] = u8::try_from(dice.below(256)).unwrap();
        }
        fs::write(&path, bytes).unwrap();
        drop(read_all(&path));
    }
}

#[test]
fn rows_of_anything_never_panic() {
    let folder = tempdir().unwrap();
    let original = recorded(folder.path());
    let path = folder.path().join("altered.db");
    let mut dice = Dice(7);
    let tables = [
        "run",
        "sources",
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
        "companies",
        "traders",
        "trait_parts",
        "trait_values",
        "news",
    ];
    for _ in 0..200 {
        fs::copy(&original, &path).unwrap();
        if dice.below(2) == 0 {
            let file = Connection::open(&path).unwrap();
            file.execute_batch(
                "PRAGMA synchronous = OFF;
                 PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema
                 SET sql = replace(replace(sql, 'STRICT', ''), 'NOT NULL', '')
                 WHERE type = 'table';",
            )
            .unwrap();
            file.close().unwrap();
        }
        let file = Connection::open(&path).unwrap();
        file.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            .unwrap();
        for _ in 0..=dice.below(3) {
            let table = tables[dice.below(tables.len())];
            let columns: Vec<String> = file
                .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
                .unwrap()
                .query_map([], |row| row.get(0))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            let column = &columns[dice.below(columns.len())];
            let value = anything(&mut dice);
            let update = format!(
                "UPDATE {table} SET {column} = ?1 WHERE rowid = (SELECT rowid FROM {table} \
                 ORDER BY rowid LIMIT 1 OFFSET {})",
                dice.below(12)
            );
            // Two rows of one key cannot be.
            drop(file.execute(&update, [value]));
        }
        file.close().unwrap();
        drop(read_all(&path));
    }
}

fn anything(dice: &mut Dice) -> Value {
    match dice.below(14) {
        0 => Value::Null,
        1 => Value::Integer(i64::MIN),
        2 => Value::Integer(i64::MAX),
        3 => Value::Integer(0),
        4 => Value::Integer(-1),
        5 => Value::Real(f64::NAN),
        6 => Value::Blob(vec![0xFF, 0, 1]),
        7 => Value::Text("[[1,0,0,100,100000]]".into()),
        8 => Value::Text("[[0,9,70000,-5,1],[1]]".into()),
        9 => Value::Text("[[99999999999999999999]]".into()),
        10 => Value::Text("[[1,0,0,9223372036854775807,9223372036854775807]]".into()),
        11 => Value::Text("repost".into()),
        12 => Value::Integer(101),
        _ => Value::Text(String::new()),
    }
}
