//! Our own layout: prices, and what else somebody has.

use super::error::ImportError;
use super::market::{Quotes, Sessions, calendar};
use super::table::Table;
use super::{Given, ImportOptions, Imported, find, holders, need, only, reports};
use crate::listed::Listed;

const FILES: [&str; 5] = ["prices.csv", "companies.csv", "calendar.csv", "holders.csv", "news.csv"];

pub(super) fn read(given: &[Given<'_>], options: &ImportOptions) -> Result<Imported, ImportError> {
    only(given, |it| FILES.contains(&it), &FILES.join(", "))?;
    let prices = need(given, "prices.csv", "with the columns date, code and close")?;
    let quotes = quotes(&prices)?;
    let mut listed = quotes.listed(options.start)?;
    let mut notes = Vec::new();
    match find(given, "companies.csv") {
        Some(it) => companies(&Table::read(it.name, it.bytes)?, &mut listed)?,
        None => notes.push("sectors are not known: there is no companies.csv".to_owned()),
    }
    for it in listed.iter_mut().filter(|it| it.sector.is_empty()) {
        "unknown".clone_into(&mut it.sector);
    }
    let sessions = find(given, "calendar.csv")
        .map(|it| Sessions::read(&Table::filled(it.name, it.bytes)?, "date"))
        .transpose()?;
    let calendar = calendar(options, &quotes, sessions.as_ref())?;
    let people = find(given, "holders.csv")
        .map(|it| holders::read(&Table::filled(it.name, it.bytes)?, &listed))
        .transpose()?;
    let news = find(given, "news.csv")
        .map(|it| reports::read(it, options, &listed, &mut notes))
        .transpose()?;
    Ok(Imported { quotes, listed, calendar, people, news, notes })
}

fn quotes(table: &Table) -> Result<Quotes, ImportError> {
    let (date, code) = (table.need(&["date"])?, table.need(&["code"])?);
    let close = table.need(&["close"])?;
    let multiples = multiples(table);
    let mut quotes = Quotes::new(&table.file);
    for row in &table.rows {
        let mut of_day = [None; 3];
        for (it, column) in of_day.iter_mut().zip(multiples) {
            *it = column.map(|it| table.cell(row, it).number()).transpose()?.flatten();
        }
        let cell = |column| table.cell(row, column);
        quotes.add(&cell(code), &cell(date), cell(close).price()?, of_day)?;
    }
    Ok(quotes)
}

fn multiples(table: &Table) -> [Option<super::table::Column>; 3] {
    ["price-earnings", "price-book", "dividend-yield"].map(|it| table.find(&[it]))
}

/// Names, sectors, business and multiples; those of `prices.csv` have precedence.
fn companies(table: &Table, listed: &mut [Listed]) -> Result<(), ImportError> {
    let (code, sector) = (table.need(&["code"])?, table.need(&["sector"])?);
    let (name, business) = (table.find(&["name"]), table.find(&["business"]));
    let weight = table.find(&["weight"]);
    let multiples = multiples(table);
    for row in &table.rows {
        let cell = |column| table.cell(row, column);
        let code = cell(code);
        let Some(it) = listed.iter_mut().find(|it| it.code == code.text) else {
            return code.refuse("a code of prices.csv");
        };
        if !it.sector.is_empty() {
            return code.refuse("each code once");
        }
        cell(sector).words()?.clone_into(&mut it.sector);
        if let Some(text) = name.map(|it| cell(it).text).filter(|it| !it.is_empty()) {
            text.clone_into(&mut it.name);
        }
        if let Some(text) = business.map(|it| cell(it).text) {
            text.clone_into(&mut it.business);
        }
        it.weight = weight.map(|it| cell(it).number()).transpose()?.flatten();
        let own = [&mut it.price_earnings, &mut it.price_book, &mut it.dividend_yield];
        for (own, column) in own.into_iter().zip(multiples) {
            let written = column.map(|it| cell(it).number()).transpose()?.flatten();
            *own = own.or(written);
        }
    }
    Ok(())
}
