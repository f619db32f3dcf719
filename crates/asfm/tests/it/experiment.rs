//! Experiments, from plan to verdict, on one machine and on many.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use asfm_standin::Steady;
use insta::assert_snapshot;

use crate::support::{asfm, asfm_with, failure, json, laboratory, read_only, stdout, succeed};

/// The files of finished runs with their bytes and times.
fn runs(folder: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut all: Vec<_> = fs::read_dir(folder.join("runs"))
        .expect("a planned folder")
        .map(|it| {
            let path = it.expect("a file").path();
            let time = fs::metadata(&path).and_then(|it| it.modified()).expect("a time");
            (path.clone(), fs::read(path).expect("a run"), time)
        })
        .collect();
    all.sort();
    all
}

fn names(folder: &Path) -> Vec<String> {
    let name = |it: std::io::Result<fs::DirEntry>| it.expect("a file").file_name();
    let mut all: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|it| name(it).to_string_lossy().into_owned())
        .collect();
    all.sort();
    all
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for it in fs::read_dir(from).expect("a folder") {
        let it = it.expect("a file").path();
        let to = to.join(it.file_name().expect("a name"));
        if it.is_dir() {
            copy(&it, &to);
        } else {
            fs::copy(&it, to).expect("copied");
        }
    }
}

/// What is reported for people and for programs.
fn report(at: &Path, folder: &str) -> [String; 2] {
    let text = succeed(at, &["experiment", "report", folder]);
    [text, succeed(at, &["experiment", "report", folder, "--json"])]
}

fn plan(at: &Path, more: &[&str]) {
    succeed(at, &[&["experiment", "plan", "fees.toml", "--out", "f"], more].concat());
}

fn id_of(at: &Path, index: usize) -> String {
    let manifest = fs::read_to_string(at.join("f/manifest.jsonl")).expect("a manifest");
    let line = manifest.lines().nth(index + 1).expect("a run").to_owned();
    json(&line)["id"].as_str().expect("an id").to_owned()
}

#[test]
fn from_a_plan_to_verdicts_and_nothing_twice() {
    let folder = laboratory();
    let at = folder.path();
    let planned = ["experiment", "plan", "fees.toml", "--out", "f", "--json"];
    let planned = json(&succeed(at, &planned));
    assert_eq!((&planned["runs"], &planned["arms"]), (&36.into(), &3.into()), "{planned}");
    let nothing = json(&succeed(at, &["experiment", "report", "f", "--json"]));
    assert_eq!(nothing["done"], 0);
    let verdicts = |it: &serde_json::Value| -> Vec<String> {
        let findings = it["findings"].as_array().expect("findings").iter();
        findings.map(|it| it["verdict"].as_str().expect("a verdict").to_owned()).collect()
    };
    assert_eq!(verdicts(&nothing), ["inconclusive"; 4]);
    let text = succeed(at, &["experiment", "report", "f"]);
    let few = "H1 under rules: 0 seeds have a value; 6 are needed at least\n";
    assert!(text.contains(few), "{text}");
    let ran = asfm(at, &["experiment", "run", "f", "--json"]);
    assert!(ran.status.success(), "{}", failure(at, &ran));
    let first = json(&stdout(&ran));
    assert_eq!((&first["done"], &first["runs"]), (&36.into(), &36.into()));
    for it in first["findings"].as_array().expect("findings") {
        assert_eq!(it["seeds"], 6, "{it}");
        assert!(it["effect"].is_number() && it["p_adjusted"].is_number(), "{it}");
        let (of, verdict) = (&it["population"], &it["verdict"]);
        assert!(*of == "zi" || *verdict != "supported" || it["id"] == "H1", "{it}");
    }
    assert_eq!(names(&at.join("f/attempts")), ["executor.lock"], "nothing is left behind");
    let before = runs(&at.join("f"));
    let again = asfm(at, &["experiment", "run", "f", "--json"]);
    assert_eq!(again.stderr, b"", "nothing is made");
    assert_eq!(json(&stdout(&again)), first);
    assert!(before == runs(&at.join("f")), "no run is touched");
    let text = succeed(at, &["experiment", "report", "f"]);
    assert!(text.contains("36 of 36 runs") && text.contains("A fee lowers turnover."), "{text}");
}

#[test]
fn a_file_that_is_run_twice_is_planned_once() {
    let folder = laboratory();
    let at = folder.path();
    let run = ["experiment", "run", "fees.toml", "--no-nulls", "--days", "4", "--json"];
    let first = json(&succeed(at, &run));
    assert_eq!(first["done"], 18, "planned in a folder named as the file");
    assert_eq!(json(&succeed(at, &run)), first, "the same command goes on with it");
    let refused = |more: &[&str]| failure(at, &asfm(at, &[&run[..3], more].concat()));
    assert_snapshot!(refused(&["--no-nulls"]), @"
    exit 2
    error: --set, --agents or --days were not the same when `fees` was planned: `asfm experiment run fees` goes on with that plan, another --out makes a new one
    ");
    let market = fs::read_to_string(at.join("market.toml")).expect("a scenario");
    fs::write(at.join("market.toml"), market.replace("\"20.00\"", "\"21.00\"")).expect("written");
    assert_snapshot!(refused(&["--no-nulls", "--days", "4"]), @"
    exit 2
    error: a scenario was not the same when `fees` was planned: `asfm experiment run fees` goes on with that plan, another --out makes a new one
    ");
    assert_snapshot!(failure(at, &asfm(at, &["experiment", "run", "fees", "--days", "4"])), @"
    exit 2
    error: `fees` is planned already: seeds, brain, keys and the folder are those of its plan
    ");
    assert_eq!(json(&succeed(at, &["experiment", "run", "fees", "--json"])), first);
}

#[test]
fn who_makes_the_runs_and_where_does_not_matter() {
    let folder = laboratory();
    let at = folder.path();
    plan(at, &["--no-nulls"]);
    for other in ["two", "shards", "elsewhere/deep"] {
        copy(&at.join("f"), &at.join(other));
    }
    succeed(at, &["experiment", "run", "f", "--jobs", "1"]);
    let told = report(at, "f");
    succeed(at, &["experiment", "run", "two", "--jobs", "2"]);
    // The last first: what a shard's branches need is made, whoever should have made it.
    for shard in ["2/3", "1/3", "0/3"] {
        succeed(at, &["experiment", "task", "shards", "--shard", shard]);
    }
    copy(&at.join("f"), &at.join("elsewhere/deep"));
    for other in ["two", "shards", "elsewhere/deep"] {
        assert_eq!(report(at, other), told, "{other}");
    }
    let here = at.display().to_string();
    assert!(told.iter().all(|it| !it.contains(&here)), "a report does not know where it is");
}

#[test]
fn what_is_missing_is_made_and_nothing_else() {
    let folder = laboratory();
    let at = folder.path();
    let steady = Steady { latency: Duration::ZERO, ..Steady::default() }.spawn().expect("a server");
    plan(at, &["--no-nulls", "--brain", &format!("openai:steady@{}", steady.url())]);
    succeed(at, &["experiment", "run", "f"]);
    let told = report(at, "f");
    let before = runs(&at.join("f"));
    // A parent whose branch stays, a branch, and one that was killed before it had begun.
    let gone = [0, 5, 6].map(|it| id_of(at, it));
    for id in &gone {
        fs::remove_file(at.join(format!("f/runs/{id}.db"))).expect("a run");
    }
    fs::write(at.join(format!("f/attempts/{}.db", gone[2])), "").expect("an attempt");
    let some = ["experiment", "task", "f", "--index", "0", "--max-calls", "9"];
    let stopped = asfm(at, &some);
    assert_eq!(stopped.status.code(), Some(75), "{}", failure(at, &stopped));
    assert_eq!(succeed(at, &["experiment", "pending", "f", "--ranges"]), "0,5-6\n");
    let status = json(&succeed(at, &["experiment", "status", "f", "--json"]));
    assert_eq!((&status["done"], &status["stopped"]), (&15.into(), &2.into()), "{status}");
    let ran = asfm(at, &["experiment", "run", "f"]);
    assert!(String::from_utf8_lossy(&ran.stderr).starts_with("made 3 of 18 runs in "));
    assert_eq!(report(at, "f"), told);
    let changed = |it: &&(PathBuf, Vec<u8>, std::time::SystemTime)| !before.contains(it);
    let made: Vec<String> =
        runs(&at.join("f")).iter().filter(changed).map(|it| it.0.display().to_string()).collect();
    assert_eq!(made.len(), 3, "{made:?}");
    assert!(gone.iter().all(|id| made.iter().any(|it| it.contains(id))), "{made:?}");
}

/// Everybody buys, and the third trader sells.
const SCRIPT: &str = r#"
{"trader":3,"answer":"{\"reason\":\"dear\",\"orders\":[{\"action\":\"sell\",\"stock\":\"A\",\"quantity\":3,\"price\":10.00}]}"}
{"answer":"{\"reason\":\"cheap\",\"orders\":[{\"action\":\"buy\",\"stock\":\"A\",\"quantity\":2,\"price\":10.10}]}"}
"#;

#[test]
fn a_branch_shares_the_calls_of_its_parent() {
    let folder = laboratory();
    let at = folder.path();
    fs::write(at.join("script.jsonl"), SCRIPT).expect("a script");
    plan(at, &["--no-nulls", "--seeds", "1", "--brain", "scripted:script.jsonl"]);
    succeed(at, &["experiment", "task", "f", "--index", "2"]);
    let made = names(&at.join("f/runs"));
    assert_eq!(made, ["free-scripted-seed1.db", "news-scripted-seed1.db"], "and its parent");
    let calls = |file: &str, when: &str| -> Vec<(i64, i64, i64, String)> {
        let file = read_only(&at.join("f/runs").join(file)).expect("a run file");
        let query = format!("SELECT day, stage, trader, text FROM prompts WHERE {when}");
        let mut query = file.prepare(&query).expect("a view");
        let row = |it: &rusqlite::Row<'_>| Ok((it.get(0)?, it.get(1)?, it.get(2)?, it.get(3)?));
        query.query_map([], row).expect("rows").map(|it| it.expect("a row")).collect()
    };
    let [free, news] = [&made[0], &made[1]];
    let past = calls(free, "day < 3");
    assert!(!past.is_empty() && past == calls(news, "day < 3"), "the past is the parent's");
    assert_ne!(calls(free, "day >= 3"), calls(news, "day >= 3"));
    let status = json(&succeed(at, &["experiment", "status", "f", "--json"]));
    // Five days, two stages, six traders; what a branch shares is in both files.
    assert_eq!(status["calls"], 2 * 5 * 2 * 6, "{status}");
    succeed(at, &["experiment", "run", "f"]);
    let told = json(&succeed(at, &["experiment", "report", "f", "--json"]));
    assert_eq!(told["findings"][0]["evidence"], "scripted");
}

#[test]
fn a_task_is_done_once_however_often_it_is_asked_for() {
    let folder = laboratory();
    let at = folder.path();
    plan(at, &["--no-nulls"]);
    let task = ["experiment", "task", "f"];
    let environment = [("SLURM_ARRAY_TASK_ID", "4")];
    assert!(asfm_with(at, &task, &environment).status.success());
    let made = runs(&at.join("f"));
    assert_eq!(made.len(), 1);
    assert!(asfm_with(at, &task, &[("JOB_COMPLETION_INDEX", "4")]).status.success());
    assert_eq!(succeed(at, &["experiment", "task", "f", "--index", "4"]), "");
    assert!(made == runs(&at.join("f")), "a run that is done is not touched");
    let mut both: Vec<_> = (0..2)
        .map(|_| {
            Command::new(env!("CARGO_BIN_EXE_asfm"))
                .args(["experiment", "task", "f", "--index", "6"])
                .current_dir(at)
                .stderr(Stdio::null())
                .spawn()
                .expect("the program starts")
        })
        .collect();
    assert!(both.iter_mut().all(|it| it.wait().expect("a child").success()));
    assert_eq!((runs(&at.join("f")).len(), names(&at.join("f/attempts")).len()), (2, 0));
    fs::create_dir(at.join("disk")).expect("a folder");
    succeed(at, &["experiment", "task", "f", "--index", "8", "--scratch", "disk"]);
    assert_eq!((names(&at.join("disk")).len(), names(&at.join("f/attempts")).len()), (0, 0));
    assert_eq!(runs(&at.join("f")).len(), 3);
    assert_eq!(succeed(at, &["experiment", "pending", "f", "--ranges"]), "0-3,5,7,9-17\n");
    assert_snapshot!(succeed(at, &["experiment", "status", "f"]), @"fees: 3 of 18 runs are done, 0 running, 0 stopped, 15 pending");
    let refused = |arguments: &[&str], environment: &[(&str, &str)]| {
        failure(at, &asfm_with(at, &[&task[..], arguments].concat(), environment))
    };
    assert_snapshot!(refused(&["--index", "18"], &[]), @"
    exit 2
    error: run 18: expected a number from 0 to 17
    ");
    assert_snapshot!(refused(&[], &[]), @"
    exit 2
    error: which run? expected --index K, --shard K/N, or SLURM_ARRAY_TASK_ID in the environment
    ");
    assert_snapshot!(refused(&[], &[("SLURM_ARRAY_TASK_ID", "x")]), @"
    exit 2
    error: SLURM_ARRAY_TASK_ID=x: expected a number
    ");
    assert_eq!(asfm(at, &[&task[..], &["--shard", "3/3"]].concat()).status.code(), Some(2));
}

#[test]
fn a_plan_that_was_changed_is_refused() {
    let folder = laboratory();
    let at = folder.path();
    plan(at, &["--no-nulls"]);
    let change = |name: &str, from: &str, to: &str| {
        let path = at.join("f").join(name);
        let was = fs::read_to_string(&path).expect("a file");
        assert!(was.contains(from), "{was}");
        fs::write(&path, was.replacen(from, to, 1)).expect("written");
        let told = failure(at, &asfm(at, &["experiment", "task", "f", "--index", "0"]));
        fs::write(&path, was).expect("written");
        told
    };
    let version = change("manifest.jsonl", "\"version\":\"", "\"version\":\"9.");
    assert!(version.starts_with("exit 2\nerror: `f` was planned by asfm 9.0.1.0 ("), "{version}");
    assert!(version.contains("plan it again, or run it with the other one"), "{version}");
    assert_snapshot!(change("manifest.jsonl", "\"format\":1", "\"format\":2,\"more\":0"), @"
    exit 2
    error: f/manifest.jsonl:1: planned by a newer version of asfm
    ");
    assert_snapshot!(change("manifest.jsonl", "{\"index\":1,", "{\"index\":1"), @"
    exit 2
    error: f/manifest.jsonl:3: expected `,` or `}` at line 1 column 11
    ");
    assert_snapshot!(change("manifest.jsonl", "{\"index\":1,", "{\"index\":7,"), @"
    exit 2
    error: f/manifest.jsonl:3: expected run 1
    ");
    assert_snapshot!(change("manifest.jsonl", "\"runs\":18", "\"runs\":19"), @"
    exit 2
    error: f/manifest.jsonl:1: expected 19 runs, found 18
    ");
    assert_snapshot!(change("experiment.toml", "smallest = 0.1", "smallest = 0.2"), @"
    exit 2
    error: `f/experiment.toml` is not what was planned: claims are stated before the runs; plan the changed file in another folder
    ");
    assert_snapshot!(change("scenarios/free.toml", "days = 5", "days = 6"), @"
    exit 2
    error: `f/scenarios/free.toml` is not what was planned: plan again
    ");
    assert!(runs(&at.join("f")).is_empty(), "nothing was made");
    let again = asfm(at, &["experiment", "plan", "fees.toml", "--out", "f"]);
    assert_snapshot!(failure(at, &again), @"
    exit 2
    error: `f` exists and is not empty
    ");
    assert_snapshot!(failure(at, &asfm(at, &["experiment", "status", "."])), @"
    exit 2
    error: `.` is no planned experiment: cannot read `./manifest.jsonl`: No such file or directory (os error 2); `asfm experiment plan FILE.toml --out .` makes one
    ");
    // Whoever runs an experiment holds this.
    let lock = fs::File::create(at.join("f/attempts/executor.lock")).expect("a lock");
    lock.lock().expect("nobody else holds it");
    assert_snapshot!(failure(at, &asfm(at, &["experiment", "run", "f"])), @"
    exit 2
    error: somebody else is running the experiment in `f`
    ");
}

/// Begins the first task, and waits until some rounds are recorded.
fn begun(at: &Path, rounds: i64) -> std::process::Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_asfm"))
        .args(["experiment", "task", "f", "--index", "0"])
        .current_dir(at)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let attempt = at.join("f/attempts/free-rules-seed1.db");
    let recorded = || -> Option<i64> {
        let file = read_only(&attempt)?;
        file.query_row("SELECT rounds FROM run", [], |row| row.get(0)).ok()
    };
    while recorded().is_none_or(|it| it < rounds) {
        assert!(child.try_wait().expect("a child").is_none(), "it ended too soon");
        std::thread::yield_now();
    }
    child
}

#[test]
fn a_killed_task_goes_on_and_two_runs_that_differ_are_both_kept() {
    let folder = laboratory();
    let at = folder.path();
    plan(at, &["--no-nulls", "--seeds", "1", "--agents", "6000", "--days", "30"]);
    let digest = |file: &str| {
        let told = json(&succeed(at, &["verify", file, "--json"]));
        told["digest"].as_str().map(str::to_owned)
    };
    let mut child = begun(at, 2);
    let status = json(&succeed(at, &["experiment", "status", "f", "--json"]));
    assert_eq!(status["running"], 1, "{status}");
    child.kill().expect("it runs");
    child.wait().expect("a child");
    let status = json(&succeed(at, &["experiment", "status", "f", "--json"]));
    assert_eq!((&status["running"], &status["stopped"]), (&0.into(), &1.into()), "{status}");
    let child = begun(at, 3);
    // Somebody else publishes another run under the same name meanwhile.
    succeed(at, &["run", "market.toml", "--out", "other.db"]);
    let done = at.join("f/runs/free-rules-seed1.db");
    fs::copy(at.join("other.db"), &done).expect("copied");
    let output = child.wait_with_output().expect("it ends");
    let told = failure(at, &output);
    assert!(told.starts_with("exit 1\nerror: two runs of `free-rules-seed1` differ: "), "{told}");
    assert_eq!(fs::read(&done).expect("kept"), fs::read(at.join("other.db")).expect("a run"));
    let witness = names(&at.join("f/runs"));
    let witness = witness.iter().find(|it| it.contains(".witness-")).expect("a witness");
    let direct = ["run", "f/scenarios/free.toml", "--seed", "1", "--out", "direct.db", "--json"];
    let direct = json(&succeed(at, &direct));
    let kept = format!("f/runs/{witness}");
    assert_eq!(digest(&kept), direct["digest"].as_str().map(str::to_owned), "{kept}");
}
