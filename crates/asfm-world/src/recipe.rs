//! What is asked for.

use std::num::NonZeroU32;

use asfm_engine::Seed;

use crate::date::Weekday;

/// What a made-up world should be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The seed of everything that is drawn.
    pub seed: Seed,
    /// How many traders there are.
    pub agents: NonZeroU32,
    /// How many calendar days the market has.
    pub days: NonZeroU32,
    /// The weekday of day 1.
    pub start: Weekday,
    /// The median number of news a day.
    pub news: u32,
    /// Whose faults it has.
    pub mode: Mode,
}

impl Default for Recipe {
    /// A hundred traders and 62 days from a Thursday, as in TwinMarket's main run.
    fn default() -> Self {
        Self {
            seed: Seed(1),
            agents: NonZeroU32::new(100).expect("not zero"),
            days: NonZeroU32::new(62).expect("not zero"),
            start: Weekday::Thursday,
            news: 3,
            mode: Mode::Sound,
        }
    }
}

/// Whether a world is made soundly or like the published one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Everybody bought on days of their own; the exchange breaks ties by imbalance and charges a
    /// usual broker's fee and the stamp tax.
    #[default]
    Sound,
    /// As published: all positions cost the first close of the history, the lowest of several
    /// auction prices is taken, and nothing is charged.
    Paper,
}
