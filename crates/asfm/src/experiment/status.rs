//! `asfm experiment status` and `pending`: what the run files say.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use asfm_experiment::Task;
use asfm_llm::Spent;
use serde_json::json;

use super::flags::{Pending, Status, Submit};
use super::folder::Folder;
use super::submit::{self, Submission, ranges};
use crate::failure::{Failure, misuse};
use crate::talk::count as count_call;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Done,
    Running,
    Stopped,
    Missing,
}

impl State {
    fn of(folder: &Folder, task: &Task) -> Self {
        if folder.run(task).exists() {
            return Self::Done;
        }
        // Whoever makes a run holds its lock, and dies with it.
        let held = File::open(folder.lock(task)).is_ok_and(|it| it.try_lock().is_err());
        match (held, folder.attempt(task).exists()) {
            (true, _) => Self::Running,
            (false, true) => Self::Stopped,
            (false, false) => Self::Missing,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Missing => "pending",
        }
    }
}

/// `asfm experiment status`.
pub(super) fn status(flags: &Status) -> Result<(), Failure> {
    let folder = Folder::open(&flags.folder)?;
    let states: Vec<State> = folder.tasks.iter().map(|it| State::of(&folder, it)).collect();
    let count = |state: State| states.iter().filter(|it| **it == state).count();
    let named = |state: State| -> Vec<&str> {
        let all = folder.tasks.iter().zip(&states);
        all.filter(|it| *it.1 == state).map(|it| it.0.id.as_str()).collect()
    };
    let mut spent = Spent::default();
    for task in folder
        .tasks
        .iter()
        .filter(|it| folder.population(it).is_some_and(|population| population.evidence.reads()))
    {
        for path in [folder.run(task), folder.attempt(task)] {
            let Ok(run) = asfm_recorder::Run::open(&path) else { continue };
            run.calls(|call| count_call(&mut spent, &call))?;
        }
    }
    let mut out = std::io::stdout().lock();
    if flags.json {
        let told = json!({
            "experiment": folder.experiment.name,
            "runs": folder.tasks.len(),
            "done": count(State::Done),
            "running": count(State::Running),
            "stopped": count(State::Stopped),
            "pending": count(State::Missing),
            "running_runs": named(State::Running),
            "stopped_runs": named(State::Stopped),
            "calls": spent.calls,
            "tokens": spent.prompt + spent.answer,
        });
        writeln!(out, "{told}")?;
        return Ok(());
    }
    writeln!(
        out,
        "{}: {} of {} runs are done, {} running, {} stopped, {} pending",
        folder.experiment.name,
        count(State::Done),
        folder.tasks.len(),
        count(State::Running),
        count(State::Stopped),
        count(State::Missing),
    )?;
    for state in [State::Running, State::Stopped] {
        for name in named(state) {
            writeln!(out, "{}  {name}", state.word())?;
        }
    }
    if spent.calls > 0 {
        let tokens = spent.prompt + spent.answer;
        writeln!(out, "{} calls, {tokens} tokens so far", spent.calls)?;
    }
    Ok(())
}

/// `asfm experiment pending`.
pub(super) fn pending(flags: &Pending) -> Result<(), Failure> {
    let folder = Folder::open(&flags.folder)?;
    let mut out = std::io::stdout().lock();
    let missing = missing(&folder)?;
    if flags.ranges {
        if !missing.is_empty() {
            writeln!(out, "{}", ranges(&missing))?;
        }
        return Ok(());
    }
    for index in missing {
        writeln!(out, "{index}")?;
    }
    Ok(())
}

/// The numbers of the runs that are not done.
fn missing(folder: &Folder) -> Result<Vec<u32>, Failure> {
    let missing = folder.tasks.iter().filter(|it| State::of(folder, it) != State::Done);
    let number = |it: &Task| u32::try_from(it.index).map_err(|_| misuse("too many runs to number"));
    missing.map(number).collect()
}

/// `asfm experiment submit`.
pub(super) fn submit(flags: &Submit) -> Result<(), Failure> {
    let folder = Folder::open(&flags.folder)?;
    folder.same_program()?;
    let absolute = |path: &Path| {
        std::path::absolute(path).with_context(|| format!("where is `{}`", path.display()))
    };
    let submission = Submission {
        folder: absolute(&folder.path)?,
        program: std::env::current_exe().context("where is this program")?,
        pending: missing(&folder)?,
        flags: flags.how.clone(),
    };
    let sent = submit::submit(&submission)?;
    for note in sent.notes() {
        eprintln!("note: {note}");
    }
    write!(std::io::stdout(), "{}", sent.text())?;
    Ok(())
}
