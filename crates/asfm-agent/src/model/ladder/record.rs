//! Answers that are no orders: one object with fields that a step of a trader's day asks for.

use asfm_chat::{Finish, Reply};

use super::node::Node;
use super::parse::Parser;
use super::{ANSWER_BYTES_MAX, Repairs, is_refusal, kept, number, scan, shape};
use crate::model::reading::{Miss, Reading, RepairCode, Rung};

/// So many bytes may be looked at again, because a value that began did not end.
const STEPS_MAX: usize = 16 * ANSWER_BYTES_MAX;

/// An object that is read field by field.
pub(crate) struct Record<'n, 'r> {
    members: &'n [(String, Node)],
    tolerant: bool,
    used: usize,
    pub(crate) repairs: &'r mut Repairs,
}

/// Why an object is not what was asked for; without words if it does not even look like it.
pub(crate) type Wrong = Option<String>;

impl<'n, 'r> Record<'n, 'r> {
    /// The object that a value is, if it is one.
    pub(crate) fn of(node: &'n Node, tolerant: bool, repairs: &'r mut Repairs) -> Option<Self> {
        match node {
            Node::Object(members, _) => Some(Self { members, tolerant, used: 0, repairs }),
            _ => None,
        }
    }

    /// Whether names and forms may be others than those that were asked for.
    pub(crate) fn is_tolerant(&self) -> bool {
        self.tolerant
    }

    /// A field by its name, else by one of its other names.
    pub(crate) fn field(&mut self, name: &str, others: &[&str]) -> Option<&'n Node> {
        let mut it = self.members.iter().find(|it| it.0 == name);
        if it.is_none() && self.tolerant {
            let is_it = |key: &str| {
                let key = shape::plain(key);
                key == name || others.contains(&key.as_str())
            };
            it = self.members.iter().find(|it| is_it(&it.0));
            if it.is_some() {
                self.repairs.insert(RepairCode::FieldName);
            }
        }
        self.used += usize::from(it.is_some());
        it.map(|it| &it.1).filter(|it| **it != Node::Null)
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str, others: &[&str]) -> Option<String> {
        match self.field(name, others)? {
            Node::Text(it) => Some(it.trim().to_owned()).filter(|it| !it.is_empty()),
            Node::List(all, _) if self.tolerant => {
                self.repairs.insert(RepairCode::NoText);
                let words = all.iter().filter_map(|it| match it {
                    Node::Text(it) => Some(it.trim()),
                    _ => None,
                });
                Some(words.collect::<Vec<_>>().join(" ")).filter(|it| !it.is_empty())
            }
            _ => None,
        }
    }

    /// The elements of a list; one thing that is no list is a list of one.
    pub(crate) fn list(&mut self, name: &str, others: &[&str]) -> Option<&'n [Node]> {
        match self.field(name, others)? {
            Node::List(all, _) => Some(all),
            it if self.tolerant => {
                self.repairs.insert(RepairCode::NoList);
                Some(std::slice::from_ref(it))
            }
            _ => None,
        }
    }

    /// A number as it is written, without what is said around it.
    pub(crate) fn number(&mut self, name: &str, others: &[&str]) -> Option<String> {
        match self.field(name, others)? {
            Node::Number(it) => Some(it.clone()),
            Node::Text(it) if self.tolerant => {
                self.repairs.insert(RepairCode::NumberAsText);
                number::told(it.trim().trim_end_matches('%'), self.repairs)
            }
            _ => None,
        }
    }

    /// Fails where a field was given that was not asked for, unless that is passed over.
    pub(crate) fn end(self) -> Result<(), Wrong> {
        if self.used < self.members.len() {
            if !self.tolerant {
                return Err(None);
            }
            self.repairs.insert(RepairCode::ExtraField);
        }
        Ok(())
    }
}

/// Reads an answer that should be one object: the same rungs as an answer with orders.
pub(crate) fn read<T>(
    reply: &Reply,
    shape: impl Fn(Record<'_, '_>) -> Result<T, Wrong>,
) -> (Reading, Option<T>) {
    match found(reply, &shape) {
        Ok((rung, repairs, it)) => {
            let reading = Reading {
                rung: Some(if repairs.is_empty() { rung } else { Rung::Repair }),
                failure: None,
                repairs: repairs.into_iter().collect(),
                reason: None,
                error: None,
            };
            (reading, Some(it))
        }
        Err(reading) => (reading, None),
    }
}

fn found<T>(
    reply: &Reply,
    shape: &impl Fn(Record<'_, '_>) -> Result<T, Wrong>,
) -> Result<(Rung, Repairs, T), Reading> {
    if reply.finish == Finish::Refused {
        return Err(Reading::missed(Miss::Refused, "it was refused"));
    }
    // Tools were not offered; what calls one means its arguments.
    for call in reply.answer.calls.iter().take(super::ORDERS_MAX) {
        let mut repairs = Repairs::new();
        let Ok(node) = scan::arguments(&call.arguments, &mut repairs) else { continue };
        let record = Record::of(&node, true, &mut repairs);
        if let Some(it) = record.and_then(|it| shape(it).ok()) {
            return Ok((Rung::Tools, repairs, it));
        }
    }
    let is_cut = reply.finish == Finish::Length;
    let whole = reply.answer.text.trim();
    if whole.len() <= ANSWER_BYTES_MAX && whole.starts_with('{') {
        let mut parser = Parser::new(whole, 0, false);
        let node = parser.value().ok().filter(|_| parser.at() == whole.len());
        let mut repairs = Repairs::new();
        let record = node.as_ref().and_then(|it| Record::of(it, false, &mut repairs));
        if let Some(it) = record.and_then(|it| shape(it).ok()) {
            return Ok((Rung::Schema, Repairs::new(), it));
        }
    }
    let kept = kept(&reply.answer.text, is_cut)?;
    if let Ok((_, it)) = last(&kept, false, shape) {
        return Ok((Rung::Scan, Repairs::new(), it));
    }
    match last(&kept, true, shape) {
        Ok((repairs, it)) => Ok((Rung::Repair, repairs, it)),
        Err(wrong) => {
            let failure = if is_cut {
                Miss::Truncated
            } else if is_refusal(&kept) {
                Miss::Refused
            } else {
                Miss::Unreadable
            };
            let none = || "it has no JSON object of the form that was described".to_owned();
            Err(Reading::missed(failure, wrong.unwrap_or_else(none)))
        }
    }
}

/// The last object in a text that has the shape.
fn last<T>(
    text: &str,
    tolerant: bool,
    shape: &impl Fn(Record<'_, '_>) -> Result<T, Wrong>,
) -> Result<(Repairs, T), Wrong> {
    let (mut found, mut wrong) = (None, None);
    let (mut at, mut steps) = (0, 0);
    while let Some(next) = text[at..].find(['{', '｛']) {
        let start = at + next;
        let mut parser = Parser::new(text, start, tolerant);
        let node = parser.value().ok();
        let end = parser.at();
        steps += end - start;
        if steps > STEPS_MAX {
            return Err(Some("it has brackets without end".to_owned()));
        }
        let mut repairs = parser.repairs();
        let record = node.as_ref().and_then(|it| Record::of(it, tolerant, &mut repairs));
        match record.map(shape) {
            Some(Ok(it)) => {
                found = Some((repairs, it));
                at = end.max(start + 1);
                continue;
            }
            Some(Err(why)) => wrong = why.or(wrong),
            None => {}
        }
        at = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    found.ok_or(wrong)
}
