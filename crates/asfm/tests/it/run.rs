//! Whole runs: digests, summaries, run files, what is asked of them.

use insta::assert_snapshot;

use crate::support::{asfm, baseline, failure, json, root, stdout, succeed};

#[test]
fn a_seed_is_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let run =
        |seed: &str| json(&succeed(folder.path(), &["run", &baseline(), "--seed", seed, "--json"]));
    let (one, again, other) = (run("1"), run("1"), run("2"));
    assert_eq!(one["digest"], again["digest"]);
    assert_ne!(one["digest"], other["digest"]);
    let promised = [
        "run",
        "scenario",
        "seed",
        "brain",
        "days",
        "agents",
        "stocks",
        "orders",
        "order_execution_rate",
        "turnover_rate",
        "volatility",
        "trades",
        "volume",
        "mean_return",
        "digest",
        "calls",
        "fallbacks",
        "wall_seconds",
    ];
    for key in promised {
        assert!(one.get(key).is_some_and(|it| !it.is_null()), "{key}: {one}");
    }
    assert_eq!(
        (&one["agents"], &one["stocks"], &one["days"]),
        (&20.into(), &11.into(), &30.into())
    );
    assert_eq!(one["run"], "asfm-baseline-seed1.db");
    assert_eq!(again["run"], "asfm-baseline-seed1-2.db", "a second run takes a free name");
    assert_eq!(one["readings"]["ON"], one["orders"]);
    for file in ["asfm-baseline-seed1.db", "asfm-baseline-seed1-2.db", "asfm-baseline-seed2.db"] {
        succeed(folder.path(), &["verify", file]);
    }
    let left: Vec<String> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|it| it.expect("an entry").file_name().display().to_string())
        .collect();
    assert_eq!(left.len(), 3, "a finished run is one file: {left:?}");
}

#[test]
fn recording_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for brain in ["rules", "zi"] {
        let mut arguments = vec!["run", "", "--brain", brain, "--days", "5", "--json"];
        let scenario = baseline();
        arguments[1] = &scenario;
        let with = json(&succeed(folder.path(), &arguments));
        arguments.push("--no-record");
        let without = json(&succeed(folder.path(), &arguments));
        assert_eq!(with["digest"], without["digest"], "{brain}");
        assert!(without["run"].is_null());
    }
}

#[test]
fn the_summary_is_readable() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = succeed(folder.path(), &["run", &baseline(), "--days", "10", "--out", "r.db"]);
    let shape: String = text.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }).collect();
    for line in
        ["00 traders", "execution rate", "turnover rate", "volatility", "contrarian", "RE000"]
    {
        assert!(shape.contains(line), "{line} in\n{text}");
    }
    assert!(text.contains("run file         r.db"), "{text}");
}

#[test]
fn every_scenario_runs_at_small_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenarios = std::fs::read_dir(root().join("fixtures/scenarios")).expect("fixtures");
    let mut count = 0;
    for path in scenarios.map(|it| it.expect("an entry").path()) {
        if path.extension().is_none_or(|it| it != "toml") {
            continue;
        }
        count += 1;
        let (name, out) = (path.display().to_string(), format!("{count}.db"));
        succeed(folder.path(), &["check", &name]);
        for brain in ["rules", "zi"] {
            let arguments = ["run", &name, "--days", "9", "--brain", brain, "--json", "--force"];
            let told = succeed(folder.path(), &[&arguments[..], &["--out", &out]].concat());
            assert!(json(&told)["orders"].as_u64() > Some(0), "{name} {brain}: {told}");
            succeed(folder.path(), &["verify", &out]);
        }
    }
    assert!(count >= 2, "{count} scenarios");
}

#[test]
fn settings_change_the_market() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |more: &[&str]| {
        let scenario = baseline();
        let arguments = ["run", &scenario, "--days", "4", "--no-record", "--json"];
        json(&succeed(folder.path(), &[&arguments[..], more].concat()))
    };
    let plain = run(&[]);
    let maker = run(&["--set", "market.continuous=maker"]);
    assert_ne!(plain["digest"], maker["digest"]);
    assert_eq!(run(&["--agents", "40"])["agents"], 40);
    assert_eq!(run(&["--set", "market.continuous=midpoint"])["digest"], plain["digest"]);
}

#[test]
fn a_new_user_starts_with_init() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = succeed(folder.path(), &["init", "market"]);
    assert_snapshot!(told, @"
    wrote market/market.toml
    wrote market/companies.toml
    wrote market/scenario.schema.json
    try: asfm run market/market.toml
    ");
    succeed(folder.path(), &["check", "market/market.toml"]);
    succeed(folder.path(), &["run", "market/market.toml", "--days", "2"]);
    let again = asfm(folder.path(), &["init", "market"]);
    assert_snapshot!(failure(folder.path(), &again), @"
    exit 2
    error: `market/market.toml` exists; nothing was written (--force overwrites)
    ");
    succeed(folder.path(), &["init", "market", "--force"]);
}

#[test]
fn the_schema_is_the_one_that_is_shipped() {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = succeed(folder.path(), &["schema"]);
    let shipped = root().join("fixtures/scenarios/scenario.schema.json");
    let shipped = std::fs::read_to_string(shipped).expect("cargo xtask schema writes it");
    assert!(schema == shipped, "cargo xtask schema writes it anew");
}

#[test]
fn without_arguments_it_explains_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_snapshot!(succeed(folder.path(), &[]), @"
    A laboratory for stock markets populated by language-model traders

    Usage: asfm [COMMAND]

    Commands:
      run          Run a market, write the run file, print the summary
      resume       Go on with a run that stopped, to the end that it would have had
      branch       Give a run another future: the same rounds before a day, another scenario or brain
                   from it on
      match        Play orders from standard input through a book, one JSON object per line
      verify       Rebuild a run from what was decided and compare everything with the run file
      stats        Compute statistics and the card of stylized facts
      report       Write a page about a run, or about several side by side
      experiment   Plan, run and judge experiments: arms, seeds, hypotheses and verdicts
      doctor       Say whether a language model can be reached and is fit, and what a run would take
      check        Check a scenario without running it
      init         Write a scenario to start from
      world        Write a world: companies, people, news and the scenario that names them
      schema       Print the JSON Schema of scenario files
      completions  Print shell completions
      man          Print the manual page
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Try first, in the project's folder:
      cargo run --release -- run fixtures/scenarios/asfm-baseline.toml
    Or, with the program installed, anywhere:
      asfm init market && asfm run market/market.toml
    ");
    assert!(succeed(folder.path(), &["completions", "bash"]).contains("_asfm"));
    assert!(succeed(folder.path(), &["man"]).contains(".TH asfm"));
}

#[test]
fn verify_finds_what_was_altered() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = baseline();
    succeed(folder.path(), &["run", &scenario, "--days", "3", "--out", "r.db"]);
    let file = rusqlite::Connection::open(folder.path().join("r.db")).expect("a run file");
    file.execute(
        "UPDATE close_rows SET close_e4 = close_e4 + 100 WHERE day = 2 AND company = 3",
        [],
    )
    .expect("a row is altered");
    drop(file);
    let found = asfm(folder.path(), &["verify", "r.db"]);
    assert_snapshot!(failure(folder.path(), &found), @"
    exit 1
    error: `r.db` differs from the run rebuilt from its decisions: table `close_rows`, day 2, company 3, column `close_e4`: stored 421500, rebuilt 421400
    ");
    let found = asfm(folder.path(), &["verify", "r.db", "--json"]);
    assert_eq!(found.status.code(), Some(1));
    assert_eq!(json(&stdout(&found))["ok"], false);
}

#[test]
fn a_killed_run_keeps_its_whole_rounds() {
    let folder = tempfile::tempdir().expect("a folder");
    // Small runs keep a log beside the file, large ones a journal.
    for (agents, file) in [("1000", "log.db"), ("10000", "journal.db")] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_asfm"))
            .args(["run", &baseline(), "--days", "100000", "--agents", agents, "--out", file])
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        let path = folder.path().join(file);
        let begun = || std::fs::metadata(&path).is_ok_and(|it| it.len() > 8_000_000);
        let patience = std::time::Instant::now();
        while !begun() && patience.elapsed().as_secs() < 60 {
            std::thread::yield_now();
        }
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
        let found = json(&succeed(folder.path(), &["verify", file, "--json"]));
        assert_eq!((&found["ok"], &found["complete"]), (&true.into(), &false.into()), "{found}");
        assert!(found["rounds"].as_u64() > Some(0), "{found}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_stops_at_a_boundary() {
    let folder = tempfile::tempdir().expect("a folder");
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_asfm"))
        .args(["run", &baseline(), "--days", "100000", "--out", "r.db"])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let path = folder.path().join("r.db");
    while std::fs::metadata(&path).map_or(0, |it| it.len()) < 200_000 {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill");
    assert!(sent.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(75));
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("`asfm resume r.db` goes on from there"), "{told}");
    let found = json(&succeed(folder.path(), &["verify", "r.db", "--json"]));
    assert_eq!(found["status"], "interrupted");
}

#[test]
fn results_have_not_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut digests = String::new();
    for name in ["asfm-baseline", "twinmarket-rules"] {
        let scenario = root().join(format!("fixtures/scenarios/{name}.toml")).display().to_string();
        for brain in ["rules", "zi"] {
            let arguments =
                ["run", &scenario, "--seed", "1", "--brain", brain, "--no-record", "--json"];
            let told = json(&succeed(folder.path(), &arguments));
            let digest = told["digest"].as_str().expect("a digest").to_owned();
            digests.extend([name, " ", brain, " ", &digest, "\n"]);
        }
    }
    // A changed digest means that results moved: say so in CHANGELOG.md.
    assert_snapshot!(digests, @"
    asfm-baseline rules 65895c72172b4ab1b94fdb48a297b44ac723d60c9cda5a6987957cd4fe53e087
    asfm-baseline zi 04745ba64ddb2f28be2ae46e30d8db6839819ec7e0fe7e94797c29892c721a9d
    twinmarket-rules rules 50360d5fae51e66ff487a0786b18fddb129418daebd16b917fd1ec9ce7b534b2
    twinmarket-rules zi 3f3f868435861a7d8af325354d0592b4e1d2a536b9aabe7b225ed3d39f265127
    ");
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let first = digests.split_whitespace().nth(2).expect("the baseline's");
    assert!(readme.contains(first), "the README shows the run as it is");
}
