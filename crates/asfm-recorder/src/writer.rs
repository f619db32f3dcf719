//! Writing rows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use asfm_engine::{Engine, RoundLog};
use rusqlite::{Connection, params, params_from_iter};

use crate::body::Body;
use crate::call::{Call, Piece, Recent};
use crate::code::{checksum, whole};
use crate::emit;
use crate::error::{Context as _, Error};
use crate::file;
use crate::header::{Ending, RunHeader, Status};
use crate::reader::Reader;
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
    /// The rows of `texts`, by the hash of their words.
    texts: BTreeMap<[u8; 32], i64>,
    recent: Recent,
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
        let run = "INSERT INTO run (id, version, scenario, title, seed, brain, family, model, \
             form, context, parent, branch_day, agents, stocks, days, rounds, status, started_at, \
             seal) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'running', ?, '')";
        let (model, branch) = (header.model.as_ref(), header.branch.as_ref());
        let values = params![
            header.version,
            scenario.name(),
            scenario.title(),
            seed,
            header.brain,
            model.map(|it| &it.family),
            model.map(|it| &it.name),
            model.map(|it| it.form.word()),
            model.map(|it| it.context),
            branch.and_then(|it| it.parent).map(|it| it.to_string()),
            branch.map(|it| it.day.0),
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
            texts: BTreeMap::new(),
            recent: Recent::default(),
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
        let texts = Reader { file: &file, path }.texts()?;
        let texts = texts.iter().map(|(id, words)| (hash(words), *id)).collect();
        let it = Self {
            path: path.to_owned(),
            seal: Seal::read(&file).of(path, "read")?,
            file,
            inserts: Table::ALL.iter().map(|it| it.insert()).collect(),
            body: Body::default(),
            texts,
            recent: Recent::default(),
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
    pub(crate) fn round(&mut self, log: &RoundLog) -> Result<(), Error> {
        self.whole(|it| {
            let mut body = std::mem::take(&mut it.body);
            let done = emit::round(log, &mut body, it);
            it.body = body;
            done?;
            it.file
                .prepare_cached("UPDATE run SET rounds = rounds + 1, digest = ?")?
                .execute([log.digest.to_string()])?;
            Ok(())
        })
    }

    /// Writes calls: all of them, or none.
    pub(crate) fn calls(&mut self, calls: &[Call]) -> Result<(), Error> {
        self.whole(|it| {
            for call in calls {
                let texts = call.texts(|piece| it.text(piece))?;
                let cells = call.cells(&texts);
                let sum = it.seal.call(cells.iter().map(|it| it.value()));
                let row: Vec<Cell<'_>> = cells.into_iter().chain([Cell::Int(sum)]).collect();
                it.row(Table::Calls, &row)?;
            }
            Ok(())
        })
    }

    /// The row of `texts` with this piece, which is added if there is none.
    fn text(&mut self, piece: Piece<'_>) -> rusqlite::Result<i64> {
        if let Some(id) = self.recent.number(piece) {
            return Ok(id);
        }
        let words = &piece.words();
        let hash = hash(words);
        if let Some(id) = self.texts.get(&hash) {
            self.recent.add(piece, *id);
            return Ok(*id);
        }
        let id = whole(self.texts.len()) + 1;
        self.recent.add(piece, id);
        let cells = [Cell::Int(id), Cell::Int(checksum(words)), Cell::Text(words)];
        self.row(Table::Texts, &cells)?;
        self.seal.text(&cells);
        self.texts.insert(hash, id);
        Ok(id)
    }

    /// Does something in one transaction, and seals it.
    fn whole(&mut self, act: impl FnOnce(&mut Self) -> rusqlite::Result<()>) -> Result<(), Error> {
        let done = |it: &mut Self| {
            it.file.execute_batch("BEGIN IMMEDIATE")?;
            act(it)?;
            it.sealed()?;
            it.file.execute_batch("COMMIT")
        };
        let done = done(self);
        if done.is_err() && !self.file.is_autocommit() {
            // The first error is the one to be told.
            drop(self.file.execute_batch("ROLLBACK"));
        }
        done.of(&self.path, "write to")
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

fn hash(words: &str) -> [u8; 32] {
    *blake3::hash(words.as_bytes()).as_bytes()
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
