//! What companies are worth to those who study them: a random walk that depends on the seed only.

use asfm_engine::{Day, Purpose, Scenario, Seed};

use crate::market::units;
use crate::rule::Rules;

/// The worth of every company on one day, before news.
#[derive(Debug)]
pub(crate) struct Worth {
    seed: Seed,
    /// The day that `now` is of.
    day: Day,
    start: Vec<f64>,
    now: Vec<f64>,
    daily: f64,
}

impl Worth {
    pub(crate) fn new(scenario: &Scenario, rules: &Rules, seed: Seed) -> Self {
        let mut start = Vec::with_capacity(scenario.companies().len());
        for (who, company) in (0..).zip(scenario.companies()) {
            let mut draws = seed.stream(Purpose::Fundamental, who, 0);
            let mispriced = factor(rules.value.mispricing * draws.bell());
            start.push(units(company.initial_close().0) * mispriced);
        }
        Self { seed, day: Day(0), now: start.clone(), start, daily: rules.value.surprise }
    }

    /// The worth on a day, in units of money; each day is a step of its own stream, so a run that
    /// is taken up in the middle goes on as if it had never stopped.
    pub(crate) fn on(&mut self, day: Day) -> &[f64] {
        if day < self.day {
            self.day = Day(0);
            self.now.clone_from(&self.start);
        }
        while self.day < day {
            self.day.0 += 1;
            let when = u64::from(self.day.0);
            let mut streams = self.seed.streams(Purpose::Fundamental, 0, when);
            for worth in &mut self.now {
                *worth *= factor(self.daily * streams.advance().bell());
            }
        }
        &self.now
    }
}

/// One plus a change, never so low that a company is worth nothing.
pub(crate) fn factor(change: f64) -> f64 {
    (1.0 + change).max(0.05)
}
