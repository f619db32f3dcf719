//! Tables and numbers for people, and cards as JSON.

use asfm_stats::card::{Card, Fact, Line, Verdict};
use asfm_stats::yardstick::Shares;
use serde_json::Value;

use crate::table::{align, table};

/// What stands beside a card.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) walk: &'a Card,
    pub(super) windows: Option<&'a [Shares]>,
}

/// A card with its yardsticks, one line per fact.
pub(super) fn card_table(card: &Card, beside: Beside<'_>) -> String {
    let mut table = table(&["fact", "value", "p", "verdict", "walk", "real", "statistic", "note"]);
    for it in &card.lines {
        let windows = window(beside.windows, it.fact);
        table.add_row([
            name(it.fact),
            maybe(it.estimate),
            it.p.map_or_else(|| "-".to_owned(), p_value),
            verdict(it).to_owned(),
            beside.walk.line(it.fact).map_or("-", verdict).to_owned(),
            windows.map_or_else(|| "-".to_owned(), passes),
            it.fact.statistic().to_owned(),
            it.reason.to_owned(),
        ]);
    }
    align(&mut table, &[1, 2]);
    table.trim_fmt()
}

/// The core facts in words.
pub(super) fn core(card: &Card) -> String {
    let core = card.core;
    let rest = match core.not_applicable {
        0 => String::new(),
        n => format!(", {n} not applicable"),
    };
    format!(
        "core {} of {} passed, {} failed, {} inconclusive{rest}",
        core.passed, core.of, core.failed, core.inconclusive
    )
}

/// Notes below a card.
pub(super) fn notes(card: &Card, windows: Option<&[Shares]>) -> String {
    let real = match windows.and_then(<[_]>::first) {
        Some(it) => format!("passes among {} windows of equal length of AAPL and IBM", it.n),
        None => "AAPL and IBM are too short for windows of this length".to_owned(),
    };
    let whitened = if card.prewhitened {
        "F3, F5 and F9 are of the residuals of an autoregression of order 5\n"
    } else {
        ""
    };
    format!(
        "walk: a Gaussian random walk of equal length; {} replicates, seed {}\n\
         real: {real}, 2000 to 2013\n{whitened}",
        card.replicates, card.seed
    )
}

/// A card as JSON, with the letters of the verdicts under the names of the facts.
pub(super) fn card_json(card: &Card) -> Value {
    let mut json = serde_json::to_value(card).expect("a card is plain data");
    for &it in Fact::judged() {
        json[it.name()] = card.verdict(it).letter().to_string().into();
    }
    json
}

/// F2 fat tails.
pub(super) fn name(fact: Fact) -> String {
    fact.name().replace('_', " ")
}

/// What the real windows say about a fact.
pub(super) fn window(all: Option<&[Shares]>, fact: Fact) -> Option<&Shares> {
    all.and_then(|all| all.iter().find(|it| it.fact == fact))
}

pub(super) fn verdict(it: &Line) -> &'static str {
    match it.verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
        Verdict::NotApplicable if !Fact::judged().contains(&it.fact) && it.estimate.is_some() => {
            "reported"
        }
        Verdict::NotApplicable => "not applicable",
    }
}

pub(super) fn passes(it: &Shares) -> String {
    format!("{} of {}", it.passed, it.n)
}

/// Four significant digits.
pub(super) fn number(it: f64) -> String {
    match it.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-4..1e6).contains(&size) => format!("{it:.3e}"),
        size if size < 1.0 => format!("{it:.4}"),
        size if size < 1000.0 => format!("{it:.3}"),
        _ => format!("{it:.1}"),
    }
}

pub(super) fn percent(it: f64) -> String {
    format!("{:.3} %", 100.0 * it)
}

pub(super) fn maybe(it: Option<f64>) -> String {
    it.map_or_else(|| "-".to_owned(), number)
}

fn p_value(it: f64) -> String {
    if it < 1e-4 { "<0.0001".to_owned() } else { format!("{it:.4}") }
}
