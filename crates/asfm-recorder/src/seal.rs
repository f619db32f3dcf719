//! A seal over what cannot be rebuilt, so that no change of it goes unseen.

use std::sync::LazyLock;

use blake3::Hasher;
use blake3::hazmat::{ContextKey, HasherExt as _, hash_derive_key_context};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::call;
use crate::table::{Cell, Table};

/// The tables that are sealed, in the order of the seal's parts.
pub(crate) const SEALED: [Table; 4] = [Table::Run, Table::Sources, Table::Texts, Table::Calls];

const CONTEXT: &str = "asfm 2026 seal of a run file, version 2";

/// A hasher under [`CONTEXT`]. The key is derived once: for a short row that costs as much as the
/// row itself.
fn keyed() -> Hasher {
    static KEY: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(CONTEXT));
    Hasher::new_from_context_key(&KEY)
}

/// The seal of a run to which rounds and calls are added.
#[derive(Debug)]
pub(crate) struct Seal {
    sources: Hasher,
    texts: Hasher,
    /// The sum of the calls' hashes: calls come in any order.
    calls: u128,
}

impl Seal {
    /// Reads what is sealed from a file.
    pub(crate) fn read(file: &Connection) -> rusqlite::Result<Self> {
        let whole = |table| -> rusqlite::Result<Hasher> {
            let mut hasher = keyed();
            each(file, table, |row| row.for_each(|value| add(&mut hasher, value)))?;
            Ok(hasher)
        };
        let mut calls = 0_u128;
        each(file, Table::Calls, |row| calls = calls.wrapping_add(hash(row.take(call::COLUMNS))))?;
        Ok(Self { sources: whole(Table::Sources)?, texts: whole(Table::Texts)?, calls })
    }

    /// Adds a text; texts come in the order of their numbers.
    pub(crate) fn text(&mut self, cells: &[Cell<'_>]) {
        for it in cells {
            add(&mut self.texts, it.value());
        }
    }

    /// Adds a call without its checksum, which it gives back.
    pub(crate) fn call<'t>(&mut self, cells: impl Iterator<Item = ValueRef<'t>>) -> i64 {
        let hash = hash(cells);
        self.calls = self.calls.wrapping_add(hash);
        checksum(hash)
    }

    /// The seal, with `run` as it stands in the file: one mark per table, joined by dashes.
    pub(crate) fn mark(&self, file: &Connection) -> rusqlite::Result<String> {
        let mut run = keyed();
        let columns = Table::Run.columns().len() - 1;
        // `seal` is the last column.
        each(file, Table::Run, |row| row.take(columns).for_each(|value| add(&mut run, value)))?;
        let [run, sources, texts] =
            [&run, &self.sources, &self.texts].map(|it| it.finalize().to_hex()[..32].to_owned());
        Ok(format!("{run}-{sources}-{texts}-{:032x}", self.calls))
    }
}

/// The checksum of a row.
pub(crate) fn row<'t>(cells: impl Iterator<Item = ValueRef<'t>>) -> i64 {
    checksum(hash(cells))
}

fn checksum(hash: u128) -> i64 {
    let low = hash & u128::from(i64::MAX.unsigned_abs());
    i64::try_from(low).expect("63 bits were left")
}

fn hash<'t>(cells: impl Iterator<Item = ValueRef<'t>>) -> u128 {
    let mut hasher = keyed();
    cells.for_each(|it| add(&mut hasher, it));
    let hash = hasher.finalize();
    let (head, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    u128::from_le_bytes(*head)
}

/// Goes through the values of every row of a table.
fn each(
    file: &Connection,
    table: Table,
    mut take: impl FnMut(&mut dyn Iterator<Item = ValueRef<'_>>),
) -> rusqlite::Result<()> {
    let mut query = file.prepare(&table.of(0))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let columns = 0..table.columns().len();
        take(&mut columns.map(|it| row.get_ref(it).unwrap_or(ValueRef::Null)));
    }
    Ok(())
}

/// Adds a value with its type and length, so that no two rows are told alike.
fn add(hasher: &mut Hasher, it: ValueRef<'_>) {
    let (kind, bytes): (u8, &[u8]) = match it {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => (1, &number.to_le_bytes()),
        ValueRef::Real(number) => (2, &number.to_bits().to_le_bytes()),
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(bytes) => (4, bytes),
    };
    // A number goes in with its type and length, in one piece: most cells are numbers, and reading a
    // table of statements and exposures is a sixth faster so.
    let mut head = [0; 9 + 8];
    head[0] = kind;
    head[1..9].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
    if let Some(short) = head[9..].get_mut(..bytes.len()) {
        short.copy_from_slice(bytes);
        hasher.update(&head[..9 + bytes.len()]);
    } else {
        hasher.update(&head[..9]);
        hasher.update(bytes);
    }
}
