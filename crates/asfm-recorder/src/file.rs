//! Making the file, and leaving nothing behind where that fails.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{Context as _, Error};
use crate::header::{Durability, Journal, Options};
use crate::table::{APPLICATION, SCHEMA, VERSION};

/// Files that `SQLite` keeps beside its own, and the file itself.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];
const BUSY: Duration = Duration::from_secs(5);
/// The page sizes of small and large markets: large pages hold long texts in fewer pieces, small
/// ones cost less in a round of few rows.
const PAGE_BYTES: [u32; 2] = [4_096, 32_768];
const CACHE_KIB: i32 = 16_384;

/// A new file that is removed again, and the old one put back, unless it is kept.
#[derive(Debug)]
pub(crate) struct New {
    path: PathBuf,
    kept: bool,
    set_aside: bool,
}

impl New {
    /// Claims the name.
    pub(crate) fn claim(path: &Path, force: bool) -> Result<Self, Error> {
        let mut it = Self { path: path.to_owned(), kept: true, set_aside: false };
        if force && path.is_file() {
            it.rename(|path| with(path, ".replaced"), Path::to_owned).of(path, "replace")?;
            it.set_aside = true;
        }
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(_) => it.kept = false,
            Err(error) => {
                it.put_back();
                let exists = error.kind() == io::ErrorKind::AlreadyExists;
                return if exists && !force {
                    Err(Error::Exists(path.to_owned()))
                } else {
                    Err(error).of(path, "create")
                };
            }
        }
        Ok(it)
    }

    /// Keeps the new file and forgets the old one.
    pub(crate) fn keep(mut self) {
        self.kept = true;
        if self.set_aside {
            remove(&with(&self.path, ".replaced"));
        }
    }

    fn rename(
        &self,
        to: impl Fn(&Path) -> PathBuf,
        from: impl Fn(&Path) -> PathBuf,
    ) -> io::Result<()> {
        for suffix in SUFFIXES {
            match fs::rename(with(&from(&self.path), suffix), with(&to(&self.path), suffix)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn put_back(&mut self) {
        if std::mem::take(&mut self.set_aside) {
            // Nothing better can be done if this fails, too; the old file is still there.
            drop(self.rename(Path::to_owned, |path| with(path, ".replaced")));
        }
    }
}

impl Drop for New {
    fn drop(&mut self) {
        if !self.kept {
            remove(&self.path);
            self.put_back();
        }
    }
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) {
    for suffix in SUFFIXES {
        // What is not there need not be removed.
        drop(fs::remove_file(with(path, suffix)));
    }
}

/// Opens the claimed file and makes its tables.
pub(crate) fn make(path: &Path, options: Options, large: bool) -> Result<Connection, Error> {
    let made = |wal| -> Result<Connection, Error> {
        let file = open(path, options, wal, Some(PAGE_BYTES[usize::from(large)]))?;
        tables(&file).of(path, "make tables in")?;
        Ok(file)
    };
    match (options.journal, made(options.journal != Journal::Rollback)) {
        (Journal::Auto, Err(Error::Sqlite { .. })) => {
            remove(path);
            made(false)
        }
        (_, other) => other,
    }
}

/// Opens an existing run file for writing.
pub(crate) fn reopen(path: &Path, options: Options) -> Result<Connection, Error> {
    match (options.journal, open(path, options, options.journal != Journal::Rollback, None)) {
        (Journal::Auto, Err(Error::Sqlite { .. })) => open(path, options, false, None),
        (_, other) => other,
    }
}

fn tables(file: &Connection) -> rusqlite::Result<()> {
    file.execute_batch(&format!("BEGIN; {SCHEMA}"))?;
    file.pragma_update(None, "application_id", APPLICATION)?;
    file.pragma_update(None, "user_version", VERSION)?;
    file.execute_batch("COMMIT")
}

fn open(
    path: &Path,
    options: Options,
    wal: bool,
    page_bytes: Option<u32>,
) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(path, flags).of(path, "open")?;
    let set = || -> rusqlite::Result<()> {
        file.busy_timeout(BUSY)?;
        file.set_prepared_statement_cache_capacity(64);
        if let Some(bytes) = page_bytes {
            file.pragma_update(None, "page_size", bytes)?;
        }
        file.pragma_update(None, "cache_size", -CACHE_KIB)?;
        file.pragma_update(None, "temp_store", "memory")?;
        if let Some(pages) = options.pages_max {
            file.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        }
        if wal {
            journal(&file, "wal")?;
        } else {
            file.pragma_update(None, "locking_mode", "exclusive")?;
            journal(&file, "truncate")?;
        }
        let synchronous = match options.durability {
            Durability::Full => "full",
            Durability::Normal => "normal",
        };
        file.pragma_update(None, "synchronous", synchronous)?;
        file.pragma_update(None, "foreign_keys", true)
    };
    set().of(path, "open")?;
    Ok(file)
}

fn journal(file: &Connection, mode: &str) -> rusqlite::Result<()> {
    let found: String =
        file.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |row| row.get(0))?;
    if found == mode { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) }
}

/// Brings everything into the one file, which can then be read from anywhere.
pub(crate) fn fold(file: &Connection) -> rusqlite::Result<()> {
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    // A reader that is still there keeps the log; the last one to close the file folds it in.
    match journal(file, "delete") {
        Err(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                || matches!(error, rusqlite::Error::InvalidQuery) =>
        {
            Ok(())
        }
        other => other,
    }
}
