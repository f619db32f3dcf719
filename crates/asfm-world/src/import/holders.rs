//! People from a table of our own layout: that of `population.csv`.

use super::error::ImportError;
use super::table::{Column, Table, shown};
use crate::listed::Listed;
use crate::people::{Held, Kind, People, Person, cost_column};

/// Reads `kind`, `cash`, shares by code, costs by `CODE:cost`, and takes all else for traits.
pub(super) fn read(table: &Table, listed: &[Listed]) -> Result<People, ImportError> {
    let (kind, cash) = (table.need(&["kind"])?, table.need(&["cash"])?);
    let mut shares: Vec<Option<Column>> = vec![None; listed.len()];
    let mut costs = shares.clone();
    let mut traits = Vec::new();
    for (name, column) in table.columns().filter(|it| ![kind, cash].contains(&it.1)) {
        if let Some(at) = listed.iter().position(|it| it.code == name) {
            shares[at] = Some(column);
        } else if let Some(at) = listed.iter().position(|it| cost_column(&it.code) == name) {
            costs[at] = Some(column);
        } else if let Some(code) = name.strip_suffix(":cost") {
            let message = format!("no company has the code `{}`", shown(code));
            return Err(table.column_error(column, message));
        } else if name.is_empty() {
            return Err(table.column_error(column, "expected a name".to_owned()));
        } else {
            traits.push((name.to_owned(), column));
        }
    }
    let mut people = Vec::new();
    for row in &table.rows {
        let cell = |column| table.cell(row, column);
        let mut held = vec![None; listed.len()];
        for (at, held) in held.iter_mut().enumerate() {
            let shares = shares[at].map_or(Ok(0), |it| cell(it).shares())?;
            let cost = costs[at].map(cell).filter(|it| !it.text.is_empty());
            if shares == 0 {
                if let Some(cost) = cost {
                    return cost.refuse("nothing, for no shares are held");
                }
                continue;
            }
            let cost = cost.map(|it| it.price()).transpose()?;
            *held = Some(Held { shares, cost });
        }
        let money = cell(cash).money()?;
        if money.0 == 0 && held.iter().all(Option::is_none) {
            return cell(cash).refuse("money, for no shares are held");
        }
        people.push(Person {
            kind: cell(kind).words()?.to_owned(),
            cash: money,
            held,
            traits: traits.iter().map(|it| cell(it.1).text.to_owned()).collect(),
        });
    }
    let kinds = kinds(&mut people);
    Ok(People { kinds, traits: traits.into_iter().map(|it| it.0).collect(), all: people })
}

/// The kinds in the order in which they first occur, and everybody kind by kind.
fn kinds(people: &mut [Person]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for it in &*people {
        if kinds.iter().all(|kind| kind.name != it.kind) {
            let name = it.kind.clone();
            let known = ["technical", "fundamental"].into_iter().find(|it| name.starts_with(it));
            let profile = known.map_or_else(|| name.clone(), |it| format!("bdi-{it}"));
            kinds.push(Kind { name, profile });
        }
    }
    people.sort_by_key(|it| kinds.iter().position(|kind| kind.name == it.kind));
    kinds
}
