//! What an answer to a step of a day says.

use asfm_engine::{Belief, PostId, Side, StockId};

use super::step::{Field, INDICATORS, POSTS_MAX, QUERIES_MAX};
use crate::model::ladder::Ladder;
use crate::model::ladder::node::Node;
use crate::model::ladder::number;
use crate::model::ladder::record::{Record, Wrong};

/// So many reactions and queries of an answer are looked at, and no more.
const ENTRIES_MAX: usize = 2 * POSTS_MAX as usize;

/// Longer texts are not kept, in bytes.
pub(crate) const TEXT_BYTES_MAX: usize = 4_096;

/// What a trader does with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Repost,
    Like,
    Unlike,
    Nothing,
}

/// What a trader does with one post, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reaction {
    /// Absent where only one post was shown.
    pub(crate) post: Option<PostId>,
    pub(crate) action: Action,
    pub(crate) reason: String,
}

/// One order, in the words of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) stock: Option<StockId>,
    pub(crate) side: Side,
    /// In 1/1 000 000 of wealth.
    pub(crate) size: Option<i64>,
    /// In 1/10 000 of the currency.
    pub(crate) price: Option<i64>,
    pub(crate) words: String,
}

/// What an answer to a step says; what was not asked for is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) reactions: Vec<Reaction>,
    pub(crate) view: Option<String>,
    pub(crate) queries: Vec<String>,
    pub(crate) belief: Option<String>,
    pub(crate) points: Option<Belief>,
    pub(crate) reason: Option<String>,
    pub(crate) stocks: Vec<StockId>,
    pub(crate) indicators: Vec<&'static str>,
    pub(crate) days: Option<usize>,
    pub(crate) orders: Vec<Told>,
    pub(crate) post: Option<String>,
}

impl Answer {
    /// Reads the fields of an object. The core must be there and sound; without a core, anything
    /// must. Where forms are kept, all must.
    pub(crate) fn read(
        mut of: Record<'_, '_>,
        fields: &[Field],
        core: Option<Field>,
        ladder: &Ladder,
    ) -> Result<Self, Wrong> {
        let mut it = Self::default();
        let mut n_read = 0;
        for &field in fields {
            match it.field(field, &mut of, ladder) {
                Ok(()) => n_read += 1,
                Err(wrong) if !of.is_tolerant() || core == Some(field) => return Err(wrong),
                Err(_) => {}
            }
        }
        if n_read == 0 {
            return Err(None);
        }
        of.end()?;
        Ok(it)
    }

    fn field(
        &mut self,
        field: Field,
        of: &mut Record<'_, '_>,
        ladder: &Ladder,
    ) -> Result<(), Wrong> {
        let name = field.name();
        let missing = || Some(format!("`{name}` is missing"));
        match field {
            Field::Reactions => {
                let all = of.list(name, &["reaction", "posts"]).ok_or_else(missing)?;
                for node in all.iter().take(ENTRIES_MAX) {
                    let tolerant = of.is_tolerant();
                    let inner = Record::of(node, tolerant, of.repairs);
                    match inner.and_then(reaction) {
                        Some(it) => self.reactions.push(it),
                        None if tolerant => {}
                        None => return Err(Some("`reactions` has one that is none".to_owned())),
                    }
                }
            }
            Field::Action => {
                let word = of.text(name, &["reaction", "type", "decision"]).ok_or_else(missing)?;
                let action = action(&word, of.is_tolerant());
                let action = action.ok_or_else(|| {
                    let word: String = word.chars().take(40).collect();
                    Some(format!("`{word}` is not one of repost, like, unlike, none"))
                })?;
                let reason = self.reason.clone().unwrap_or_default();
                self.reactions.push(Reaction { post: None, action, reason });
            }
            Field::View => {
                let others = ["views", "opinion", "thoughts", "firstview"];
                self.view = Some(of.text(name, &others).ok_or_else(missing)?);
            }
            Field::Queries => {
                let all = of.list(name, &["query", "questions", "search"]).ok_or_else(missing)?;
                let words = all.iter().take(ENTRIES_MAX).filter_map(|it| match it {
                    Node::Text(it) if !it.trim().is_empty() => Some(kept(it.trim())),
                    _ => None,
                });
                self.queries = words.take(QUERIES_MAX).collect();
            }
            Field::Belief => {
                let others = ["beliefs", "text", "summary", "words"];
                self.belief = Some(kept(&of.text(name, &others).ok_or_else(missing)?));
            }
            Field::Points => self.points = Some(points(of)?),
            Field::Reason => {
                let others = ["reasons", "reasoning", "rationale", "explanation", "analysis"];
                self.reason = Some(kept(&of.text(name, &others).ok_or_else(missing)?));
            }
            Field::Stocks => {
                let others = ["stock", "codes", "choice", "chosen", "selected"];
                let all = of.list(name, &others).ok_or_else(missing)?;
                for node in all.iter().take(ENTRIES_MAX) {
                    if let Node::Text(code) = node
                        && let Some(it) = ladder.stock(code, of.repairs)
                        && !self.stocks.contains(&it)
                    {
                        self.stocks.push(it);
                    }
                }
            }
            Field::Indicators => {
                let all = of.list(name, &["indicator", "data"]).ok_or_else(missing)?;
                let named = |it: &&str| {
                    all.iter().take(ENTRIES_MAX).any(
                        |node| matches!(node, Node::Text(word) if word.eq_ignore_ascii_case(it)),
                    )
                };
                self.indicators = INDICATORS.into_iter().filter(|it| named(&it)).collect();
            }
            Field::Days => {
                let number = of.number(name, &["day", "lookback", "window"]).ok_or_else(missing)?;
                let days = number::whole(&number).and_then(|it| usize::try_from(it).ok());
                self.days = Some(days.ok_or_else(missing)?);
            }
            Field::Orders => {
                let others = ["order", "trades", "actions", "decisions"];
                let all = of.list(name, &others).ok_or_else(missing)?;
                if all.len() > crate::model::ORDERS_MAX {
                    return Err(Some(format!("{} orders are too many", all.len())));
                }
                for (at, node) in all.iter().enumerate() {
                    let inner = Record::of(node, of.is_tolerant(), of.repairs);
                    let inner = inner.ok_or_else(|| Some(format!("orders[{at}] is no object")))?;
                    match order(inner, node, ladder) {
                        Ok(it) => self.orders.extend(it),
                        // An order that was never finished was never asked for.
                        Err(_) if crate::model::ladder::is_cut(node) => {}
                        Err(wrong) => {
                            return Err(wrong.map(|it| format!("orders[{at}]: {it}")));
                        }
                    }
                }
            }
            Field::Post => {
                let others = ["content", "text", "message"];
                self.post = Some(kept(&of.text(name, &others).ok_or_else(missing)?));
            }
            Field::Topic => {
                of.text(name, &["type", "about"]).ok_or_else(missing)?;
            }
        }
        Ok(())
    }
}

/// The five numbers of a belief.
fn points(of: &mut Record<'_, '_>) -> Result<Belief, Wrong> {
    let mut points = [0; 5];
    for (place, name) in points.iter_mut().zip(Belief::NAMES) {
        let number = of.number(name, &[]);
        let number = number.ok_or_else(|| Some(format!("`{name}` is missing, or no number")))?;
        let exact: f64 = number.parse().unwrap_or(f64::NAN);
        if !(0.0..=100.0).contains(&exact) {
            let number: String = number.chars().take(20).collect();
            return Err(Some(format!("`{name}` is {number}; it is a number from 0 to 100")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to 100"
        )]
        let whole = (exact + 0.5) as u8;
        *place = whole;
    }
    Ok(Belief::of(points))
}

fn reaction(mut of: Record<'_, '_>) -> Option<Reaction> {
    let number = of.number("post", &["id", "number", "postid"])?;
    let post = number::whole(&number).and_then(|it| u32::try_from(it).ok()).map(PostId)?;
    let reason = of.text("reason", &["reasons", "comment", "why"]).unwrap_or_default();
    let word = of.text("action", &["reaction", "type"])?;
    let action = action(&word, of.is_tolerant())?;
    of.end().ok()?;
    Some(Reaction { post: Some(post), action, reason: kept(&reason) })
}

fn action(word: &str, tolerant: bool) -> Option<Action> {
    let small = word.trim().to_lowercase();
    match if tolerant { small.as_str() } else { word } {
        "repost" => Some(Action::Repost),
        "like" => Some(Action::Like),
        "unlike" => Some(Action::Unlike),
        "none" => Some(Action::Nothing),
        "share" | "retweet" | "forward" if tolerant => Some(Action::Repost),
        "upvote" | "agree" if tolerant => Some(Action::Like),
        "dislike" | "downvote" | "disagree" if tolerant => Some(Action::Unlike),
        "nothing" | "no action" | "ignore" | "skip" | "neither" if tolerant => {
            Some(Action::Nothing)
        }
        _ => None,
    }
}

/// One order; nothing for one that holds.
fn order(mut of: Record<'_, '_>, node: &Node, ladder: &Ladder) -> Result<Option<Told>, Wrong> {
    let missing = |name: &str| Some(format!("`{name}` is missing"));
    let word = of.text("action", &["side", "operation", "type"]);
    let word = word.ok_or_else(|| missing("action"))?;
    let tolerant = of.is_tolerant();
    let side = Ladder::side(&word, tolerant, of.repairs).map_err(Some)?;
    let code = of.text("stock", &["code", "stockcode", "symbol", "ticker", "index"]);
    let stock = code.and_then(|it| ladder.stock(&it, of.repairs));
    let size = of.number("size", &["tradingposition", "position", "percent", "weight", "share"]);
    let price = of.number("price", &["targetprice", "limitprice", "limit"]);
    let Some(side) = side else {
        return Ok(None);
    };
    if crate::model::ladder::is_cut(node) && (size.is_none() || price.is_none()) {
        return Err(Some("it is cut".to_owned()));
    }
    of.end()?;
    let words: String = node.to_string().chars().take(200).collect();
    let (size, price) = (size.and_then(|it| parts(&it)), price.and_then(|it| number::units(&it)));
    Ok(Some(Told { stock, side, size, price, words }))
}

/// Percent as 1/1 000 000, rounded toward zero; nothing for what is no size at all.
fn parts(percent: &str) -> Option<i64> {
    if let Some(it) = number::units(percent) {
        return Some(it);
    }
    let exact: f64 = percent.parse().ok()?;
    let parts = exact * 10_000.0;
    #[expect(clippy::cast_possible_truncation, reason = "checked before")]
    (parts.abs() < 1e15).then_some(parts as i64)
}

/// The beginning of a text, as much as is kept.
pub(crate) fn kept(text: &str) -> String {
    text[..text.floor_char_boundary(TEXT_BYTES_MAX)].to_owned()
}
