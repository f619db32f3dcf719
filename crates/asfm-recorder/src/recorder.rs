//! Recording: rounds are handed to a thread that writes them.

use std::fmt;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use asfm_engine::{Engine, RoundLog};

use crate::error::{Context as _, Error};
use crate::file::{self, New};
use crate::header::{Call, Ending, Options, RunHeader, Status};
use crate::run::Run;
use crate::writer::Writer;

/// How many rounds may wait to be written.
const WAITING: usize = 2;
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
    jobs: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<Result<(), Error>>>,
}

enum Job {
    Round(Arc<RoundLog>, Vec<Call>),
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
        let (jobs, work) = sync_channel(WAITING);
        let thread = thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || write(writer, &work))
            .of(path, "start writing")?;
        Ok(Self { path: path.to_owned(), jobs: Some(jobs), writer: Some(thread) })
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
        self.record_with_calls(log, Vec::new())
    }

    /// Hands over a settled round with the calls that led to it; they are written together.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record).
    pub fn record_with_calls(
        &mut self,
        log: impl Into<Arc<RoundLog>>,
        calls: Vec<Call>,
    ) -> Result<(), Error> {
        self.send(Job::Round(log.into(), calls))
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

fn write(mut writer: Writer, work: &Receiver<Job>) -> Result<(), Error> {
    while let Ok(job) = work.recv() {
        match job {
            Job::Round(log, calls) => writer.round(&log, calls)?,
            Job::Finish(ending, wall_seconds) => return writer.finish(ending, wall_seconds),
        }
    }
    Ok(())
}
