//! Tables of comma-separated values, with places for what is wrong with them.

use std::collections::BTreeSet;

use super::error::ImportError;
use crate::amount::Amount;
use crate::date::Date;

/// The longest piece of a cell that an error repeats.
const SHOWN: usize = 60;
/// Money above this is a mistake, in whole currency.
const MONEY_MAX: i64 = 1_000_000_000_000;

/// A table in memory: names of columns, and rows of as many cells.
pub(super) struct Table {
    pub(super) file: String,
    head: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// One row, with the line it begins on.
pub(super) struct Row {
    line: u64,
    cells: csv::StringRecord,
}

/// A column of a table, by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column(usize);

/// One cell, which knows where it is.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    table: &'a Table,
    pub(super) line: u64,
    column: Column,
    /// Its text, without spaces around it.
    pub(super) text: &'a str,
}

impl Table {
    pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Self, ImportError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            ImportError::Encoding {
                file: file.to_owned(),
                line: 1 + before.matches('\n').count() as u64,
                column: 1 + before[line_start..].chars().count() as u64,
            }
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let refuse = |error: &csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            let (expected, found) = match error.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => (*expected_len, *len),
                _ => (0, 0),
            };
            ImportError::Ragged { file: file.to_owned(), line, expected, found }
        };
        let head = reader.headers().map_err(|error| refuse(&error))?;
        let head: Vec<String> = head.iter().map(|it| it.trim().to_owned()).collect();
        let mut seen = BTreeSet::new();
        if let Some(twice) = head.iter().find(|it| !seen.insert(it.as_str())) {
            let message = "it is there twice".to_owned();
            return Err(ImportError::Column {
                file: file.to_owned(),
                column: shown(twice),
                message,
            });
        }
        let mut rows = Vec::new();
        for record in reader.into_records() {
            let cells = record.map_err(|error| refuse(&error))?;
            rows.push(Row { line: cells.position().map_or(0, csv::Position::line), cells });
        }
        Ok(Self { file: file.to_owned(), head, rows })
    }

    /// The same, refused if it has no rows.
    pub(super) fn filled(file: &str, bytes: &[u8]) -> Result<Self, ImportError> {
        let it = Self::read(file, bytes)?;
        if it.rows.is_empty() { Err(ImportError::Empty { file: it.file }) } else { Ok(it) }
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, Column)> {
        self.head.iter().map(String::as_str).zip((0..).map(Column))
    }

    /// The column with one of these names, if there is one.
    pub(super) fn find(&self, names: &[&str]) -> Option<Column> {
        self.columns().find(|it| names.contains(&it.0)).map(|it| it.1)
    }

    /// The column with one of these names.
    pub(super) fn need(&self, names: &[&str]) -> Result<Column, ImportError> {
        self.find(names).ok_or_else(|| ImportError::NoColumn {
            file: self.file.clone(),
            column: names.join("` or `"),
            found: shown(&self.head.join(", ")),
        })
    }

    pub(super) fn cell<'a>(&'a self, row: &'a Row, column: Column) -> Cell<'a> {
        let text = row.cells.get(column.0).unwrap_or_default().trim();
        Cell { table: self, line: row.line, column, text }
    }

    pub(super) fn column_error(&self, column: Column, message: String) -> ImportError {
        let column = shown(self.head.get(column.0).map_or("", String::as_str));
        ImportError::Column { file: self.file.clone(), column, message }
    }
}

impl<'a> Cell<'a> {
    /// What is wrong with it.
    pub(super) fn refuse<T>(&self, expected: impl Into<String>) -> Result<T, ImportError> {
        let found = if self.text.is_empty() {
            "nothing".to_owned()
        } else {
            format!("`{}`", shown(self.text))
        };
        self.refuse_as(expected, found)
    }

    /// The same, with what is there in other words.
    pub(super) fn refuse_as<T>(
        &self,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Result<T, ImportError> {
        Err(ImportError::Cell {
            file: self.table.file.clone(),
            line: self.line,
            column: shown(self.table.head.get(self.column.0).map_or("", String::as_str)),
            expected: expected.into(),
            found: found.into(),
        })
    }

    pub(super) fn date(&self) -> Result<Date, ImportError> {
        self.text.parse().or_else(|_| self.refuse("a date such as 2023-06-15"))
    }

    /// A number, if there is one.
    pub(super) fn number(&self) -> Result<Option<Amount>, ImportError> {
        if matches!(self.text, "" | "nan" | "NaN") {
            return Ok(None);
        }
        match Amount::parse(self.text).filter(|it| it.0.abs() <= MONEY_MAX * 1_000_000) {
            Some(it) => Ok(Some(it)),
            None => self.refuse("a decimal number"),
        }
    }

    /// A price above zero, at the nearest cent.
    pub(super) fn price(&self) -> Result<Amount, ImportError> {
        let it = self.number()?.map(Amount::to_tick);
        match it.filter(|it| it.0 > 0 && it.0 <= Amount::whole(10_000_000).0) {
            Some(it) => Ok(it),
            None => self.refuse("a price of at least 0.01 and at most 10000000"),
        }
    }

    /// Money that is there, at the nearest cent.
    pub(super) fn money(&self) -> Result<Amount, ImportError> {
        match self.number()?.map(Amount::to_tick).filter(|it| it.0 >= 0) {
            Some(it) => Ok(it),
            None => self.refuse("an amount of money, not below 0"),
        }
    }

    /// A number of shares; nothing is none.
    pub(super) fn shares(&self) -> Result<i64, ImportError> {
        let digits = self.text.strip_suffix(".0").unwrap_or(self.text);
        let digits = if digits.is_empty() { "0" } else { digits };
        let is_number = digits.bytes().all(|it| it.is_ascii_digit());
        let number = digits.parse::<i64>().ok().filter(|it| is_number && *it <= MONEY_MAX);
        number.map_or_else(|| self.refuse("a whole number of shares"), Ok)
    }

    /// Words that say something.
    pub(super) fn words(&self) -> Result<&'a str, ImportError> {
        if self.text.is_empty() { self.refuse("a text") } else { Ok(self.text) }
    }
}

/// A text as an error repeats it: short, and in one line.
pub(super) fn shown(text: &str) -> String {
    let clean = text.chars().map(|it| if it.is_control() { ' ' } else { it });
    let mut out: String = clean.take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    out
}
