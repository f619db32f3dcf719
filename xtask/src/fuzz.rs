//! The longer campaign: the property tests, with many more cases than CI has time for; and the
//! reading of answers, by a fuzzer that is guided by coverage; and a long stream through the book.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};

use crate::shell::{self, Args};

/// The crates with properties worth attacking.
const CRATES: &[&str] =
    &["asfm-agent", "asfm-book", "asfm-engine", "asfm-recorder", "asfm-social", "asfm-stats"];
const CASES: u64 = 50_000;
/// Under a time limit a pass is small, so that the limit is kept.
const CASES_PER_PASS: u64 = 5_000;
/// Whole markets cost as much as so many cases of a property.
const CASES_PER_MARKET: u64 = 10;

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    if args.flag("answers") {
        return answers(args);
    }
    if args.flag("soak") {
        return soak(args);
    }
    let cases = args.number("--cases")?;
    let seed = args.number("--seed")?;
    let minutes = args.number("--minutes")?;
    args.finish()?;
    let shell = shell::at_root()?;
    let per_pass = cases.unwrap_or(if minutes.is_some() { CASES_PER_PASS } else { CASES });
    let first = seed.unwrap_or_else(from_clock);
    let end = minutes.map(|it| Instant::now() + Duration::from_secs(60 * it));
    let crates: Vec<String> = CRATES.iter().map(|it| format!("-p {it}")).collect();
    let words = format!("test --profile fuzz --lib --tests --no-fail-fast {}", crates.join(" "));
    let markets = (per_pass / CASES_PER_MARKET).max(1);
    let mut n_passes = 0;
    // Whole markets run under the seeds from `seed` on, so the next pass begins after them.
    for seed in (first..).step_by(usize::try_from(markets)?) {
        println!("fuzz: seed {seed}: {per_pass} cases per property, {markets} markets");
        let passed = shell::cargo(&shell, &words)
            .env("PROPTEST_CASES", per_pass.to_string())
            .env("PROPTEST_RNG_SEED", seed.to_string())
            .env("ASFM_FUZZ_CASES", per_pass.to_string())
            .env("ASFM_FUZZ_SEEDS", markets.to_string())
            .env("ASFM_FUZZ_FIRST", seed.to_string())
            .run();
        if passed.is_err() {
            bail!("seed {seed}; repeat it with: cargo xtask fuzz --seed {seed} --cases {per_pass}");
        }
        n_passes += 1;
        if end.is_none_or(|it| Instant::now() >= it) {
            break;
        }
    }
    println!("fuzz: {n_passes} passes of {per_pass} cases per property found nothing");
    Ok(())
}

/// Reads answers that a fuzzer makes up; what it learns stays in `fuzz/corpus`.
fn answers(mut args: Args) -> anyhow::Result<()> {
    // To the fuzzer, no time is no limit.
    let minutes = args.number("--minutes")?.unwrap_or(1).max(1);
    args.finish()?;
    let shell = shell::at_root()?;
    let corpus = "fuzz/corpus/answer";
    shell.create_dir(corpus)?;
    // Nothing here is unsafe, so no sanitizer is needed, and any toolchain will do.
    let words = format!("fuzz run --sanitizer none answer {corpus} fixtures/answers");
    let limits = format!("-max_total_time={} -max_len=16384 -timeout=5", 60 * minutes);
    let found = shell::cargo(&shell, &format!("{words} -- {limits}")).run();
    found.context(
        "the answer is in fuzz/artifacts; if cargo knows no `fuzz`: cargo install cargo-fuzz",
    )?;
    println!("fuzz: {minutes} min of answers found nothing");
    Ok(())
}

/// Plays a long stream of each kind through the book and the naive one, message by message.
fn soak(mut args: Args) -> anyhow::Result<()> {
    /// The common streams of the book's tests.
    const STREAMS: u64 = 4;
    let messages = args.number("--messages")?.unwrap_or(100_000_000).div_ceil(STREAMS);
    let seed = args.number("--seed")?.unwrap_or_else(from_clock);
    args.finish()?;
    let shell = shell::at_root()?;
    let begun = Instant::now();
    println!("soak: seed {seed}, {STREAMS} streams of {messages} messages");
    // One after the other: a stream keeps where every order of its past was.
    shell::cargo(&shell, "test --profile fuzz -p asfm-book --test it soak -- --test-threads 1")
        .env("ASFM_SOAK_MESSAGES", messages.to_string())
        .env("ASFM_SOAK_SEED", seed.to_string())
        .run()
        .with_context(|| format!("seed {seed}"))?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("soak: {} messages in {seconds:.0} s, the same as the naive book", messages * STREAMS);
    Ok(())
}

/// A campaign that names no seed tries what no other did.
fn from_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(1, |it| it.as_secs())
}
