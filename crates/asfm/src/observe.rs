//! A run file in numbers.

use std::path::Path;

use anyhow::anyhow;
use asfm_engine::{Engine, RoundLog};
use asfm_measure::{Observed, Odd};
use asfm_recorder::Run;

use crate::failure::Failure;

/// Reads a run to its end.
pub(crate) fn observe(run: &Run) -> Result<Observed, Failure> {
    observe_with(run, |_| ())
}

/// Reads a run to its end, and shows every round on the way.
pub(crate) fn observe_with(
    run: &Run,
    mut each: impl FnMut(&RoundLog),
) -> Result<Observed, Failure> {
    let odd = |what: Odd| records(run.path(), &what);
    let engine = Engine::new(run.scenario()?, run.info().seed);
    let mut observed = Observed::new(&engine);
    for round in run.rounds() {
        let log = round?;
        each(&log);
        observed.add(&log).map_err(odd)?;
    }
    observed.finish().map_err(odd)?;
    Ok(observed)
}

/// The failure that a run file records what cannot have happened.
pub(crate) fn records(file: &Path, what: &Odd) -> Failure {
    let file = file.display();
    Failure::Failed(anyhow!("`{file}` records {what}; `asfm verify` names the first difference"))
}
