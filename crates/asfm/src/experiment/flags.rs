//! The verbs of `asfm experiment` and their flags.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::submit::SubmitFlags;
use crate::cli::{Brain, ModelFlags};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Write down which runs an experiment needs, and what they would take.
    Plan(Plan),
    /// Make the runs that are missing on this machine, then judge.
    Run(Run),
    /// Make one run, or one part of all; does nothing where it is done.
    Task(Task),
    /// Send the runs that are missing to a cluster.
    Submit(Submit),
    /// Say which runs are done, being made, stopped and missing.
    Status(Status),
    /// List the numbers of the runs that are missing.
    Pending(Pending),
    /// Pack all runs into a few Parquet tables for notebooks.
    Collect(Collect),
    /// Judge the hypotheses from the run files, as a table, JSON or a page.
    Report(Report),
}

/// What a plan may change of an experiment.
#[derive(Debug, Clone, Args)]
pub(crate) struct Changes {
    /// Run these seeds instead of the file's: how many from 1, or `A..B` with both ends.
    #[arg(long, value_name = "SEEDS", value_parser = seeds)]
    pub(crate) seeds: Option<Seeds>,
    /// Who decides for the traders.
    #[arg(long, value_name = "B", value_parser = Brain::read)]
    pub(crate) brain: Option<Brain>,
    /// Leave out the null populations.
    #[arg(long)]
    pub(crate) no_nulls: bool,
    /// Run with so many traders, in each scenario's ratio.
    #[arg(long, value_name = "N")]
    pub(crate) agents: Option<u32>,
    /// Run so many days.
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,
    /// Change a key of every arm's scenario, such as `market.continuous=maker`; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

impl Changes {
    /// Whether anything is changed.
    pub(crate) fn any(&self) -> bool {
        self.seeds.is_some()
            || self.brain.is_some()
            || self.no_nulls
            || self.agents.is_some()
            || self.days.is_some()
            || !self.set.is_empty()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Seeds(pub(crate) Vec<u64>);

fn seeds(text: &str) -> Result<Seeds, String> {
    asfm_experiment::Experiment::seeds_of(text)
        .map(Seeds)
        .ok_or_else(|| "expected how many seeds, or a range such as 1..20".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The experiment file.
    #[arg(value_name = "FILE.toml")]
    pub(crate) file: PathBuf,
    /// The folder to plan in; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Print the plan as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A planned folder, or an experiment file, which is planned first.
    #[arg(value_name = "DIR|FILE.toml")]
    pub(crate) what: PathBuf,
    /// Where to plan a file; a folder named as the experiment if absent.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// So many runs at a time; as many as there are cores if absent, and 1 where traders ask a
    /// language model.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Only make the runs; judging is left to `report`.
    #[arg(long, conflicts_with = "json")]
    pub(crate) no_report: bool,
    /// Print what was found as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) model: ModelFlags,
}

#[derive(Debug, Args)]
pub(crate) struct Task {
    /// The planned folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The run's number in the manifest; `SLURM_ARRAY_TASK_ID` or `JOB_COMPLETION_INDEX` of the
    /// environment if absent.
    #[arg(long, value_name = "K", conflicts_with = "shard")]
    pub(crate) index: Option<usize>,
    /// Every N-th run, beginning with the K-th, counted from 0.
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub(crate) shard: Option<Shard>,
    /// Make the run in this folder, such as a disk of this machine, and copy it when it is done.
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) model: ModelFlags,
}

/// Every `of`-th run from the `first` on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shard {
    pub(crate) first: usize,
    pub(crate) of: usize,
}

fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|it| Some((it.0.parse().ok()?, it.1.parse().ok()?)));
    match parts {
        Some((first, of)) if first < of => Ok(Shard { first, of }),
        _ => Err("expected K/N with K from 0 to N - 1".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The planned folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Print it as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Pending {
    /// The planned folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// As ranges, such as `3,7-9`, which schedulers take.
    #[arg(long)]
    pub(crate) ranges: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Planned folders; several make one page.
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,
    /// Write a page that needs nothing else to be read.
    #[arg(long, value_name = "FILE.html")]
    pub(crate) out: Option<PathBuf>,
    /// Write the figures as SVG and PNG into this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) figures: Option<PathBuf>,
    /// Print what was found as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Collect {
    /// The planned folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Where to write the tables; those that are there are overwritten.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Submit {
    /// The planned folder, on a disk that all nodes share.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// To Slurm, the only cluster that is known; for others, see `task` and `pending`.
    #[arg(long, required = true)]
    pub(crate) slurm: bool,
    #[command(flatten)]
    pub(crate) how: SubmitFlags,
}
