//! The layout in which TwinMarket's tables were published.

use super::error::ImportError;
use super::market::{Quotes, Sessions, calendar};
use super::table::Table;
use super::{Given, ImportOptions, Imported, base, extension, find, need, only, profiles, reports};
use crate::amount::Amount;
use crate::listed::Listed;

const KNOWN: &str =
    "stock_data.csv, stock_profile.csv, trading_days.csv, profiles.csv, belief*.csv, news.csv";

fn is_beliefs(name: &str) -> bool {
    name.starts_with("belief") && extension(name) == "csv"
}

fn is_known(name: &str) -> bool {
    KNOWN.split(", ").any(|it| it == name) || is_beliefs(name)
}

pub(super) fn read(given: &[Given<'_>], options: &ImportOptions) -> Result<Imported, ImportError> {
    only(given, is_known, KNOWN)?;
    let data = need(given, "stock_data.csv", "the closes of each day")?;
    let (quotes, words) = quotes(&data)?;
    let mut listed = quotes.listed(options.start)?;
    for (it, (name, sector)) in listed.iter_mut().zip(words) {
        (it.name, it.sector) = (name, sector);
    }
    let mut notes = Vec::new();
    match find(given, "stock_profile.csv") {
        Some(it) => describe(&Table::read(it.name, it.bytes)?, &mut listed)?,
        None => notes.push("there is no stock_profile.csv: no weights and descriptions".to_owned()),
    }
    let sessions = find(given, "trading_days.csv")
        .map(|it| Sessions::read(&Table::filled(it.name, it.bytes)?, "cal_date"))
        .transpose()?;
    let calendar = calendar(options, &quotes, sessions.as_ref())?;
    let mut beliefs = given.iter().filter(|it| is_beliefs(base(it.name)));
    let (first, second) = (beliefs.next(), beliefs.next());
    if let Some(it) = second {
        let message = "one file of beliefs is enough".to_owned();
        return Err(ImportError::Unknown { file: it.name.to_owned(), message });
    }
    let beliefs = first.map(|it| Table::filled(it.name, it.bytes)).transpose()?;
    let mut people = None;
    if let Some(it) = find(given, "profiles.csv") {
        let table = Table::filled(it.name, it.bytes)?;
        people = Some(profiles::read(&table, beliefs.as_ref(), &listed, options, &mut notes)?);
    } else if let Some(it) = &beliefs {
        notes.push(format!("{}: passed over, for there are no profiles", it.file));
    }
    let news = find(given, "news.csv")
        .map(|it| reports::read(it, options, &listed, &mut notes))
        .transpose()?;
    Ok(Imported { quotes, listed, calendar, people, news, notes })
}

/// The closes, and the name and sector of each code.
fn quotes(table: &Table) -> Result<(Quotes, Vec<(String, String)>), ImportError> {
    let need = |name| table.need(&[name]);
    let (code, date, close) = (need("ts_code")?, need("date")?, need("close")?);
    let (industry, name) = (need("Industry")?, table.find(&["name"]));
    let multiples = ["pe_ttm", "pb", "dv_ttm"].map(|it| table.find(&[it]));
    let mut quotes = Quotes::new(&table.file);
    let mut words = Vec::new();
    for row in &table.rows {
        let cell = |column| table.cell(row, column);
        let mut of_day = [None; 3];
        for (it, column) in of_day.iter_mut().zip(multiples) {
            *it = column.map(|it| cell(it).number()).transpose()?.flatten();
        }
        // The dividend yield is written in percent.
        of_day[2] = of_day[2].map(|it| Amount(it.0 / 100));
        let before = quotes.codes.len();
        quotes.add(&cell(code), &cell(date), cell(close).price()?, of_day)?;
        if quotes.codes.len() > before {
            let name = name.map(|it| cell(it).text).filter(|it| !it.is_empty());
            let name = name.unwrap_or(cell(code).text);
            words.push((name.to_owned(), cell(industry).words()?.to_owned()));
        }
    }
    Ok((quotes, words))
}

fn describe(table: &Table, listed: &mut [Listed]) -> Result<(), ImportError> {
    let need = |name| table.need(&[name]);
    let (code, weight) = (need("stock_id")?, need("weight")?);
    let (name, industry) = (need("name")?, need("industry")?);
    let description = need("description")?;
    for row in &table.rows {
        let cell = |column| table.cell(row, column);
        let code = cell(code);
        let Some(it) = listed.iter_mut().find(|it| it.code == code.text) else {
            return code.refuse("a code of stock_data.csv");
        };
        if it.weight.is_some() {
            return code.refuse("each code once");
        }
        let Some(weight) = cell(weight).number()? else {
            return cell(weight).refuse("a weight");
        };
        it.weight = Some(weight);
        cell(name).words()?.clone_into(&mut it.name);
        cell(industry).words()?.clone_into(&mut it.sector);
        cell(description).text.clone_into(&mut it.business);
    }
    Ok(())
}
