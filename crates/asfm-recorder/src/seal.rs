//! A seal over what cannot be rebuilt, so that no change of it goes unseen.

use blake3::Hasher;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::header::CALL_COLUMNS;
use crate::table::Cell;

/// The columns of `run` that the seal covers: all but itself.
pub(crate) const RUN_COLUMNS: [&str; 14] = [
    "id",
    "version",
    "scenario",
    "title",
    "seed",
    "brain",
    "agents",
    "stocks",
    "days",
    "rounds",
    "status",
    "digest",
    "started_at",
    "wall_seconds",
];

/// The seal of a run to which rounds are added.
#[derive(Debug)]
pub(crate) struct Seal {
    sources: blake3::Hash,
    calls: Hasher,
}

impl Seal {
    /// Reads what is sealed from a file.
    pub(crate) fn read(file: &Connection) -> rusqlite::Result<Self> {
        let columns = CALL_COLUMNS.join(", ");
        let calls =
            format!("SELECT {columns} FROM calls ORDER BY day, stage, trader, step, attempt");
        Ok(Self {
            sources: hash(file, "SELECT seq, name, text FROM sources ORDER BY seq")?.finalize(),
            calls: hash(file, &calls)?,
        })
    }

    /// Adds a call; calls come in the order of their slots.
    pub(crate) fn call(&mut self, cells: &[Cell<'_>]) {
        for it in cells {
            value(&mut self.calls, it.value());
        }
    }

    /// The seal, with `run` as it stands in the file.
    pub(crate) fn mark(&self, file: &Connection) -> rusqlite::Result<String> {
        let columns = RUN_COLUMNS.join(", ");
        let run = hash(file, &format!("SELECT {columns} FROM run ORDER BY id"))?;
        let mut all = Hasher::new_derive_key("asfm 2026 seal of a run file, version 1");
        all.update(run.finalize().as_bytes());
        all.update(self.sources.as_bytes());
        all.update(self.calls.finalize().as_bytes());
        Ok(all.finalize().to_hex().to_string())
    }
}

fn hash(file: &Connection, query: &str) -> rusqlite::Result<Hasher> {
    let mut hasher = Hasher::new();
    let mut query = file.prepare(query)?;
    let columns = query.column_count();
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
