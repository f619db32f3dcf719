//! Writing rows.

use std::path::{Path, PathBuf};

use asfm_engine::{Engine, RoundLog};
use rusqlite::{Connection, params, params_from_iter};

use crate::body::Body;
use crate::code::whole;
use crate::emit;
use crate::error::{Context as _, Error};
use crate::file;
use crate::header::{Call, Ending, RunHeader, Status};
use crate::seal::Seal;
use crate::table::{Cell, Sink, Table};

/// The one that writes a run file.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    file: Connection,
    inserts: Vec<String>,
    body: Body,
    seal: Seal,
}

impl Writer {
    /// Writes everything that is known before the first round.
    pub(crate) fn start(
        path: &Path,
        file: Connection,
        header: &RunHeader,
        engine: &Engine,
    ) -> Result<Self, Error> {
        const DOING: &str = "start";
        let seed = i64::try_from(engine.seed().0).map_err(|_| Error::Seed(engine.seed().0))?;
        file.execute_batch("BEGIN IMMEDIATE").of(path, DOING)?;
        let scenario = engine.scenario();
        let run = "INSERT INTO run (id, version, scenario, title, seed, brain, agents, stocks, \
             days, rounds, status, started_at, seal) \
             VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'running', ?, '')";
        let values = params![
            header.version,
            scenario.name(),
            scenario.title(),
            seed,
            header.brain,
            whole(scenario.traders()),
            whole(scenario.companies().len()),
            scenario.days(),
            header.started_at,
        ];
        file.execute(run, values).of(path, DOING)?;
        let mut it = Self {
            path: path.to_owned(),
            seal: Seal::read(&file).of(path, DOING)?,
            file,
            inserts: Table::ALL.iter().map(|it| it.insert()).collect(),
            body: Body::default(),
        };
        let mut body = std::mem::take(&mut it.body);
        emit::start(engine, &mut body, &mut it).of(path, DOING)?;
        it.body = body;
        it.seal = Seal::read(&it.file).of(path, DOING)?;
        it.sealed().of(path, DOING)?;
        it.file.execute_batch("COMMIT").of(path, DOING)?;
        Ok(it)
    }

    /// Goes on with a run that stopped.
    pub(crate) fn resume(path: &Path, file: Connection) -> Result<Self, Error> {
        let it = Self {
            path: path.to_owned(),
            seal: Seal::read(&file).of(path, "read")?,
            file,
            inserts: Table::ALL.iter().map(|it| it.insert()).collect(),
            body: Body::default(),
        };
        let go_on = || -> rusqlite::Result<()> {
            it.file.execute_batch("BEGIN IMMEDIATE")?;
            it.file.execute("UPDATE run SET status = 'running', wall_seconds = NULL", [])?;
            it.sealed()?;
            it.file.execute_batch("COMMIT")
        };
        go_on().of(path, "go on with")?;
        Ok(it)
    }

    /// Writes a round: all of it, or nothing.
    pub(crate) fn round(&mut self, log: &RoundLog, mut calls: Vec<Call>) -> Result<(), Error> {
        calls.sort_by_key(Call::slot);
        let mut body = std::mem::take(&mut self.body);
        let done = self.write_round(log, &calls, &mut body);
        self.body = body;
        if done.is_err() && !self.file.is_autocommit() {
            // The first error is the one to be told.
            drop(self.file.execute_batch("ROLLBACK"));
        }
        done.of(&self.path, "write to")
    }

    fn write_round(
        &mut self,
        log: &RoundLog,
        calls: &[Call],
        body: &mut Body,
    ) -> rusqlite::Result<()> {
        self.file.execute_batch("BEGIN IMMEDIATE")?;
        emit::round(log, body, self)?;
        for call in calls {
            let cells = call.cells();
            self.row(Table::Calls, &cells)?;
            self.seal.call(&cells);
        }
        self.file
            .prepare_cached("UPDATE run SET rounds = rounds + 1, digest = ?")?
            .execute([log.digest.to_string()])?;
        self.sealed()?;
        self.file.execute_batch("COMMIT")
    }

    /// Writes how the run ended and leaves one file.
    pub(crate) fn finish(self, ending: Ending, wall_seconds: f64) -> Result<(), Error> {
        let finish = || -> rusqlite::Result<()> {
            self.file.execute_batch("BEGIN IMMEDIATE")?;
            let status = Status::from(ending).word();
            self.file.execute(
                "UPDATE run SET status = ?, wall_seconds = ?",
                params![status, wall_seconds],
            )?;
            self.sealed()?;
            self.file.execute_batch("COMMIT")?;
            file::fold(&self.file)
        };
        finish().of(&self.path, "finish")?;
        let path = self.path;
        self.file.close().map_err(|(_, error)| error).of(&path, "close")
    }

    fn sealed(&self) -> rusqlite::Result<()> {
        let mark = self.seal.mark(&self.file)?;
        self.file.prepare_cached("UPDATE run SET seal = ?")?.execute([mark])?;
        Ok(())
    }
}

impl Sink for Writer {
    type Error = rusqlite::Error;

    #[inline]
    fn row(&mut self, table: Table, cells: &[Cell<'_>]) -> rusqlite::Result<()> {
        self.file
            .prepare_cached(&self.inserts[table as usize])?
            .execute(params_from_iter(cells))?;
        Ok(())
    }
}
