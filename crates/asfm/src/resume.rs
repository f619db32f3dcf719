//! `asfm resume`: a run that stopped goes on to the end that it would have had.

use std::sync::Arc;

use asfm_agent::Cast;
use asfm_engine::Engine;
use asfm_llm::Spent;
use asfm_recorder::{Recorder, Run, Status};

use crate::cli::{Brain, Resume};
use crate::drive::{Drive, Past, Told};
use crate::failure::{Failure, misuse, open_run};
use crate::talk::{Limits, PastCalls, Talk, count};
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
    let parent = file.info().header.branch.as_ref().and_then(|it| it.parent);
    let mut forked = parent.is_none();
    let mut past = None;
    let scenario = file.scenario()?;
    let mut cast = scenario::cast(&scenario, file.info().seed, known.kind())?;
    let engine = file.rebuild(|engine, log| {
        forked |= Some(log.digest) == parent;
        cast.hear(&log);
        past.get_or_insert_with(|| Past::none(engine)).add(Arc::new(log));
    })?;
    if !forked {
        let why = "was killed before the past that it shares was whole; branch again with --force";
        return Err(misuse(format!("`{shown}` {why}")));
    }
    let mut past = past.unwrap_or_else(|| Past::none(&engine));
    past.wall_seconds = file.info().wall_seconds.unwrap_or_default();
    let settled = past.last.as_ref().map(|it| (it.day.0, it.stage));
    let talk = talk(&file, &known, flags, &engine, &cast, settled)?;
    drop(file);
    let options = run::options(&engine, false, talk.is_some());
    let recorder = Some(Recorder::resume(&flags.run, options)?);
    let told = Told { file: Some(flags.run.clone()), brain, say: flags.say() };
    Drive { engine, cast, talk, recorder, past, told }.go()
}

/// Those who ask a language model, with what they asked before: the answers of the stage that had
/// begun, and the count of all others.
fn talk(
    file: &Run,
    brain: &Brain,
    flags: &Resume,
    engine: &Engine,
    cast: &Cast,
    settled: Option<(u32, u8)>,
) -> Result<Option<Talk>, Failure> {
    let mut spent = Spent::default();
    let mut past = PastCalls::default();
    let mut begun = Vec::new();
    file.calls(|call| {
        count(&mut spent, &call);
        if Some((call.slot.day, call.slot.stage)) > settled {
            begun.push(call);
        } else {
            past.add(&call);
        }
    })?;
    let mut limits = Limits::of(&flags.model)?;
    if let Some(model) = &file.info().header.model {
        limits = limits.like(model);
    }
    let talk = run::talk(brain, &limits, spent, engine.scenario(), engine.seed(), cast)?;
    Ok(talk.map(|it| it.after(past, begun)))
}
