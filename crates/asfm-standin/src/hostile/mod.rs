//! The hostile server: questions go wrong in every way, and the same one always in the same way.

mod answer;
mod class;
mod draw;
mod market;
mod mix;
mod orders;
mod respond;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

pub use class::{Class, Group};
pub use mix::Mix;

use crate::connection::Switch;
use crate::counters::Gauge;
use crate::question::{Protocol, Question};
use crate::serve::{self, Running};
use draw::Draw;
use mix::Plan;

/// The context that the hostile server claims to have.
const CONTEXT: u32 = 32_768;

/// A server that answers in one of many ways, in both protocols.
///
/// Which way is drawn from the seed and the messages of the question: neither the order of arrival,
/// nor the number of requests, nor the sampling options matter. Transient failures are the only
/// memory: they happen to the first one or two requests with a question in the life of the server.
#[derive(Debug, Clone)]
pub struct Hostile {
    /// The port; any free one if it is 0.
    pub port: u16,
    /// What the drawing depends on besides the question.
    pub seed: u64,
    /// How often each class is drawn.
    pub mix: Mix,
    /// How long a server that does not answer keeps its connection: longer than clients wait.
    pub stall: Duration,
    /// How long a slow answer takes, from its first piece to its last.
    pub drip: Duration,
}

impl Default for Hostile {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 1,
            mix: Mix::default(),
            stall: Duration::from_mins(10),
            drip: Duration::from_millis(300),
        }
    }
}

/// How often each class was served.
#[derive(Debug)]
pub struct Served {
    gauge: Gauge,
    counts: BTreeMap<Class, AtomicU64>,
}

impl Served {
    fn new() -> Self {
        let counts = Class::ALL.iter().map(|it| (*it, AtomicU64::new(0))).collect();
        Self { gauge: Gauge::default(), counts }
    }

    fn count(&self, class: Class) {
        if let Some(it) = self.counts.get(&class) {
            it.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The requests, whatever became of them.
    pub fn gauge(&self) -> &Gauge {
        &self.gauge
    }

    /// How often this class was served.
    pub fn of(&self, class: Class) -> u64 {
        self.counts.get(&class).map_or(0, |it| it.load(Ordering::Relaxed))
    }

    /// How often each class was served, without those that were not.
    pub fn all(&self) -> BTreeMap<Class, u64> {
        let all = Class::ALL.iter().map(|it| (*it, self.of(*it)));
        all.filter(|it| it.1 > 0).collect()
    }

    fn json(&self) -> Value {
        let served: BTreeMap<&str, u64> =
            self.all().into_iter().map(|it| (it.0.word(), it.1)).collect();
        let mut json = self.gauge.json();
        json["served"] = json!(served);
        json
    }
}

struct Shared {
    config: Hostile,
    served: Arc<Served>,
    /// How often each question was asked.
    asked: Mutex<HashMap<[u8; 32], u32>>,
}

impl Hostile {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub fn spawn(self) -> io::Result<Running<Served>> {
        let served = Arc::new(Served::new());
        let port = self.port;
        let asked = Mutex::default();
        let shared = Shared { config: self, served: Arc::clone(&served), asked };
        let router = Router::new()
            .route("/v1/chat/completions", post(open_ai))
            .route("/api/chat", post(ollama))
            .route("/stats", get(stats))
            .with_state(Arc::new(shared))
            .merge(models("hostile"));
        serve::spawn(port, router, served)
    }
}

impl Shared {
    /// The class that this request is served in, and what its words are drawn from.
    fn class(&self, question: &Question) -> (Class, Draw) {
        let key = question.key();
        let mut draw = Draw::new(self.config.seed, &key);
        let plan = Plan::draw(&self.config.mix, &mut draw);
        let Some((class, times)) = plan.first else { return (plan.end, draw) };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = asked.entry(key).or_default();
        *before += 1;
        (if *before <= times { class } else { plan.end }, draw)
    }
}

async fn open_ai(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    body: Bytes,
) -> Response {
    answer(&shared, &switch, Protocol::OpenAi, &body).await
}

async fn ollama(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    body: Bytes,
) -> Response {
    answer(&shared, &switch, Protocol::Ollama, &body).await
}

async fn answer(shared: &Shared, switch: &Switch, protocol: Protocol, body: &[u8]) -> Response {
    let _inside = shared.served.gauge.enter();
    let Some(question) = Question::read(protocol, body) else {
        return (StatusCode::BAD_REQUEST, "no question").into_response();
    };
    let (class, draw) = shared.class(&question);
    shared.served.count(class);
    respond::respond(class, &shared.config, &question, draw, switch).await
}

async fn stats(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.served.json())
}

/// What a server with one model says about it; nothing here is hostile.
pub(crate) fn models(name: &'static str) -> Router {
    let list = json!({
        "object": "list",
        "data": [{ "id": name, "object": "model", "meta": { "n_ctx": CONTEXT } }],
    });
    let tags = json!({
        "models": [{
            "name": name, "model": name, "size": 0, "digest": "0",
            "modified_at": "2026-01-01T00:00:00Z", "details": {},
        }],
    });
    let show = json!({
        "license": "", "modelfile": "", "parameters": "", "template": "", "details": {},
        "model_info": { "general.architecture": "standin", "standin.context_length": CONTEXT },
        "capabilities": ["completion", "tools"],
    });
    let version = json!({ "version": "0.99.0-standin" });
    Router::new()
        .route("/v1/models", get(async move || Json(list)))
        .route("/api/tags", get(async move || Json(tags)))
        .route("/api/show", post(async move || Json(show)))
        .route("/api/version", get(async move || Json(version)))
}
