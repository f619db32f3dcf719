//! What can go wrong with a run file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use asfm_engine::ScenarioError;

/// Why a run could not be recorded or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is a file of this name, and it was not asked to be overwritten.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
    /// The run has all its rounds.
    #[error("the run in `{}` is done", .0.display())]
    Done(PathBuf),
    /// The seed does not fit the file's integers.
    #[error("a recorded seed is at most {max}, found {0}", max = i64::MAX)]
    Seed(u64),
    /// The operating system refused.
    #[error("cannot {doing} `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was to be done with it.
        doing: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// There is no room left for the file.
    #[error("no room left for `{}`: whole rounds up to here are kept", .0.display())]
    Full(PathBuf),
    /// `SQLite` refused.
    #[error("cannot {doing} `{}`", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What was to be done with it.
        doing: &'static str,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The recorder has failed before and takes no more rounds.
    #[error("`{}` is not recorded any more after an error", .0.display())]
    Stopped(PathBuf),
    /// The file is something else than an `SQLite` file.
    #[error("`{}` is not an SQLite file", .0.display())]
    NotSqlite(PathBuf),
    /// The file is an `SQLite` file of something else.
    #[error("`{}` is not a recorded run: its application id is {found:#x}", path.display())]
    NotARun {
        /// The file.
        path: PathBuf,
        /// Its application id.
        found: i32,
    },
    /// The file was written by a newer or an older version.
    #[error(
        "`{}` has version {found} of the run file; this program reads version {known}",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// The version that can be read.
        known: i32,
    },
    /// The file does not hold what it must.
    #[error("`{}` is damaged: {damage}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, and what was found.
        damage: Box<Damage>,
    },
    /// The run was rebuilt from its decisions, and something else came out.
    #[error("`{}` differs from the run rebuilt from its decisions: {difference}", path.display())]
    Differs {
        /// The file.
        path: PathBuf,
        /// The first difference.
        difference: Box<Difference>,
    },
    /// The recorded scenario cannot be read.
    #[error("the scenario in `{}` cannot be read", path.display())]
    Scenario {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<ScenarioError>,
    },
}

/// A place in a run file where something else is than must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The table.
    pub table: &'static str,
    /// The row, by its key.
    pub row: String,
    /// The column.
    pub column: String,
    /// What is there.
    pub found: String,
    /// What must be there.
    pub expected: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, self.table, &self.row, &self.column)?;
        write!(f, ": expected {}, found {}", self.expected, self.found)
    }
}

/// A place where a run file holds something else than its decisions lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// The row, by its key.
    pub row: String,
    /// The column.
    pub column: String,
    /// What is in the file.
    pub stored: String,
    /// What the decisions lead to.
    pub rebuilt: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, self.table, &self.row, &self.column)?;
        write!(f, ": stored {}, rebuilt {}", self.stored, self.rebuilt)
    }
}

fn place(f: &mut fmt::Formatter<'_>, table: &str, row: &str, column: &str) -> fmt::Result {
    write!(f, "table `{table}`")?;
    if !row.is_empty() {
        write!(f, ", {row}")?;
    }
    if !column.is_empty() {
        write!(f, ", column `{column}`")?;
    }
    Ok(())
}

/// Adds to an error of `SQLite` which file it is about and what was to be done.
pub(crate) trait Context<T> {
    fn of(self, path: &Path, doing: &'static str) -> Result<T, Error>;
}

impl<T> Context<T> for rusqlite::Result<T> {
    fn of(self, path: &Path, doing: &'static str) -> Result<T, Error> {
        use rusqlite::ErrorCode::{DiskFull, NotADatabase};
        self.map_err(|source| match source.sqlite_error_code() {
            Some(DiskFull) => Error::Full(path.to_owned()),
            Some(NotADatabase) => Error::NotSqlite(path.to_owned()),
            _ => Error::Sqlite { path: path.to_owned(), doing, source },
        })
    }
}

impl<T> Context<T> for io::Result<T> {
    fn of(self, path: &Path, doing: &'static str) -> Result<T, Error> {
        self.map_err(|source| Error::Io { path: path.to_owned(), doing, source })
    }
}
