//! Running the program and telling what it said.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::{Connection, OpenFlags};

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the project exists")
}

pub(crate) fn baseline() -> String {
    root().join("fixtures/scenarios/asfm-baseline.toml").display().to_string()
}

/// Runs the program in a folder.
pub(crate) fn asfm(folder: &Path, arguments: &[&str]) -> Output {
    asfm_with(folder, arguments, &[])
}

/// Runs the program in a folder, with more in its environment.
pub(crate) fn asfm_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asfm"));
    command.envs(environment.iter().copied());
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.output().expect("the program starts")
}

/// Runs the program with something to read.
pub(crate) fn asfm_reads(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_asfm"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // It may stop reading early; what it says about that is what is tested.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("written");
    output
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// Exit code and errors; the temporary folder is called DIR, the project ROOT.
pub(crate) fn failure(folder: &Path, output: &Output) -> String {
    let stderr = String::from_utf8(output.stderr.clone()).expect("text");
    let stderr = stderr
        .replace(&folder.display().to_string(), "DIR")
        .replace(&root().display().to_string(), "ROOT");
    format!("exit {}\n{stderr}", output.status.code().expect("an exit code"))
}

/// Runs and expects success.
pub(crate) fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let output = asfm(folder, arguments);
    assert!(output.status.success(), "{}", failure(folder, &output));
    stdout(&output)
}

pub(crate) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("one JSON object")
}

/// A run file while it is written, once it is there.
pub(crate) fn read_only(path: &Path) -> Option<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()
}

/// A market of six traders and five days, and an experiment in it with three arms.
pub(crate) const MARKET: &str = r#"name = "small"
days = 5
company = [
    { code = "A", sector = "energy", closes = ["10.00"] },
    { code = "B", sector = "financials", closes = ["20.00"] },
]

[population]
agents = 6

[[traders]]
kind = "value"
ratio = 1
capital = 2000

[[traders]]
kind = "aggressive"
ratio = 1
capital = 1000
"#;

pub(crate) const EXPERIMENT: &str = r#"name = "fees"
scenario = "market.toml"
seeds = 6
nulls = ["zi"]

[[arm]]
name = "free"

[[arm]]
name = "fee"
set = { "market.fee" = "0.01" }

[[arm]]
name = "news"
branch = { from = "free", day = 3 }
set = { news = [{ day = 3, text = "The rate is cut.", topic = "interest-rate", size = "-0.005" }] }

[statistic.rise]
measure = "return"
sector = "energy"
from = 1
to = 4

[[hypothesis]]
id = "H1"
claim = "A fee lowers turnover."
statistic = "log TR"
of = "fee"
against = "free"
direction = "down"
smallest = 0.1
family = "fees"

[[hypothesis]]
id = "H2"
claim = "News lifts energy."
statistic = "rise"
of = "news"
against = "free"
direction = "up"
smallest = 0.01
family = "fees"
assumed = "a table says so"

[[figure]]
id = "1"
title = "Return"
path = "return"
arms = ["free", "fee"]
"#;

/// A folder with the small market and its experiment, `market.toml` and `fees.toml`.
pub(crate) fn laboratory() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("market.toml"), MARKET).expect("a scenario");
    std::fs::write(folder.path().join("fees.toml"), EXPERIMENT).expect("an experiment");
    folder
}
