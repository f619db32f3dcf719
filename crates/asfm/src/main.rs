//! The command line of asfm: it reads flags and files, drives the engine, and speaks.
//!
//! Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failed,
//! 2 misused or bad input, 75 stopped at a boundary.

#![expect(clippy::print_stderr, reason = "the binary is what speaks")]

mod branch;
mod cli;
mod doctor;
mod drive;
mod experiment;
mod failure;
mod observe;
mod parquet;
mod pipe;
mod report;
mod resume;
mod run;
mod scenario;
mod stats;
mod summary;
mod table;
mod talk;
mod verify;
mod world;

/// Rounds of a large market allocate and free tens of megabytes, which the system's allocator
/// hands back and asks for again each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::io::{BufReader, BufWriter, Write as _, stdin, stdout};
use std::process::ExitCode;

use asfm_engine::Scenario;
use clap::{CommandFactory as _, Parser as _};
use cli::{Cli, Verb};
use failure::Failure;

fn main() -> ExitCode {
    match act(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{}", failure.text());
            failure.exit_code()
        }
    }
}

fn act(cli: Cli) -> Result<(), Failure> {
    match cli.verb {
        None => {
            write!(stdout(), "{}", Cli::command().render_help())?;
            Ok(())
        }
        Some(Verb::Run(flags)) => run::run(&flags),
        Some(Verb::Resume(flags)) => resume::resume(&flags),
        Some(Verb::Branch(flags)) => branch::branch(&flags),
        Some(Verb::Match(flags)) => {
            let output = BufWriter::new(stdout().lock());
            pipe::play(&(&flags).into(), BufReader::with_capacity(1 << 16, stdin().lock()), output)
        }
        Some(Verb::Verify(flags)) => verify::verify(&flags),
        Some(Verb::Stats(verb)) => stats::stats(&verb),
        Some(Verb::Experiment(verb)) => experiment::experiment(&verb),
        Some(Verb::Report(flags)) => report::report(&flags),
        Some(Verb::Doctor(flags)) => doctor::doctor(&flags),
        Some(Verb::Check(flags)) => scenario::check(&flags),
        Some(Verb::Init(flags)) => scenario::init(&flags),
        Some(Verb::World(verb)) => world::world(&verb),
        Some(Verb::Schema) => {
            let schema = serde_json::to_string_pretty(&Scenario::json_schema());
            writeln!(stdout(), "{}", schema.map_err(anyhow::Error::from)?)?;
            Ok(())
        }
        Some(Verb::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "asfm", &mut script);
            stdout().write_all(&script)?;
            Ok(())
        }
        Some(Verb::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            stdout().write_all(&page)?;
            Ok(())
        }
    }
}
