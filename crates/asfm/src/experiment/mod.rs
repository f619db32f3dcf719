//! `asfm experiment`: arms and seeds as independent runs, here or on a cluster, and what they say.
//!
//! A folder holds one planned experiment: `manifest.jsonl` with a line per run, `scenarios/` with
//! one file per arm, `attempts/` with runs that are being made and `runs/` with those that are done.
//! The truth is in the run files; everything else can be made again.

mod collect;
mod flags;
mod folder;
mod local;
mod outcome;
mod page;
mod plan;
mod report;
mod status;
mod submit;
mod task;

pub(crate) use flags::Verb;

use crate::failure::Failure;

/// Does what a verb says.
pub(crate) fn experiment(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Plan(flags) => plan::plan(flags),
        Verb::Run(flags) => local::run(flags),
        Verb::Task(flags) => task::task(flags),
        Verb::Submit(flags) => status::submit(flags),
        Verb::Status(flags) => status::status(flags),
        Verb::Pending(flags) => status::pending(flags),
        Verb::Collect(flags) => collect::collect(flags),
        Verb::Report(flags) => report::report(flags),
    }
}
