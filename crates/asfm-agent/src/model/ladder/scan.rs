//! Where in a text a value stands.

use serde_json::Value;

use super::node::Node;
use super::parse::Parser;
use super::shape::{Outline, Shaped, Shaper};
use super::{ANSWER_BYTES_MAX, Ladder, Repairs};

/// So many bytes may be looked at again, because a value that began did not end; an answer that
/// makes us look longer has nothing to say.
const STEPS_MAX: usize = 16 * ANSWER_BYTES_MAX;

/// Between these a model thinks aloud.
const REASONING: [&str; 6] =
    ["think", "thinking", "thought", "reasoning", "reflection", "scratchpad"];

/// What came of a search.
pub(super) struct Scanned {
    pub(super) found: Option<Shaped>,
    /// What is wrong with the last value that looked like an answer.
    pub(super) error: Option<String>,
}

/// A value that validates, and its place.
struct Found {
    outline: Outline,
    shaped: Shaped,
    start: usize,
    end: usize,
}

/// The answer, if the whole text is nothing else.
pub(super) fn exactly(text: &str, ladder: &Ladder) -> Option<Shaped> {
    if !text.starts_with('{') {
        return None;
    }
    let mut parser = Parser::new(text, 0, false);
    let node = parser.value().ok()?;
    if parser.at() < text.len() {
        return None;
    }
    let mut shaper = Shaper::strict(ladder);
    shaper.answer(&node).ok()?;
    Some(shaper.done())
}

/// The last value in a text that validates, or several orders that stand side by side there.
pub(super) fn last<'l>(
    text: &str,
    ladder: &'l Ladder,
    shaper: impl Fn(&'l Ladder) -> Shaper<'l>,
) -> Scanned {
    let mut found: Vec<Found> = Vec::new();
    let mut error = None;
    let (mut at, mut steps, mut doubtful_until) = (0, 0, 0);
    while let Some(next) = text[at..].find(['{', '[', '｛', '［']) {
        let start = at + next;
        let mut shaper = shaper(ladder);
        let mut parser = Parser::new(text, start, shaper.is_tolerant());
        let read = parser.value();
        let end = parser.at();
        steps += end - start;
        if steps > STEPS_MAX {
            let error = Some("it has brackets without end".to_owned());
            return Scanned { found: None, error };
        }
        let shape = read.ok().map(|node| shaper.value(&node));
        match shape {
            // An order inside of something that cannot be read may be one of many.
            Some(Ok(outline)) if outline == Outline::Answer || start >= doubtful_until => {
                shaper.repairs.extend(parser.repairs());
                found.push(Found { outline, shaped: shaper.done(), start, end });
                at = end.max(start + 1);
                continue;
            }
            Some(Err(wrong)) if start >= doubtful_until => error = wrong.or(error),
            Some(_) | None => {}
        }
        doubtful_until = doubtful_until.max(end);
        at = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    Scanned { found: joined(text, found), error }
}

/// The last of the values; where it is a single order, with those that stand directly before it.
fn joined(text: &str, mut found: Vec<Found>) -> Option<Shaped> {
    let mut last = found.pop()?;
    if last.outline != Outline::Order {
        return Some(last.shaped);
    }
    let mut parts = Vec::new();
    while let Some(before) = found.pop() {
        if before.outline != Outline::Order || !is_gap(&text[before.end..last.start]) {
            break;
        }
        parts.push(std::mem::replace(&mut last, before).shaped);
    }
    let mut first = last.shaped;
    if !parts.is_empty() {
        first.several();
    }
    for part in parts.into_iter().rev() {
        first.append(part);
    }
    Some(first)
}

/// Whether nothing but marks and tags stands between two values.
fn is_gap(text: &str) -> bool {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let next = match rest.strip_prefix('<') {
            Some(tag) => tag.split_once('>').map(|it| it.1),
            None => rest.strip_prefix([',', ';', '`']).or_else(|| rest.strip_prefix("json")),
        };
        let Some(next) = next else {
            return false;
        };
        rest = next.trim_start();
    }
    true
}

/// The arguments of a call, which some models write as text.
pub(super) fn arguments(value: &Value, repairs: &mut Repairs) -> Result<Node, String> {
    let Value::String(text) = value else {
        return Ok(Node::from(value));
    };
    let text = text.trim();
    if text.is_empty() {
        return Ok(Node::Null);
    }
    let wrong = || format!("the arguments are no JSON object: {}", shortened(text, 80));
    if text.len() > ANSWER_BYTES_MAX || !text.starts_with('{') {
        return Err(wrong());
    }
    let mut parser = Parser::new(text, 0, true);
    let node = parser.value().map_err(|_| wrong())?;
    repairs.extend(parser.repairs());
    Ok(node)
}

/// The beginning of a text.
pub(super) fn shortened(text: &str, characters: usize) -> String {
    let mut it: String = text.chars().take(characters).collect();
    if it.len() < text.len() {
        it.push('…');
    }
    it
}

/// The text without what stands between the tags of reasoning. A tag that only opens takes all that
/// follows, one that only closes all that went before: some servers cut the first one off.
pub(super) fn without_reasoning(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    let mut open: Option<&str> = None;
    while let Some(at) = rest.find('<') {
        let tail = &rest[at + 1..];
        let (closes, name) = match tail.strip_prefix('/') {
            Some(tail) => (true, tail),
            None => (false, tail),
        };
        let tag = REASONING.into_iter().find(|it| {
            let is_it = name.get(..it.len()).is_some_and(|name| name.eq_ignore_ascii_case(it));
            is_it && name[it.len()..].starts_with('>')
        });
        let end = match tag {
            Some(tag) => at + 1 + usize::from(closes) + tag.len() + 1,
            None => at + 1,
        };
        match (open, tag) {
            (None, Some(tag)) if !closes => {
                kept += &rest[..at];
                open = Some(tag);
            }
            (None, Some(_)) => kept.clear(),
            (Some(opened), Some(tag)) if closes && opened == tag => open = None,
            (Some(_), _) => {}
            (None, None) => kept += &rest[..end],
        }
        rest = &rest[end..];
    }
    if open.is_none() {
        kept += rest;
    }
    kept
}
