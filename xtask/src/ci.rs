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
];

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    args.finish()?;
    let shell = shell::at_root()?;
    let has_nextest =
        shell::cargo(&shell, "nextest --version").ignore_stdout().ignore_stderr().run().is_ok();
    let tests = if has_nextest { &NEXTEST } else { &TEST };
    let steps: Vec<&Step> = BEFORE_TESTS.iter().chain([tests]).chain(AFTER_TESTS).collect();
    let start = Instant::now();
    for (at, step) in steps.iter().enumerate() {
        perform(&shell, step, at + 1, steps.len())?;
    }
    println!("\nci: all {} steps passed in {:.0} s", steps.len(), start.elapsed().as_secs_f64());
    Ok(())
}

fn perform(shell: &Shell, step: &Step, at: usize, of: usize) -> anyhow::Result<()> {
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
    let is_ok = command.run().is_ok();
    let seconds = start.elapsed().as_secs_f64();
    if !is_ok {
        bail!("step `{}` failed after {seconds:.1} s; repeat it with: {repeat}", step.name);
    }
    println!("[{at}/{of}] {}: passed in {seconds:.1} s", step.name);
    Ok(())
}
