//! A recorder that is killed leaves whole rounds.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use asfm_recorder::{Options, Recorder, Run, Status};
use tempfile::tempdir;

use crate::market::{RICH, decide, engine, header};

const PATH: &str = "ASFM_TEST_RECORD_UNTIL_KILLED";

/// Does nothing by itself: the test below starts it again in a process of its own.
#[test]
fn records_until_it_is_killed() {
    let Some(path) = env::var_os(PATH) else {
        return;
    };
    let mut market = engine(&RICH.replace("days = 6", "days = 100000"), 5);
    let mut recorder =
        Recorder::create(PathBuf::from(path), &header(), &market, Options::default()).unwrap();
    while let Some(log) = decide(&mut market) {
        recorder.record(log).unwrap();
    }
}

#[test]
fn a_killed_run_has_whole_rounds() {
    let folder = tempdir().unwrap();
    for (at, rounds) in [1, 5, 20, 50].into_iter().enumerate() {
        let path = folder.path().join(format!("{at}.db"));
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "killed::records_until_it_is_killed"])
            .env(PATH, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        let reached = || Run::open(&path).is_ok_and(|it| it.info().rounds >= rounds);
        while !reached() && start.elapsed() < Duration::from_secs(20) {}
        child.kill().unwrap();
        child.wait().unwrap();
        let run = Run::open(&path).unwrap();
        assert_eq!(run.info().status, Status::Running);
        let verified = run.verify().unwrap();
        assert!(verified.rounds >= rounds, "killed after {}", verified.rounds);
    }
}
