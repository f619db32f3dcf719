//! `asfm experiment run`: the runs that are missing, on this machine.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};

use super::flags::{Report, Run};
use super::folder::Folder;
use super::{plan, report};
use crate::drive::stop_flag;
use crate::failure::{Failure, misuse};

/// How soon a wish to stop is passed on.
const PATIENCE: Duration = Duration::from_millis(100);

/// `asfm experiment run`.
pub(super) fn run(flags: &Run) -> Result<(), Failure> {
    let folder = folder(flags)?;
    folder.same_program()?;
    let _lock = alone(&folder)?;
    let asks = folder.header.populations.iter().any(|it| it.evidence.reads());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = flags.jobs.map_or(if asks { 1 } else { cores }, usize::from);
    let missing: Vec<usize> =
        folder.tasks.iter().filter(|it| !folder.run(it).exists()).map(|it| it.index).collect();
    let started = Instant::now();
    let made = missing.len();
    Pool::new(&folder, missing, jobs, flags).work(jobs)?;
    if made > 0 {
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("made {made} of {} runs in {seconds:.1} s", folder.tasks.len());
    }
    if flags.no_report {
        return Ok(());
    }
    report::report(&Report {
        folders: vec![folder.path],
        out: None,
        figures: None,
        json: flags.json,
    })
}

/// The folder that is meant: a planned one, or that of a file, planned if it is not yet.
fn folder(flags: &Run) -> Result<Folder, Failure> {
    if flags.what.is_dir() {
        if flags.changes.any() || flags.out.is_some() {
            return Err(misuse(format!(
                "`{}` is planned already: seeds, brain, keys and the folder are those of its plan",
                flags.what.display()
            )));
        }
        return Folder::open(&flags.what);
    }
    let out = match &flags.out {
        Some(out) => out.clone(),
        None => PathBuf::from(flags.what.file_stem().unwrap_or_default()),
    };
    if out.join(super::folder::MANIFEST).exists() {
        let folder = Folder::open(&out)?;
        let shown = out.display();
        return match plan::prepare(&flags.what, &flags.changes)?.differs(&folder.header) {
            None => Ok(folder),
            Some(what) => Err(misuse(format!(
                "{what} not the same when `{shown}` was planned: `asfm experiment run {shown}` goes \
                 on with that plan, another --out makes a new one"
            ))),
        };
    }
    plan::make(&flags.what, &out, &flags.changes)
}

/// One executor at a time: two would do each other's work.
fn alone(folder: &Folder) -> Result<File, Failure> {
    let path = folder.path.join("attempts").join("executor.lock");
    let lock = File::options().create(true).truncate(false).write(true).open(&path);
    let lock = lock.with_context(|| format!("cannot open `{}`", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(misuse(format!(
            "somebody else is running the experiment in `{}`",
            folder.path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(Failure::Failed(
            anyhow!(error).context(format!("cannot lock `{}`", path.display())),
        )),
    }
}

/// Workers that each make one run after the other, in a process of its own.
struct Pool<'f> {
    folder: &'f Folder,
    program: PathBuf,
    model: Vec<String>,
    threads: usize,
    state: Mutex<State>,
    changed: Condvar,
    bar: ProgressBar,
}

#[derive(Default)]
struct State {
    /// Not begun, in order.
    waiting: BTreeSet<usize>,
    /// Being made.
    working: BTreeSet<usize>,
    /// Their processes.
    processes: BTreeSet<u32>,
    failures: Vec<String>,
    misused: bool,
    stopped: bool,
    /// Workers that have nothing more to do.
    resting: usize,
}

impl<'f> Pool<'f> {
    fn new(folder: &'f Folder, missing: Vec<usize>, jobs: usize, flags: &Run) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} left");
            let bar = ProgressBar::new(folder.tasks.len() as u64);
            bar.set_style(style.expect("a sound template"));
            bar.set_position((folder.tasks.len() - missing.len()) as u64);
            bar.reset_eta();
            bar
        } else {
            ProgressBar::hidden()
        };
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            folder,
            program: std::env::current_exe().unwrap_or_else(|_| "asfm".into()),
            model: flags.model.words(),
            threads: (cores / jobs).max(1),
            state: Mutex::new(State { waiting: missing.into_iter().collect(), ..State::default() }),
            changed: Condvar::new(),
            bar,
        }
    }

    fn work(self, jobs: usize) -> Result<(), Failure> {
        let stop = stop_flag()?;
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| self.worker(&stop));
            }
            scope.spawn(|| self.watch(jobs, &stop));
        });
        self.bar.finish_and_clear();
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let shown = self.folder.path.display();
        if !state.failures.is_empty() {
            let n = state.failures.len();
            let first: Vec<&str> = state.failures.iter().take(5).map(|it| it.trim_end()).collect();
            let text = format!(
                "{n} of the runs failed; the others are kept, and `asfm experiment run {shown}` \
                 makes what is missing:\n{}",
                first.join("\n")
            );
            return Err(if state.misused { misuse(text) } else { Failure::Failed(anyhow!(text)) });
        }
        if state.stopped {
            return Err(Failure::Stopped(format!(
                "what is done is kept; `asfm experiment run {shown}` makes what is missing"
            )));
        }
        Ok(())
    }

    fn hold(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn worker(&self, stop: &AtomicBool) {
        while let Some(index) = self.next(stop) {
            let done = self.one(index);
            let mut state = self.hold();
            state.working.remove(&index);
            match done {
                Ok(Ended::Done) => self.bar.inc(1),
                Ok(Ended::Stopped) => state.stopped = true,
                Ok(Ended::Failed { misused, words }) => {
                    state.misused |= misused;
                    state.failures.push(format!("{}: {words}", self.folder.tasks[index].id));
                }
                Err(error) => state.failures.push(format!("{error:#}")),
            }
            drop(state);
            self.changed.notify_all();
        }
        self.hold().resting += 1;
        self.changed.notify_all();
    }

    /// Passes a wish to stop on to the runs that are being made.
    fn watch(&self, jobs: usize, stop: &AtomicBool) {
        let mut state = self.hold();
        let mut told = BTreeSet::new();
        while state.resting < jobs {
            if stop.load(Ordering::Relaxed) {
                for process in state.processes.difference(&told.clone()) {
                    terminate(*process);
                    told.insert(*process);
                }
            }
            let waited = self.changed.wait_timeout(state, PATIENCE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The next run whose parent is not being made right now.
    fn next(&self, stop: &AtomicBool) -> Option<usize> {
        let mut state = self.hold();
        loop {
            if stop.load(Ordering::Relaxed) {
                state.stopped |= !state.waiting.is_empty();
                return None;
            }
            if state.stopped || state.waiting.is_empty() {
                return None;
            }
            let free = |at: &usize| {
                let parent = self.folder.tasks[*at].branch.map(|it| it.from);
                parent.is_none_or(|it| !state.working.contains(&it))
            };
            if let Some(at) = state.waiting.iter().copied().find(|at| free(at)) {
                state.waiting.remove(&at);
                state.working.insert(at);
                return Some(at);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn one(&self, index: usize) -> Result<Ended, anyhow::Error> {
        let mut command = Command::new(&self.program);
        command
            .args(["experiment", "task"])
            .arg(&self.folder.path)
            .args(["--index", &index.to_string()])
            .args(&self.model)
            .env("RAYON_NUM_THREADS", self.threads.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start a run")?;
        let process = child.id();
        self.hold().processes.insert(process);
        let mut words = String::new();
        let read = child.stderr.take().map_or(Ok(0), |mut it| it.read_to_string(&mut words));
        let status = child.wait();
        self.hold().processes.remove(&process);
        read.context("a run that cannot be heard")?;
        let status = status.context("a run that cannot be waited for")?;
        Ok(match status.code() {
            Some(0) => Ended::Done,
            Some(75 | 130) => Ended::Stopped,
            code => Ended::Failed {
                misused: code == Some(2),
                words: if words.trim().is_empty() { status.to_string() } else { words },
            },
        })
    }
}

enum Ended {
    Done,
    Stopped,
    Failed { misused: bool, words: String },
}

/// Asks a run to stop at its next boundary. On a terminal it has heard Ctrl-C itself, and hearing
/// it twice would end it at once: only who was asked by a signal of its own passes it on.
fn terminate(process: u32) {
    if !std::io::stdin().is_terminal() {
        // A program that has gone already is no mistake.
        drop(Command::new("kill").args(["-TERM", &process.to_string()]).status());
    }
}
