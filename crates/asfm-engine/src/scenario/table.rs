//! Reading a population table: CSV with a header, a row for every trader.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};

use super::check::{CASH_MAX, Checked, File, PRICE_MAX};
use super::decimal::Decimal;
use super::error::nearest;
use super::roster::{Part, Roster, worth};
use super::{Company, ScenarioError};
use crate::units::{Cash, Price};

/// Where a column with this ending holds the cost of a stock's shares.
const COST: &str = ":cost";
const MARK: &str = "\u{feff}";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Kind,
    Cash,
    Shares(usize),
    Cost(usize),
    Trait,
}

impl Roster {
    /// Reads a table; of every kind, how many rows there are and what they own.
    pub(super) fn read(
        file: &File<'_>,
        kinds: &[&str],
        companies: &[Company],
    ) -> Checked<(Self, Vec<Part>)> {
        let mut lines = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(file.text.as_bytes());
        let mut record = StringRecord::new();
        let mut next = |record: &mut StringRecord| {
            let found = lines.read_record(record);
            found.map_err(|error| file.error(0..0, "", error.to_string()))
        };
        next(&mut record)?;
        let columns = Line { file, record: &record }.columns(companies)?;
        let mut table = Table::new(file, columns, &record, kinds, companies);
        while next(&mut record)? {
            table.add(&Line { file, record: &record })?;
        }
        table.finish()
    }
}

/// One line of the table, to point at.
struct Line<'t> {
    file: &'t File<'t>,
    record: &'t StringRecord,
}

impl Line<'_> {
    fn field(&self, at: usize) -> &str {
        self.record.get(at).unwrap_or_default()
    }

    /// Where the line begins.
    fn start(&self) -> usize {
        let start = self.record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(0);
        let rest = self.file.text.get(start..).unwrap_or_default();
        let mark = if start == 0 && rest.starts_with(MARK) { MARK.len() } else { 0 };
        // Empty lines are passed over.
        let empty = rest[mark..].bytes().take_while(|it| matches!(it, b'\r' | b'\n')).count();
        start + mark + empty
    }

    /// A mistake in a field.
    fn error(&self, at: usize, key: &str, message: impl Into<String>) -> ScenarioError {
        self.file.error(written(self.file.text, self.start(), at), key, message)
    }

    fn refuse<T>(&self, at: usize, key: &str, expected: &str) -> Checked<T> {
        let found = match self.field(at) {
            "" => "nothing".to_owned(),
            text => format!("`{}`", clipped(text)),
        };
        Err(self.error(at, key, format!("expected {expected}, found {found}")))
    }

    /// Reads the line as a header.
    fn columns(&self, companies: &[Company]) -> Checked<Vec<Column>> {
        let stock = |code: &str| companies.iter().position(|it| it.code == code);
        let mut seen = BTreeSet::new();
        let mut columns = Vec::new();
        for at in 0..self.record.len() {
            let name = self.field(at).trim();
            if name.is_empty() {
                let message = format!("expected a name for column {}, found nothing", at + 1);
                return Err(self.error(at, "", message));
            }
            if !seen.insert(name) {
                let message = format!("the column `{name}` is there twice");
                return Err(self.error(at, name, message));
            }
            columns.push(match (name, stock(name), name.strip_suffix(COST)) {
                ("kind", ..) => Column::Kind,
                ("cash", ..) => Column::Cash,
                (_, Some(stock), _) => Column::Shares(stock),
                (_, None, Some(code)) => {
                    let unknown = || {
                        let message = format!("no company has the code `{code}`");
                        let near = nearest(code, companies.iter().map(|it| it.code.as_str()));
                        self.error(at, name, message).suggest(near)
                    };
                    Column::Cost(stock(code).ok_or_else(unknown)?)
                }
                _ => Column::Trait,
            });
        }
        for (column, name) in [(Column::Kind, "kind"), (Column::Cash, "cash")] {
            if !columns.contains(&column) {
                let names: Vec<&str> = self.record.iter().map(str::trim).collect();
                let found = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
                let message =
                    format!("expected a header with a column `{name}`, found {}", clipped(&found));
                return Err(self.error(0, name, message));
            }
        }
        Ok(columns)
    }
}

/// The bytes of a field as it is written, quotes included; of the line's last one if it has fewer.
fn written(text: &str, start: usize, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let (mut end, mut field) = (start, 0);
    loop {
        let begin = end;
        if bytes.get(end) == Some(&b'"') {
            end += 1;
            while let Some(byte) = bytes.get(end) {
                let is_quote = *byte == b'"';
                end += 1;
                if is_quote && bytes.get(end) == Some(&b'"') {
                    end += 1;
                } else if is_quote {
                    break;
                }
            }
        }
        let rest = bytes.get(end..).unwrap_or_default();
        end += rest.iter().take_while(|it| !matches!(it, b',' | b'\r' | b'\n')).count();
        if field == at || bytes.get(end) != Some(&b',') {
            return begin..end;
        }
        end += 1;
        field += 1;
    }
}

/// A text short enough for a message.
fn clipped(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// The table as far as it was read.
struct Table<'t> {
    file: &'t File<'t>,
    columns: Vec<Column>,
    /// The names of all columns.
    names: Vec<String>,
    kinds: &'t [&'t str],
    companies: &'t [Company],
    has_costs: bool,
    parts: Vec<Part>,
    /// The place of each row's kind.
    kind_of: Vec<u32>,
    /// What all rows own.
    wealth: i128,
    /// The place of each value of a trait.
    values: BTreeMap<Box<str>, u32>,
    roster: Roster,
}

impl<'t> Table<'t> {
    fn new(
        file: &'t File<'t>,
        columns: Vec<Column>,
        header: &StringRecord,
        kinds: &'t [&'t str],
        companies: &'t [Company],
    ) -> Self {
        let names: Vec<String> = header.iter().map(|it| it.trim().to_owned()).collect();
        let traits = columns.iter().zip(&names).filter(|it| *it.0 == Column::Trait);
        Self {
            file,
            has_costs: columns.iter().any(|it| matches!(it, Column::Cost(_))),
            roster: Roster {
                closes: companies.iter().map(Company::initial_close).collect(),
                traits: traits.map(|it| it.1.clone()).collect(),
                rows: Vec::new(),
                cash: Vec::new(),
                shares: Vec::new(),
                costs: Vec::new(),
                places: Vec::new(),
                values: Vec::new(),
            },
            columns,
            names,
            kinds,
            companies,
            parts: vec![Part::default(); kinds.len()],
            kind_of: Vec::new(),
            wealth: 0,
            values: BTreeMap::new(),
        }
    }

    /// Adds a row.
    fn add(&mut self, line: &Line<'_>) -> Checked<()> {
        let (found, expected) = (line.record.len(), self.columns.len());
        if found != expected {
            let at = found.min(expected);
            let key = self.names.get(at).map_or("", String::as_str);
            let message = format!("expected {expected} fields as in the header, found {found}");
            return Err(line.error(at, key, message));
        }
        let stocks = self.companies.len();
        let held = self.roster.shares.len();
        self.roster.shares.resize(held + stocks, 0);
        if self.has_costs {
            self.roster.costs.extend_from_slice(&self.roster.closes);
        }
        let (mut kind, mut cash_at) = (0, 0);
        for at in 0..self.columns.len() {
            let name = self.names[at].as_str();
            match self.columns[at] {
                Column::Kind => kind = self.kind(line, at)?,
                Column::Cash => {
                    cash_at = at;
                    self.roster.cash.push(cash(line, at)?);
                }
                Column::Shares(stock) => {
                    self.roster.shares[held + stock] = shares(line, at, name)?;
                }
                Column::Cost(stock) if !line.field(at).trim().is_empty() => {
                    self.roster.costs[held + stock] = cost(line, at, name)?;
                }
                Column::Cost(_) => {}
                Column::Trait => {
                    let place = self.place(line.field(at));
                    self.roster.places.push(place);
                }
            }
        }
        let cash = self.roster.cash.last().map_or(0, |it| i128::from(it.0));
        let wealth = cash.saturating_add(worth(&self.roster.shares[held..], &self.roster.closes));
        if wealth == 0 {
            let message = "expected cash or shares, found a trader who owns nothing";
            return Err(line.error(cash_at, "cash", message));
        }
        self.wealth = self.wealth.saturating_add(wealth);
        if self.wealth > i128::from(CASH_MAX) {
            let most = Cash(CASH_MAX);
            let message = format!("all traders together may not start with more than {most}");
            return Err(line.error(cash_at, "cash", message));
        }
        let part = &mut self.parts[kind];
        part.traders += 1;
        part.wealth += wealth;
        self.kind_of.push(u32::try_from(kind).unwrap_or(u32::MAX));
        Ok(())
    }

    fn kind(&self, line: &Line<'_>, at: usize) -> Checked<usize> {
        let found = line.field(at).trim();
        let exact = self.kinds.iter().position(|it| *it == line.field(at));
        let kind = exact.or_else(|| self.kinds.iter().position(|it| it.trim() == found));
        kind.ok_or_else(|| {
            let known = format!("`{}`", self.kinds.join("`, `"));
            let expected = format!("the kind of one of the `[[traders]]`, {}", clipped(&known));
            let error = line.refuse::<()>(at, "kind", &expected).err();
            let error = error.unwrap_or_else(|| line.error(at, "kind", expected));
            error.suggest(nearest(found, self.kinds.iter().copied()))
        })
    }

    /// The place of a trait's value, which is kept once however many traders have it.
    fn place(&mut self, value: &str) -> u32 {
        if let Some(place) = self.values.get(value) {
            return *place;
        }
        let place = u32::try_from(self.values.len()).expect("fewer fields than bytes of a text");
        self.values.insert(value.into(), place);
        place
    }

    fn finish(mut self) -> Checked<(Roster, Vec<Part>)> {
        if self.kind_of.is_empty() {
            let end = self.file.text.len();
            let message = "expected a row for every trader, found only a header";
            return self.file.refuse(end..end, "", message);
        }
        let rows = u32::try_from(self.kind_of.len()).expect("fewer rows than the wealth's units");
        let mut order: Vec<u32> = (0..rows).collect();
        // A stable sort keeps the order of rows within a kind.
        order.sort_by_key(|row| self.kind_of[*row as usize]);
        self.roster.rows = order;
        let mut values: Vec<Box<str>> = vec![Box::default(); self.values.len()];
        for (value, place) in self.values {
            values[place as usize] = value;
        }
        self.roster.values = values;
        Ok((self.roster, self.parts))
    }
}

fn cash(line: &Line<'_>, at: usize) -> Checked<Cash> {
    let units = Decimal::parse(line.field(at).trim()).and_then(Decimal::units);
    match units.filter(|it| (0..=CASH_MAX).contains(it)) {
        Some(units) => Ok(Cash(units)),
        None => line.refuse(at, "cash", "an amount of cash from 0, with at most four decimals"),
    }
}

/// Whole shares; an empty field is none.
fn shares(line: &Line<'_>, at: usize, name: &str) -> Checked<u64> {
    let text = line.field(at).trim();
    let is_number = text.bytes().all(|it| it.is_ascii_digit());
    match text.parse() {
        Ok(number) if is_number => Ok(number),
        _ if text.is_empty() => Ok(0),
        _ => line.refuse(at, name, "a whole number of shares from 0"),
    }
}

fn cost(line: &Line<'_>, at: usize, name: &str) -> Checked<Price> {
    let units = Decimal::parse(line.field(at).trim()).and_then(Decimal::units);
    if let Some(units) = units.filter(|it| (1..=PRICE_MAX).contains(it)) {
        return Ok(Price(units));
    }
    let most = Price(PRICE_MAX);
    let expected =
        format!("a price above 0 and up to {most}, with at most four decimals, or nothing");
    line.refuse(at, name, &expected)
}
