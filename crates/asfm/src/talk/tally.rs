//! What was asked, how it could be read, what failed, and what it cost.

use std::collections::BTreeMap;
use std::time::Duration;

use asfm_chat::Slot;
use asfm_llm::{Prices, Spent};
use asfm_recorder::{Call, Model};
use serde::Serialize;

/// Counts over the calls of a run; the order of calls does not matter.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct TalkTally {
    pub(crate) calls: u64,
    re_asked: u64,
    decisions: u64,
    pub(crate) fallbacks: u64,
    /// How answers could be read, by rung of the ladder.
    rungs: BTreeMap<String, u64>,
    /// Why there was no answer, or why it could not be used.
    failures: BTreeMap<String, u64>,
    repairs: BTreeMap<String, u64>,
    prompt_tokens: u64,
    cached_tokens: u64,
    answer_tokens: u64,
    #[serde(skip)]
    latency: Duration,
}

impl TalkTally {
    /// Adds a call.
    pub(super) fn call(&mut self, it: &Call) {
        let mut count = |map: fn(&mut Self) -> &mut BTreeMap<String, u64>, word: &str| {
            *map(self).entry(word.to_owned()).or_default() += 1;
        };
        let note = &it.note;
        note.rung.iter().for_each(|it| count(|it| &mut it.rungs, it));
        note.failure.iter().for_each(|it| count(|it| &mut it.failures, it));
        note.repairs.iter().for_each(|it| count(|it| &mut it.repairs, it));
        if let Err(failure) = &it.heard
            && note.failure.is_none()
        {
            count(|it| &mut it.failures, failure.kind.word());
        }
        self.calls += 1;
        self.re_asked += u64::from(it.slot.attempt > 0);
        let usage = it.heard.as_ref().map(|it| it.usage).unwrap_or_default();
        self.prompt_tokens += u64::from(usage.prompt.unwrap_or_default());
        self.cached_tokens += u64::from(usage.cached.unwrap_or_default());
        self.answer_tokens += u64::from(usage.answer.unwrap_or_default());
        self.latency += it.heard.as_ref().map_or_else(|it| it.latency, |it| it.latency);
    }

    /// Adds a decision: what was made of one trader's calls in one stage.
    pub(super) fn decided(&mut self, fallback: bool) {
        self.decisions += 1;
        self.fallbacks += u64::from(fallback);
    }
}

/// Counts calls on record, which come by slot: the last one of a trader and stage that orders says
/// what became of its decision.
#[derive(Default)]
pub(crate) struct PastCalls {
    tally: TalkTally,
    /// The last call, and whether its trader has decided.
    last: Option<(Slot, bool)>,
}

impl PastCalls {
    /// Adds the next call.
    pub(crate) fn add(&mut self, call: &Call) {
        let whose = |it: Slot| (it.day, it.stage, it.trader);
        let before = self.last.filter(|it| whose(it.0) == whose(call.slot));
        if before.is_none()
            && let Some((_, used)) = self.last
        {
            self.tally.decided(!used);
        }
        // Of many steps of a day, one orders; without it there was nothing to decide.
        let used = match asfm_agent::model::decides(call.slot.step) {
            Some(false) => before.is_none_or(|it| it.1),
            Some(true) | None => call.note.rung.is_some(),
        };
        self.last = Some((call.slot, used));
        self.tally.call(call);
    }

    /// What they came to.
    pub(crate) fn tally(mut self) -> TalkTally {
        if let Some((_, used)) = self.last {
            self.tally.decided(!used);
        }
        self.tally
    }
}

/// What the conversations of a run came to.
#[derive(Debug, Serialize)]
pub(crate) struct TalkSummary {
    family: String,
    name: String,
    form: &'static str,
    #[serde(flatten)]
    pub(crate) tally: TalkTally,
    mean_latency_seconds: Option<f64>,
    /// In the currency of the prices that were given; absent without prices.
    cost: Option<f64>,
}

impl TalkSummary {
    pub(crate) fn new(model: &Model, tally: &TalkTally, prices: Option<&Prices>) -> Self {
        let spent = Spent {
            prompt: tally.prompt_tokens,
            cached: tally.cached_tokens,
            answer: tally.answer_tokens,
            ..Spent::default()
        };
        #[expect(clippy::cast_precision_loss, reason = "shown to a few digits")]
        let cost = prices.map(|it| spent.cost(it).0 as f64 / 1e6);
        let calls = u32::try_from(tally.calls).ok().filter(|it| *it > 0);
        Self {
            family: model.family.clone(),
            name: model.name.clone(),
            form: model.form.word(),
            tally: tally.clone(),
            mean_latency_seconds: calls.map(|it| (tally.latency / it).as_secs_f64()),
            cost,
        }
    }

    /// The lines of the summary.
    pub(crate) fn lines(&self) -> Vec<String> {
        let it = &self.tally;
        let shares = |of: &BTreeMap<String, u64>| -> String {
            if of.is_empty() {
                return "none".to_owned();
            }
            let mut all: Vec<(&String, &u64)> = of.iter().collect();
            all.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
            let share = |(word, n): (&String, &u64)| format!("{word} {}", percent(*n, it.calls));
            all.into_iter().map(share).collect::<Vec<_>>().join(", ")
        };
        let mut lines = vec![
            format!("model            {} ({}, answers by {})", self.name, self.family, self.form),
            format!(
                "calls            {:>12}   {} asked again; {:.2} s each",
                it.calls,
                it.re_asked,
                self.mean_latency_seconds.unwrap_or_default()
            ),
            format!(
                "tokens           {:>12}   of questions ({} cached), {} of answers",
                it.prompt_tokens,
                percent(it.cached_tokens, it.prompt_tokens),
                it.answer_tokens
            ),
            format!("read             {}", shares(&it.rungs)),
            format!("failed           {}", shares(&it.failures)),
            format!(
                "fallbacks        {:>12}   of {} decisions: held because no answer could be used",
                it.fallbacks, it.decisions
            ),
            match self.cost {
                Some(cost) => format!("cost             {cost:>12.4}"),
                None => {
                    "cost                 unpriced   (--price-prompt, --price-answer)".to_owned()
                }
            },
        ];
        if !it.repairs.is_empty() {
            let each: Vec<String> =
                it.repairs.iter().map(|(word, n)| format!("{word} {n}")).collect();
            lines.insert(4, format!("repaired         {}", each.join(", ")));
        }
        lines
    }
}

fn percent(n: u64, of: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown to a tenth of a percent")]
    let share = if of == 0 { 0.0 } else { n as f64 / of as f64 * 100.0 };
    format!("{share:.1} %")
}
