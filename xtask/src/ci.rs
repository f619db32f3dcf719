//! Everything that a change must pass, in the order of what fails soonest.

use std::time::Instant;

use anyhow::bail;
use xshell::Shell;

use crate::shell::{self, Args};

/// One check: cargo's words, and an environment.
struct Step {
    name: &'static str,
    words: &'static str,
    env: Option<(&'static str, &'static str)>,
}

const fn step(name: &'static str, words: &'static str) -> Step {
    Step { name, words, env: None }
}

const BEFORE_TESTS: &[Step] = &[
    step("fmt", "fmt --all --check"),
    step("deps", "xtask deps"),
    step("tidy", "xtask tidy"),
    step("clippy", "clippy --workspace --all-targets --all-features --locked -- -D warnings"),
    Step {
        name: "doc",
        words: "doc --workspace --all-features --no-deps --locked",
        env: Some(("RUSTDOCFLAGS", "-D warnings")),
    },
];

const NEXTEST: Step =
    step("test", "nextest run --workspace --all-features --locked --no-fail-fast");
const TEST: Step =
    step("test", "test --workspace --all-features --lib --bins --tests --locked --no-fail-fast");

const AFTER_TESTS: &[Step] = &[
    step("doctest", "test --workspace --all-features --doc --locked"),
    step("schema", "xtask schema --check"),
    step("manual", "xtask manual --check"),
    step("slurm", "xtask slurm test"),
    step("model", "xtask model test"),
];

/// The exit code of a step that needs something that cannot be had here.
const SKIPPED: i32 = 3;

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    args.finish()?;
    let shell = shell::at_root()?;
    let has_nextest =
        shell::cargo(&shell, "nextest --version").ignore_stdout().ignore_stderr().run().is_ok();
    let tests = if has_nextest { &NEXTEST } else { &TEST };
    let steps: Vec<&Step> = BEFORE_TESTS.iter().chain([tests]).chain(AFTER_TESTS).collect();
    let start = Instant::now();
    let mut skipped = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if !perform(&shell, step, at + 1, steps.len())? {
            skipped.push(step.name);
        }
    }
    let (passed, seconds) = (steps.len() - skipped.len(), start.elapsed().as_secs_f64());
    println!("\nci: {passed} of {} steps passed in {seconds:.0} s", steps.len());
    if !skipped.is_empty() {
        println!("ci: SKIPPED, and so not known to work: {}", skipped.join(", "));
    }
    Ok(())
}

/// Whether the step passed; false if it was skipped, which it says by its exit code.
fn perform(shell: &Shell, step: &Step, at: usize, of: usize) -> anyhow::Result<bool> {
    let repeat = match step.env {
        None => format!("cargo {}", step.words),
        Some((key, value)) => format!("{key}='{value}' cargo {}", step.words),
    };
    println!("\n[{at}/{of}] {}: {repeat}", step.name);
    let start = Instant::now();
    let mut command = shell::cargo(shell, step.words);
    if let Some((key, value)) = step.env {
        command = command.env(key, value);
    }
    let status = std::process::Command::from(command).status()?;
    let seconds = start.elapsed().as_secs_f64();
    if status.code() == Some(SKIPPED) {
        println!("[{at}/{of}] {}: SKIPPED after {seconds:.1} s", step.name);
        return Ok(false);
    }
    if !status.success() {
        bail!("step `{}` failed after {seconds:.1} s; repeat it with: {repeat}", step.name);
    }
    println!("[{at}/{of}] {}: passed in {seconds:.1} s", step.name);
    Ok(true)
}
