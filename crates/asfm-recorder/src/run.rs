//! Reading a run back.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use asfm_chat::FormKind;
use asfm_engine::{Cash, Close, Day, Digest, RoundLog, Scenario, Seed, Source, Trade};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::call::Call;
use crate::decode::{self, Head};
use crate::error::{Context as _, Damage, Error};
use crate::header::{Branch, Model, RunHeader, Status};
use crate::reader::{Reader, Texts};
use crate::table::{APPLICATION, Table, VERSION};

const BUSY: Duration = Duration::from_secs(5);
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Before every key.
const START: i64 = i64::MIN;

/// A recorded run, open for reading.
#[derive(Debug)]
pub struct Run {
    path: PathBuf,
    file: Connection,
    info: RunInfo,
}

/// What a run file says of its run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// What its maker told.
    pub header: RunHeader,
    /// The scenario's name.
    pub scenario: String,
    /// What the scenario is about.
    pub title: String,
    /// The seed.
    pub seed: Seed,
    /// How many traders there are.
    pub agents: usize,
    /// How many stocks there are.
    pub stocks: usize,
    /// How many calendar days the scenario has.
    pub days: u32,
    /// How many rounds are recorded.
    pub rounds: usize,
    /// Where the run stands.
    pub status: Status,
    /// The digest of the last recorded round.
    pub digest: Option<Digest>,
    /// How long the run took, once it ended.
    pub wall_seconds: Option<f64>,
    pub(crate) seal: String,
}

/// Takes back what a killed recorder had begun to write, where it kept a rollback journal: a
/// connection that only reads may not.
fn take_back(path: &Path) -> rusqlite::Result<()> {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    if !Path::new(&journal).exists() {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(path, flags)?;
    file.busy_timeout(BUSY)?;
    // Reading anything is what makes it look at the journal.
    file.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// What one trader owns at a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Its cash.
    pub cash: Cash,
    /// What its shares are worth at the close.
    pub shares_value: Cash,
}

impl Run {
    /// Opens a run file; nothing is ever written to it, except that the half round of a recorder
    /// that was killed is taken back.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, is something else than a run, or is of another version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        const DOING: &str = "open";
        let path = path.as_ref().to_owned();
        let mut start = [0; MAGIC.len()];
        let read = File::open(&path).and_then(|mut it| it.read_exact(&mut start));
        match read {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {}
            other => other.of(&path, DOING)?,
        }
        if start != *MAGIC {
            return Err(Error::NotSqlite(path));
        }
        take_back(&path).of(&path, DOING)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = Connection::open_with_flags(&path, flags).of(&path, DOING)?;
        let prepare = || -> rusqlite::Result<(i32, i32)> {
            file.busy_timeout(BUSY)?;
            file.set_prepared_statement_cache_capacity(64);
            // Else each key that is looked up has its query planned anew.
            file.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            file.pragma_update(None, "trusted_schema", false)?;
            file.pragma_update(None, "cell_size_check", true)?;
            let number = |name| file.pragma_query_value(None, name, |row| row.get(0));
            Ok((number("application_id")?, number("user_version")?))
        };
        let (application, version) = prepare().of(&path, DOING)?;
        if application != APPLICATION {
            let found = application;
            return Err(Error::NotARun { path, found });
        }
        if version != VERSION {
            let (found, known) = (version, VERSION);
            return Err(Error::Version { path, found, known });
        }
        let info = info(Reader { file: &file, path: &path })?;
        Ok(Self { path, file, info })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file says of its run.
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// The open file, for queries of one's own.
    pub fn connection(&self) -> &Connection {
        &self.file
    }

    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { file: &self.file, path: &self.path }
    }

    /// The scenario, read again from the recorded texts.
    ///
    /// # Errors
    ///
    /// If the texts are damaged.
    pub fn scenario(&self) -> Result<Scenario, Error> {
        let mut sources = Vec::new();
        self.reader().each(Table::Sources, &[], |it| {
            let (name, text) = (it.text(1)?.to_owned(), it.text(2)?.to_owned());
            sources.push(Source { name, text });
            Ok(())
        })?;
        Scenario::from_sources(&sources)
            .map_err(|source| Error::Scenario { path: self.path.clone(), source: Box::new(source) })
    }

    /// The recorded rounds, one at a time.
    pub fn rounds(&self) -> impl Iterator<Item = Result<RoundLog, Error>> {
        let reader = self.reader();
        self.heads().map(move |head| reader.round(&head?, self.info.stocks))
    }

    /// The rows of `rounds`; after an error there is nothing more.
    pub(crate) fn heads(&self) -> impl Iterator<Item = Result<Head, Error>> {
        let reader = self.reader();
        let mut last = Some([START; 2]);
        std::iter::from_fn(move || {
            let head = reader.after(Table::Rounds, &last?, Head::read).transpose()?;
            last = head.as_ref().ok().map(Head::key);
            Some(head)
        })
    }

    /// All trades, with their day and stage.
    pub fn trades(&self) -> impl Iterator<Item = Result<(Day, u8, Trade), Error>> {
        let reader = self.reader();
        let mut heads = self.heads();
        let mut some = VecDeque::new();
        std::iter::from_fn(move || {
            while some.is_empty() {
                let trades = heads.next()?.and_then(|head| {
                    let trades = reader.trades(head.key())?;
                    Ok(trades.into_iter().map(move |it| (head.day, head.stage, it)))
                });
                match trades {
                    Ok(trades) => some.extend(trades),
                    Err(error) => return Some(Err(error)),
                }
            }
            some.pop_front().map(Ok)
        })
    }

    /// All closes, by day and stock.
    ///
    /// # Errors
    ///
    /// If the file is damaged.
    pub fn closes(&self) -> Result<Vec<(Day, Close)>, Error> {
        let mut closes = Vec::new();
        self.reader().each(Table::Closes, &[], |it| {
            closes.push((Day(it.count(0)?), decode::close(it)?));
            Ok(())
        })?;
        Ok(closes)
    }

    /// The days at whose end accounts are recorded; 0 is the start.
    ///
    /// # Errors
    ///
    /// If the file is damaged.
    pub fn account_days(&self) -> Result<Vec<Day>, Error> {
        let mut days: Vec<Day> = Vec::new();
        self.reader().each(Table::Accounts, &[], |it| {
            let day = Day(it.count(0)?);
            if days.last() != Some(&day) {
                days.push(day);
            }
            Ok(())
        })?;
        Ok(days)
    }

    /// What every trader owns at a day's close, in the order of their numbers; day 0 is the start.
    ///
    /// # Errors
    ///
    /// If the file is damaged.
    pub fn accounts(&self, day: Day) -> Result<Vec<Account>, Error> {
        self.reader().values(day)
    }

    /// What language models were asked and answered, by slot.
    ///
    /// # Errors
    ///
    /// If the file is damaged.
    pub fn calls(&self, mut take: impl FnMut(Call)) -> Result<(), Error> {
        self.reader().calls(&self.reader().texts()?, &[], |it| {
            take(it);
            Ok(())
        })
    }

    /// The same, to be read stage by stage.
    ///
    /// # Errors
    ///
    /// If the file is damaged.
    pub fn into_calls(self) -> Result<Calls, Error> {
        let texts = self.reader().texts()?;
        Ok(Calls { run: self, texts })
    }
}

/// The calls of a run, stage by stage.
#[derive(Debug)]
pub struct Calls {
    run: Run,
    texts: Texts,
}

impl Calls {
    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// What was asked and answered in a stage, by slot.
    ///
    /// # Errors
    ///
    /// If the file is damaged.
    pub fn of(&self, day: Day, stage: u8) -> Result<Vec<Call>, Error> {
        let mut calls = Vec::new();
        self.run.reader().calls(&self.texts, &[day.0.into(), stage.into()], |it| {
            calls.push(it);
            Ok(())
        })?;
        Ok(calls)
    }
}

pub(crate) fn info(reader: Reader<'_>) -> Result<RunInfo, Error> {
    let found = reader.after(Table::Run, &[START], |it| {
        let status = Status::read(it.text(16)?).ok_or_else(|| it.damage(16, "a status"))?;
        let digest = |column| match it.words(column)? {
            None => Ok(None),
            Some(hex) => {
                decode::digest(&hex).map(Some).ok_or_else(|| it.damage(column, "a digest"))
            }
        };
        let model = match (it.words(6)?, it.words(7)?) {
            (Some(family), Some(name)) => {
                let form = FormKind::of_word(it.text(8)?);
                let form = form.ok_or_else(|| it.damage(8, "tools, schema or text"))?;
                Some(Model { family, name, form, context: it.count(9)? })
            }
            _ => None,
        };
        let parent = digest(10)?;
        let branch = match it.maybe(11)? {
            None => None,
            Some(_) => Some(Branch { parent, day: Day(it.count(11)?) }),
        };
        Ok(RunInfo {
            header: RunHeader {
                version: it.text(1)?.to_owned(),
                brain: it.text(5)?.to_owned(),
                model,
                branch,
                started_at: it.text(18)?.to_owned(),
            },
            scenario: it.text(2)?.to_owned(),
            title: it.text(3)?.to_owned(),
            seed: Seed(it.number(4, "a seed", |it| u64::try_from(it).ok())?),
            agents: it.count(12)?,
            stocks: it.count(13)?,
            days: it.count(14)?,
            rounds: it.count(15)?,
            status,
            digest: digest(17)?,
            wall_seconds: it.real(19)?,
            seal: it.text(20)?.to_owned(),
        })
    })?;
    found.ok_or_else(|| {
        reader.damaged(Box::new(Damage {
            table: "run",
            row: String::new(),
            column: String::new(),
            found: "none".to_owned(),
            expected: "one row".to_owned(),
        }))
    })
}
