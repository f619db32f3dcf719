//! Asking.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use asfm_chat::{Asked, Failure, FailureKind, FormKind, Reply, Request};
use tokio::time::{Instant, sleep};

use crate::attempt::Failed;
use crate::backoff::{doubled, jittered};
use crate::budget::{Budget, Exhausted, Spent};
use crate::capability::default_form;
use crate::error::Error;
use crate::estimate::{Estimates, estimate_tokens};
use crate::pool::Pool;
use crate::probe::Unfit;
use crate::settings::Settings;
use crate::spec::{Family, Served};

/// What came of a question that was asked.
pub type Answered = Result<Reply, Failure>;

/// Why a question was not asked, and no further one will be: the run should stop at this boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It could cost more than is left.
    Budget(Exhausted),
    /// Nobody has answered for too long.
    Lost(Lost),
}

/// That nobody has answered for too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// How many questions in a row were not answered.
    pub calls: u32,
    /// The last of these failures.
    pub last: Failure,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget(it) => it.fmt(f),
            Self::Lost(Lost { calls, last }) => {
                write!(f, "the last {calls} calls were not answered; the last one: {last}")
            }
        }
    }
}

impl std::error::Error for Stop {}

/// A model behind its servers. Many tasks may ask at a time.
///
/// A client needs a `tokio` runtime with time and I/O.
///
/// ```no_run
/// use asfm_chat::{Form, Message, Part, Request, Role, Sampling};
/// use asfm_llm::{Client, Keys, Settings, Spec};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let Spec::Served(served) = "ollama:qwen2.5:7b".parse()? else { unreachable!() };
/// let keys = Keys::of(|it| std::env::var(it).ok());
/// let client = Client::new(&served, Settings { keys, ..Settings::default() })?;
/// let request = Request {
///     messages: vec![Message::new(Role::User, [Part::own("Buy, sell or hold?")])],
///     form: Form::Text,
///     sampling: Sampling { temperature_e3: 700, seed: 1, answer_tokens: 16 },
/// };
/// // `?` leaves when no question can be asked any more; a question that failed is the run's own.
/// match client.ask(&request).await? {
///     Ok(reply) => assert!(!reply.answer.text.is_empty()),
///     Err(failure) => assert!(!failure.what.is_empty()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Client {
    served: Served,
    settings: Settings,
    pool: Pool,
    budget: Arc<Budget>,
    losses: Mutex<Losses>,
    estimates: Estimates,
}

/// Calls without an answer since the last one that had one.
#[derive(Debug, Default)]
struct Losses {
    calls: u32,
    last: Option<Failure>,
}

impl Client {
    /// A client with a budget that has no limits. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If a setting cannot be obeyed or a key cannot be sent.
    pub fn new(served: &Served, settings: Settings) -> Result<Self, Error> {
        let at_least_one = [
            ("concurrency", settings.concurrency > 0),
            ("attempts", settings.attempts > 0),
            ("lost_after", settings.lost_after > 0),
        ];
        if let Some((name, _)) = at_least_one.into_iter().find(|it| !it.1) {
            return Err(Error::Zero(name));
        }
        Ok(Self {
            served: served.clone(),
            pool: Pool::new(served, &settings)?,
            settings,
            budget: Arc::default(),
            losses: Mutex::default(),
            estimates: Estimates::default(),
        })
    }

    /// The same with this budget.
    #[must_use]
    pub fn with_budget(self, budget: Arc<Budget>) -> Self {
        Self { budget, ..self }
    }

    /// Of whom is asked.
    pub fn asked(&self) -> Asked<'_> {
        self.served.asked()
    }

    /// How many servers there are.
    pub fn servers(&self) -> usize {
        self.served.endpoints().len()
    }

    /// The budget, with the account of what was spent.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// How answers of this model are best constrained.
    pub fn form(&self) -> FormKind {
        let default = || default_form(self.served.family(), self.served.model());
        self.settings.form.unwrap_or_else(default)
    }

    /// Asks, again if need be, and waits for the answer. Dropping the future gives the question up.
    ///
    /// # Errors
    ///
    /// A [`Stop`] if the question was not asked and no further one will be. A
    /// [`Failure`] within [`Answered`] if it was asked and nothing came, or if it cannot fit into
    /// the model's context and is not worth asking.
    pub async fn ask(&self, request: &Request) -> Result<Answered, Stop> {
        let prompt = self.estimates.of(request);
        if let Some(failure) = self.too_long(prompt, request) {
            return Ok(Err(failure));
        }
        // The budget is asked when there is a place: a question that waits takes nothing.
        let mut place = self.pool.place(None).await;
        self.is_lost()?;
        let reservation = self.budget.reserve(prompt, request.sampling.answer_tokens);
        let reservation = reservation.map_err(Stop::Budget)?;

        let mut tries = Tries::new(&self.settings);
        let mut is_loss = false;
        let answered = loop {
            let begun = Instant::now();
            let result = place.endpoint.ask(request, tries.timeout()).await;
            tries.took += begun.elapsed();
            let failed = match result {
                Ok(reply) => break Ok(Reply { latency: tries.took, ..reply }),
                Err(failed) => failed,
            };
            let Some(pause) = tries.pause_after(&failed) else {
                is_loss = failed.is_loss();
                break Err(tries.failure(failed));
            };
            let failed_at = place.at;
            drop(place);
            sleep(pause).await;
            tries.took += pause;
            place = self.pool.place(Some(failed_at)).await;
        };
        reservation.settle(spent(&answered, prompt, tries.retries));
        self.note(&answered, is_loss);
        Ok(answered)
    }

    /// Whether it makes sense to begin: a server is there, and has the model as far as it says.
    ///
    /// # Errors
    ///
    /// If not.
    pub async fn reach(&self) -> Result<(), Unfit> {
        crate::probe::reach(&self.served, &self.pool).await
    }

    /// Tries out what the servers can do, each by itself, without retries and outside of the
    /// budget.
    pub async fn probe(&self) -> crate::probe::Probe {
        crate::probe::of(&self.served, &self.pool, &self.settings).await
    }

    /// Ollama cuts what is too long and does not say so. Other servers refuse it, and know their
    /// context better than we do.
    fn too_long(&self, prompt: u32, request: &Request) -> Option<Failure> {
        let context = self.settings.context;
        let answer = request.sampling.answer_tokens;
        let is_cut = self.served.family() == Family::Ollama;
        (is_cut && prompt.saturating_add(answer) > context).then(|| Failure {
            kind: FailureKind::TooLong,
            what: format!(
                "about {prompt} tokens of question and {answer} of answer do not fit into a \
                 context of {context}"
            ),
            latency: Duration::ZERO,
        })
    }

    fn is_lost(&self) -> Result<(), Stop> {
        let losses = self.losses();
        match &losses.last {
            Some(last) if losses.calls >= self.settings.lost_after => {
                Err(Stop::Lost(Lost { calls: losses.calls, last: last.clone() }))
            }
            _ => Ok(()),
        }
    }

    fn note(&self, answered: &Answered, is_loss: bool) {
        let mut losses = self.losses();
        match answered {
            Ok(_) => *losses = Losses::default(),
            Err(it) if is_loss => {
                losses.calls = losses.calls.saturating_add(1);
                losses.last = Some(it.clone());
            }
            // The server is there and does not like this question; another one may be fine.
            Err(_) => {}
        }
    }

    fn losses(&self) -> MutexGuard<'_, Losses> {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a question took; where the server does not say, an estimate.
fn spent(answered: &Answered, prompt: u32, retries: u32) -> Spent {
    let asked = Spent { calls: 1, retries: retries.into(), ..Spent::default() };
    let Ok(reply) = answered else { return Spent { failed: 1, ..asked } };
    let usage = reply.usage;
    let answer = || {
        let calls = reply.answer.calls.iter();
        let calls =
            calls.map(|it| estimate_tokens(&it.name) + estimate_tokens(&it.arguments.to_string()));
        calls.fold(estimate_tokens(&reply.answer.text), u32::saturating_add)
    };
    Spent {
        estimated: u64::from(usage.prompt.is_none() || usage.answer.is_none()),
        prompt: usage.prompt.unwrap_or(prompt).into(),
        cached: usage.cached.unwrap_or(0).into(),
        answer: usage.answer.unwrap_or_else(answer).into(),
        ..asked
    }
}

/// The attempts at one question.
struct Tries<'a> {
    settings: &'a Settings,
    /// Attempts after the first.
    retries: u32,
    timeouts: u32,
    /// Attempts and pauses.
    took: Duration,
}

impl<'a> Tries<'a> {
    fn new(settings: &'a Settings) -> Self {
        Self { settings, retries: 0, timeouts: 0, took: Duration::ZERO }
    }

    /// How long the next attempt may take.
    fn timeout(&self) -> Duration {
        self.settings.timeout.min(self.settings.deadline.saturating_sub(self.took))
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn pause_after(&mut self, failed: &Failed) -> Option<Duration> {
        let is_worth_it = match failed.kind {
            FailureKind::Timeout => {
                self.timeouts += 1;
                self.timeouts < 2
            }
            FailureKind::Connection | FailureKind::Busy | FailureKind::Server => true,
            FailureKind::Rejected | FailureKind::TooLong | FailureKind::Protocol => false,
        };
        let Settings { pause, pause_max, attempts, deadline, .. } = *self.settings;
        let ours = jittered(doubled(pause, pause_max, self.retries));
        let pause = failed.wait.map_or(ours, |it| it.max(ours)).min(pause_max);
        let has_time = self.took + pause < deadline;
        if !is_worth_it || self.retries + 1 >= attempts || !has_time {
            return None;
        }
        self.retries += 1;
        Some(pause)
    }

    fn failure(&self, failed: Failed) -> Failure {
        let Failed { kind, what, .. } = failed;
        let what = match self.retries {
            0 => what,
            retries => format!("{what} (attempt {})", retries + 1),
        };
        Failure { kind, what, latency: self.took }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings { attempts: 4, ..Settings::default() }
    }

    #[test]
    fn a_wish_to_wait_is_honoured_up_to_the_longest_pause() {
        let settings = settings();
        let asked = |seconds| {
            let wait = Some(Duration::from_secs(seconds));
            let failed = Failed { wait, ..Failed::new(FailureKind::Busy, "slow down") };
            Tries::new(&settings).pause_after(&failed)
        };
        assert_eq!(asked(7), Some(Duration::from_secs(7)));
        assert_eq!(asked(3600), Some(settings.pause_max));
        assert!(asked(0) >= Some(settings.pause / 2));
    }

    #[test]
    fn the_class_of_a_failure_says_how_often_it_is_worth_a_retry() {
        let settings = settings();
        let retries = |kind| {
            let mut tries = Tries::new(&settings);
            while tries.pause_after(&Failed::new(kind, "")).is_some() {}
            tries.retries
        };
        let expected = |kind| match kind {
            FailureKind::Connection | FailureKind::Busy | FailureKind::Server => 3,
            FailureKind::Timeout => 1,
            FailureKind::Rejected | FailureKind::TooLong | FailureKind::Protocol => 0,
        };
        for kind in FailureKind::ALL {
            assert_eq!(retries(kind), expected(kind), "{}", kind.word());
        }
    }
}
