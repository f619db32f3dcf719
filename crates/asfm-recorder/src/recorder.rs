//! Recording: rounds are handed to a thread that writes them.

use std::fmt;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use asfm_engine::{Engine, RoundLog};

use crate::call::Call;
use crate::error::{Context as _, Error};
use crate::file::{self, New};
use crate::header::{Ending, Options, RunHeader, Status};
use crate::run::Run;
use crate::writer::Writer;

/// How many rounds may wait to be written.
const WAITING: usize = 2;
/// How many calls are written together at most, if so many wait.
const BATCH: usize = 256;
/// From so many traders on a market is large.
const LARGE: usize = 2_000;

/// Records a run, round by round.
///
/// Rounds are written by a thread of their own, each in one transaction, so an error may surface
/// only with a later round, or in [`finish`](Self::finish). A recorder that is dropped leaves a
/// file of whole rounds with the status `running`.
#[must_use = "a run that is not finished is recorded as one that stopped"]
pub struct Recorder {
    path: PathBuf,
    jobs: Option<Sender<Job>>,
    /// One for each further round that may wait; the writer gives back what it has written.
    permits: Receiver<()>,
    writer: Option<JoinHandle<Result<(), Error>>>,
}

enum Job {
    Call(Box<Call>),
    Round(Arc<RoundLog>),
    Finish(Ending, f64),
}

impl Recorder {
    /// Makes the file of a run; the engine must not have settled a round yet.
    ///
    /// # Errors
    ///
    /// If there is such a file already or it cannot be made; nothing new is left behind then.
    pub fn create(
        path: impl AsRef<Path>,
        header: &RunHeader,
        engine: &Engine,
        options: Options,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        let new = New::claim(path, options.force)?;
        let file = file::make(path, options, engine.scenario().traders() >= LARGE)?;
        let writer = Writer::start(path, file, header, engine)?;
        new.keep();
        Self::spawn(path, writer)
    }

    /// Opens the file of a run that stopped, to add the rounds that follow.
    ///
    /// The caller goes on with the market that [`Run::rebuild`](crate::Run::rebuild) gives back.
    ///
    /// # Errors
    ///
    /// If the file is not a run, cannot be written, or the run is done.
    pub fn resume(path: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let path = path.as_ref();
        let status = Run::open(path)?.info().status;
        if status == Status::Done {
            return Err(Error::Done(path.to_owned()));
        }
        let file = file::reopen(path, options)?;
        Self::spawn(path, Writer::resume(path, file)?)
    }

    fn spawn(path: &Path, writer: Writer) -> Result<Self, Error> {
        let (jobs, work) = channel();
        let (written, permits) = channel();
        for () in [(); WAITING] {
            written.send(()).expect("its receiver is here");
        }
        let thread = thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || write(writer, &work, &written))
            .of(path, "start writing")?;
        Ok(Self { path: path.to_owned(), jobs: Some(jobs), permits, writer: Some(thread) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hands over a settled round.
    ///
    /// # Errors
    ///
    /// If this or an earlier round could not be written; the recorder takes no more rounds then.
    pub fn record(&mut self, log: impl Into<Arc<RoundLog>>) -> Result<(), Error> {
        // Without a permit there is no writer, and sending tells why.
        let _permitted = self.permits.recv().is_ok();
        self.send(Job::Round(log.into()))
    }

    /// Hands over a call, as soon as its answer came; it is written at once, whatever becomes of
    /// the round.
    ///
    /// # Errors
    ///
    /// If this or something earlier could not be written; the recorder takes nothing more then.
    pub fn call(&mut self, call: Call) -> Result<(), Error> {
        self.send(Job::Call(Box::new(call)))
    }

    /// Waits until everything is written and leaves one file.
    ///
    /// `wall_seconds` is how long the run took. A program that reads the file at this moment keeps
    /// a log beside it until it closes the file.
    ///
    /// # Errors
    ///
    /// If anything could not be written.
    pub fn finish(mut self, ending: Ending, wall_seconds: f64) -> Result<(), Error> {
        self.send(Job::Finish(ending, wall_seconds))?;
        self.join().unwrap_or(Ok(()))
    }

    fn send(&mut self, job: Job) -> Result<(), Error> {
        let stopped = || Error::Stopped(self.path.clone());
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        match jobs.send(job) {
            Ok(()) => Ok(()),
            Err(_) => Err(match self.join() {
                Some(Err(error)) => error,
                _ => Error::Stopped(self.path.clone()),
            }),
        }
    }

    /// Lets the writer come to its end; a panic there goes on here.
    fn join(&mut self) -> Option<Result<(), Error>> {
        self.jobs = None;
        let thread = self.writer.take()?;
        Some(thread.join().unwrap_or_else(|why| panic::resume_unwind(why)))
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.writer.take() {
            // Whoever wants to know how it went calls `finish`.
            drop(thread.join());
        }
    }
}

fn write(mut writer: Writer, work: &Receiver<Job>, written: &Sender<()>) -> Result<(), Error> {
    let mut next = None;
    while let Some(job) = next.take().or_else(|| work.recv().ok()) {
        match job {
            Job::Call(call) => {
                let mut calls = vec![*call];
                while calls.len() < BATCH && next.is_none() {
                    match work.try_recv() {
                        Ok(Job::Call(call)) => calls.push(*call),
                        Ok(other) => next = Some(other),
                        Err(_) => break,
                    }
                }
                writer.calls(&calls)?;
            }
            Job::Round(log) => {
                writer.round(&log)?;
                // Where nobody waits for it any more, nobody is told.
                written.send(()).ok();
            }
            Job::Finish(ending, wall_seconds) => return writer.finish(ending, wall_seconds),
        }
    }
    Ok(())
}
