//! Whole markets whose traders ask the small model, through both protocols; the crowd that talks is
//! in a room of its own.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::{Options, Server, crowd, folder, running, start, stop};
use crate::shell::{self, Args};
use crate::standin::{self, StandIn, binary};

/// The market of the test.
const SCENARIO: &str = "fixtures/scenarios/small-model.toml";
/// Traders of the test who ask, times days.
const PER_STAGE: u64 = 4 * 2;

/// The model's server for as long as it is needed: stopped at the end, unless it ran before.
pub(super) struct Borrowed {
    pub(super) server: Server,
    was_there: bool,
}

impl Borrowed {
    pub(super) fn new() -> anyhow::Result<Self> {
        if let Some(server) = running()? {
            return Ok(Self { server, was_there: true });
        }
        // Two threads of one model wait for each other, badly where others work, too.
        let options = Options { threads: 1, ..Options::default() };
        Ok(Self { server: start(&options)?, was_there: false })
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if !self.was_there
            && let Err(error) = stop()
        {
            eprintln!("model: {error:#}");
        }
    }
}

/// `cargo xtask model test`: records, verifies and replays a market through each protocol.
pub(super) fn test(args: Args) -> anyhow::Result<()> {
    args.finish()?;
    let begun = Instant::now();
    let model = Borrowed::new()?;
    standin::build()?;
    let Server { url, model: name, .. } = &model.server;
    let facade = StandIn::start(&["facade", "--upstream", url])?;
    let both = r#"market.sessions=["auction", "continuous"]"#;
    let one = r#"market.sessions=["auction"]"#;
    protocol("openai", &format!("openai:{name}@{url}"), both, 2 * PER_STAGE)?;
    protocol("ollama", &format!("ollama:{name}@{}", facade.url), one, PER_STAGE)?;
    crowd::market(&format!("ollama:{name}@{}", facade.url))?;
    println!("model: both protocols in {:.0} s", begun.elapsed().as_secs_f64());
    println!("model: it tries the plumbing; nothing is said about how well the model trades");
    Ok(())
}

fn protocol(family: &str, brain: &str, stages: &str, decisions: u64) -> anyhow::Result<()> {
    let file = folder().join(format!("{family}.db"));
    let file = file.to_str().context("the folder's name is text")?;
    let again = folder().join(format!("{family}-again.db"));
    let again = again.to_str().context("the folder's name is text")?;
    let how = ["--concurrency", "2", "--timeout", "300", "--force", "--json"];
    let market = ["run", SCENARIO, "--set", stages];
    let run = asfm(&[&market[..], &["--brain", brain, "--out", file], &how[..]].concat())?;
    asfm(&["verify", file, "--json"])?;
    let replay = format!("replay:{file}");
    let how = ["--brain", &replay, "--out", again, "--force", "--json"];
    let replayed = asfm(&[&market[..], &how[..]].concat())?;
    ensure!(run["digest"] == replayed["digest"], "{family}: the replay came to another digest");
    asfm(&["verify", again, "--json"])?;

    let model = &run["model"];
    let count = |key: &str| model[key].as_u64().unwrap_or_default();
    let read: u64 = model["rungs"].as_object().into_iter().flatten().filter_map(number).sum();
    println!(
        "model: {family}: {} calls in {:.1} s, {read} read {}, failed {}, {} orders, {} trades, {} \
         tokens of questions ({} cached), {} of answers; the replay is the same",
        count("calls"),
        run["wall_seconds"].as_f64().unwrap_or_default(),
        model["rungs"],
        model["failures"],
        run["orders"],
        run["trades"],
        count("prompt_tokens"),
        count("cached_tokens"),
        count("answer_tokens"),
    );
    ensure!(count("decisions") == decisions, "{family}: {decisions} decisions were expected");
    ensure!(count("fallbacks") * 2 < decisions, "{family}: most answers could not be used");
    ensure!(count("prompt_tokens") > 0, "{family}: the server counts no tokens");
    // Whether the exchange accepts them is the model's wit, and answers differ with the timing of the
    // server.
    let (asked, accepted) = asked_orders(file)?;
    println!(
        "model: {family}: {asked} requests of the model reached the exchange, {accepted} accepted"
    );
    ensure!(asked > 0, "{family}: no request of the model reached the exchange");
    if family == "openai" {
        ensure!(count("cached_tokens") > 0, "{family}: no shared beginning was cached");
    }
    Ok(())
}

fn number(it: (&String, &Value)) -> Option<u64> {
    it.1.as_u64()
}

/// How many requests of traders who asked the model reached the exchange, and how many of them were
/// accepted.
fn asked_orders(file: &str) -> anyhow::Result<(u64, u64)> {
    let query = "SELECT count(*) || ' ' || count(o.id) \
                 FROM decisions d LEFT JOIN orders o ON o.id = d.id";
    let text = row(file, query)?;
    let said = || format!("sqlite3 said {text:?}");
    let (asked, accepted) = text.split_once(' ').with_context(said)?;
    Ok((asked.parse().with_context(said)?, accepted.parse().with_context(said)?))
}

/// `cargo xtask model layouts`: both layouts of questions on the same market and model.
pub(super) fn layouts(mut args: Args) -> anyhow::Result<()> {
    let agents = args.number("--agents")?.unwrap_or(10);
    let days = args.number("--days")?.unwrap_or(1);
    args.finish()?;
    let model = Borrowed::new()?;
    standin::build()?;
    let Server { url, model: name, .. } = &model.server;
    let brain = format!("openai:{name}@{url}");
    let mut told = Vec::new();
    for layout in ["paper", "shared-first"] {
        let set = format!("prompt.layout={layout}");
        let (agents, days) = (agents.to_string(), days.to_string());
        let market = ["--agents", &agents, "--days", &days, "--set", &set];
        let how = [
            "--brain",
            &brain,
            "--concurrency",
            "2",
            "--timeout",
            "600",
            "--set",
            "prompt.answer-tokens=96",
            "--set",
            "prompt.re-ask=false",
            "--no-record",
            "--json",
        ];
        let baseline = "fixtures/scenarios/asfm-baseline.toml";
        let run = asfm(&[&["run", baseline], &market[..], &how[..]].concat())?;
        let it = &run["model"];
        let of = |key: &str| it[key].as_f64().unwrap_or_default();
        let decisions = of("decisions").max(1.0);
        let evaluated = (of("prompt_tokens") - of("cached_tokens")) / decisions;
        let seconds = run["wall_seconds"].as_f64().unwrap_or_default();
        println!(
            "model: {layout}: {decisions} decisions, {:.0} tokens a question, {evaluated:.0} of \
             them evaluated, {seconds:.1} s, {:.2} s a decision",
            of("prompt_tokens") / decisions,
            seconds / decisions,
        );
        told.push((evaluated, seconds));
    }
    if let [(paper, slow), (shared, fast)] = told[..] {
        println!(
            "model: shared-first evaluates {:.1} times fewer tokens and takes {:.2} times less time",
            paper / shared,
            slow / fast
        );
    }
    Ok(())
}

/// Runs the program; what it says with `--json`.
pub(super) fn asfm(words: &[&str]) -> anyhow::Result<Value> {
    serde_json::from_slice(&ends(0, words)?).context("it did not answer in JSON")
}

/// Runs the program, which must end with this exit code; what it wrote.
pub(super) fn ends(code: i32, words: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = Command::new(binary("asfm")).args(words).current_dir(shell::root()).output();
    let output = output.context("cannot start asfm")?;
    if output.status.code() != Some(code) {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("asfm {}: {}, expected {code}\n{said}", words.join(" "), output.status);
    }
    Ok(output.stdout)
}

/// What one row of a query on a run file says.
pub(super) fn row(file: &str, query: &str) -> anyhow::Result<String> {
    let output = Command::new("sqlite3").args([file, query]).output();
    let output = output.context("cannot start sqlite3")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
