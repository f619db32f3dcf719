//! Runs that are killed at random moments, and must go on to the end they would have had.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::shell::{self, Args};
use crate::standin::{self, StandIn, binary};

const SCENARIO: &str = "fixtures/scenarios/asfm-baseline.toml";
/// How often one run is killed at most.
const KILLS_MAX: u64 = 3;

/// `cargo xtask crash`: against the hostile server, with `kill -9`.
pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let times = args.number("--times")?.unwrap_or(50);
    let seed = args.number("--seed")?.unwrap_or(1);
    args.finish()?;
    standin::build()?;
    let folder = shell::root().join("target").join("crash");
    std::fs::create_dir_all(&folder)?;
    let server = StandIn::start(&["hostile", "--seed", &seed.to_string()])?;
    let begun = Instant::now();
    let whole = start(&server, &folder.join("whole.db"))?.wait()?;
    ensure!(whole.success(), "the run that is not killed: {whole}");
    let length = begun.elapsed();
    let digest = digest(&folder.join("whole.db"))?;
    let mut random = seed;
    let (mut kills, mut runs) = (0, 0_u64);
    while kills < times {
        let file = folder.join("killed.db");
        let mut child = start(&server, &file)?;
        let before = kills;
        // A resumed run may be killed, too.
        while kills < times && kills - before < KILLS_MAX {
            sleep(length.mul_f64(moment(&mut random)));
            if child.try_wait()?.is_some() {
                break;
            }
            child.kill()?;
            child.wait()?;
            kills += 1;
            child = go_on(&server, &file)?;
        }
        let (status, this) = (child.wait()?, kills - before);
        runs += 1;
        ensure!(status.success(), "run {runs}, killed {this} times: {status}");
        let found = self::digest(&file)?;
        ensure!(found == digest, "run {runs}, killed {this} times: {found} is not {digest}");
        println!("crash: run {runs}, killed {this} times, {kills} of {times} in all: the same end");
    }
    println!("crash: {times} kills in {runs} runs, digest {digest} each time");
    Ok(())
}

/// The next number from 0 to 1 (`SplitMix64`).
fn moment(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut it = *state;
    it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    #[expect(clippy::cast_precision_loss, reason = "any moment will do")]
    let moment = (it >> 33) as f64 / (1_u64 << 31) as f64;
    moment
}

/// Begins a run, over whatever a killed one left.
fn start(server: &StandIn, file: &Path) -> anyhow::Result<Child> {
    let brain = format!("openai:hostile@{}", server.url);
    asfm(&["run", SCENARIO, "--days", "2", "--brain", &brain, "--force", "--out"], file)
}

/// Goes on with a killed run, or begins it anew if it was killed before it had begun.
fn go_on(server: &StandIn, file: &Path) -> anyhow::Result<Child> {
    let known = Command::new("sqlite3").arg(file).arg("SELECT count(*) FROM run").output()?;
    if known.stdout.trim_ascii() == b"1" { resume(file) } else { start(server, file) }
}

fn resume(file: &Path) -> anyhow::Result<Child> {
    asfm(&["resume"], file)
}

/// Starts the program; how long it waits and how often it tries decides what fails.
fn asfm(words: &[&str], file: &Path) -> anyhow::Result<Child> {
    Command::new(binary("asfm"))
        .args(words)
        .arg(file)
        .args(["--timeout", "1.5", "--attempts", "4", "--concurrency", "16"])
        .current_dir(shell::root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start asfm")
}

fn verify(file: &Path) -> anyhow::Result<Value> {
    let output = Command::new(binary("asfm")).args(["verify", "--json"]).arg(file).output()?;
    let said = serde_json::from_slice(&output.stdout).context("verify did not answer in JSON")?;
    ensure!(output.status.success(), "verify: {said}");
    Ok(said)
}

fn digest(file: &Path) -> anyhow::Result<String> {
    let said = verify(file)?;
    Ok(said["digest"].as_str().context("a digest")?.to_owned())
}
