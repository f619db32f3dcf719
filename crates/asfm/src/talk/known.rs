//! Answers that are on record, and whether they answer what is asked now.

use std::collections::BTreeMap;

use asfm_chat::{Asked, Request, Slot};
use asfm_engine::Day;
use asfm_recorder::{Call, Calls};

use crate::failure::Failure;

/// How many characters of context a difference is shown with.
const CONTEXT: usize = 40;

/// Answers that are on record.
#[derive(Default)]
pub(crate) struct Known {
    /// Those of a stage that this run had begun when it stopped.
    pub(super) begun: Vec<Call>,
    /// Those of the run that is replayed.
    replayed: Option<Calls>,
}

/// An answer that is on record.
pub(super) struct Recorded {
    pub(super) call: Call,
    /// Whether it is in the file of this run.
    pub(super) is_here: bool,
}

impl Known {
    /// Those of another run.
    pub(crate) fn replay(calls: Calls) -> Self {
        Self { begun: Vec::new(), replayed: Some(calls) }
    }

    /// The answers of a stage, by slot.
    pub(super) fn of(&mut self, day: Day, stage: u8) -> Result<BTreeMap<Slot, Recorded>, Failure> {
        let replayed = self.replayed.as_ref().map(|it| it.of(day, stage)).transpose()?;
        let replayed = replayed.into_iter().flatten();
        let replayed = replayed.map(|call| (call.slot, Recorded { call, is_here: false }));
        let mut known: BTreeMap<Slot, Recorded> = replayed.collect();
        let here = |it: &mut Call| (it.slot.day, it.slot.stage) == (day.0, stage);
        let begun = self.begun.extract_if(.., here);
        known.extend(begun.map(|call| (call.slot, Recorded { call, is_here: true })));
        Ok(known)
    }
}

/// Checks that a recorded answer is to the question that is asked now; says the first difference.
pub(super) fn check(call: &Call, now: &Request, asked: Asked<'_>) -> Result<(), String> {
    if call.key == now.key(asked) {
        return Ok(());
    }
    let slot = call.slot;
    let then = &call.request;
    for (at, (old, new)) in then.messages.iter().zip(&now.messages).enumerate() {
        let place = format!("message {} ({})", at + 1, new.role.word());
        if old.role != new.role {
            let (old, new) = (old.role.word(), new.role.word());
            return Err(format!("{slot}: message {} was of {old}, now of {new}", at + 1));
        }
        if let Some(it) = first_difference(&old.text(), &new.text()) {
            return Err(format!("{slot}: the question is not the recorded one: {place}, {it}"));
        }
    }
    let (old, new) = (then.messages.len(), now.messages.len());
    Err(if old != new {
        format!("{slot}: the recorded question has {old} messages, this one {new}")
    } else if then.sampling != now.sampling {
        let (old, new) = (then.sampling, now.sampling);
        format!(
            "{slot}: recorded with temperature {}/1000, seed {}, at most {} tokens; now {}/1000, \
             {}, {}",
            old.temperature_e3,
            old.seed,
            old.answer_tokens,
            new.temperature_e3,
            new.seed,
            new.answer_tokens
        )
    } else if then.form == now.form {
        format!("{slot}: the recorded answer is of another model")
    } else {
        format!("{slot}: the tools or the schema of answers are not the recorded ones")
    })
}

/// Where two texts part, with what surrounds the place.
fn first_difference(old: &str, new: &str) -> Option<String> {
    if old == new {
        return None;
    }
    let same = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    let line = 1 + old.chars().take(same).filter(|it| *it == '\n').count();
    let around = |text: &str| -> String {
        text.chars().skip(same.saturating_sub(CONTEXT / 2)).take(CONTEXT).collect()
    };
    Some(format!(
        "line {line}, character {}: recorded {:?}, now {:?}",
        same + 1,
        around(old),
        around(new)
    ))
}
