//! `asfm run`: a market from its first round to its last.

use std::path::{Path, PathBuf};

use asfm_agent::Cast;
use asfm_engine::{Engine, Scenario, Seed};
use asfm_llm::Spent;
use asfm_recorder::{Durability, Journal, Options, Recorder, RunHeader};

use crate::cli::{Brain, Run};
use crate::drive::{Drive, Past, Told};
use crate::failure::{Failure, misuse, open_run};
use crate::scenario;
use crate::talk::{Limits, Talk};

/// From how many traders on a run file cannot be read while it is recorded.
const LARGE: usize = 10_000;

/// `asfm run`.
pub(crate) fn run(flags: &Run) -> Result<(), Failure> {
    let mut changes = scenario::changes(&flags.set)?;
    changes.extend(flags.agents.map(|it| ("population.agents".to_owned(), it.to_string())));
    changes.extend(flags.days.map(|it| ("days".to_owned(), it.to_string())));
    let scenario = scenario::read(&flags.scenario, &changes)?;
    let seed = flags.seed.map_or(scenario.seed(), Seed);
    let out = (!flags.no_record).then(|| out_path(flags, &scenario, seed)).transpose()?;
    let cast = scenario::cast(&scenario, seed, flags.brain.kind())?;
    let limits = Limits::of(&flags.model)?;
    let talk = talk(&flags.brain, &limits, Spent::default(), &scenario, seed, &cast)?;
    let engine = Engine::new(scenario, seed);
    let recorder = match &out {
        Some(path) => {
            let header = header(&flags.brain, talk.as_ref());
            let options = options(&engine, flags.force, talk.is_some());
            Some(Recorder::create(path, &header, &engine, options)?)
        }
        None => None,
    };
    let past = Past::none(&engine);
    let told = Told { file: out, brain: flags.brain.word(), say: flags.say() };
    Drive { engine, cast, talk, recorder, past, told }.go()
}

/// Those who ask a language model, where the brain is one; `spent` is what the run has used before.
pub(crate) fn talk(
    brain: &Brain,
    limits: &Limits,
    spent: Spent,
    scenario: &Scenario,
    seed: Seed,
    cast: &Cast,
) -> Result<Option<Talk>, Failure> {
    Ok(match brain {
        Brain::Rules | Brain::Zi => None,
        Brain::Model(spec) => {
            let source = limits.source(spec, spent)?;
            Some(Talk::asking(scenario, seed, cast, source, limits)?)
        }
        Brain::Replay(path) => {
            let calls = open_run(path)?.into_calls()?;
            Some(Talk::replaying(scenario, seed, cast, calls)?)
        }
    })
}

/// The run file to write, or a free name made of the scenario's and the seed.
fn out_path(flags: &Run, scenario: &Scenario, seed: Seed) -> Result<PathBuf, Failure> {
    if let Some(path) = &flags.out {
        free(path, flags.force)?;
        return Ok(path.clone());
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = scenario.name().chars().map(plain).collect();
    let first = PathBuf::from(format!("{name}-seed{}.db", seed.0));
    if flags.force {
        return Ok(first);
    }
    let more = (2..).map(|n| PathBuf::from(format!("{name}-seed{}-{n}.db", seed.0)));
    let free = std::iter::once(first).chain(more).find(|it| !it.exists());
    Ok(free.expect("numbers do not end"))
}

/// Refuses to overwrite a file unasked.
pub(crate) fn free(path: &Path, force: bool) -> Result<(), Failure> {
    if path.exists() && !force {
        return Err(misuse(format!("`{}` exists (--force overwrites it)", path.display())));
    }
    Ok(())
}

/// What is told of a run that starts now.
pub(crate) fn header(brain: &Brain, talk: Option<&Talk>) -> RunHeader {
    RunHeader {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        brain: brain.word(),
        model: talk.map(|it| it.model().clone()),
        branch: None,
        started_at: jiff::Timestamp::now().to_string(),
    }
}

/// How a market is recorded.
pub(crate) fn options(engine: &Engine, force: bool, asks: bool) -> Options {
    // Answers are paid for and must survive a power cut. What rules decided can be decided again. A
    // large market writes so much that keeping it in a log first would cost a quarter of its time.
    let large = engine.scenario().traders() >= LARGE;
    Options {
        force,
        durability: if asks { Durability::Full } else { Durability::Normal },
        journal: if large { Journal::Rollback } else { Journal::Auto },
        ..Options::default()
    }
}
