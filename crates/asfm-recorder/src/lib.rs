//! Keeps a run of a market in an `SQLite` file, reads it back, and verifies it.
//!
//! A [`Recorder`] takes settled rounds and hands them to a thread that writes them, each in one
//! transaction; a [`Run`] reads them back. [`Run::verify`] rebuilds the run from its scenario, seed
//! and decisions and compares every row with what is stored. The tables and views are for people,
//! too: `docs/run-file.md` describes them, with queries to copy.
//!
//! The recorder does not know how traders decide, what prompts mean, or what time it is; what only
//! the caller knows is told in a [`RunHeader`]. A round that cannot be written stops the recording:
//! there is no file with a hole.
//!
//! Prices and cash are exact integers in 1/10 000 of the currency, quantities whole shares.
//!
//! ```
//! use asfm_engine::{Decisions, Engine, Scenario, Seed, Side, StockId, TraderId};
//! use asfm_recorder::{Ending, Options, Recorder, Run, RunHeader};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = r#"
//!     name = "two traders"
//!     days = 1
//!     company = [{ code = "EN001", sector = "energy", closes = ["10.60"] }]
//!     traders = [{ kind = "anyone", ratio = 1, capital = 1000 }]
//!     population = { agents = 2 }
//! "#;
//! let scenario = Scenario::read("example.toml", text, |_| Err("no files here".into()))?;
//! let mut engine = Engine::new(scenario, Seed(1));
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("run.db");
//! let header = RunHeader {
//!     version: "0.1.0".into(),
//!     brain: "by hand".into(),
//!     model: None,
//!     branch: None,
//!     started_at: "2026-01-02 03:04".into(),
//! };
//! let mut recorder = Recorder::create(&path, &header, &engine, Options::default())?;
//! while let Some(round) = engine.next_round() {
//!     let mut decisions = Decisions::new();
//!     decisions.order(TraderId::at(0), StockId(0), Side::Buy, 10, 10_7000); // at 10.70
//!     decisions.order(TraderId::at(1), StockId(0), Side::Sell, 10, 10_6000); // at 10.60
//!     recorder.record(round.settle(decisions))?;
//! }
//! recorder.finish(Ending::Done, 0.1)?;
//!
//! let run = Run::open(&path)?;
//! assert_eq!(run.closes()?[0].1.close.to_string(), "10.65");
//! assert!(run.verify()?.complete);
//! # Ok(())
//! # }
//! ```

mod body;
mod call;
mod code;
mod compare;
mod decode;
mod emit;
mod error;
mod file;
mod header;
mod reader;
mod recorder;
mod run;
mod seal;
mod speech;
mod table;
mod verify;
mod writer;

pub use call::{Call, Note};
pub use error::{Damage, Difference, Error};
pub use header::{Branch, Durability, Ending, Journal, Model, Options, RunHeader, Status};
pub use recorder::Recorder;
pub use run::{Account, Calls, Run, RunInfo};
pub use verify::Verified;
