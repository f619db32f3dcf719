//! Wrong input: what is said, the exit code, and that nothing is left behind.

use std::path::Path;

use insta::assert_snapshot;

use crate::support::{asfm, baseline, failure, succeed};

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let before = std::fs::read_dir(folder).expect("a folder").count();
    let output = asfm(folder, arguments);
    assert!(output.stdout.is_empty(), "nothing but errors is said");
    let after = std::fs::read_dir(folder).expect("a folder").count();
    assert_eq!(before, after, "nothing is left behind");
    failure(folder, &output)
}

fn with(folder: &Path, text: &str) {
    std::fs::write(folder.join("s.toml"), text).expect("written");
}

const GOOD: &str = "name = \"good\"
days = 3
company = [{ code = \"AAA\", sector = \"energy\", closes = [10] }]

[population]
agents = 20

[[traders]]
kind = \"value\"
ratio = 1
capital = 1000
";

#[test]
fn scenarios_are_refused_with_the_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let told = |from: &str, to: &str| {
        with(folder, &GOOD.replacen(from, to, 1));
        refused(folder, &["run", "s.toml"])
    };
    assert_snapshot!(told("agents = 20", "agenst = 20"), @"
    exit 2
    error: s.toml:6:1: `population.agenst`: unknown field `agenst`, expected one of `table`, `agents`, `capital-scale`, `initial-shares`, `allocation`, `subset`
    hint: did you mean `agents`?
    ╭─[s.toml:6:1]
     5 │ [population]
     6 │ agenst = 20
       · ──────
     7 │ 
       ╰────
    ");
    assert_snapshot!(told("capital = 1000", "capital = -5"), @"
    exit 2
    error: s.toml:11:11: `traders[0].capital`: expected a positive number, found -5
    ╭─[s.toml:11:11]
     10 │ ratio = 1
     11 │ capital = -5
        ·           ──
        ╰────
    ");
    assert_snapshot!(told("agents = 20", "agents = 0"), @"
    exit 2
    error: s.toml:6:10: `population.agents`: expected between 1 and 100000000 traders, found 0
    ╭─[s.toml:6:10]
     5 │ [population]
     6 │ agents = 0
       ·          ─
     7 │ 
       ╰────
    ");
    assert_snapshot!(told("kind = \"value\"", "kind = \"valeu\""), @r#"
    exit 2
    error: s.toml:9:8: `traders[0].kind`: no rule is called `valeu`; expected one of `value`, `institutional`, `contrarian`, `aggressive`, `neutral`, `technical`, `fundamental`, `bdi`, `bdi-technical`, `bdi-fundamental`, `padding`, `zero-intelligence`, `zi`
    hint: `profile = "…"` beside `kind` names the rule
    ╭─[s.toml:9:8]
      8 │ [[traders]]
      9 │ kind = "valeu"
        ·        ───────
     10 │ ratio = 1
        ╰────
    "#);
    assert_snapshot!(told("days = 3", "days = three"), @r#"
    exit 2
    error: s.toml:2:8: invalid boolean, expected `true`
    ╭─[s.toml:2:8]
     1 │ name = "good"
     2 │ days = three
       ·        ─────
     3 │ company = [{ code = "AAA", sector = "energy", closes = [10] }]
       ╰────
    "#);
}

#[test]
fn files_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    assert_snapshot!(refused(folder, &["run", "none.toml"]), @"
    exit 2
    error: cannot read `none.toml`: No such file or directory (os error 2)
    ");
    std::fs::write(folder.join("s.toml"), b"name = \"\xFF\"").expect("written");
    assert_snapshot!(refused(folder, &["check", "s.toml"]), @"
    exit 2
    error: cannot read `s.toml`: it is not UTF-8 text
    ");
    with(
        folder,
        &GOOD.replacen(
            "company = [{ code = \"AAA\", sector = \"energy\", closes = [10] }]",
            "companies = \"none.toml\"",
            1,
        ),
    );
    assert_snapshot!(refused(folder, &["check", "s.toml"]), @r#"
    exit 2
    error: s.toml:3:13: `companies`: cannot read `none.toml`: No such file or directory (os error 2)
    ╭─[s.toml:3:13]
     2 │ days = 3
     3 │ companies = "none.toml"
       ·             ───────────
     4 │ 
       ╰────
    "#);
    assert_snapshot!(refused(folder, &["verify", "none.db"]), @"
    exit 2
    error: cannot open `none.db`
      caused by: No such file or directory (os error 2)
    ");
    assert_snapshot!(refused(folder, &["verify", "s.toml"]), @"
    exit 2
    error: `s.toml` is not an SQLite file
    ");
}

#[test]
fn an_included_file_is_named_as_it_is_found_from_here() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    std::fs::create_dir(folder.join("mine")).expect("a folder");
    let company = "[[company]]\ncode = \"AAA\"\nsector = \"energy\"\ncloses = [-10]\n";
    std::fs::write(folder.join("mine/c.toml"), company).expect("written");
    let inline = "company = [{ code = \"AAA\", sector = \"energy\", closes = [10] }]";
    let text = GOOD.replacen(inline, "companies = \"c.toml\"", 1);
    std::fs::write(folder.join("mine/s.toml"), text).expect("written");
    assert_snapshot!(refused(folder, &["run", "mine/s.toml"]), @r#"
    exit 2
    error: mine/c.toml:4:11: `company[0].closes[0]`: expected a positive number, found -10
    ╭─[mine/c.toml:4:11]
     3 │ sector = "energy"
     4 │ closes = [-10]
       ·           ───
       ╰────
    "#);
}

#[test]
fn flags_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let scenario = baseline();
    assert_snapshot!(refused(folder, &["run", &scenario, "--agents", "21"]), @"
    exit 2
    error: ROOT/fixtures/scenarios/asfm-baseline.toml:34:10: `population.agents`: 21 traders cannot be divided 2:1:1:1: expected a multiple of 5
    hint: 20 or 25 would do
    ╭─[ROOT/fixtures/scenarios/asfm-baseline.toml:34:10]
     33 │ [population]
     34 │ agents = 21
        ·          ──
     35 │ capital-scale = 1
        ╰────
    ");
    assert_snapshot!(refused(folder, &["run", &scenario, "--set", "market.tick"]), @"
    exit 2
    error: --set market.tick: expected KEY=VALUE
    ");
    assert_snapshot!(refused(folder, &["run", &scenario, "--set", "market.tick.x=3"]), @"
    exit 2
    error: --set market.tick.x=3: the key `x` belongs to no table in ROOT/fixtures/scenarios/asfm-baseline.toml
    ");
    assert_snapshot!(refused(folder, &["run", &scenario, "--set", "market.continuous=middle"]), @r#"
    exit 2
    error: ROOT/fixtures/scenarios/asfm-baseline.toml:19:14: `market.continuous`: unknown variant `middle`, expected `midpoint` or `maker`
    ╭─[ROOT/fixtures/scenarios/asfm-baseline.toml:19:14]
     18 │ auction = "midpoint"              # best bid with best ask, each pair at the mean of its limits
     19 │ continuous = "middle"
        ·              ────────
     20 │ price-limit = "0.1"               # of the previous close
        ╰────
    "#);
    for wrong in [&["run"][..], &["fly"], &["run", "s.toml", "--brain", "me"], &["match", "--tick"]]
    {
        assert_eq!(asfm(folder, wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_file_that_exists_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    std::fs::write(folder.join("r.db"), "precious").expect("written");
    let scenario = baseline();
    assert_snapshot!(refused(folder, &["run", &scenario, "--out", "r.db"]), @"
    exit 2
    error: `r.db` exists (--force overwrites it)
    ");
    assert_eq!(std::fs::read(folder.join("r.db")).expect("kept"), b"precious");
    succeed(folder, &["run", &scenario, "--days", "1", "--out", "r.db", "--force"]);
    assert_snapshot!(refused(folder, &["run", &scenario, "--out", "no/such/folder/r.db"]), @"
    exit 1
    error: cannot create `no/such/folder/r.db`
      caused by: No such file or directory (os error 2)
    ");
}

#[test]
fn what_only_traders_read_is_checked_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let told = |more: &str| {
        with(folder, &format!("{GOOD}\n[prompt]\n{more}\n"));
        refused(folder, &["run", "s.toml", "--brain", "rules"])
    };
    assert_snapshot!(told("layout = \"upside-down\""), @r#"
    exit 2
    error: s.toml:14:10: `prompt.layout`: unknown variant `upside-down`, expected `shared-first` or `paper`
    ╭─[s.toml:14:10]
     13 │ [prompt]
     14 │ layout = "upside-down"
        ·          ─────────────
        ╰────
    "#);
    assert_snapshot!(told("temprature = 0.7"), @"
    exit 2
    error: s.toml:14:1: `prompt.temprature`: unknown field `temprature`, expected one of `layout`, `observation`, `wording`, `temperature`, `answer-tokens`, `reason-characters`, `feedback`, `profile`, `observation-blocks`, `re-ask`, `clip`, `plan`, `temperatures`
    hint: did you mean `temperature`?
    ╭─[s.toml:14:1]
     13 │ [prompt]
     14 │ temprature = 0.7
        · ──────────
        ╰────
    ");
    assert_snapshot!(told("temperature = 3"), @"
    exit 2
    error: s.toml:14:15: `prompt.temperature`: expected a number between 0 and 2, found 3
    ╭─[s.toml:14:15]
     13 │ [prompt]
     14 │ temperature = 3
        ·               ─
        ╰────
    ");
}
