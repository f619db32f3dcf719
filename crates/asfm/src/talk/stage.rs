//! The conversations of one stage.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use asfm_agent::model::{Briefing, Decision, Reading, Turn};
use asfm_chat::{Asked, Request, Slot};
use asfm_engine::TraderId;
use asfm_llm::{Answered, Source};
use asfm_recorder::{Call, Note, Recorder};

use super::known::{self, Recorded};
use super::tally::TalkTally;
use crate::failure::{Failure, misuse};

/// What the conversations of a stage share. They take turns on one thread, so cells suffice.
pub(super) struct Stage<'s> {
    known: BTreeMap<Slot, Recorded>,
    source: Option<&'s Source>,
    asked: Asked<'s>,
    stop: &'s AtomicBool,
    recorder: RefCell<Option<&'s mut Recorder>>,
    /// Set by the first conversation that cannot go on.
    halted: Cell<bool>,
    tally: RefCell<&'s mut TalkTally>,
}

/// Why a conversation did not come to its end.
pub(super) enum Halt {
    /// Something is wrong, found at this slot.
    Failed(Slot, Failure),
    /// The run should stop before this stage.
    Stopped(String),
    /// Another one had halted before.
    Late,
}

impl Halt {
    /// The graver of two; of two failures the one that comes first in the run.
    pub(super) fn graver(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Failed(one, _), Self::Failed(two, _)) if two < one => other,
            (Self::Failed(..), _) => self,
            (_, Self::Failed(..)) | (Self::Late, _) => other,
            (Self::Stopped(_), _) => self,
        }
    }
}

impl<'s> Stage<'s> {
    pub(super) fn new(
        known: BTreeMap<Slot, Recorded>,
        source: Option<&'s Source>,
        asked: Asked<'s>,
        stop: &'s AtomicBool,
        recorder: Option<&'s mut Recorder>,
        tally: &'s mut TalkTally,
    ) -> Self {
        Self {
            known,
            source,
            asked,
            stop,
            recorder: RefCell::new(recorder),
            halted: Cell::new(false),
            tally: RefCell::new(tally),
        }
    }

    /// One trader's conversation, from its first question to its decision.
    pub(super) async fn converse(
        &self,
        briefing: &Briefing<'_>,
        trader: TraderId,
    ) -> Result<Decision, Halt> {
        let told = self.talk(briefing, trader).await;
        if told.is_err() {
            self.halted.set(true);
        }
        told
    }

    async fn talk(&self, briefing: &Briefing<'_>, trader: TraderId) -> Result<Decision, Halt> {
        if self.halted.get() {
            return Err(Halt::Late);
        }
        let mut turn = briefing.open(trader);
        loop {
            let (session, request) = match turn {
                Turn::Done(decision) => return Ok(decision),
                Turn::Ask(session, request) => (session, request),
            };
            let slot = session.slot();
            let (heard, is_here) = self.answer(slot, &request).await?;
            let (reading, next) = session.hear(heard.as_ref());
            let key = request.key(self.asked);
            let call = Call { slot, key, request, heard, note: note(&reading) };
            self.tally.borrow_mut().call(&call);
            if !is_here {
                self.record(call).map_err(|it| Halt::Failed(slot, it))?;
            }
            turn = next;
        }
    }

    /// The answer on record, or a new one; and whether it is in the run file already.
    async fn answer(&self, slot: Slot, request: &Request) -> Result<(Answered, bool), Halt> {
        if let Some(Recorded { call, is_here }) = self.known.get(&slot) {
            let changed = |why| Halt::Failed(slot, misuse(why));
            known::check(call, request, self.asked).map_err(changed)?;
            return Ok((call.heard.clone(), *is_here));
        }
        let Some(source) = self.source else {
            let why = format!(
                "the recorded run has no answer for {slot}: it ended before, or went otherwise"
            );
            return Err(Halt::Failed(slot, misuse(why)));
        };
        if self.stop.load(Ordering::Relaxed) {
            return Err(Halt::Stopped("interrupted".to_owned()));
        }
        if self.halted.get() {
            return Err(Halt::Late);
        }
        let answered = source.ask(slot, request).await;
        answered.map(|it| (it, false)).map_err(|it| Halt::Stopped(it.to_string()))
    }

    fn record(&self, call: Call) -> Result<(), Failure> {
        match self.recorder.borrow_mut().as_mut() {
            Some(recorder) => Ok(recorder.call(call)?),
            None => Ok(()),
        }
    }
}

/// What is recorded of a reading.
fn note(it: &Reading) -> Note {
    Note {
        rung: it.rung.map(|it| it.word().to_owned()),
        failure: it.failure.map(|it| it.word().to_owned()),
        why: it.error.clone(),
        repairs: it.repairs.iter().map(|it| it.word().to_owned()).collect(),
        reason: it.reason.clone(),
    }
}
