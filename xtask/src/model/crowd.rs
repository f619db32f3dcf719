//! Traders who believe, desire, intend and talk, with the small model.

use anyhow::{Context as _, ensure};

use super::folder;
use super::market::{Borrowed, asfm, ends, row};
use crate::shell::Args;
use crate::standin;

const SCENARIO: &str = "fixtures/scenarios/small-crowd.toml";
/// Traders who ask, times days; one call is one decision in the plan `single`.
const DECISIONS: u64 = 2 * 2;
/// What one trader's day is estimated to send in the published code, in characters.
const PUBLISHED: f64 = 90_000.0;
/// The exit code of a run that can go on.
const TO_BE_RESUMED: i32 = 75;

/// A market of such traders is stopped by its budget, goes on, is verified, replayed and branched.
pub(super) fn market(brain: &str) -> anyhow::Result<()> {
    let place = |name: &str| {
        let path = folder().join(name);
        path.to_str().map(ToOwned::to_owned).context("the folder's name is text")
    };
    let [file, again, twin] = [place("crowd.db")?, place("crowd-again.db")?, place("twin.db")?];
    let how = ["--concurrency", "2", "--timeout", "300", "--json"];
    let first = ["run", SCENARIO, "--brain", brain, "--out", &file, "--force", "--max-calls", "2"];
    ends(TO_BE_RESUMED, &[&first[..], &how[..]].concat())?;
    let whole = asfm(&[&["resume", &file], &how[..]].concat())?;
    asfm(&["verify", &file, "--json"])?;

    let replay = format!("replay:{file}");
    let replayed =
        asfm(&["run", SCENARIO, "--brain", &replay, "--out", &again, "--force", "--json"])?;
    ensure!(whole["digest"] == replayed["digest"], "crowd: the replay came to another digest");
    asfm(&["verify", &again, "--json"])?;

    // The same first day and, from the second on, rules: no more is asked.
    let branch = ["branch", &file, "--day", "2", "--brain", "rules", "--out", &twin, "--force"];
    asfm(&[&branch[..], &["--json"]].concat())?;
    asfm(&["verify", &twin, "--json"])?;
    let first_day = "SELECT group_concat(digest) FROM rounds WHERE day = 1";
    let [ours, twins] = [row(&file, first_day)?, row(&twin, first_day)?];
    ensure!(!ours.is_empty() && ours == twins, "crowd: the branch has another past");

    let model = &whole["model"];
    let count = |key: &str| model[key].as_u64().unwrap_or_default();
    let said = row(
        &file,
        "SELECT count(*) || ' statements, ' || count(post) || ' posts, ' || count(trend) || ' beliefs' \
         FROM statements WHERE trader IN (SELECT trader FROM calls)",
    )?;
    println!(
        "model: crowd: {} calls, stopped after 2 and resumed, {} read, failed {}, {} tokens of \
         questions ({} cached); of those who asked: {said}; replay and branch hold",
        count("calls"),
        model["rungs"],
        model["failures"],
        count("prompt_tokens"),
        count("cached_tokens"),
    );
    ensure!(count("decisions") == DECISIONS, "crowd: {DECISIONS} decisions were expected");
    ensure!(count("fallbacks") < DECISIONS, "crowd: no answer could be used");
    ensure!(!said.starts_with("0 "), "crowd: nobody who asked said anything");
    Ok(())
}

/// `cargo xtask model plans`: what each plan of calls has the server evaluate, for the same traders.
pub(super) fn plans(mut args: Args) -> anyhow::Result<()> {
    let agents = args.number("--agents")?.unwrap_or(6).to_string();
    let days = args.number("--days")?.unwrap_or(1).to_string();
    args.finish()?;
    let model = Borrowed::new()?;
    standin::build()?;
    let brain = format!("openai:{}@{}", model.server.model, model.server.url);
    let file = folder().join("plans.db");
    let file = file.to_str().context("the folder's name is text")?;
    for plan in ["faithful", "compact", "single"] {
        let set = format!("prompt.plan={plan}");
        let market = ["run", SCENARIO, "--agents", &agents, "--days", &days, "--set", &set];
        let all_ask = ["--set", "traders.2.by-rule=false", "--set", "traders.3.by-rule=false"];
        // The news comes on day 2.
        let quiet = ["--set", "news=[]"];
        let short = ["--set", "prompt.answer-tokens=120", "--set", "prompt.re-ask=false"];
        let how = ["--brain", &brain, "--concurrency", "2", "--timeout", "600", "--json"];
        let out = ["--out", file, "--force"];
        let run = asfm(&[&market[..], &all_ask, &quiet, &short, &how, &out].concat())?;
        let of = |key: &str| run["model"][key].as_f64().unwrap_or_default();
        let decisions = of("decisions").max(1.0);
        let evaluated = (of("prompt_tokens") - of("cached_tokens")) / decisions;
        let asked = "SELECT sum(length(text)) FROM prompts";
        let characters: f64 = row(file, asked)?.parse().context("a sum of lengths")?;
        let a_token = characters / of("prompt_tokens").max(1.0);
        let seconds = run["wall_seconds"].as_f64().unwrap_or_default();
        println!(
            "model: {plan}: {decisions} trader-days, {:.1} calls and {:.0} tokens each, {evaluated:.0} \
             of them evaluated ({:.0} characters, {:.1} times fewer than published), {:.1} s each",
            of("calls") / decisions,
            of("prompt_tokens") / decisions,
            evaluated * a_token,
            PUBLISHED / (evaluated * a_token),
            seconds / decisions,
        );
    }
    Ok(())
}
