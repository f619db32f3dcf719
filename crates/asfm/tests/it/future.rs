//! Runs that go on after they were killed, and runs that are given another future.

use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use rusqlite::{Connection, OpenFlags};

use crate::support::{asfm, baseline, failure, json, succeed};

/// How many rounds a file holds, while it is written.
fn rounds(path: &Path) -> Option<i64> {
    let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    file.query_row("SELECT rounds FROM run", [], |row| row.get(0)).ok()
}

/// Runs a market until some rounds are recorded, and kills it there.
fn killed(folder: &Path, after: i64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_asfm"))
        .args(["run", &baseline(), "--agents", "5000", "--out", "killed.db"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let path = folder.join("killed.db");
    while rounds(&path).is_none_or(|it| it < after) {
        assert!(child.try_wait().expect("a child").is_none(), "it ended before it was killed");
        std::thread::yield_now();
    }
    child.kill().expect("it runs");
    child.wait().expect("a child");
}

#[test]
fn a_killed_run_goes_on_to_the_same_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let whole = json(&succeed(
        at,
        &["run", &baseline(), "--agents", "5000", "--out", "whole.db", "--json"],
    ));
    killed(at, 5);
    let stopped = rounds(&at.join("killed.db")).expect("a run file");
    assert!(stopped < 60, "it was killed on its way");
    let resumed = json(&succeed(at, &["resume", "killed.db", "--json"]));
    for key in ["digest", "orders", "trades", "volume", "readings", "prices", "kinds", "brain"] {
        assert_eq!(whole[key], resumed[key], "{key}");
    }
    succeed(at, &["verify", "killed.db"]);
    let again = asfm(at, &["resume", "killed.db"]);
    assert_snapshot!(failure(at, &again), @"
    exit 2
    error: the run in `killed.db` is done: there is nothing to resume
    ");
}

#[test]
fn a_branch_shares_the_past_and_not_the_future() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let parent =
        json(&succeed(at, &["run", &baseline(), "--days", "12", "--out", "p.db", "--json"]));
    let same = ["branch", "p.db", "--day", "7", "--out", "same.db", "--json"];
    let same = json(&succeed(at, &same));
    assert_eq!(same["digest"], parent["digest"], "nothing was changed");
    let news = r#"news=[{ day = 10, text = "The central bank cuts its rate.", topic = "interest-rate", size = "-0.005" }]"#;
    let twin = ["branch", "p.db", "--day", "10", "--set", news, "--out", "twin.db", "--json"];
    let twin = json(&succeed(at, &twin));
    let closes = |of: &serde_json::Value| -> Vec<Vec<f64>> {
        let stocks = of["prices"].as_array().expect("stocks").iter();
        stocks.map(|it| serde_json::from_value(it["closes"].clone()).expect("closes")).collect()
    };
    let (theirs, ours) = (closes(&parent), closes(&twin));
    assert!(theirs.iter().zip(&ours).all(|(theirs, ours)| theirs[..10] == ours[..10]));
    assert!(theirs.iter().zip(&ours).any(|(theirs, ours)| theirs[10..] != ours[10..]));
    for file in ["same.db", "twin.db"] {
        succeed(at, &["verify", file]);
    }
}

#[test]
fn a_branch_that_changes_the_past_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    succeed(at, &["run", &baseline(), "--days", "5", "--out", "p.db"]);
    let refused = |arguments: &[&str]| {
        let all = [&["branch", "p.db", "--out", "t.db"], arguments].concat();
        let told = failure(at, &asfm(at, &all));
        assert!(!at.join("t.db").exists(), "nothing is left behind");
        told
    };
    assert_snapshot!(refused(&["--day", "4", "--set", "market.continuous=maker"]), @"
    exit 2
    error: the branch is not what the run in `p.db` is at stage 1 of day 1: a branch may change only what comes on day 4 or later
    ");
    assert_snapshot!(refused(&["--day", "4", "--set", "population.agents=40"]), @"
    exit 2
    error: the branch is not what the run in `p.db` is at stage 0 of day 1: a branch may change only what comes on day 4 or later
    ");
    assert_snapshot!(refused(&["--day", "9"]), @"
    exit 2
    error: --day 9: expected a day from 1 to 5
    ");
    assert_snapshot!(refused(&["--day", "7", "--set", "days=9"]), @"
    exit 2
    error: --day 7: the run in `p.db` ends before day 6
    ");
}
