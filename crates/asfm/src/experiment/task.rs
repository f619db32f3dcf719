//! `asfm experiment task`: one run of a plan, made once however often it is asked for.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use asfm_engine::Digest;
use asfm_experiment::Task as Planned;
use asfm_recorder::{Error, Run, Status};

use super::flags::{Shard, Task};
use super::folder::Folder;
use crate::cli::{Brain, Branch, ModelFlags, Resume, Run as RunFlags};
use crate::drive::stop_flag;
use crate::failure::{Failure, misuse, open_run};
use crate::{branch, resume, run};

/// How often to look whether somebody else has finished a run.
const PATIENCE: Duration = Duration::from_millis(200);

/// `asfm experiment task`.
pub(super) fn task(flags: &Task) -> Result<(), Failure> {
    let folder = Folder::open(&flags.folder)?;
    folder.same_program()?;
    let runs = folder.tasks.len();
    let wanted: Vec<usize> = match (flags.index, flags.shard) {
        (Some(index), _) => vec![index],
        (None, Some(Shard { first, of })) => (first..runs).step_by(of).collect(),
        (None, None) => vec![of_environment()?],
    };
    let maker = Maker { folder: &folder, scratch: flags.scratch.as_deref(), model: &flags.model };
    for index in wanted {
        let task = folder.tasks.get(index).ok_or_else(|| {
            misuse(format!("run {index}: expected a number from 0 to {}", runs.saturating_sub(1)))
        })?;
        maker.make(task)?;
    }
    Ok(())
}

fn of_environment() -> Result<usize, Failure> {
    for name in ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"] {
        if let Ok(text) = std::env::var(name) {
            let number = text.parse();
            return number.map_err(|_| misuse(format!("{name}={text}: expected a number")));
        }
    }
    Err(misuse(
        "which run? expected --index K, --shard K/N, or SLURM_ARRAY_TASK_ID in the environment",
    ))
}

/// Makes runs.
struct Maker<'f> {
    folder: &'f Folder,
    scratch: Option<&'f Path>,
    model: &'f ModelFlags,
}

impl Maker<'_> {
    /// Makes a run that is not there yet, and what it branches from before it.
    fn make(&self, task: &Planned) -> Result<(), Failure> {
        let done = self.folder.run(task);
        if done.exists() {
            return Ok(());
        }
        if let Some(branch) = task.branch {
            let missing = || misuse(format!("run {} branches from no run", task.index));
            self.make(self.folder.tasks.get(branch.from).ok_or_else(missing)?)?;
        }
        let path = self.folder.lock(task);
        let failed = || format!("cannot lock `{}`", path.display());
        // Never truncated: whoever holds it has written its name there.
        let lock = File::options().create(true).read(true).append(true).open(&path);
        let mut lock = lock.with_context(failed)?;
        Self::hold(&lock, task)?;
        if done.exists() {
            fs::remove_file(&path).or_else(gone_already).with_context(failed)?;
            return Ok(());
        }
        writeln!(lock, "{}", whoami()).with_context(failed)?;
        let attempt = match self.scratch {
            Some(folder) => folder.join(format!("{}.db", task.id)),
            None => self.folder.attempt(task),
        };
        self.attempt(task, &attempt)?;
        self.publish(task, &attempt, &done)?;
        // The lock's file stays as the record of who made the run, until the run is there.
        drop(lock);
        fs::remove_file(&path).or_else(gone_already).with_context(failed)?;
        Ok(())
    }

    /// Waits until nobody else makes the run.
    fn hold(lock: &File, task: &Planned) -> Result<(), Failure> {
        let stop = stop_flag()?;
        let mut told = false;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            if stop.load(Ordering::Relaxed) {
                let id = &task.id;
                return Err(Failure::Stopped(format!("somebody else is making `{id}`")));
            }
            if !std::mem::replace(&mut told, true) {
                eprintln!("waiting: somebody else makes `{}`", task.id);
            }
            std::thread::sleep(PATIENCE);
        }
    }

    /// Makes the run in a file, or goes on with what was begun there.
    fn attempt(&self, task: &Planned, out: &Path) -> Result<(), Failure> {
        self.folder.same_scenario(&task.arm)?;
        if out.exists() {
            match Run::open(out) {
                Ok(run) if run.info().status == Status::Done => return Ok(()),
                Ok(run) if !half_copied(&run) => {
                    drop(run);
                    return resume::resume(&Resume {
                        run: out.to_owned(),
                        json: false,
                        quiet: true,
                        model: self.model.clone(),
                    });
                }
                // Killed before it had begun, or before a branch had a day of its own: nothing was
                // paid for it.
                Ok(_) | Err(Error::NotSqlite(_) | Error::NotARun { .. }) => remove(out)?,
                // Answers that were paid for may be in it.
                Err(error) => {
                    set_aside(out)?;
                    eprintln!("note: `{}` is set aside: {error}", out.display());
                }
            }
        }
        let unknown = || misuse(format!("run {}: unknown population", task.index));
        let population = self.folder.population(task).ok_or_else(unknown)?;
        let brain = Brain::of_word(&population.brain).ok_or_else(unknown)?;
        let scenario = self.folder.scenario(&task.arm);
        let parent = task.branch.and_then(|it| Some((self.folder.tasks.get(it.from)?, it.day)));
        if let Some((parent, day)) = parent {
            return branch::branch(&Branch {
                run: self.folder.run(parent),
                day,
                scenario: Some(scenario),
                set: Vec::new(),
                out: out.to_owned(),
                force: false,
                brain: None,
                json: false,
                quiet: true,
                model: self.model.clone(),
            });
        }
        run::run(&RunFlags {
            scenario,
            seed: Some(task.run_seed),
            out: Some(out.to_owned()),
            force: false,
            no_record: false,
            brain,
            agents: None,
            days: None,
            set: Vec::new(),
            json: false,
            quiet: true,
            model: self.model.clone(),
        })
    }

    /// Puts a finished run in its place; whoever comes second keeps its own beside it if they
    /// differ.
    fn publish(&self, task: &Planned, attempt: &Path, done: &Path) -> Result<(), Failure> {
        let failed = || format!("cannot put `{}` in its place", done.display());
        let near = if self.scratch.is_none() {
            attempt.to_owned()
        } else {
            let part = format!("{}.{}.part", task.id, std::process::id());
            let near = self.folder.path.join("attempts").join(part);
            fs::copy(attempt, &near).with_context(failed)?;
            near
        };
        match fs::hard_link(&near, done) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let (ours, theirs) = (digest(&near)?, digest(done)?);
                if ours != theirs {
                    let witness = witness(done);
                    fs::rename(&near, &witness).with_context(failed)?;
                    return Err(Failure::Failed(anyhow!(
                        "two runs of `{}` differ: `{}` and `{}`; one of the machines is at fault",
                        task.id,
                        done.display(),
                        witness.display()
                    )));
                }
            }
            Err(error) => return Err(Failure::Failed(anyhow!(error).context(failed()))),
        }
        fs::remove_file(&near).or_else(gone_already).with_context(failed)?;
        fs::remove_file(attempt).or_else(gone_already).with_context(failed)?;
        Ok(())
    }
}

fn digest(path: &Path) -> Result<Option<Digest>, Failure> {
    Ok(open_run(path)?.info().digest)
}

fn witness(done: &Path) -> PathBuf {
    with(done, &format!(".witness-{}", std::process::id()))
}

/// The suffixes of a run file and of what stands beside it while it is written.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

fn remove(path: &Path) -> Result<(), anyhow::Error> {
    for suffix in SUFFIXES {
        let path = with(path, suffix);
        let failed = || format!("cannot remove `{}`", path.display());
        fs::remove_file(&path).or_else(gone_already).with_context(failed)?;
    }
    Ok(())
}

fn set_aside(path: &Path) -> Result<(), anyhow::Error> {
    let aside = with(path, &format!(".unreadable-{}", std::process::id()));
    for suffix in SUFFIXES {
        let path = with(path, suffix);
        let failed = || format!("cannot set `{}` aside", path.display());
        fs::rename(&path, with(&aside, suffix)).or_else(gone_already).with_context(failed)?;
    }
    Ok(())
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whether a branch was killed before the past that it shares was whole.
fn half_copied(run: &Run) -> bool {
    let parent = run.info().header.branch.as_ref().and_then(|it| it.parent);
    parent.is_some_and(|parent| !run.rounds().any(|it| it.is_ok_and(|log| log.digest == parent)))
}

fn gone_already(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Who makes an attempt: host, process, the scheduler's job and how often it was started again.
fn whoami() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let of = |name: &str| std::env::var(name).unwrap_or_else(|_| "-".to_owned());
    format!(
        "{} host {} process {} job {} restarts {}",
        jiff::Timestamp::now(),
        host.trim(),
        std::process::id(),
        of("SLURM_JOB_ID"),
        of("SLURM_RESTART_COUNT"),
    )
}
