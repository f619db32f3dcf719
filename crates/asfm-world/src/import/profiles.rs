//! People from the published table of profiles, and what they believe at first.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::ImportOptions;
use super::error::ImportError;
use super::table::{Cell, Column, Table};
use crate::amount::Amount;
use crate::census::beliefs;
use crate::chance::{Part, stream};
use crate::date::Date;
use crate::listed::Listed;
use crate::people::{BELIEFS, Held, Kind, People, Person};

/// Traits: our name, the published column.
const TRAITS: [(&str, &str); 9] = [
    ("gender", "gender"),
    ("location", "location"),
    ("user-type", "user_type"),
    ("disposition", "bh_disposition_effect_category"),
    ("lottery", "bh_lottery_preference_category"),
    ("diversification", "bh_underdiversification_category"),
    ("turnover", "bh_annual_turnover_category"),
    ("trade-count", "trade_count_category"),
    ("return", "bh_total_return_category"),
];
/// Words of the published tables, and ours.
const WORDS: [(&str, &str); 20] = [
    ("技术面", "technical"),
    ("基本面", "fundamental"),
    ("男", "male"),
    ("男性", "male"),
    ("女", "female"),
    ("女性", "female"),
    ("普通股民", "ordinary"),
    ("普通用户", "ordinary"),
    ("小博主", "blogger"),
    ("大V", "big-v"),
    ("高", "high"),
    ("中", "mid"),
    ("中等", "mid"),
    ("低", "low"),
    ("乐观", "optimistic"),
    ("积极", "optimistic"),
    ("中性", "neutral"),
    ("中立", "neutral"),
    ("悲观", "pessimistic"),
    ("消极", "pessimistic"),
];
/// A belief in words that is longer is left out.
const BELIEF_MAX: usize = 600;

fn ours(word: &str) -> &str {
    WORDS.iter().find(|it| it.0 == word).map_or(word, |it| it.1)
}

/// What somebody believes at first.
struct Belief<'a> {
    attitude: &'a str,
    text: &'a str,
}

pub(super) fn read(
    table: &Table,
    beliefs: Option<&Table>,
    listed: &[Listed],
    options: &ImportOptions,
    notes: &mut Vec<String>,
) -> Result<People, ImportError> {
    let reader = Reader::new(table, listed)?;
    let first = beliefs.map(initial).transpose()?;
    let newest = newest(table, options.start)?;
    let (mut out, mut kinds) = (People::default(), Vec::<(Kind, Amount)>::new());
    out.traits.push("strategy".to_owned());
    out.traits.extend(reader.traits.iter().map(|it| it.0.to_owned()));
    out.traits.extend(reader.sectors.map(|_| "sectors".to_owned()));
    if first.is_some() {
        out.traits.extend(["attitude", "belief"].map(str::to_owned));
        out.traits.extend(BELIEFS.map(str::to_owned));
    }
    let (mut seen, mut strangers, mut long) = (BTreeSet::new(), 0, 0);
    for row in &table.rows {
        if newest.is_some_and(|(column, date)| table.cell(row, column).date() != Ok(date)) {
            continue;
        }
        let user = table.cell(row, reader.user);
        if !seen.insert(user.words()?) {
            return user.refuse("each user once");
        }
        let (mut person, kind, capital) = reader.person(row)?;
        if kinds.iter().all(|it| it.0 != kind) {
            kinds.push((kind, capital));
        }
        if let Some(first) = &first {
            let found = first.get(user.text);
            strangers += usize::from(found.is_none());
            let attitude = found.map_or("neutral", |it| it.attitude);
            let text = found.map_or("", |it| it.text);
            let is_short = text.chars().count() <= BELIEF_MAX;
            long += usize::from(!is_short);
            let who = out.all.len() as u64;
            person.traits.push(attitude.to_owned());
            person.traits.push(if is_short { text.to_owned() } else { String::new() });
            person
                .traits
                .extend(self::beliefs(attitude, &mut stream(options.seed, Part::Beliefs, who)));
        }
        out.all.push(person);
    }
    kinds.sort_by(|a, b| (&b.0.profile, a.1).cmp(&(&a.0.profile, b.1)));
    out.kinds = kinds.into_iter().map(|it| it.0).collect();
    let place = |kinds: &[Kind], it: &Person| kinds.iter().position(|kind| kind.name == it.kind);
    out.all.sort_by_key(|it| place(&out.kinds, it));
    notes.push("prompts and self-descriptions of profiles are left out".to_owned());
    match first {
        None => notes.push("there are no initial beliefs: no file of them was given".to_owned()),
        Some(_) => notes.push(format!(
            "numbers of initial beliefs are drawn around the attitude; {strangers} traders without \
             a belief are neutral, {long} beliefs of more than {BELIEF_MAX} characters are left out"
        )),
    }
    Ok(out)
}

/// The newest date of profiles before the start, and its column; `None` if they have no dates.
fn newest(table: &Table, start: Date) -> Result<Option<(Column, Date)>, ImportError> {
    let Some(column) = table.find(&["created_at"]) else { return Ok(None) };
    let mut newest = None;
    for row in &table.rows {
        let date = table.cell(row, column).date()?;
        newest = newest.max(Some(date).filter(|it| *it < start));
    }
    match (newest, table.rows.first()) {
        (None, Some(row)) => table.cell(row, column).refuse(format!("a date before {start}")),
        (newest, _) => Ok(newest.map(|it| (column, it))),
    }
}

/// Initial beliefs by user.
fn initial(table: &Table) -> Result<BTreeMap<&str, Belief<'_>>, ImportError> {
    let user = table.need(&["user_id"])?;
    let (attitude, belief) = (table.need(&["attitude"])?, table.find(&["belief"]));
    let mut all = BTreeMap::new();
    for row in &table.rows {
        let cell = table.cell(row, attitude);
        let attitude = ours(cell.text);
        if !["optimistic", "neutral", "pessimistic"].contains(&attitude) {
            return cell.refuse("`optimistic`, `neutral` or `pessimistic`");
        }
        let text = belief.map_or("", |it| table.cell(row, it).text);
        let user = table.cell(row, user);
        if all.insert(user.words()?, Belief { attitude, text }).is_some() {
            return user.refuse("each user once");
        }
    }
    Ok(all)
}

/// The columns of the table of profiles.
struct Reader<'a> {
    table: &'a Table,
    listed: &'a [Listed],
    user: Column,
    strategy: Column,
    capital: Column,
    cash: Column,
    positions: Column,
    returns: Option<Column>,
    sectors: Option<Column>,
    traits: Vec<(&'static str, Column)>,
}

impl<'a> Reader<'a> {
    fn new(table: &'a Table, listed: &'a [Listed]) -> Result<Self, ImportError> {
        let known = TRAITS.iter().filter_map(|it| Some((it.0, table.find(&[it.1])?)));
        Ok(Self {
            table,
            listed,
            user: table.need(&["user_id"])?,
            strategy: table.need(&["strategy"])?,
            capital: table.need(&["ini_cash"])?,
            cash: table.need(&["current_cash"])?,
            positions: table.need(&["cur_positions"])?,
            returns: table.find(&["stock_returns"]),
            sectors: table.find(&["fol_ind"]),
            traits: known.collect(),
        })
    }

    /// Somebody, with kind and capital.
    fn person(&self, row: &super::table::Row) -> Result<(Person, Kind, Amount), ImportError> {
        let cell = |column| self.table.cell(row, column);
        let word = cell(self.strategy);
        let strategies = ["technical", "fundamental"];
        let Some(strategy) = strategies.into_iter().find(|it| *it == ours(word.text)) else {
            return word.refuse("`technical` or `fundamental`");
        };
        let capital = cell(self.capital).money()?;
        if capital.0 == 0 {
            return cell(self.capital).refuse("a capital above 0");
        }
        let gains = self.returns.map(|it| object(&cell(it))).transpose()?.unwrap_or_default();
        let mut held = vec![None; self.listed.len()];
        let positions = cell(self.positions);
        for (code, it) in object(&positions)? {
            let Some(at) = self.listed.iter().position(|listed| listed.code == code) else {
                return positions.refuse(format!("codes that are listed, not `{}`", short(&code)));
            };
            let Some(shares) = shares(&it) else {
                return positions.refuse(format!("a whole number of shares of {code}"));
            };
            let profit = gains.get(&code).and_then(|it| it.get("profit")?.as_f64());
            let cost = profit.and_then(|it| cost(self.listed[at].last(), it));
            held[at] = (shares > 0).then_some(Held { shares, cost });
        }
        let mut traits = vec![strategy.to_owned()];
        traits.extend(self.traits.iter().map(|it| ours(cell(it.1).text).to_owned()));
        if let Some(column) = self.sectors {
            traits.push(list(&cell(column))?.join(";"));
        }
        let (kind, cash) = (Kind::of(strategy, capital), cell(self.cash).money()?);
        if cash.0 == 0 && held.iter().all(Option::is_none) {
            return cell(self.cash).refuse("money, for no shares are held");
        }
        Ok((Person { kind: kind.name.clone(), cash, held, traits }, kind, capital))
    }
}

fn short(text: &str) -> String {
    super::table::shown(text)
}

/// What was paid for a share that has gained so many percent since.
fn cost(last: Amount, percent: f64) -> Option<Amount> {
    let cost = Amount::of_price(last.float() / (1.0 + percent / 100.0));
    (percent > -100.0 && cost.0 > 0 && cost.0 < Amount::whole(10_000_000).0).then_some(cost)
}

/// A number of shares, alone or as `shares` of an object.
fn shares(it: &Value) -> Option<i64> {
    let number = it.get("shares").unwrap_or(it).as_f64()?;
    let is_whole = (0.0..1e12).contains(&number) && number.fract() == 0.0;
    is_whole.then(|| crate::amount::rounded(number))
}

/// An object of JSON; nothing is an empty one.
fn object(cell: &Cell<'_>) -> Result<serde_json::Map<String, Value>, ImportError> {
    match serde_json::from_str(if cell.text.is_empty() { "{}" } else { cell.text }) {
        Ok(Value::Object(it)) => Ok(it),
        Ok(Value::Null) => Ok(serde_json::Map::new()),
        _ => cell.refuse("an object of JSON"),
    }
}

/// A list of texts in JSON.
fn list(cell: &Cell<'_>) -> Result<Vec<String>, ImportError> {
    let text = if cell.text.is_empty() { "[]" } else { cell.text };
    serde_json::from_str(text).or_else(|_| cell.refuse("a list of texts in JSON"))
}
