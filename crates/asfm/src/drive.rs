//! The loop in which everything meets: observations out, decisions in, rounds to the recorder.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use anyhow::Context as _;
use asfm_agent::Cast;
use asfm_engine::{Day, Digest, Engine, Round, RoundLog};
use asfm_measure::Tally;
use asfm_recorder::{Ending, Recorder};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use crate::summary::{About, Summary};
use crate::talk::{Talk, Talked};

/// A market on its way.
pub(crate) struct Drive {
    pub(crate) engine: Engine,
    pub(crate) cast: Cast,
    /// Those who ask a language model, if there are any.
    pub(crate) talk: Option<Talk>,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) past: Past,
    pub(crate) told: Told,
}

/// What came before the round that is next.
pub(crate) struct Past {
    pub(crate) tally: Tally,
    pub(crate) last: Option<Arc<RoundLog>>,
    pub(crate) rounds: u64,
    pub(crate) wall_seconds: f64,
}

/// What the summary and the messages name.
pub(crate) struct Told {
    pub(crate) file: Option<PathBuf>,
    pub(crate) brain: String,
    pub(crate) say: Say,
}

/// How the summary is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Say {
    /// For people.
    #[default]
    Text,
    /// As one JSON object.
    Json,
    /// Not at all.
    Nothing,
}

impl Say {
    pub(crate) fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

/// Where and why a run stopped before its end.
struct Stopped {
    day: Day,
    stage: u8,
    why: String,
}

impl Past {
    /// Nothing yet.
    pub(crate) fn none(engine: &Engine) -> Self {
        Self { tally: Tally::new(engine), last: None, rounds: 0, wall_seconds: 0.0 }
    }

    /// Adds a round of a market that keeps its promises.
    pub(crate) fn add(&mut self, log: Arc<RoundLog>) {
        self.tally.add(&log).expect("the engine says what can happen");
        self.rounds += 1;
        self.last = Some(log);
    }

    fn digest(&self) -> Option<Digest> {
        self.last.as_ref().map(|it| it.digest)
    }
}

impl Drive {
    /// Drives the market to its end, finishes the run file and prints the summary.
    pub(crate) fn go(mut self) -> Result<(), Failure> {
        let started = Instant::now();
        let stop = stop_flag()?;
        let bar = progress(&self.engine, self.past.rounds);
        let stopped = self.rounds(&stop, &bar)?;
        bar.finish_and_clear();
        let wall_seconds = self.past.wall_seconds + started.elapsed().as_secs_f64();
        if let Some(recorder) = self.recorder {
            let ending = if stopped.is_some() { Ending::Interrupted } else { Ending::Done };
            recorder.finish(ending, wall_seconds)?;
        }
        let file = self.told.file.map(|it| it.display().to_string());
        if let Some(Stopped { day, stage, why }) = stopped {
            let kept = match &file {
                Some(file) => format!("; `asfm resume {file}` goes on from there"),
                None => String::new(),
            };
            return Err(Failure::Stopped(format!(
                "{why}, before stage {stage} of day {day}{kept}"
            )));
        }
        let talk = self.talk.as_ref();
        let about = About {
            talk: talk.map(Talk::summary),
            file,
            brain: self.told.brain,
            digest: self.past.digest().map(|it| it.to_string()).unwrap_or_default(),
            wall_seconds,
        };
        let mut tally = self.past.tally;
        tally.finish().expect("the engine says what can happen");
        let summary = Summary::new(&tally, &self.engine, about);
        let mut stdout = std::io::stdout().lock();
        match self.told.say {
            Say::Text => write!(stdout, "{}", summary.text())?,
            Say::Json => {
                let json = serde_json::to_string(&summary).context("the summary")?;
                writeln!(stdout, "{json}")?;
            }
            Say::Nothing => {}
        }
        Ok(())
    }

    /// Settles round after round, until the last or until somebody asks to stop.
    fn rounds(&mut self, stop: &AtomicBool, bar: &ProgressBar) -> Result<Option<Stopped>, Failure> {
        while let Some(round) = self.engine.next_round() {
            if stop.load(Ordering::Relaxed) {
                return Ok(Some(Stopped::before(&round, "interrupted")));
            }
            bar.set_message(format!("day {}", round.market().day));
            let mut decisions = self.cast.decide(&round);
            if let Some(talk) = &mut self.talk {
                let (before, recorder) = (self.past.last.as_deref(), self.recorder.as_mut());
                let society = self.cast.society();
                let talked =
                    talk.decide(&round, before, society, &mut decisions, recorder, stop)?;
                if let Talked::Stopped(why) = talked {
                    return Ok(Some(Stopped::before(&round, &why)));
                }
            }
            self.cast.complete(&round, &mut decisions);
            let log = Arc::new(round.settle(decisions));
            self.cast.hear(&log);
            if let Some(recorder) = &mut self.recorder {
                recorder.record(Arc::clone(&log))?;
            }
            self.past.add(log);
            bar.inc(1);
        }
        Ok(None)
    }
}

impl Stopped {
    fn before(round: &Round<'_>, why: &str) -> Self {
        Self { day: round.market().day, stage: round.market().stage, why: why.to_owned() }
    }
}

/// Set by Ctrl-C and by SIGTERM: a run stops before its next round. One for the whole program.
pub(crate) fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(flag) = FLAG.get() {
        return Ok(Arc::clone(flag));
    }
    let stop = Arc::clone(FLAG.get_or_init(Arc::default));
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
fn progress(engine: &Engine, done: u64) -> ProgressBar {
    let scenario = engine.scenario();
    let stages = (1..=scenario.days()).map(|it| scenario.stages(Day(it)).len() as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rounds, {msg}, {eta} left");
    let bar = ProgressBar::new(stages.sum()).with_style(style.expect("a sound template"));
    bar.set_position(done);
    bar.reset_eta();
    bar
}
