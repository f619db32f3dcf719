//! `asfm run`: the loop in which everything meets.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use asfm_agent::BrainKind;
use asfm_engine::{Engine, Scenario, Seed};
use asfm_recorder::{Durability, Ending, Journal, Options, Recorder, RunHeader};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::{Brain, Run};
use crate::failure::{Failure, misuse};
use crate::scenario;
use crate::summary::{About, Summary};
use crate::tally::Tally;

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
    let started = Instant::now();
    let mut cast = scenario::cast(&scenario, seed, flags.brain.into())?;
    let mut engine = Engine::new(scenario, seed);
    let mut recorder = match &out {
        Some(path) => Some(create(path, flags, &engine)?),
        None => None,
    };
    let stop = stop_flag()?;
    let bar = progress(&engine);
    let mut tally = Tally::new(&engine);
    let mut digest = None;
    let mut stopped = None;
    while let Some(round) = engine.next_round() {
        if stop.load(Ordering::Relaxed) {
            stopped = Some((round.market().day, round.market().stage));
            break;
        }
        bar.set_message(format!("day {}", round.market().day));
        let decisions = cast.decide(&round);
        let log = Arc::new(round.settle(decisions));
        digest = Some(log.digest);
        tally.add(&log).expect("the engine says what can happen");
        if let Some(recorder) = &mut recorder {
            recorder.record(log)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let wall_seconds = started.elapsed().as_secs_f64();
    if let Some(recorder) = recorder {
        let ending = if stopped.is_some() { Ending::Interrupted } else { Ending::Done };
        recorder.finish(ending, wall_seconds)?;
    }
    if let Some((day, stage)) = stopped {
        let kept = match &out {
            Some(path) => format!("; `{}` holds every round before it", path.display()),
            None => String::new(),
        };
        return Err(Failure::Stopped(format!("before stage {stage} of day {day}{kept}")));
    }
    let about = About {
        file: out.map(|it| it.display().to_string()),
        brain: flags.brain.word().to_owned(),
        digest: digest.map(|it| it.to_string()).unwrap_or_default(),
        wall_seconds: started.elapsed().as_secs_f64(),
    };
    tally.finish().expect("the engine says what can happen");
    let summary = Summary::new(&tally, &engine, about);
    let mut stdout = std::io::stdout().lock();
    if flags.json {
        let json = serde_json::to_string(&summary).context("the summary")?;
        writeln!(stdout, "{json}")?;
    } else {
        write!(stdout, "{}", summary.text())?;
    }
    Ok(())
}

/// The run file to write, or a free name made of the scenario's and the seed.
fn out_path(flags: &Run, scenario: &Scenario, seed: Seed) -> Result<PathBuf, Failure> {
    if let Some(path) = &flags.out {
        if path.exists() && !flags.force {
            let shown = path.display();
            return Err(misuse(format!("`{shown}` exists (--force overwrites it)")));
        }
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

fn create(path: &Path, flags: &Run, engine: &Engine) -> Result<Recorder, Failure> {
    let header = RunHeader {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        brain: flags.brain.word().to_owned(),
        started_at: jiff::Timestamp::now().to_string(),
    };
    // What rules decided can be decided again; it need not survive a power cut. A large market
    // writes so much that keeping it in a log first would cost a quarter of the run's time.
    let large = engine.scenario().traders() >= LARGE;
    let options = Options {
        force: flags.force,
        durability: Durability::Normal,
        journal: if large { Journal::Rollback } else { Journal::Auto },
        ..Options::default()
    };
    Ok(Recorder::create(path, &header, engine, options)?)
}

/// Set by Ctrl-C and by SIGTERM: the run stops before its next round.
fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let handler = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if handler.swap(true, Ordering::Relaxed) {
            // Asked twice: the file holds whole rounds at every moment.
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}

/// A bar on the terminal, and nothing where there is none.
fn progress(engine: &Engine) -> ProgressBar {
    let scenario = engine.scenario();
    let stages = (1..=scenario.days()).map(|it| scenario.stages(asfm_engine::Day(it)).len() as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rounds, {msg}, {eta} left");
    ProgressBar::new(stages.sum()).with_style(style.expect("a sound template"))
}

impl From<Brain> for BrainKind {
    fn from(brain: Brain) -> Self {
        match brain {
            Brain::Rules => Self::Rules,
            Brain::Zi => Self::ZeroIntelligence,
        }
    }
}
