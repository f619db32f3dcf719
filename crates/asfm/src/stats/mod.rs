//! `asfm stats`: statistics and the card of stylized facts, of a table or of recorded runs.

mod column;
mod lines;
mod page;
mod run;
mod runs;
mod series;

use asfm_stats::card;

use crate::cli::{Resampling, Stats};
use crate::failure::Failure;

pub(crate) fn stats(verb: &Stats) -> Result<(), Failure> {
    match verb {
        Stats::Series(flags) => series::series(flags),
        Stats::Run(flags) => runs::runs(flags),
    }
}

impl From<Resampling> for card::Options {
    fn from(flags: Resampling) -> Self {
        Self { replicates: flags.replicates, seed: flags.resampling_seed }
    }
}
