//! Traders who ask a language model: one stage's conversations, side by side.
//!
//! Answers come from a run file where they are on record, else from a server or a script. Each new
//! one goes to the recorder as it arrives. Decisions are put together by trader, so nothing
//! depends on which answer came first.

mod known;
mod open;
mod stage;
mod tally;

use std::sync::atomic::AtomicBool;

use asfm_agent::crowd::Society;
use asfm_agent::model::{Decision, Prompts};
use asfm_chat::Asked;
use asfm_engine::{Decisions, Round, RoundLog, TraderId};
use asfm_llm::{Prices, Source};
use asfm_recorder::{Model, Recorder};
use futures_util::StreamExt as _;
use tokio::runtime::Runtime;

pub(crate) use known::Known;
pub(crate) use open::{Limits, count};
use tally::TalkTally;
pub(crate) use tally::{PastCalls, TalkSummary};

use crate::failure::Failure;
use stage::{Halt, Stage};

/// All traders who ask a language model.
pub(crate) struct Talk {
    prompts: Prompts,
    traders: Vec<TraderId>,
    /// Of whom is asked, as keys and the run file know it.
    model: Model,
    known: Known,
    /// Where answers come from that are not on record; nowhere in a replay.
    source: Option<Source>,
    prices: Option<Prices>,
    runtime: Runtime,
    /// How many conversations are held at a time.
    width: usize,
    tally: TalkTally,
}

/// Whether a stage was talked through.
pub(crate) enum Talked {
    /// Everybody decided.
    Through,
    /// Not everybody was asked, for this reason; what was answered is on record.
    Stopped(String),
}

impl Talk {
    /// Who is asked.
    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Asks for everybody, and adds what they decide; `society` is that of the round's day.
    pub(crate) fn decide(
        &mut self,
        round: &Round<'_>,
        before: Option<&RoundLog>,
        society: Option<&Society>,
        decisions: &mut Decisions,
        recorder: Option<&mut Recorder>,
        stop: &AtomicBool,
    ) -> Result<Talked, Failure> {
        let market = round.market();
        let asked = Asked { family: &self.model.family, model: &self.model.name };
        let known = self.known.of(market.day, market.stage)?;
        let source = self.source.as_ref();
        let stage = Stage::new(known, source, asked, stop, recorder, &mut self.tally);
        let briefing = self.prompts.briefing(round, before, society);
        let talks = self.traders.iter().map(|it| stage.converse(&briefing, *it));
        let mut talks = futures_util::stream::iter(talks).buffer_unordered(self.width);
        let mut made: Vec<Decision> = Vec::with_capacity(self.traders.len());
        let mut halt: Option<Halt> = None;
        // After a halt those who are on their way come to their end, and nobody else begins.
        self.runtime.block_on(async {
            while let Some(told) = talks.next().await {
                match told {
                    Ok(it) => made.push(it),
                    Err(it) => {
                        halt = Some(match halt.take() {
                            None => it,
                            Some(other) => other.graver(it),
                        });
                    }
                }
            }
        });
        drop(talks);
        match halt {
            Some(Halt::Failed(_, failure)) => return Err(failure),
            Some(Halt::Stopped(why)) => return Ok(Talked::Stopped(why)),
            Some(Halt::Late) | None => {}
        }
        made.sort_by_key(|it| it.trader);
        for it in made {
            self.tally.decided(it.fallback);
            it.add_to(decisions);
        }
        Ok(Talked::Through)
    }

    /// What the conversations came to.
    pub(crate) fn summary(&self) -> TalkSummary {
        TalkSummary::new(&self.model, &self.tally, self.prices.as_ref())
    }
}
