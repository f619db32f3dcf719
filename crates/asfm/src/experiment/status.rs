//! `asfm experiment status` and `pending`: what the run files say.

use std::fs::File;
use std::io::Write as _;

use asfm_experiment::Task;
use asfm_llm::Spent;
use serde_json::json;

use super::flags::{Pending, Status};
use super::folder::Folder;
use crate::failure::Failure;
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
    let missing: Vec<usize> = folder
        .tasks
        .iter()
        .filter(|it| State::of(&folder, it) != State::Done)
        .map(|it| it.index)
        .collect();
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

/// Ascending numbers as `3,7-9`.
fn ranges(numbers: &[usize]) -> String {
    let mut text = String::new();
    let mut rest = numbers;
    while let Some(&first) = rest.first() {
        let run = rest.iter().zip(first..).take_while(|it| *it.0 == it.1).count();
        let last = first + run - 1;
        if !text.is_empty() {
            text.push(',');
        }
        text += &first.to_string();
        if run > 1 {
            text.push('-');
            text += &last.to_string();
        }
        rest = &rest[run..];
    }
    text
}
