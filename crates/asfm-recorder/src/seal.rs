//! A seal over what cannot be rebuilt, so that no change of it goes unseen.

use blake3::Hasher;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::table::{Cell, Table};

/// The tables that are sealed, in the order of the seal's parts.
pub(crate) const SEALED: [Table; 3] = [Table::Run, Table::Sources, Table::Calls];

/// The seal of a run to which rounds are added.
#[derive(Debug)]
pub(crate) struct Seal {
    sources: Hasher,
    calls: Hasher,
}

impl Seal {
    /// Reads what is sealed from a file.
    pub(crate) fn read(file: &Connection) -> rusqlite::Result<Self> {
        Ok(Self { sources: hash(file, Table::Sources)?, calls: hash(file, Table::Calls)? })
    }

    /// Adds a call; calls come in the order of their slots.
    pub(crate) fn call(&mut self, cells: &[Cell<'_>]) {
        for it in cells {
            value(&mut self.calls, it.value());
        }
    }

    /// The seal, with `run` as it stands in the file: one mark per table, joined by dashes.
    pub(crate) fn mark(&self, file: &Connection) -> rusqlite::Result<String> {
        let run = hash(file, Table::Run)?;
        let marks =
            [&run, &self.sources, &self.calls].map(|it| it.finalize().to_hex()[..32].to_owned());
        Ok(marks.join("-"))
    }
}

/// The hash of all rows of a table; `seal`, the last column of `run`, is left out.
fn hash(file: &Connection, table: Table) -> rusqlite::Result<Hasher> {
    let mut hasher = Hasher::new_derive_key("asfm 2026 seal of a run file, version 1");
    let mut query = file.prepare(&table.of(0))?;
    let columns = table.columns().len() - usize::from(table == Table::Run);
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            value(&mut hasher, row.get_ref(column)?);
        }
    }
    Ok(hasher)
}

/// Adds a value with its type and length, so that no two rows are told alike.
fn value(hasher: &mut Hasher, it: ValueRef<'_>) {
    let (kind, bytes): (u8, &[u8]) = match it {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => (1, &number.to_le_bytes()),
        ValueRef::Real(number) => (2, &number.to_bits().to_le_bytes()),
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(bytes) => (4, bytes),
    };
    hasher.update(&[kind]);
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}
