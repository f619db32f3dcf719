//! Stored rows against rebuilt ones.

use asfm_engine::{Cash, DayClose, Engine, RoundLog};
use rusqlite::params_from_iter;
use rusqlite::types::ValueRef;

use crate::body::Rows;
use crate::decode::Record;
use crate::error::{Context as _, Difference, Error};
use crate::reader::Reader;
use crate::table::{Cell, Sink, Table, shown};

/// Takes rebuilt rows in the order of their keys and compares each with the next stored one.
pub(crate) struct Comparer<'f> {
    reader: Reader<'f>,
    tables: Vec<Seen>,
}

/// How far a table was compared.
struct Seen {
    next: String,
    last: Vec<i64>,
    rows: i64,
}

impl<'f> Comparer<'f> {
    pub(crate) fn new(reader: Reader<'f>) -> Self {
        let tables = Table::ALL.iter().map(|it| Seen {
            next: it.next(),
            last: vec![i64::MIN; it.keys()],
            rows: 0,
        });
        Self { reader, tables: tables.collect() }
    }

    /// Checks that no table has rows that were not rebuilt.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        for (&table, seen) in Table::ALL.iter().zip(&self.tables) {
            if matches!(table, Table::Run | Table::Calls | Table::Texts) {
                continue;
            }
            let more = self.reader.after(table, &seen.last, |it| Ok(extra(it)))?;
            let count = format!("SELECT count(*) FROM {}", table.name());
            let count: i64 = self
                .reader
                .file
                .query_row(&count, [], |row| row.get(0))
                .of(self.reader.path, "check")?;
            let more = more.or_else(|| {
                (count != seen.rows).then(|| Difference {
                    table: table.name(),
                    row: String::new(),
                    column: String::new(),
                    stored: format!("{count} rows"),
                    rebuilt: format!("{} rows", seen.rows),
                })
            });
            if let Some(difference) = more {
                return Err(self.differs(difference));
            }
        }
        Ok(())
    }

    fn differs(&self, difference: Difference) -> Error {
        Error::Differs { path: self.reader.path.to_owned(), difference: Box::new(difference) }
    }
}

impl Sink for Comparer<'_> {
    type Error = Error;

    fn row(&mut self, table: Table, cells: &[Cell<'_>]) -> Result<(), Error> {
        let seen = &self.tables[table as usize];
        let mut query = self.reader.prepare(&seen.next)?;
        let mut rows = query.query(params_from_iter(&seen.last)).of(self.reader.path, "check")?;
        let difference = match rows.next().of(self.reader.path, "check")? {
            None => Some(missing(table, cells)),
            Some(row) => difference(&Record::new(table, row), cells),
        };
        if let Some(difference) = difference {
            return Err(self.differs(difference));
        }
        drop(rows);
        drop(query);
        let seen = &mut self.tables[table as usize];
        for (last, cell) in seen.last.iter_mut().zip(cells) {
            if let Cell::Int(number) = cell {
                *last = *number;
            }
        }
        seen.rows += 1;
        Ok(())
    }
}

fn extra(it: &Record<'_>) -> Difference {
    Difference {
        table: it.table.name(),
        row: it.key(),
        column: String::new(),
        stored: "this row".to_owned(),
        rebuilt: "nothing".to_owned(),
    }
}

fn missing(table: Table, cells: &[Cell<'_>]) -> Difference {
    let key = table.columns().iter().zip(cells).take(table.keys());
    let key: Vec<String> =
        key.map(|(name, cell)| format!("{name} {}", shown(cell.value()))).collect();
    Difference {
        table: table.name(),
        row: key.join(", "),
        column: String::new(),
        stored: "nothing".to_owned(),
        rebuilt: "this row".to_owned(),
    }
}

/// The first difference between the stored row and the rebuilt one.
fn difference(stored: &Record<'_>, cells: &[Cell<'_>]) -> Option<Difference> {
    let table = stored.table;
    for (column, cell) in cells.iter().enumerate().take(table.keys()) {
        match (stored.value(column), cell) {
            (ValueRef::Integer(there), Cell::Int(here)) if there == *here => {}
            (ValueRef::Integer(there), Cell::Int(here)) if there > *here => {
                return Some(missing(table, cells));
            }
            _ => return Some(extra(stored)),
        }
    }
    let (column, cell) =
        cells.iter().enumerate().find(|(column, cell)| stored.value(*column) != cell.value())?;
    let name = table.columns()[column];
    match (name, stored.value(column), cell) {
        ("body", ValueRef::Text(there), Cell::Text(here)) => {
            Some(within(stored, there, here.as_bytes()))
        }
        (_, there, _) => Some(Difference {
            table: table.name(),
            row: stored.key(),
            column: name.to_owned(),
            stored: shown(there),
            rebuilt: shown(cell.value()),
        }),
    }
}

/// The first difference between two texts of rows.
fn within(record: &Record<'_>, stored: &[u8], rebuilt: &[u8]) -> Difference {
    let table = record.table;
    let difference = |row: String, column: String, stored: String, rebuilt: String| Difference {
        table: table.name(),
        row,
        column,
        stored,
        rebuilt,
    };
    let (mut there, mut here) = (Rows::new(stored), Rows::new(rebuilt));
    // `first` comes after the key, and was compared before.
    let first = record.int(table.keys()).unwrap_or_default();
    for number in first.. {
        let row = format!("{}, {} {number}", record.key(), table.counted());
        let (there, here) = match (there.next(), here.next()) {
            (Err(garbled), _) | (Ok(_), Err(garbled)) => {
                let stored = format!("something else at byte {}", garbled.at);
                return difference(row, "body".to_owned(), stored, "rows".to_owned());
            }
            (Ok(there), Ok(here)) => (there.unwrap_or_default(), here.unwrap_or_default()),
        };
        let places = 0..there.len().max(here.len());
        let place = places.into_iter().find(|it| there.get(*it) != here.get(*it));
        if let Some(place) = place {
            let number = |it: Option<&i64>| it.map_or("nothing".to_owned(), i64::to_string);
            let fields = table.fields();
            let column = match fields.get(place).or(fields.last()) {
                Some(&"shares") => format!("shares of company {}", place + 1 - fields.len()),
                Some(name) => (*name).to_owned(),
                None => "body".to_owned(),
            };
            return difference(row, column, number(there.get(place)), number(here.get(place)));
        }
        if there.is_empty() {
            break;
        }
    }
    // The same numbers, written otherwise.
    let shown = |text| shown(ValueRef::Text(text));
    difference(record.key(), "body".to_owned(), shown(stored), shown(rebuilt))
}

/// Counts all cash and shares at every close.
pub(crate) struct Audit {
    cash: i128,
    shares: Vec<u128>,
    paid_in: i128,
}

impl Audit {
    pub(crate) fn new(engine: &Engine) -> Self {
        let cash = engine.ledger().wallets().iter().map(|it| it.cash);
        let stocks = engine.scenario().companies().len();
        Self { cash: sum(cash), shares: by_stock(engine.ledger().holdings(), stocks), paid_in: 0 }
    }

    /// Compares the totals of a close with those of the start.
    pub(crate) fn count(&mut self, log: &RoundLog, close: &DayClose) -> Result<(), Difference> {
        self.paid_in += sum(close.transfers.iter().map(|it| it.amount));
        let collected = i128::from(close.collected.0);
        let cash = sum(close.cash.iter().copied()) + collected - self.paid_in;
        let shares = by_stock(&close.shares, self.shares.len());
        let totals = |column: &str, stored: String, rebuilt: String| Difference {
            table: "totals",
            row: format!("day {}", log.day),
            column: column.to_owned(),
            stored,
            rebuilt,
        };
        if cash != self.cash {
            return Err(totals("cash_e4", cash.to_string(), self.cash.to_string()));
        }
        if shares != self.shares {
            let (stored, rebuilt) = (format!("{shares:?}"), format!("{:?}", self.shares));
            return Err(totals("shares", stored, rebuilt));
        }
        Ok(())
    }
}

fn sum(amounts: impl Iterator<Item = Cash>) -> i128 {
    amounts.map(|it| i128::from(it.0)).sum()
}

fn by_stock(held: &[u64], stocks: usize) -> Vec<u128> {
    let mut sums = vec![0; stocks];
    for of_trader in held.chunks_exact(stocks.max(1)) {
        for (sum, shares) in sums.iter_mut().zip(of_trader) {
            *sum += u128::from(*shares);
        }
    }
    sums
}
