//! Traders who ask a language model: scripted, hostile, out of budget, replayed.

use std::path::Path;
use std::time::Duration;

use asfm_standin::{Hostile, Mix, Steady};
use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{asfm, asfm_with, baseline, failure, json, read_only, stdout, succeed};

/// Three kinds of answer and a failure; everybody else buys.
const SCRIPT: &str = r#"
{"day":1,"stage":0,"trader":3,"attempt":0,"answer":"I would rather not say"}
{"trader":2,"answer":"{\"reason\":\"too dear\",\"orders\":[{\"action\":\"sell\",\"stock\":\"EN001\",\"quantity\":5,\"price\":10.60}]}"}
{"trader":4,"failure":"timeout"}
{"answer":"```json\n{\"reason\":\"cheap\",\"orders\":[{\"action\":\"buy\",\"stock\":\"EN001\",\"quantity\":5,\"price\":10.60}]}\n```"}
"#;

fn scripted(folder: &Path, more: &[&str]) -> Value {
    std::fs::write(folder.join("script.jsonl"), SCRIPT).expect("a script");
    let scenario = baseline();
    let run = ["run", &scenario, "--days", "3", "--brain", "scripted:script.jsonl", "--json"];
    json(&succeed(folder, &[&run, more].concat()))
}

#[test]
fn every_answer_is_counted_and_joins_its_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let it = scripted(folder.path(), &["--out", "r.db"]);
    assert_eq!((&it["calls"], &it["fallbacks"]), (&121.into(), &6.into()));
    let model = &it["model"];
    assert_eq!(model["rungs"], serde_json::json!({ "scan": 108, "schema": 6 }));
    assert_eq!(model["failures"], serde_json::json!({ "timeout": 6, "unreadable": 1 }));
    assert_eq!(model["re_asked"], 1);
    let file = rusqlite::Connection::open(folder.path().join("r.db")).expect("a run file");
    let reasons: (String, String) = file
        .query_row(
            "SELECT b.reason, s.reason FROM trades t
             JOIN decisions b ON b.what = 'buy' AND b.id IN (t.maker, t.taker)
             JOIN decisions s ON s.what = 'sell' AND s.id IN (t.maker, t.taker)
             ORDER BY t.day, t.stage, t.seq LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("a trade with its reasons");
    assert_eq!(reasons, ("cheap".to_owned(), "too dear".to_owned()));
    let words = "SELECT count(*) FROM prompts WHERE trader = 2 AND role = 'user'
         AND text LIKE '%Market report: day 3%' AND text LIKE '%sell 5 EN001 at 10.60%'";
    let told: i64 = file.query_row(words, [], |row| row.get(0)).expect("prompts");
    assert!(told > 0, "a trader is told what became of its orders");
    succeed(folder.path(), &["verify", "r.db"]);
}

#[test]
fn a_replay_needs_the_same_questions() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let recorded = scripted(at, &["--out", "r.db"]);
    std::fs::remove_file(at.join("script.jsonl")).expect("a script");
    let scenario = baseline();
    let run = ["run", &scenario, "--days", "3", "--brain", "replay:r.db", "--json"];
    let replay = |more: &[&str]| asfm(at, &[&run, more].concat());
    let again = json(&stdout(&replay(&["--out", "again.db"])));
    for key in ["digest", "calls", "fallbacks", "orders", "trades"] {
        assert_eq!(recorded[key], again[key], "{key}");
    }
    succeed(at, &["verify", "again.db"]);
    let changed = |more: &[&str]| failure(at, &replay(more));
    assert_snapshot!(changed(&["--no-record", "--set", "prompt.layout=paper"]), @r##"
    exit 2
    error: day 1, stage 0, trader 1, step 0, attempt 0: the question is not the recorded one: message 2 (user), line 1, character 3: recorded "# Companies\ncode | sector | business\nCC0", now "# You\nYou are an investor in the stock m"
    "##);
    assert_snapshot!(changed(&["--no-record", "--set", "prompt.temperature=0"]), @"
    exit 2
    error: day 1, stage 0, trader 1, step 0, attempt 0: recorded with temperature 700/1000, seed 1389660713, at most 1024 tokens; now 0/1000, 1389660713, 1024
    ");
    let longer = ["run", &scenario, "--days", "4", "--brain", "replay:r.db", "--no-record"];
    assert_snapshot!(failure(at, &asfm(at, &longer)), @"
    exit 2
    error: the recorded run has no answer for day 4, stage 0, trader 1, step 0, attempt 0: it ended before, or went otherwise
    ");
    assert_snapshot!(changed(&["--no-record", "--seed", "2"]), @"
    exit 2
    error: day 1, stage 0, trader 1, step 0, attempt 0: recorded with temperature 700/1000, seed 1389660713, at most 1024 tokens; now 700/1000, 2070574681, 1024
    ");
    let rules = succeed(at, &["run", &baseline(), "--days", "1", "--out", "rules.db"]);
    assert!(rules.contains("rules.db"));
    let none = ["run", &scenario, "--brain", "replay:rules.db"];
    assert_snapshot!(failure(at, &asfm(at, &none)), @"
    exit 2
    error: `rules.db` cannot be replayed: its traders asked no language model
    ");
}

#[test]
fn a_branch_keeps_the_answers_of_its_past() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let parent = scripted(at, &["--out", "p.db"]);
    let news = r#"news=[{ day = 3, text = "The central bank cuts its rate." }]"#;
    let branch = ["branch", "p.db", "--day", "3", "--set", news, "--out", "t.db", "--json"];
    let twin = json(&succeed(at, &branch));
    for key in ["calls", "fallbacks", "digest"] {
        assert_eq!(parent[key], twin[key], "{key}: the script answers the same");
    }
    assert_eq!(parent["model"]["rungs"], twin["model"]["rungs"]);
    let file = read_only(&at.join("t.db")).expect("a run file");
    let told = "SELECT min(day), count(*) FROM prompts WHERE text LIKE '%cuts its rate%'";
    let told: (i64, i64) =
        file.query_row(told, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("prompts");
    assert_eq!(told, (3, 40));
    succeed(at, &["verify", "t.db"]);
    let scenario = baseline();
    let replay = ["run", &scenario, "--days", "3", "--set", news, "--brain", "replay:t.db"];
    let replay = json(&succeed(at, &[&replay[..], &["--no-record", "--json"]].concat()));
    assert_eq!(twin["digest"], replay["digest"]);
}

#[test]
fn kinds_that_decide_by_rule_are_not_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(baseline()).expect("a scenario");
    let text = text.replace("kind = \"aggressive\"", "kind = \"aggressive\"\nby-rule = true");
    let companies = crate::support::root().join("fixtures/companies/asfm.toml");
    let text = text.replace("../companies/asfm.toml", &companies.display().to_string());
    let path = folder.path().join("mixed.toml");
    std::fs::write(&path, text).expect("a scenario");
    std::fs::write(folder.path().join("script.jsonl"), SCRIPT).expect("a script");
    let path = path.display().to_string();
    let run = ["run", &path, "--days", "2", "--brain", "scripted:script.jsonl", "--json"];
    let it = json(&succeed(folder.path(), &run));
    assert_eq!(it["model"]["decisions"], 16 * 2 * 2);
}

#[test]
fn a_budget_stops_a_run_that_goes_on_to_the_same_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let steady = Steady { latency: Duration::ZERO, ..Steady::default() }.spawn().expect("a server");
    let brain = format!("openai:steady@{}", steady.url());
    let scenario = baseline();
    let run = ["run", &scenario, "--days", "2", "--brain", &brain, "--json"];
    let whole = json(&succeed(at, &[&run[..], &["--out", "whole.db"]].concat()));
    let stopped = asfm(at, &[&run[..], &["--out", "r.db", "--max-calls", "30"]].concat());
    assert_snapshot!(failure(at, &stopped), @"
    exit 75
    stopped: all 30 calls of the budget are used, before stage 1 of day 1; `asfm resume r.db` goes on from there
    ");
    let again = asfm(at, &["resume", "r.db", "--max-calls", "50"]);
    assert_snapshot!(failure(at, &again), @"
    exit 75
    stopped: all 50 calls of the budget are used, before stage 0 of day 2; `asfm resume r.db` goes on from there
    ");
    let done = json(&succeed(at, &["resume", "r.db", "--json"]));
    for key in ["digest", "calls", "fallbacks", "orders"] {
        assert_eq!(whole[key], done[key], "{key}");
    }
    assert_eq!(steady.counters().requests(), 160, "no question is asked twice");
    succeed(at, &["verify", "r.db"]);
    let priced = ["--no-record", "--price-prompt", "1", "--price-answer", "2"];
    let priced = json(&succeed(at, &[&run[..], &priced].concat()));
    assert!(priced["model"]["cost"].as_f64().is_some_and(|it| it > 0.0), "{priced}");
    let unpriced = asfm(at, &[&run[..], &["--no-record", "--max-cost", "1"]].concat());
    assert_snapshot!(failure(at, &unpriced), @"
    exit 2
    error: --max-cost needs --price-prompt and --price-answer
    ");
}

/// Traders whose day has many steps.
const BELIEVERS: &str = r#"
name = "believers"
days = 3
prompt.plan = "faithful"

[market]
sessions = ["auction"]
closed-sessions = ["talk"]
auction = "uniform"

[calendar]
week = "ooc"

[population]
agents = 4

[[company]]
code = "BANK"
sector = "finance"
closes = ["10.50", "10.60"]

[[company]]
code = "HAUL"
sector = "transport"
closes = ["20.50", "20.75"]

[[traders]]
kind = "believers"
profile = "bdi"
ratio = 1
capital = 20000

[[news]]
day = 1
text = "Ports reopen, and freight volumes rise."
"#;

/// What such traders say at each step.
const BELIEFS: &str = r#"
{"step":202,"answer":"{\"queries\":[\"freight volumes\"]}"}
{"step":204,"answer":"{\"belief\":\"calm\",\"trend\":60,\"valuation\":50,\"economy\":50,\"sentiment\":50,\"confidence\":50}"}
{"step":205,"answer":"{\"reason\":\"both\",\"stocks\":[\"BANK\",\"HAUL\"]}"}
{"step":206,"answer":"{\"indicators\":[\"closes\"],\"days\":5}"}
{"step":208,"trader":1,"day":1,"answer":"I would rather not say"}
{"step":208,"trader":2,"answer":"{\"reason\":\"dear\",\"orders\":[{\"action\":\"sell\",\"stock\":\"BANK\",\"size\":5,\"price\":10.40}]}"}
{"step":208,"answer":"{\"reason\":\"cheap\",\"orders\":[{\"action\":\"buy\",\"stock\":\"BANK\",\"size\":5,\"price\":10.70}]}"}
{"step":209,"answer":"{\"post\":\"Banks are cheap.\",\"topic\":\"outlook\",\"belief\":\"calm\",\"trend\":60,\"valuation\":50,\"economy\":50,\"sentiment\":50,\"confidence\":50}"}
{"day":1,"answer":"In short: calm."}
{"answer":"{\"reason\":\"well said\",\"action\":\"like\"}"}
"#;

#[test]
fn days_of_many_steps_are_recorded_replayed_and_branched() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    std::fs::write(at.join("s.toml"), BELIEVERS).expect("a scenario");
    std::fs::write(at.join("script.jsonl"), BELIEFS).expect("a script");
    let run = ["run", "s.toml", "--json", "--brain"];
    let it = json(&succeed(at, &[&run[..], &["scripted:script.jsonl", "--out", "r.db"]].concat()));
    // Nine calls on the first day, then a post of each other, one of them asked again.
    assert_eq!((&it["calls"], &it["fallbacks"]), (&(4 * (9 + 12 + 8) + 1).into(), &1.into()));
    succeed(at, &["verify", "r.db"]);
    let again = json(&succeed(at, &[&run[..], &["replay:r.db", "--out", "a.db"]].concat()));
    let branch = ["branch", "r.db", "--day", "2", "--out", "b.db", "--json", "--brain"];
    let branch = json(&succeed(at, &[&branch[..], &["scripted:script.jsonl"]].concat()));
    for key in ["digest", "calls", "fallbacks", "orders", "trades"] {
        assert_eq!(it[key], again[key], "{key}");
        assert_eq!(it[key], branch[key], "{key}");
    }
    let file = rusqlite::Connection::open(at.join("r.db")).expect("a run file");
    let count = |of: &str| -> i64 {
        file.query_row(&format!("SELECT count(*) FROM {of}"), [], |row| row.get(0)).expect("rows")
    };
    assert_eq!((count("posts"), count("exposures"), count("reactions")), (12, 24, 24));
}

#[test]
fn a_day_of_many_steps_goes_on_where_its_budget_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    std::fs::write(at.join("s.toml"), BELIEVERS).expect("a scenario");
    // Nothing that it says is of use: every step is asked for twice, and the day goes on.
    let steady = Steady { latency: Duration::ZERO, ..Steady::default() }.spawn().expect("a server");
    let brain = format!("openai:steady@{}", steady.url());
    let run = ["run", "s.toml", "--brain", &brain, "--json"];
    let whole = json(&succeed(at, &[&run[..], &["--out", "whole.db"]].concat()));
    let calls = whole["calls"].as_u64().expect("a number");
    let stopped = asfm(at, &[&run[..], &["--out", "r.db", "--max-calls", "31"]].concat());
    assert!(failure(at, &stopped).contains("all 31 calls"), "within the first day");
    let done = json(&succeed(at, &["resume", "r.db", "--json"]));
    for key in ["digest", "calls", "fallbacks", "orders"] {
        assert_eq!(whole[key], done[key], "{key}");
    }
    assert_eq!(steady.counters().requests(), 2 * calls, "no question is asked twice");
    succeed(at, &["verify", "r.db"]);
}

#[test]
fn a_replay_that_broke_off_goes_on_when_its_record_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let steady = Steady { latency: Duration::ZERO, ..Steady::default() }.spawn().expect("a server");
    let brain = format!("openai:steady@{}", steady.url());
    let scenario = baseline();
    let run = ["run", &scenario, "--days", "2", "--brain", &brain, "--out", "r.db"];
    let stopped = asfm(at, &[&run[..], &["--max-calls", "30"]].concat());
    assert_eq!(stopped.status.code(), Some(75));
    let replay = ["run", &scenario, "--days", "2", "--brain", "replay:r.db", "--out", "again.db"];
    assert_eq!(asfm(at, &replay).status.code(), Some(2), "the record ends in the second stage");
    let count = "SELECT count(*) FROM calls";
    let file = read_only(&at.join("again.db")).expect("a run file");
    let begun: i64 = file.query_row(count, [], |row| row.get(0)).expect("calls");
    assert!((21..=30).contains(&begun), "some answers of the second stage: {begun}");
    drop(file);
    let whole = json(&succeed(at, &["resume", "r.db", "--json"]));
    let again = json(&succeed(at, &["resume", "again.db", "--json"]));
    for key in ["digest", "calls", "fallbacks"] {
        assert_eq!(whole[key], again[key], "{key}");
    }
    assert_eq!(whole["model"]["rungs"], again["model"]["rungs"]);
    succeed(at, &["verify", "again.db"]);
}

#[test]
fn no_answer_of_a_hostile_server_breaks_a_run() {
    for protocol in ["openai", "ollama"] {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        let hostile = Hostile { seed: 5, ..Hostile::default() }.spawn().expect("a server");
        let brain = format!("{protocol}:hostile@{}", hostile.url());
        let scenario = baseline();
        // Traders who are alike ask alike, and are answered alike: many wordings, many days.
        let mixed = ["--set", "prompt.wording=mixed"];
        let market = [&["run", &scenario, "--days", "5", "--json"], &mixed[..]].concat();
        let how = ["--brain", &brain, "--timeout", "1", "--attempts", "4", "--concurrency", "32"];
        let it = json(&succeed(at, &[&market[..], &["--out", "r.db"], &how[..]].concat()));
        let failures = it["model"]["failures"].as_object().expect("failures");
        assert!(failures.len() >= 5, "{protocol}: {failures:?}");
        succeed(at, &["verify", "r.db"]);
        let replay = [&market[..], &["--brain", "replay:r.db"]].concat();
        let again = json(&succeed(at, &replay));
        assert_eq!(it["digest"], again["digest"]);
        for key in ["rungs", "failures", "repairs", "fallbacks", "decisions"] {
            assert_eq!(it["model"][key], again["model"][key], "{key}");
        }
    }
}

#[test]
fn a_killed_conversation_goes_on_to_the_same_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    // Nothing that depends on time: a slow machine must not change an answer.
    let mix = Mix::default().with(asfm_standin::Class::Stall, 0);
    let hostile = Hostile { seed: 9, mix, ..Hostile::default() }.spawn().expect("a server");
    let brain = format!("openai:hostile@{}", hostile.url());
    let scenario = baseline();
    let run = ["run", &scenario, "--days", "2", "--brain", &brain, "--json"];
    let whole = json(&succeed(at, &[&run[..], &["--out", "whole.db"]].concat()));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_asfm"))
        .args([&run[..], &["--out", "r.db"]].concat())
        .current_dir(at)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let calls = || -> Option<i64> {
        let file = read_only(&at.join("r.db"))?;
        file.query_row("SELECT count(*) FROM calls", [], |row| row.get(0)).ok()
    };
    while calls().is_none_or(|it| it < 27) {
        assert!(child.try_wait().expect("a child").is_none(), "it ended before it was killed");
        std::thread::yield_now();
    }
    child.kill().expect("it runs");
    child.wait().expect("a child");
    let done = json(&succeed(at, &["resume", "r.db", "--json"]));
    for key in ["digest", "calls", "fallbacks", "orders", "trades"] {
        assert_eq!(whole[key], done[key], "{key}");
    }
    assert_eq!(whole["model"]["failures"], done["model"]["failures"]);
    succeed(at, &["verify", "r.db"]);
}

#[test]
fn a_key_is_nowhere_but_in_the_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let steady = Steady { latency: Duration::ZERO, ..Steady::default() }.spawn().expect("a server");
    let brain = format!("openai:steady@{}", steady.url());
    let key = "sk-this-is-a-secret";
    let run = ["run", &baseline(), "--days", "1", "--brain", &brain, "--out", "r.db"];
    let output = asfm_with(at, &run, &[("ASFM_API_KEY", key)]);
    assert!(output.status.success());
    let all = [output.stdout, output.stderr, std::fs::read(at.join("r.db")).expect("a run file")];
    let has = |it: &Vec<u8>| it.windows(key.len()).any(|it| it == key.as_bytes());
    assert!(!all.iter().any(has));
}

#[test]
fn nothing_is_begun_that_nobody_can_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let steady = Steady { latency: Duration::ZERO, ..Steady::default() }.spawn().expect("a server");
    let run = |brain: &str| {
        let told = failure(at, &asfm(at, &["run", &baseline(), "--brain", brain]));
        assert_eq!(std::fs::read_dir(at).expect("a folder").count(), 0, "nothing is left behind");
        told.replace(&steady.url(), "URL")
    };
    assert_snapshot!(run(&format!("ollama:nope@{}", steady.url())), @"
    exit 2
    error: URL/ does not have the model `nope`; it has steady
    ");
    let nobody = run("openai:m@http://127.0.0.1:9");
    assert!(nobody.starts_with("exit 1\nerror: cannot reach http://127.0.0.1:9"), "{nobody}");
}

#[test]
fn servers_that_refuse_everything_stop_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let mix = Mix::only(asfm_standin::Class::NotFound);
    let hostile = Hostile { mix, ..Hostile::default() }.spawn().expect("a server");
    let brain = format!("openai:hostile@{}", hostile.url());
    let output = asfm(at, &["run", &baseline(), "--brain", &brain, "--out", "r.db"]);
    let told = failure(at, &output);
    assert!(told.starts_with("exit 75\nstopped: the last"), "{told}");
}

#[test]
fn the_doctor_says_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let steady = Steady { latency: Duration::ZERO, ..Steady::default() }.spawn().expect("a server");
    let brain = format!("openai:steady@{}", steady.url());
    let found = asfm(at, &["doctor", "--brain", &brain, "--json"]);
    let found = json(&stdout(&found));
    assert_eq!(found["calls"], 20 * 2 * 30, "{found}");
    assert!(found["trial"]["Ok"]["seconds"].is_number(), "{found}");
    let brain = "ollama:nobody@http://127.0.0.1:9";
    let nobody = asfm(at, &["doctor", "--brain", brain]);
    assert_eq!(nobody.status.code(), Some(1));
    let said = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert!(said.contains("http://127.0.0.1:9") && said.contains("cannot be reached"), "{said}");
    assert_snapshot!(failure(at, &asfm(at, &["doctor", "--brain", "rules"])), @"
    exit 2
    error: --brain rules: nothing is asked over a network there
    ");
    let odd = |brain| failure(at, &asfm(at, &["run", &baseline(), "--brain", brain]));
    assert_snapshot!(odd("llama"), @"
    exit 2
    error: invalid value 'llama' for '--brain <B>': expected `rules` (the rule of each kind of trader), `zi` (zero intelligence, the null of every claim), `ollama:MODEL[@URL]`, `openai:MODEL@URL` (any server of that protocol; several URLs with commas between them), `replay:RUN.db` (the answers on record) or `scripted:FILE`

    For more information, try '--help'.
    ");
    assert_snapshot!(odd("openai:gpt"), @"
    exit 2
    error: invalid value 'openai:gpt' for '--brain <B>': `openai:gpt` needs the server's address, as in `openai:gpt@http://127.0.0.1:8000`

    For more information, try '--help'.
    ");
    assert_snapshot!(odd("scripted:missing.jsonl"), @"
    exit 2
    error: cannot read `missing.jsonl`: No such file or directory (os error 2)
    ");
    assert_snapshot!(odd("replay:missing.db"), @"
    exit 2
    error: cannot open `missing.db`
      caused by: No such file or directory (os error 2)
    ");
}
