//! What a run's page needs beside the numbers of [`Observed`], gathered round by round.

use std::collections::BTreeMap;

use asfm_engine::{EndReason, Side};
use asfm_measure::Observed;
use asfm_recorder::Run;

use crate::failure::Failure;
use crate::observe::observe_with;
use crate::talk::{PastCalls, TalkSummary};

/// A run, read for its page.
pub(super) struct Days {
    pub(super) observed: Observed,
    /// Shares that were asked for and offered in vain, by trading day: what was left in the books.
    pub(super) unfilled: Vec<(u64, u64)>,
    /// What was reported, by day.
    pub(super) news: Vec<News>,
    /// What language models answered, where they were asked.
    pub(super) talk: Option<TalkSummary>,
    /// How many trading days the scenario has.
    pub(super) planned: usize,
}

/// Something that was reported.
pub(super) struct News {
    pub(super) day: u32,
    pub(super) until: u32,
    pub(super) text: String,
    pub(super) topic: String,
    pub(super) audience: &'static str,
}

impl Days {
    /// Reads a run.
    pub(super) fn read(run: &Run) -> Result<Self, Failure> {
        let mut unfilled = Vec::new();
        let mut today = (0, 0);
        let observed = observe_with(run, |log| {
            for it in &log.ends {
                if matches!(it.reason, EndReason::Expired | EndReason::OutsideBand) {
                    let side = match it.side {
                        Side::Buy => &mut today.0,
                        Side::Sell => &mut today.1,
                    };
                    *side += u64::from(it.qty);
                }
            }
            if log.close.is_some() {
                unfilled.push(std::mem::take(&mut today));
            }
        })?;
        let scenario = run.scenario()?;
        let news = scenario.news().iter().map(|it| News {
            day: it.day.0,
            until: it.until.0.min(scenario.days()),
            text: it.text.clone(),
            topic: it.topic.clone().unwrap_or_default(),
            audience: it.audience.word(),
        });
        let talk = match &run.info().header.model {
            None => None,
            Some(model) => {
                let mut past = PastCalls::default();
                run.calls(|call| past.add(&call))?;
                Some(TalkSummary::new(model, &past.tally(), None))
            }
        };
        Ok(Self {
            observed,
            unfilled,
            news: news.collect(),
            talk,
            planned: scenario.trading_days(),
        })
    }

    /// Rejected requests by reason.
    pub(super) fn rejections(&self) -> &BTreeMap<&'static str, u64> {
        &self.observed.tally.rejections
    }

    /// The days of closes, the start being day 0.
    pub(super) fn close_days(&self) -> Vec<f64> {
        std::iter::once(0.0).chain(self.observed.days.iter().map(|it| f64::from(it.0))).collect()
    }
}
