//! Servers that stand in for language-model servers, by hand.

#![expect(clippy::print_stdout, reason = "a program of the terminal")]

use std::time::Duration;

use anyhow::Context as _;
use asfm_standin::{Class, Facade, Hostile, Mix, Steady};
use clap::{Parser, Subcommand};

/// Serves something that stands in for a language-model server, until it is interrupted.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    what: What,
    /// The port on this machine; any free one if it is 0
    #[arg(long, default_value_t = 0, global = true)]
    port: u16,
}

#[derive(Subcommand)]
enum What {
    /// Ollama's protocol in front of an OpenAI-compatible server
    Facade {
        /// The address of that server
        #[arg(long, value_name = "URL")]
        upstream: String,
        /// The most questions that wait at once; more are refused
        #[arg(long, default_value_t = 512)]
        pending: usize,
        /// The most tools that one answer may call
        #[arg(long, default_value_t = 4)]
        calls: usize,
    },
    /// Every kind of bad answer and failure, the same for the same question
    Hostile {
        /// What decides which question goes wrong in which way
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Other weights: `good=50,reset=0`, or `only,stall=1,busy=2`
        #[arg(long, value_parser = Mix::read, default_value = "", hide_default_value = true)]
        mix: Mix,
        /// How many seconds a server that does not answer keeps its connection
        #[arg(long, default_value_t = 600)]
        stall: u64,
        /// List the classes and their weights instead
        #[arg(long)]
        list: bool,
    },
    /// One good answer after a fixed time
    Steady {
        /// How many milliseconds every answer takes
        #[arg(long, default_value_t = 50)]
        ms: u64,
        /// What is answered to questions without tools
        #[arg(long)]
        answer: Option<String>,
    },
}

fn main() -> anyhow::Result<()> {
    let Cli { what, port } = Cli::parse();
    let busy = || format!("cannot listen on port {port}");
    match what {
        What::Facade { upstream, pending, calls } => {
            let facade = Facade { port, pending, calls, ..Facade::of(upstream) };
            serve(&facade.spawn().with_context(busy)?.url())
        }
        What::Hostile { list: true, mix, .. } => {
            for it in Class::ALL {
                let group = format!("{:?}", it.group()).to_lowercase();
                println!("{:<18} {group:<10} {:>4}", it.word(), mix.weight(*it));
            }
            Ok(())
        }
        What::Hostile { seed, mix, stall, .. } => {
            let stall = Duration::from_secs(stall);
            let hostile = Hostile { port, seed, mix, stall, ..Hostile::default() };
            serve(&hostile.spawn().with_context(busy)?.url())
        }
        What::Steady { ms, answer } => {
            let default = Steady::default();
            let answer = answer.unwrap_or_else(|| default.answer.clone());
            let steady = Steady { port, latency: Duration::from_millis(ms), answer, ..default };
            serve(&steady.spawn().with_context(busy)?.url())
        }
    }
}

/// Says the address and waits; the server runs in a thread of its own.
fn serve(url: &str) -> anyhow::Result<()> {
    println!("{url}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tokio::signal::ctrl_c()).context("cannot wait for an interruption")
}
