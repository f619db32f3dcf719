//! The project's verbs: what contributors and CI run, as `cargo xtask VERB`.
//!
//! It knows none of the workspace's crates: it drives them through cargo and the binary.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of the terminal")]

mod bench;
mod ci;
mod crash;
mod deps;
mod fuzz;
mod golden;
mod manual;
mod model;
mod package;
mod process;
mod replicate;
mod shell;
mod slurm;
mod standin;
mod tidy;

use std::process::ExitCode;

use shell::{Args, Missing, Misuse};

/// A word after `cargo xtask`.
struct Verb {
    name: &'static str,
    usage: &'static str,
    does: &'static str,
    run: fn(Args) -> anyhow::Result<()>,
}

const VERBS: &[Verb] = &[
    Verb { name: "ci", usage: "", does: "runs every check that a change must pass", run: ci::run },
    Verb {
        name: "deps",
        usage: "",
        does: "checks that no crate knows what it must not know",
        run: deps::run,
    },
    Verb {
        name: "tidy",
        usage: "",
        does: "checks what the compiler and clippy cannot see",
        run: tidy::run,
    },
    Verb {
        name: "fuzz",
        usage: "[--cases N] [--seed S] [--minutes M] | answers [--minutes M] | \
                soak [--messages N] [--seed S]",
        does: "runs the property tests with many more cases, a fuzzer on answers, or a book beside \
               the naive one",
        run: fuzz::run,
    },
    Verb {
        name: "crash",
        usage: "[--times N] [--seed S]",
        does: "kills runs against a hostile model server at random moments and resumes them",
        run: crash::run,
    },
    Verb {
        name: "bench",
        usage: "[--report]",
        does: "runs the benches and compares with peers and targets",
        run: bench::run,
    },
    Verb {
        name: "golden",
        usage: "",
        does: "compares the statistics with reference values",
        run: golden::run,
    },
    Verb {
        name: "model",
        usage: "fetch | start [--port N] [--slots N] [--threads N] [--original] | stop | status | \
                test | layouts [--agents N] [--days N] | plans [--agents N] [--days N]",
        does: "serves a small language model and runs markets on it; exit code 3 if it cannot be had",
        run: model::run,
    },
    Verb {
        name: "replicate",
        usage: "asfm | twinmarket [--seeds S] [--brain B] [--agents N] [--days N] [--set K=V] [--jobs N] \
                [--only NAME] [--small] [--out DIR] | null [--experiments N] [--seeds N]",
        does: "runs a paper's experiments and writes their page, or experiments in which nothing \
               differs",
        run: replicate::run,
    },
    Verb {
        name: "slurm",
        usage: "test [--program FILE] | up | down",
        does: "runs an experiment on a small cluster, where a node dies; exit code 3 if it cannot be had",
        run: slurm::run,
    },
    Verb {
        name: "package",
        usage: "[--allow-dirty]",
        does: "packs the reusable crates and builds what was packed",
        run: package::run,
    },
    Verb {
        name: "schema",
        usage: "[--check]",
        does: "writes the JSON Schema of scenario files, or checks it",
        run: manual::schema,
    },
    Verb {
        name: "manual",
        usage: "[--check]",
        does: "writes the manual of the command line, or checks it",
        run: manual::run,
    },
];

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(name) = args.next() else {
        print!("{}", overview());
        return ExitCode::SUCCESS;
    };
    if ["help", "--help", "-h"].contains(&name.as_str()) {
        print!("{}", overview());
        return ExitCode::SUCCESS;
    }
    let Some(verb) = VERBS.iter().find(|it| it.name == name) else {
        eprintln!("error: there is no verb `{name}`\n\n{}", overview());
        return ExitCode::from(2);
    };
    match (verb.run)(Args::new(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Misuse>() => {
            eprintln!("error: {error}\nusage: cargo xtask {} {}", verb.name, verb.usage);
            ExitCode::from(2)
        }
        Err(error) if error.is::<Missing>() => {
            eprintln!("skipped: {error:#}");
            ExitCode::from(3)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn overview() -> String {
    let mut text = String::from("usage: cargo xtask VERB\n\n");
    for it in VERBS {
        text += format!("  {:<8} {}", it.name, it.does).trim_end();
        if !it.usage.is_empty() {
            text = text + "  " + it.usage;
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_is_listed_once() {
        let listed = overview();
        for it in VERBS {
            assert_eq!(listed.matches(&format!("\n  {} ", it.name)).count(), 1, "{}", it.name);
        }
    }
}
