//! The servers of a model: who is asked next, and who has a rest.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use asfm_chat::{FailureKind, Reply, Request};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::attempt::Failed;
use crate::backoff::{doubled, jittered};
use crate::error::Error;
use crate::ollama::Ollama;
use crate::openai::OpenAi;
use crate::settings::Settings;
use crate::spec::{Family, Served};
use crate::transport::Transport;

/// The servers of a model.
#[derive(Debug)]
pub(crate) struct Pool {
    endpoints: Vec<Endpoint>,
    turn: AtomicUsize,
}

/// One server.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) transport: Transport,
    protocol: Protocol,
    /// The free places.
    places: Semaphore,
    /// How many questions are there or wait for a place.
    load: AtomicUsize,
    health: Mutex<Health>,
    pause: Duration,
    pause_max: Duration,
}

#[derive(Debug)]
enum Protocol {
    Ollama(Ollama),
    OpenAi(OpenAi),
}

/// Whether a server can be reached.
#[derive(Debug, Default)]
struct Health {
    /// How often in a row it could not.
    failures: u32,
    /// How long it is left alone for that.
    rests_until: Option<Instant>,
}

impl Pool {
    pub(crate) fn new(served: &Served, settings: &Settings) -> Result<Self, Error> {
        let endpoints = served.endpoints().iter().map(|url| {
            Ok(Endpoint {
                transport: Transport::new(url, settings)?,
                protocol: match served.family() {
                    Family::Ollama => Protocol::Ollama(Ollama::new(served.model(), settings)),
                    Family::OpenAi => Protocol::OpenAi(OpenAi::new(served.model())),
                },
                places: Semaphore::new(settings.concurrency.min(Semaphore::MAX_PERMITS)),
                load: AtomicUsize::new(0),
                health: Mutex::default(),
                pause: settings.pause,
                pause_max: settings.pause_max,
            })
        });
        let endpoints = endpoints.collect::<Result<_, Error>>()?;
        Ok(Self { endpoints, turn: AtomicUsize::new(0) })
    }

    pub(crate) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// A place at the least busy server that has no rest, not the one to avoid if there is another.
    pub(crate) async fn place(&self, avoid: Option<usize>) -> Place<'_> {
        let count = self.endpoints.len();
        let turn = self.turn.fetch_add(1, Relaxed);
        let now = Instant::now();
        let best = (0..count).map(|it| turn.wrapping_add(it) % count).min_by_key(|at| {
            let it = &self.endpoints[*at];
            (it.rest_left(now), Some(*at) == avoid, it.load.load(Relaxed))
        });
        let at = best.expect("a spec has at least one address");
        let endpoint = &self.endpoints[at];
        let load = Load::new(&endpoint.load);
        let permit = endpoint.places.acquire().await.expect("places are never closed");
        Place { endpoint, at, _permit: permit, _load: load }
    }
}

impl Endpoint {
    /// One attempt.
    pub(crate) async fn ask(&self, request: &Request, timeout: Duration) -> Result<Reply, Failed> {
        let result = match &self.protocol {
            Protocol::Ollama(it) => it.ask(&self.transport, request, timeout).await,
            Protocol::OpenAi(it) => it.ask(&self.transport, request, timeout).await,
        };
        self.note(result.as_ref().err());
        result.map_err(|failed| {
            if !failed.is_unreachable {
                return failed;
            }
            let what = format!("cannot reach {}: {}", self.transport.base, failed.what);
            Failed { what, ..failed }
        })
    }

    fn note(&self, failed: Option<&Failed>) {
        let mut health = self.health();
        let now = Instant::now();
        match failed {
            Some(it) if it.is_unreachable => {
                // Many fail together, and that is one failure.
                if health.rests_until.is_none_or(|until| until <= now) {
                    let rest = jittered(doubled(self.pause, self.pause_max, health.failures));
                    health.failures = health.failures.saturating_add(1);
                    health.rests_until = Some(now + rest);
                }
            }
            // Nothing is learnt about a server that may not have been reached.
            Some(it) if matches!(it.kind, FailureKind::Timeout | FailureKind::Connection) => {}
            _ => *health = Health::default(),
        }
    }

    fn rest_left(&self, now: Instant) -> Duration {
        let until = self.health().rests_until;
        until.map_or(Duration::ZERO, |it| it.saturating_duration_since(now))
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place at a server, free again when dropped.
pub(crate) struct Place<'a> {
    pub(crate) endpoint: &'a Endpoint,
    /// The server's number.
    pub(crate) at: usize,
    _permit: SemaphorePermit<'a>,
    _load: Load<'a>,
}

/// One more at a server, as long as it lives.
struct Load<'a>(&'a AtomicUsize);

impl<'a> Load<'a> {
    fn new(load: &'a AtomicUsize) -> Self {
        load.fetch_add(1, Relaxed);
        Self(load)
    }
}

impl Drop for Load<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
