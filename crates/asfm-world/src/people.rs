//! Who trades, and how it is written: `population.csv`.

use crate::amount::Amount;
use crate::listed::Listed;
use crate::text;

/// The five dimensions of a belief, each from 0 to 100.
pub(crate) const BELIEFS: [&str; 5] = ["trend", "valuation", "economy", "sentiment", "confidence"];

/// A population: kinds, the names of what is known of everybody, and everybody, kind by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    pub(crate) kinds: Vec<Kind>,
    pub(crate) traits: Vec<String>,
    pub(crate) all: Vec<Person>,
}

/// A kind of trader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) profile: String,
}

/// One trader.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) kind: String,
    pub(crate) cash: Amount,
    /// What is held of each stock, in the order of the stocks.
    pub(crate) held: Vec<Option<Held>>,
    /// In the order of the names.
    pub(crate) traits: Vec<String>,
}

/// A position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) shares: i64,
    /// What was paid for each, where it is known.
    pub(crate) cost: Option<Amount>,
}

/// The name of the column of average costs of a stock.
pub(crate) fn cost_column(code: &str) -> String {
    format!("{code}:cost")
}

impl People {
    /// `population.csv`.
    pub(crate) fn csv(&self, listed: &[Listed]) -> String {
        let mut head = vec!["kind".to_owned(), "cash".to_owned()];
        for it in listed {
            head.extend([it.code.clone(), cost_column(&it.code)]);
        }
        head.extend(self.traits.iter().cloned());
        let mut rows = vec![head];
        for person in &self.all {
            let mut row = vec![person.kind.clone(), person.cash.to_string()];
            for held in &person.held {
                let cost = held.and_then(|it| it.cost);
                row.push(held.map_or(0, |it| it.shares).to_string());
                row.push(cost.map_or(String::new(), |it| it.to_string()));
            }
            row.extend(person.traits.iter().cloned());
            rows.push(row);
        }
        text::csv(&rows)
    }
}

impl Kind {
    /// The kind of a strategy and a capital.
    pub(crate) fn of(strategy: &str, capital: Amount) -> Self {
        Self { name: kind_name(strategy, capital), profile: format!("bdi-{strategy}") }
    }
}

/// The name of a kind: a strategy and a capital.
fn kind_name(strategy: &str, capital: Amount) -> String {
    let million = Amount::whole(1_000_000).0;
    if capital.0 % million == 0 {
        format!("{strategy}, {} million", capital.0 / million)
    } else {
        format!("{strategy}, {capital}")
    }
}
