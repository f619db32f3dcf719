//! Keeps a run's events in an SQLite file and reads them back.

mod body;
mod code;
mod emit;
mod error;
mod file;
mod header;
mod recorder;
mod seal;
mod table;
mod writer;

pub use error::{Damage, Error};
pub use header::{Call, Durability, Ending, Journal, Options, RunHeader, Status};
pub use recorder::Recorder;
