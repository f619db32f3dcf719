//! `asfm resume`: a run that stopped goes on to the end that it would have had.

use std::sync::Arc;

use asfm_agent::BrainKind;
use asfm_recorder::{Recorder, Status};

use crate::cli::{Brain, Resume};
use crate::drive::{Drive, Past, Told};
use crate::failure::{Failure, misuse, open_run};
use crate::{run, scenario};

/// `asfm resume`.
pub(crate) fn resume(flags: &Resume) -> Result<(), Failure> {
    let file = open_run(&flags.run)?;
    let shown = flags.run.display();
    if file.info().status == Status::Done {
        return Err(misuse(format!("the run in `{shown}` is done: there is nothing to resume")));
    }
    let brain = file.info().header.brain.clone();
    let known = Brain::of_word(&brain);
    let known = known.ok_or_else(|| misuse(format!("`{shown}` was decided by `{brain}`")))?;
    let mut past = None;
    let engine = file.rebuild(|engine, log| {
        past.get_or_insert_with(|| Past::none(engine)).add(Arc::new(log));
    })?;
    let mut past = past.unwrap_or_else(|| Past::none(&engine));
    past.wall_seconds = file.info().wall_seconds.unwrap_or_default();
    drop(file);
    let cast = scenario::cast(engine.scenario(), engine.seed(), BrainKind::from(known))?;
    let recorder = Recorder::resume(&flags.run, run::options(&engine, false))?;
    let told = Told { file: Some(flags.run.clone()), brain, json: flags.json };
    Drive { engine, cast, recorder: Some(recorder), past, told }.go()
}
