//! News from a table.

use super::error::ImportError;
use super::table::{Cell, Table};
use super::{Given, ImportOptions};
use crate::listed::Listed;
use crate::news::Item;

/// Reads news: a date and a text, and where there are columns for them `days`, `topic`, `size`,
/// `sectors` and `audience`. What is outside of the run is passed over, and counted in a note.
pub(super) fn read(
    given: Given<'_>,
    options: &ImportOptions,
    listed: &[Listed],
    notes: &mut Vec<String>,
) -> Result<Vec<Item>, ImportError> {
    let table = Table::read(given.name, given.bytes)?;
    let (date, text) = (table.need(&["date", "cal_date"])?, table.need(&["text", "news"])?);
    let optional = ["days", "topic", "size", "sectors", "audience"].map(|it| table.find(&[it]));
    let [days, topic, size, sectors, audience] = optional;
    let mut items = Vec::new();
    let mut outside = 0;
    for row in &table.rows {
        let after = table.cell(row, date).date()?.since(options.start);
        let cell = |column| table.cell(row, column);
        let words = |column: Option<_>| {
            column.map(cell).map(|it| it.text.to_owned()).filter(|it| !it.is_empty())
        };
        let days = match days.map(cell).filter(|it| !it.text.is_empty()) {
            None => 1,
            Some(cell) => {
                match cell.text.parse::<u32>().ok().filter(|it| (1..100_000).contains(it)) {
                    Some(it) => it,
                    None => return cell.refuse("a number of days from 1 to 99999"),
                }
            }
        };
        let item = Item {
            day: 0,
            days: Some(days),
            text: cell(text).words()?.to_owned(),
            topic: words(topic),
            size: size.map(|it| cell(it).number()).transpose()?.flatten(),
            sectors: sectors.map_or(Ok(Vec::new()), |it| named(&cell(it), listed))?,
            audience: words(audience),
        };
        if !matches!(item.audience.as_deref(), None | Some("all" | "leaders")) {
            return audience.map_or(Ok(Vec::new()), |it| cell(it).refuse("`all` or `leaders`"));
        }
        match u32::try_from(after).ok().filter(|it| *it < options.days.get()) {
            Some(after) => items.push(Item { day: after + 1, ..item }),
            None => outside += 1,
        }
    }
    if outside > 0 {
        notes.push(format!("{}: {outside} rows are before day 1 or after the last", table.file));
    }
    items.sort_by_key(|it| it.day);
    Ok(items)
}

/// Sectors with `;` between them, each of which something listed is of.
fn named(cell: &Cell<'_>, listed: &[Listed]) -> Result<Vec<String>, ImportError> {
    let all = cell.text.split(';').map(str::trim).filter(|it| !it.is_empty());
    let all: Vec<String> = all.map(str::to_owned).collect();
    match all.iter().find(|it| listed.iter().all(|listed| listed.sector != **it)) {
        None => Ok(all),
        Some(_) => cell.refuse("sectors of what is listed, with `;` between them"),
    }
}
