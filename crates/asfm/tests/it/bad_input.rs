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
    let mut told = |from: &str, to: &str| {
        with(folder, &GOOD.replacen(from, to, 1));
        refused(folder, &["run", "s.toml"])
    };
    assert_snapshot!(told("agents = 20", "agenst = 20"), @"");
    assert_snapshot!(told("capital = 1000", "capital = -5"), @"");
    assert_snapshot!(told("agents = 20", "agents = 0"), @"");
    assert_snapshot!(told("kind = \"value\"", "kind = \"valeu\""), @"");
    assert_snapshot!(told("days = 3", "days = three"), @"");
}

#[test]
fn files_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    assert_snapshot!(refused(folder, &["run", "none.toml"]), @"");
    std::fs::write(folder.join("s.toml"), b"name = \"\xFF\"").expect("written");
    assert_snapshot!(refused(folder, &["check", "s.toml"]), @"");
    with(
        folder,
        &GOOD.replacen(
            "company = [{ code = \"AAA\", sector = \"energy\", closes = [10] }]",
            "companies = \"none.toml\"",
            1,
        ),
    );
    assert_snapshot!(refused(folder, &["check", "s.toml"]), @"");
    assert_snapshot!(refused(folder, &["verify", "none.db"]), @"");
    assert_snapshot!(refused(folder, &["verify", "s.toml"]), @"");
}

#[test]
fn flags_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let scenario = baseline();
    assert_snapshot!(refused(folder, &["run", &scenario, "--agents", "21"]), @"");
    assert_snapshot!(refused(folder, &["run", &scenario, "--set", "market.tick"]), @"");
    assert_snapshot!(refused(folder, &["run", &scenario, "--set", "market.tick.x=3"]), @"");
    assert_snapshot!(refused(folder, &["run", &scenario, "--set", "market.continuous=middle"]), @"");
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
    assert_snapshot!(refused(folder, &["run", &scenario, "--out", "r.db"]), @"");
    assert_eq!(std::fs::read(folder.join("r.db")).expect("kept"), b"precious");
    succeed(folder, &["run", &scenario, "--days", "1", "--out", "r.db", "--force"]);
    assert_snapshot!(refused(folder, &["run", &scenario, "--out", "no/such/folder/r.db"]), @"");
}
