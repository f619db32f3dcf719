//! One trader's train of thought in one stage: questions out, answers in.

use std::sync::Arc;

use asfm_chat::{Failure, Form, Message, Part, Reply, Request, Role, Sampling, Slot};
use asfm_engine::TraderId;

use crate::model::bdi::Mind;
use crate::model::clip::Purse;
use crate::model::decision::{Decision, Wish};
use crate::model::ladder::{self, Ladder};
use crate::model::prompt::{Run, Step};
use crate::model::reading::{Miss, Reading, RepairCode};

/// What comes next for a trader.
#[derive(Debug)]
pub enum Turn {
    /// Something must be asked; the session waits for what comes back.
    Ask(Box<Session>, Request),
    /// The trader has decided.
    Done(Decision),
}

/// One trader's train of thought in one stage, waiting for an answer.
///
/// It owns all that it needs, so it can wait anywhere. A failure to get an answer ends a step at
/// once, for whoever carries questions has tried again already. An answer that came and cannot be
/// used, whatever the reason, is asked for once more, with what is wrong with it; then the trader
/// goes on without: where it should have ordered it holds, and the hold is marked as nobody's
/// choice.
#[derive(Debug)]
pub struct Session(Train);

/// A train of thought.
#[derive(Debug)]
enum Train {
    /// One question, or two.
    Plain(Plain),
    /// A day of somebody who believes, desires and intends.
    Mind(Mind),
}

impl Session {
    pub(crate) fn of_mind(it: Mind) -> Self {
        Self(Train::Mind(it))
    }

    /// The place of the question in the run.
    pub fn slot(&self) -> Slot {
        match &self.0 {
            Train::Plain(it) => it.slot,
            Train::Mind(it) => it.slot(),
        }
    }

    /// For whom is asked.
    pub fn trader(&self) -> TraderId {
        match &self.0 {
            Train::Plain(it) => it.trader,
            Train::Mind(it) => it.trader(),
        }
    }

    /// Takes what came back: says how it could be read, and what comes next.
    pub fn hear(self, heard: Result<&Reply, &Failure>) -> (Reading, Turn) {
        match self.0 {
            Train::Plain(it) => it.hear(heard),
            Train::Mind(it) => it.hear(heard),
        }
    }
}

/// A decision in one question or two.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) run: Arc<Run>,
    pub(crate) trader: TraderId,
    pub(crate) slot: Slot,
    /// Sampling seeds, by step and attempt.
    pub(crate) seeds: [u32; 4],
    pub(crate) messages: Vec<Message>,
    pub(crate) step: Step,
    pub(crate) purse: Option<Purse>,
}

impl Plain {
    /// Takes what came back: says how it could be read, and what comes next.
    fn hear(self, heard: Result<&Reply, &Failure>) -> (Reading, Turn) {
        let reply = match heard {
            Ok(reply) => reply,
            Err(failure) => {
                let reading = Reading::missed(Miss::NoAnswer(failure.kind), &*failure.what);
                return (reading, Turn::Done(Decision::given_up(self.trader)));
            }
        };
        match self.step {
            Step::Analysis => match Ladder::read_words(reply) {
                (reading, Some(words)) => (reading, self.go_on(words)),
                (reading, None) => self.missed(reading, reply),
            },
            Step::Whole | Step::Orders => match self.run.ladder.read(reply) {
                (reading, Some(wishes)) => self.decided(reading, wishes),
                (reading, None) => self.missed(reading, reply),
            },
        }
    }

    /// Asks what stands at the end of the conversation.
    pub(crate) fn ask(self) -> Turn {
        let form = match self.step {
            Step::Analysis => Form::Text,
            Step::Whole | Step::Orders => self.run.form.clone(),
        };
        let seed = self.seeds[usize::from(self.slot.step * 2 + self.slot.attempt)];
        let settings = &self.run.settings;
        let request = Request {
            messages: self.messages.clone(),
            form,
            sampling: Sampling {
                temperature_e3: settings.temperature_e3,
                seed,
                answer_tokens: settings.answer_tokens,
            },
        };
        Turn::Ask(Box::new(Session(Train::Plain(self))), request)
    }

    /// From the analysis to the orders.
    fn go_on(mut self, words: String) -> Turn {
        self.messages.push(Message::new(Role::Assistant, [Part::own(words)]));
        self.messages.push(self.run.orders_question());
        self.slot = Slot { step: self.slot.step + 1, attempt: 0, ..self.slot };
        self.step = Step::Orders;
        self.ask()
    }

    fn decided(self, mut reading: Reading, mut wishes: Vec<Wish>) -> (Reading, Turn) {
        if let Some(mut purse) = self.purse {
            // Every order is looked at: each changes what is left for the next.
            let n_clipped = wishes.iter_mut().map(|it| purse.clip(it)).filter(|it| *it).count();
            if n_clipped > 0 {
                reading.repairs.push(RepairCode::Clipped);
            }
        }
        let reason = reading.reason.clone();
        let decision = Decision { wishes, reason, ..Decision::hold(self.trader) };
        (reading, Turn::Done(decision))
    }

    /// Asks again if that was the first attempt, else gives up.
    fn missed(mut self, reading: Reading, reply: &Reply) -> (Reading, Turn) {
        if self.slot.attempt > 0 || !self.run.settings.re_ask {
            return (reading, Turn::Done(Decision::given_up(self.trader)));
        }
        let error = reading.error.as_deref().unwrap_or("it could not be read");
        let again = self.run.again(self.step, error);
        self.messages.push(Message::new(Role::Assistant, [Part::own(ladder::quoted(reply))]));
        self.messages.push(again);
        self.slot.attempt += 1;
        let turn = self.ask();
        (reading, turn)
    }
}
