//! Rebuilding a run from its decisions, and comparing it with what is stored.

use asfm_chat::Asked;
use asfm_engine::{Digest, Engine, RoundLog, TraderId};
use rusqlite::{Connection, Transaction};

use crate::body::Body;
use crate::compare::{Audit, Comparer};
use crate::decode::Head;
use crate::emit;
use crate::error::{Context as _, Damage, Difference, Error};
use crate::header::Status;
use crate::run::{self, Run, RunInfo};
use crate::seal::{SEALED, Seal};
use crate::table::{SCHEMA, Table};

/// A run that is what its decisions lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// What the file says of where the run stands.
    pub status: Status,
    /// Whether it has all its rounds.
    pub complete: bool,
    /// How many rounds were rebuilt.
    pub rounds: usize,
    /// How many closes the totals of cash and shares were counted at.
    pub days: usize,
    /// How many requests were judged again.
    pub requests: u64,
    /// How many trades came out again.
    pub trades: u64,
    /// The digest of the last round.
    pub digest: Option<Digest>,
}

impl Run {
    /// Rebuilds the run from its scenario, seed and decisions, and compares every row.
    ///
    /// What cannot be rebuilt (`run`, `sources`, `calls`) is compared with its seal. The totals of
    /// cash and shares are counted at every close.
    ///
    /// # Errors
    ///
    /// The first difference or damage.
    pub fn verify(&self) -> Result<Verified, Error> {
        let court = Court::new(self)?;
        court.check_file()?;
        court.check_seal()?;
        court.check_calls()?;
        let mut engine = court.start()?;
        let mut rebuilt = Comparer::new(self.reader());
        let mut body = Body::default();
        emit::start(&engine, &mut body, &mut rebuilt)?;
        let mut audit = Audit::new(&engine);
        let mut it = Verified {
            status: court.info.status,
            complete: false,
            rounds: 0,
            days: 0,
            requests: 0,
            trades: 0,
            digest: None,
        };
        for head in self.heads() {
            let log = court.settle(&mut engine, &head?)?;
            emit::round(&log, &mut body, &mut rebuilt)?;
            if let Some(close) = &log.close {
                audit.count(&log, close).map_err(|it| court.differs(it))?;
                it.days += 1;
            }
            it.rounds += 1;
            it.requests += log.requests.len() as u64;
            it.trades += log.trades.len() as u64;
            it.digest = Some(log.digest);
        }
        it.complete = engine.next_round().is_none();
        court.check_end(&it)?;
        rebuilt.finish()?;
        Ok(it)
    }

    /// Rebuilds the market as it stood after the last recorded round; `seen` is told of every
    /// round, with the market after it.
    ///
    /// # Errors
    ///
    /// If the file is damaged, or a round leads to another digest than is recorded.
    pub fn rebuild(&self, mut seen: impl FnMut(&Engine, RoundLog)) -> Result<Engine, Error> {
        let court = Court::new(self)?;
        court.check_seal()?;
        let mut engine = court.start()?;
        for head in self.heads() {
            let head = head?;
            let log = court.settle(&mut engine, &head)?;
            if log.digest != head.digest {
                return Err(court.differs(Difference {
                    table: Table::Rounds.name(),
                    row: format!("day {}, stage {}", head.day, head.stage),
                    column: "digest".to_owned(),
                    stored: head.digest.to_string(),
                    rebuilt: log.digest.to_string(),
                }));
            }
            seen(&engine, log);
        }
        Ok(engine)
    }
}

/// A trader who asked for, said or saw something and is none of the scenario's: the table, the row
/// and its number.
fn stranger(decided: &RoundLog, traders: usize) -> Option<(Table, String, TraderId)> {
    let is_strange = |it: &TraderId| it.index() >= traders;
    let request = decided.requests.iter().find(|it| is_strange(&it.trader));
    let request = request.map(|it| (Table::Requests, format!("id {}", it.id.0), it.trader));
    let said = (0..).zip(&decided.statements).find(|it| is_strange(&it.1.trader));
    let said = said.map(|(seq, it): (u64, _)| (Table::Statements, format!("seq {seq}"), it.trader));
    let seen = (1..).zip(&decided.exposures).find(|it| is_strange(&it.1.trader));
    let seen = seen.map(|(seq, it): (u64, _)| (Table::Exposures, format!("seq {seq}"), it.trader));
    request.or(said).or(seen)
}

/// A run while it is judged: as it stands at one moment, though it may go on.
struct Court<'r> {
    run: &'r Run,
    info: RunInfo,
    /// Also spares taking a lock for every row.
    _moment: Transaction<'r>,
}

impl<'r> Court<'r> {
    fn new(run: &'r Run) -> Result<Self, Error> {
        let moment = run.connection().unchecked_transaction();
        Ok(Self { run, _moment: moment.of(run.path(), "read")?, info: run::info(run.reader())? })
    }

    /// The market before its first round.
    fn start(&self) -> Result<Engine, Error> {
        let (scenario, info) = (self.run.scenario()?, &self.info);
        let rows = [
            ("scenario", info.scenario.clone(), scenario.name().to_owned()),
            ("title", info.title.clone(), scenario.title().to_owned()),
            ("agents", info.agents.to_string(), scenario.traders().to_string()),
            ("stocks", info.stocks.to_string(), scenario.companies().len().to_string()),
            ("days", info.days.to_string(), scenario.days().to_string()),
        ];
        for (column, stored, rebuilt) in rows {
            if stored != rebuilt {
                return Err(self.run_differs(column, stored, rebuilt));
            }
        }
        Ok(Engine::new(scenario, info.seed))
    }

    /// Settles a recorded round again.
    fn settle(&self, engine: &mut Engine, head: &Head) -> Result<RoundLog, Error> {
        let extra = |rebuilt: String| {
            self.differs(Difference {
                table: Table::Rounds.name(),
                row: format!("day {}, stage {}", head.day, head.stage),
                column: String::new(),
                stored: "this round".to_owned(),
                rebuilt,
            })
        };
        let Some(round) = engine.next_round() else {
            return Err(extra("no more rounds".to_owned()));
        };
        let (day, stage) = (round.market().day, round.market().stage);
        if (day, stage) != (head.day, head.stage) {
            return Err(extra(format!("day {day}, stage {stage}")));
        }
        let decided = self.run.reader().decided(head)?;
        let traders = round.traders();
        if let Some((table, row, trader)) = stranger(&decided, traders) {
            return Err(self.differs(Difference {
                table: table.name(),
                row: format!("day {day}, stage {stage}, {row}"),
                column: "trader".to_owned(),
                stored: trader.to_string(),
                rebuilt: format!("at most {traders}"),
            }));
        }
        Ok(round.settle(decided.decisions()))
    }

    fn differs(&self, difference: Difference) -> Error {
        Error::Differs { path: self.run.path().to_owned(), difference: Box::new(difference) }
    }

    fn run_differs(&self, column: &str, stored: String, rebuilt: String) -> Error {
        self.differs(Difference {
            table: Table::Run.name(),
            row: String::new(),
            column: column.to_owned(),
            stored,
            rebuilt,
        })
    }

    fn check_end(&self, it: &Verified) -> Result<(), Error> {
        let info = &self.info;
        if info.rounds != it.rounds {
            let (stored, rebuilt) = (info.rounds.to_string(), it.rounds.to_string());
            return Err(self.run_differs("rounds", stored, rebuilt));
        }
        if info.digest != it.digest {
            let shown = |it: Option<Digest>| it.map_or("nothing".to_owned(), |it| it.to_string());
            return Err(self.run_differs("digest", shown(info.digest), shown(it.digest)));
        }
        if info.status == Status::Done && !it.complete {
            let rebuilt = format!("more rounds after {}", it.rounds);
            return Err(self.run_differs("status", "done".to_owned(), rebuilt));
        }
        Ok(())
    }

    /// Checks what `SQLite` can check, and that tables and views are ours.
    fn check_file(&self) -> Result<(), Error> {
        const DOING: &str = "check";
        let reader = self.run.reader();
        let damage = |row: String, found: String, expected: &str| {
            reader.damaged(Box::new(Damage {
                table: "sqlite_schema",
                row,
                column: String::new(),
                found,
                expected: expected.to_owned(),
            }))
        };
        let file = self.run.connection();
        let verdict: String = file
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .of(self.run.path(), DOING)?;
        if verdict != "ok" {
            return Err(damage(String::new(), verdict, "a sound file"));
        }
        let ours = Connection::open_in_memory().of(self.run.path(), DOING)?;
        ours.execute_batch(SCHEMA).of(self.run.path(), DOING)?;
        let objects = |file: &Connection| -> rusqlite::Result<Vec<(String, Option<String>)>> {
            let mut query = file.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        let theirs = objects(file).of(self.run.path(), DOING)?;
        for (name, sql) in objects(&ours).of(self.run.path(), DOING)? {
            match theirs.iter().find(|it| it.0 == name) {
                Some(it) if it.1 == sql => {}
                Some(_) => {
                    return Err(damage(name, "another definition".to_owned(), "its definition"));
                }
                None => return Err(damage(name, "nothing".to_owned(), "its definition")),
            }
        }
        Ok(())
    }

    /// Checks that every call is whole, and was asked as its key says.
    fn check_calls(&self) -> Result<(), Error> {
        let model = self.info.header.model.as_ref();
        let asked = model.map(|it| Asked { family: &it.family, model: &it.name });
        let reader = self.run.reader();
        reader.calls(&reader.texts()?, &[], |it| {
            let rebuilt = asked.map(|asked| it.request.key(asked));
            if rebuilt == Some(it.key) {
                return Ok(());
            }
            Err(Box::new(Damage {
                table: Table::Calls.name(),
                row: it.slot.to_string(),
                column: "key".to_owned(),
                found: it.key.to_string(),
                expected: match rebuilt {
                    Some(key) => format!("{key}, the key of what was asked"),
                    None => "no calls, because table `run` names no model".to_owned(),
                },
            }))
        })
    }

    fn check_seal(&self) -> Result<(), Error> {
        let mark = Seal::read(self.run.connection()).and_then(|it| it.mark(self.run.connection()));
        let mark = mark.of(self.run.path(), "check")?;
        let (mut stored, rebuilt) = (self.info.seal.split('-'), mark.split('-'));
        for (table, rebuilt) in SEALED.into_iter().zip(rebuilt) {
            let stored = stored.next().unwrap_or_default();
            if stored != rebuilt {
                return Err(self.differs(Difference {
                    table: table.name(),
                    row: "any row".to_owned(),
                    column: "seal".to_owned(),
                    stored: stored.to_owned(),
                    rebuilt: rebuilt.to_owned(),
                }));
            }
        }
        Ok(())
    }
}
