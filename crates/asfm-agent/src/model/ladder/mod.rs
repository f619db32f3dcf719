//! The ladder by which answers are read: each rung is tried after the one before it, and counted.
//!
//! 1. `tools`: the calls that the protocol delivered.
//! 2. `schema`: the text is exactly the JSON that was asked for.
//! 3. `scan`: reasoning is dropped, the text is searched for JSON, and the last value that
//!    validates is taken.
//! 4. `repair`: the same with a tolerant parser and other names, each repair with a code.
//!
//! Form is repaired, wishes are not: a number that no order can have and a code that no stock has
//! go to the exchange, which rejects them with a reason. An action that is none of the three has no
//! place there, so it makes the answer unreadable, as does more than [`ORDERS_MAX`] orders: an
//! answer is taken whole or not at all. The one exception is an answer that ends in the middle: its
//! finished orders stand, the unfinished one was never asked for.

pub(crate) mod node;
pub(crate) mod number;
mod parse;
pub(crate) mod record;
mod scan;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use asfm_chat::{Finish, Reply};
use asfm_engine::{Scenario, Side, StockId};

use self::shape::{Shaped, Shaper};
use crate::model::decision::Wish;
use crate::model::reading::{Miss, Reading, RepairCode, Rung};

/// Longer answers are not read.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// More orders than that are no answer.
pub const ORDERS_MAX: usize = 256;

/// Reasoning before an answer may be as long again and again, but it is passed over once.
const RAW_BYTES_MAX: usize = 16 * ANSWER_BYTES_MAX;

/// An analysis is repeated in the next question.
const ANALYSIS_CHARACTERS_MAX: usize = 4_000;

pub(crate) type Repairs = BTreeSet<RepairCode>;

/// Reads answers for one scenario: knows its stocks, and nothing of its traders.
///
/// ```
/// use asfm_agent::model::{Ladder, Rung};
/// use asfm_engine::Scenario;
///
/// let text = r#"
///     name = "one stock"
///     company = [{ code = "EN001", sector = "energy", closes = ["10.60"] }]
///     traders = [{ kind = "value", ratio = 1, capital = 1000 }]
/// "#;
/// let scenario = Scenario::read("example.toml", text, |_| Err("no files here".into()))?;
/// let ladder = Ladder::new(&scenario);
/// let said = r#"I hold. {"reason": "dear enough", "orders": []} That is all."#;
/// let (reading, wishes) = ladder.read_text(said);
/// assert_eq!(reading.rung, Some(Rung::Scan));
/// assert_eq!(wishes, Some(vec![]));
/// # Ok::<(), asfm_engine::ScenarioError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ladder {
    stocks: BTreeMap<String, StockId>,
    /// The same by their codes in capital letters, where that is unambiguous.
    capitals: BTreeMap<String, Option<StockId>>,
    reason_characters: usize,
}

impl Ladder {
    /// A ladder for a scenario's stocks.
    pub fn new(scenario: &Scenario) -> Self {
        Self::with_reasons(scenario, usize::MAX)
    }

    pub(crate) fn with_reasons(scenario: &Scenario, reason_characters: usize) -> Self {
        let mut stocks = BTreeMap::new();
        let mut capitals = BTreeMap::new();
        for (stock, company) in (0..).map(StockId).zip(scenario.companies()) {
            stocks.insert(company.code.clone(), stock);
            let same = capitals.entry(company.code.to_uppercase());
            same.and_modify(|it| *it = None).or_insert(Some(stock));
        }
        Self { stocks, capitals, reason_characters }
    }

    /// Reads an answer that should hold orders; the wishes are absent if it cannot be used.
    pub fn read(&self, reply: &Reply) -> (Reading, Option<Vec<Wish>>) {
        if reply.finish == Finish::Refused {
            return (Reading::missed(Miss::Refused, "it was refused"), None);
        }
        let is_cut = reply.finish == Finish::Length;
        let found = if reply.answer.calls.is_empty() {
            self.text(&reply.answer.text, is_cut)
        } else {
            self.calls(reply)
        };
        match found {
            Ok((rung, it)) => self.taken(rung, it),
            Err(reading) => (reading, None),
        }
    }

    /// Reads the words of an answer that ended by itself.
    pub fn read_text(&self, text: &str) -> (Reading, Option<Vec<Wish>>) {
        match self.text(text, false) {
            Ok((rung, it)) => self.taken(rung, it),
            Err(reading) => (reading, None),
        }
    }

    /// Reads an answer of which nothing but words was asked.
    pub(crate) fn read_words(reply: &Reply) -> (Reading, Option<String>) {
        if reply.finish == Finish::Refused {
            return (Reading::missed(Miss::Refused, "it was refused"), None);
        }
        match kept(&reply.answer.text, reply.finish == Finish::Length) {
            Ok(words) => {
                let words: String = words.trim().chars().take(ANALYSIS_CHARACTERS_MAX).collect();
                let reading = Reading {
                    rung: Some(Rung::Words),
                    failure: None,
                    repairs: Vec::new(),
                    reason: None,
                    error: None,
                };
                (reading, Some(words))
            }
            Err(reading) => (reading, None),
        }
    }

    /// A stock by its code; letters and blanks are passed over.
    pub(crate) fn stock(&self, code: &str, repairs: &mut Repairs) -> Option<StockId> {
        if let Some(it) = self.stocks.get(code) {
            return Some(*it);
        }
        let narrow: String = code.trim().chars().map(number::narrow).collect();
        let it = self.capitals.get(&narrow.to_uppercase()).copied().flatten()?;
        repairs.insert(RepairCode::StockName);
        Some(it)
    }

    /// The side of an order by the word for it; nothing to hold.
    pub(crate) fn side(
        word: &str,
        tolerant: bool,
        repairs: &mut Repairs,
    ) -> Result<Option<Side>, String> {
        shape::side(word, tolerant, repairs)
    }

    fn taken(&self, rung: Rung, shaped: Shaped) -> (Reading, Option<Vec<Wish>>) {
        if shaped.wishes.len() > ORDERS_MAX {
            let error = format!("{} orders; at most {ORDERS_MAX} are read", shaped.wishes.len());
            return (Reading::missed(Miss::TooManyOrders, error), None);
        }
        let cut = |it: String| it.chars().take(self.reason_characters).collect::<String>();
        let reason = shaped.reason.map(|it| cut(it.trim().to_owned()));
        let reading = Reading {
            rung: Some(if shaped.repairs.is_empty() { rung } else { Rung::Repair }),
            failure: None,
            repairs: shaped.repairs.into_iter().collect(),
            reason: reason.filter(|it| !it.is_empty()),
            error: None,
        };
        (reading, Some(shaped.wishes))
    }

    fn calls(&self, reply: &Reply) -> Result<(Rung, Shaped), Reading> {
        let calls = &reply.answer.calls;
        if calls.len() > ORDERS_MAX {
            let error = format!("{} calls; at most {ORDERS_MAX} are read", calls.len());
            return Err(Reading::missed(Miss::TooManyOrders, error));
        }
        let mut shaper = Shaper::tolerant(self);
        for call in calls {
            let arguments = scan::arguments(&call.arguments, &mut shaper.repairs);
            let done = arguments.and_then(|it| shaper.call(&call.name, &it));
            done.map_err(|error| Reading::missed(Miss::Unreadable, error))?;
        }
        let words = scan::without_reasoning(&reply.answer.text);
        shaper.reason = Some(words.trim().to_owned()).filter(|it| !it.is_empty());
        Ok((Rung::Tools, shaper.done()))
    }

    fn text(&self, text: &str, is_cut: bool) -> Result<(Rung, Shaped), Reading> {
        let whole = text.trim();
        if whole.len() <= ANSWER_BYTES_MAX
            && let Some(it) = scan::exactly(whole, self)
        {
            return Ok((Rung::Schema, it));
        }
        let kept = kept(text, is_cut)?;
        if let Some(it) = scan::last(&kept, self, Shaper::strict).found {
            return Ok((Rung::Scan, it));
        }
        let scanned = scan::last(&kept, self, Shaper::tolerant);
        if let Some(it) = scanned.found {
            return Ok((Rung::Repair, it));
        }
        let failure = if is_cut {
            Miss::Truncated
        } else if is_refusal(&kept) {
            Miss::Refused
        } else {
            Miss::Unreadable
        };
        let none = "it has no JSON object with `orders`";
        Err(Reading::missed(failure, scanned.error.unwrap_or_else(|| none.to_owned())))
    }
}

/// Whether a value ends in the middle.
pub(crate) fn is_cut(node: &node::Node) -> bool {
    shape::is_cut(node)
}

/// What is left of an answer without its reasoning, if that is something and not too long.
fn kept(text: &str, is_cut: bool) -> Result<String, Reading> {
    let oversized = |bytes: usize| {
        let error = format!("it has {bytes} bytes; at most {ANSWER_BYTES_MAX} are read");
        Reading::missed(Miss::Oversized, error)
    };
    if text.len() > RAW_BYTES_MAX {
        return Err(oversized(text.len()));
    }
    let kept = scan::without_reasoning(text);
    if kept.len() > ANSWER_BYTES_MAX {
        return Err(oversized(kept.len()));
    }
    if kept.trim().is_empty() {
        return Err(if is_cut {
            Reading::missed(Miss::Truncated, "it was cut before it said anything")
        } else {
            Reading::missed(Miss::Empty, "it is empty")
        });
    }
    Ok(kept)
}

/// Whether an answer without anything to read begins like a refusal.
fn is_refusal(text: &str) -> bool {
    const SIGNS: [&str; 7] =
        ["i'm sorry", "i am sorry", "i can't", "i cannot", "i'm unable", "i am unable", "as an ai"];
    let start: String = text.trim().chars().take(120).collect();
    let start = start.to_lowercase().replace('’', "'");
    SIGNS.iter().any(|it| start.contains(it))
}

/// An answer that could not be used, as it is shown to the model again.
pub(crate) fn quoted(reply: &Reply) -> String {
    const CHARACTERS_MAX: usize = 2_000;
    let words = scan::without_reasoning(&reply.answer.text);
    let calls = reply.answer.calls.iter().map(|it| format!("{}({})", it.name, it.arguments));
    let words: Vec<String> = std::iter::once(words.trim().to_owned()).chain(calls).collect();
    let words = words.join("\n");
    let words = words.trim();
    // Some servers refuse a message without words.
    if words.is_empty() { "(nothing)".to_owned() } else { scan::shortened(words, CHARACTERS_MAX) }
}
