//! What both layouts make of dates and closes: histories, a calendar and the real series.

use std::collections::BTreeMap;

use super::ImportOptions;
use super::error::ImportError;
use super::table::{Cell, Table, shown};
use crate::amount::Amount;
use crate::census::TRAITS;
use crate::date::Date;
use crate::listed::Listed;
use crate::people::BELIEFS;
use crate::text;

/// The longest run that a scenario can have, in days.
const DAYS_MAX: u32 = 1_000_000;

/// A close, and the multiples of that day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quote {
    pub(super) close: Amount,
    /// Price over earnings, price over book value, dividends over price.
    pub(super) multiples: [Option<Amount>; 3],
    line: u64,
}

/// The closes of everything that is listed, code by code in the order of the table.
pub(super) struct Quotes {
    pub(super) codes: Vec<String>,
    by_code: BTreeMap<String, BTreeMap<Date, Quote>>,
    pub(super) file: String,
}

impl Quotes {
    pub(super) fn new(file: &str) -> Self {
        Self { codes: Vec::new(), by_code: BTreeMap::new(), file: file.to_owned() }
    }

    pub(super) fn add(
        &mut self,
        code: &Cell<'_>,
        date: &Cell<'_>,
        close: Amount,
        multiples: [Option<Amount>; 3],
    ) -> Result<(), ImportError> {
        let name = code_of(code)?;
        if !self.by_code.contains_key(name) {
            self.codes.push(name.to_owned());
        }
        let quote = Quote { close, multiples, line: date.line };
        let of_code = self.by_code.entry(name.to_owned()).or_default();
        match of_code.insert(date.date()?, quote) {
            None => Ok(()),
            Some(old) => date.refuse_as(
                "one row for each code and date",
                format!("`{}` again after line {}", shown(date.text), old.line),
            ),
        }
    }

    /// What is listed, with closes up to the day before `start`; names and sectors are for others
    /// to fill in.
    pub(super) fn listed(&self, start: Date) -> Result<Vec<Listed>, ImportError> {
        let mut all = Vec::new();
        for code in &self.codes {
            let quotes = &self.by_code[code];
            let Some((_, last)) = quotes.range(..start).next_back() else {
                let first = quotes.keys().next().map_or("none".to_owned(), ToString::to_string);
                return Err(ImportError::Range {
                    file: self.file.clone(),
                    expected: format!("a close of `{}` before {start}", shown(code)),
                    found: format!("the first one on {first}"),
                });
            };
            let [price_earnings, price_book, dividend_yield] = last.multiples;
            all.push(Listed {
                code: code.clone(),
                name: code.clone(),
                sector: String::new(),
                business: String::new(),
                weight: None,
                closes: quotes.range(..start).map(|it| it.1.close).collect(),
                price_earnings,
                price_book,
                dividend_yield,
            });
        }
        Ok(all)
    }

    /// Whether anything has a close on a day; `None` after the last one.
    fn is_open(&self, date: Date) -> Option<bool> {
        let last = self.by_code.values().filter_map(|it| it.keys().next_back()).max();
        let is_known = last.is_some_and(|last| date <= *last);
        is_known.then(|| self.by_code.values().any(|it| it.contains_key(&date)))
    }

    /// `reference.csv`: what really happened, day 0 being the last close before the start. Nothing
    /// if the table ends there.
    pub(super) fn reference(&self, options: &ImportOptions, open: &[bool]) -> Option<String> {
        let before = |code: &String| {
            self.by_code[code].range(..options.start).next_back().map(|it| it.1.close)
        };
        let row = |day: usize, cells: Vec<Option<Amount>>| {
            let cells = cells.into_iter().map(|it| it.map_or(String::new(), |it| it.to_string()));
            std::iter::once(day.to_string()).chain(cells).collect::<Vec<String>>()
        };
        let mut rows = vec![std::iter::once("day".to_owned()).chain(self.codes.clone()).collect()];
        rows.push(row(0, self.codes.iter().map(before).collect()));
        for (day, date) in dates(options).enumerate().filter(|(at, _)| open[*at]) {
            let on = |code: &String| self.by_code[code].get(&date).map(|it| it.close);
            let closes: Vec<Option<Amount>> = self.codes.iter().map(on).collect();
            if closes.iter().any(Option::is_some) {
                rows.push(row(day + 1, closes));
            }
        }
        (rows.len() > 2).then(|| text::csv(&rows))
    }
}

/// A code that can be the name of a column.
fn code_of<'a>(cell: &Cell<'a>) -> Result<&'a str, ImportError> {
    let code = cell.text;
    let is_bad = |it: char| it.is_whitespace() || it.is_control() || it == ':';
    let known = ["kind", "cash"];
    let is_column = known.iter().chain(&TRAITS).chain(&BELIEFS).any(|it| *it == code);
    if code.is_empty() || code.contains(is_bad) {
        return cell.refuse("a code without spaces and colons");
    }
    if is_column {
        return cell.refuse("a code that is not the name of a trait");
    }
    Ok(code)
}

fn dates(options: &ImportOptions) -> impl Iterator<Item = Date> {
    let start = options.start;
    (0..i64::from(options.days.get())).map(move |it| start.plus(it))
}

/// A calendar as a scenario writes it.
pub(super) struct Calendar {
    /// Day by day from 1.
    pub(super) open: Vec<bool>,
    pub(super) week: String,
    pub(super) closed: Vec<u32>,
}

/// A table of dates that says which are trading days.
pub(super) struct Sessions {
    file: String,
    by_date: BTreeMap<Date, bool>,
}

impl Sessions {
    pub(super) fn read(table: &Table, date: &str) -> Result<Self, ImportError> {
        let (date, open) = (table.need(&[date])?, table.need(&["is_open", "open"])?);
        let mut by_date = BTreeMap::new();
        for row in &table.rows {
            let cell = table.cell(row, open);
            let is_open = match cell.text {
                "open" | "1" | "yes" | "true" => true,
                "close" | "closed" | "0" | "no" | "false" => false,
                _ => return cell.refuse("`open` or `closed`"),
            };
            let date = table.cell(row, date);
            if by_date.insert(date.date()?, is_open).is_some() {
                return date.refuse("each date once");
            }
        }
        Ok(Self { file: table.file.clone(), by_date })
    }
}

/// Which days of the run are trading days: as the table of dates says or, without one, those with a
/// close, and Monday to Friday after the last of them.
pub(super) fn calendar(
    options: &ImportOptions,
    quotes: &Quotes,
    sessions: Option<&Sessions>,
) -> Result<Calendar, ImportError> {
    let days = options.days.get();
    let file = sessions.map_or(&quotes.file, |it| &it.file);
    let refuse = |expected: String, found: String| {
        Err(ImportError::Range { file: file.clone(), expected, found })
    };
    if days > DAYS_MAX {
        return refuse(format!("at most {DAYS_MAX} days"), days.to_string());
    }
    let mut open = Vec::with_capacity(days as usize);
    for date in dates(options) {
        open.push(match sessions {
            None => quotes.is_open(date).unwrap_or_else(|| date.weekday().is_working()),
            Some(it) => match it.by_date.get(&date) {
                Some(is_open) => *is_open,
                None => return refuse(format!("the date {date}"), "none".to_owned()),
            },
        });
    }
    if !open.contains(&true) {
        let found = format!("none in {days} days from {}", options.start);
        return refuse("a trading day".to_owned(), found);
    }
    let letter = |place: usize| open.iter().skip(place).step_by(7).any(|it| *it);
    let week: Vec<bool> = (0..7).map(letter).collect();
    let is_closed = |it: &(u32, (&bool, &bool))| *it.1.1 && !*it.1.0;
    let each = (1..).zip(open.iter().zip(week.iter().cycle()));
    let closed = each.filter(is_closed).map(|it| it.0).collect();
    let week = week.iter().map(|it| if *it { 'o' } else { 'c' }).collect();
    Ok(Calendar { open, week, closed })
}
