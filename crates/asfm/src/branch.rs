//! `asfm branch`: the same past, another future.

use std::sync::Arc;

use asfm_engine::{Day, Digest, Engine, RoundLog, Scenario, Source};
use asfm_llm::Spent;
use asfm_recorder::{Branch as Fork, Recorder, Run};

use crate::cli::{Brain, Branch};
use crate::drive::{Drive, Past, Told};
use crate::failure::{Failure, misuse, open_run};
use crate::talk::{Limits, PastCalls};
use crate::{run, scenario};

/// `asfm branch`.
pub(crate) fn branch(flags: &Branch) -> Result<(), Failure> {
    let calls = open_run(&flags.run)?.into_calls()?;
    let parent = calls.run();
    run::free(&flags.out, flags.force)?;
    let word = &parent.info().header.brain;
    let brain = flags.brain.clone().or_else(|| Brain::of_word(word));
    let unknown = || misuse(format!("`{}` was decided by `{word}`", flags.run.display()));
    let brain = brain.ok_or_else(unknown)?;
    let scenario = twin(flags, parent)?;
    let day = Day(flags.day);
    if !(1..=scenario.days()).contains(&flags.day) {
        let days = scenario.days();
        return Err(misuse(format!("--day {day}: expected a day from 1 to {days}")));
    }
    let seed = parent.info().seed;
    let mut cast = scenario::cast(&scenario, seed, brain.kind())?;
    let mut limits = Limits::of(&flags.model)?;
    if let (None, Some(model)) = (&flags.brain, &parent.info().header.model) {
        limits = limits.like(model);
    }
    let talk = run::talk(&brain, &limits, Spent::default(), &scenario, seed, &cast)?;
    // Gone through twice: nothing is written before the whole past is known to be the same.
    let last = share(parent, &mut Engine::new(scenario.clone(), seed), day, |_| Ok(()))?;

    let mut engine = Engine::new(scenario, seed);
    let mut header = run::header(&brain, talk.as_ref());
    header.branch = Some(Fork { parent: last, day });
    let options = run::options(&engine, flags.force, talk.is_some());
    let mut recorder = Recorder::create(&flags.out, &header, &engine, options)?;
    let mut past = Past::none(&engine);
    // A file has one model; the answers of another one stay in the parent's.
    let asked = parent.info().header.model.is_some() && parent.info().header.model == header.model;
    let mut asked_before = PastCalls::default();
    share(parent, &mut engine, day, |log| {
        if asked {
            for call in calls.of(log.day, log.stage)? {
                asked_before.add(&call);
                recorder.call(call)?;
            }
        }
        recorder.record(Arc::clone(&log))?;
        cast.hear(&log);
        past.add(log);
        Ok(())
    })?;
    let talk = talk.map(|it| it.after(asked_before, Vec::new()));
    let told = Told { file: Some(flags.out.clone()), brain: brain.word(), say: flags.say() };
    Drive { engine, cast, talk, recorder: Some(recorder), past, told }.go()
}

/// The scenario of the branch: another file, or the parent's with some keys changed.
fn twin(flags: &Branch, parent: &Run) -> Result<Scenario, Failure> {
    let changes = scenario::changes(&flags.set)?;
    if let Some(path) = &flags.scenario {
        return scenario::read(path, &changes);
    }
    let mut sources: Vec<Source> = parent.scenario()?.sources().to_vec();
    if let Some(main) = sources.first_mut() {
        main.text = scenario::changed(&main.name, &main.text, &changes)?;
    }
    scenario::whole(Scenario::from_sources(&sources)?)
}

/// Settles the parent's decisions before a day in another market, and checks that they lead to the
/// same; gives back the digest of the last round that is shared.
fn share(
    parent: &Run,
    engine: &mut Engine,
    day: Day,
    mut each: impl FnMut(Arc<RoundLog>) -> Result<(), Failure>,
) -> Result<Option<Digest>, Failure> {
    let shown = parent.path().display();
    let mut last = None;
    let mut rounds = parent.rounds();
    while let Some(round) = engine.next_round() {
        let (at, stage) = (round.market().day, round.market().stage);
        if at >= day {
            break;
        }
        let theirs = rounds.next().transpose()?;
        let ends = || misuse(format!("--day {day}: the run in `{shown}` ends before day {at}"));
        let theirs = theirs.ok_or_else(ends)?;
        let differs = || {
            misuse(format!(
                "the branch is not what the run in `{shown}` is at stage {stage} of day {at}: a \
                 branch may change only what comes on day {day} or later"
            ))
        };
        let traders = round.traders();
        let strangers = theirs.requests.iter().any(|it| it.trader.index() >= traders);
        if (theirs.day, theirs.stage) != (at, stage) || strangers {
            return Err(differs());
        }
        let ours = round.settle(theirs.decisions());
        if ours.digest != theirs.digest {
            return Err(differs());
        }
        last = Some(ours.digest);
        each(Arc::new(ours))?;
    }
    Ok(last)
}
