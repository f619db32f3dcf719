//! What is listed, and how it is written: `companies.toml` and `weights.csv`.

use std::fmt::Write as _;

use crate::amount::Amount;
use crate::text;

/// One instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) sector: String,
    pub(crate) business: String,
    /// Its part of the whole market, where somebody says so.
    pub(crate) weight: Option<Amount>,
    /// The closes before day 1, oldest first; never empty, each a multiple of a cent.
    pub(crate) closes: Vec<Amount>,
    pub(crate) price_earnings: Option<Amount>,
    pub(crate) price_book: Option<Amount>,
    /// As a share of the price.
    pub(crate) dividend_yield: Option<Amount>,
}

impl Listed {
    pub(crate) fn last(&self) -> Amount {
        self.closes.last().copied().unwrap_or_default()
    }
}

/// `companies.toml`.
pub(crate) fn companies(head: &str, listed: &[Listed]) -> String {
    let mut out = text::comment(head);
    for it in listed {
        let closes: Vec<String> = it.closes.iter().map(|it| format!("\"{it}\"")).collect();
        out += "\n[[company]]\n";
        let mut key = |name: &str, value: String| {
            writeln!(out, "{name} = {value}").expect("a string takes all text");
        };
        key("code", text::quoted(&it.code));
        key("name", text::quoted(&it.name));
        key("sector", text::quoted(&it.sector));
        key("business", text::quoted(&it.business));
        key("closes", list(&closes));
        let multiples = [
            ("price-earnings", it.price_earnings),
            ("price-book", it.price_book),
            ("dividend-yield", it.dividend_yield),
        ];
        for (name, value) in multiples {
            if let Some(value) = value {
                key(name, format!("\"{value}\""));
            }
        }
    }
    out
}

/// A list of values, ten a line.
fn list(values: &[String]) -> String {
    if values.len() <= 10 {
        return format!("[{}]", values.join(", "));
    }
    let lines: Vec<String> =
        values.chunks(10).map(|it| format!("    {},", it.join(", "))).collect();
    format!("[\n{}\n]", lines.join("\n"))
}

/// `weights.csv`, if every instrument has a weight.
pub(crate) fn weights(listed: &[Listed]) -> Option<String> {
    let mut rows = vec![vec!["code".to_owned(), "weight".to_owned()]];
    for it in listed {
        rows.push(vec![it.code.clone(), it.weight?.to_string()]);
    }
    Some(text::csv(&rows))
}
