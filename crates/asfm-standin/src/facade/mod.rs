//! The facade: Ollama's protocol in front of an OpenAI-compatible server.

mod finish;
mod stream;
mod tools;
mod traffic;
mod translate;
mod upstream;

use std::io;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

pub use traffic::Traffic;

use crate::serve::{self, Running};
use finish::Finished;
use translate::Shape;
use upstream::{Refusal, Upstream};

const BUSY: &str = "server busy, please try again.  maximum pending requests exceeded";

/// A server that speaks Ollama's protocol and lets an OpenAI-compatible one answer.
///
/// Chat and generation, streamed and not, schemas, listing and showing of models are carried over;
/// tools are emulated: the answer is constrained to calls of them. Without a question limit of its
/// own, the waiting is done upstream.
#[derive(Debug, Clone)]
pub struct Facade {
    /// The port; any free one if it is 0.
    pub port: u16,
    /// The address of the other server, with or without `/v1`.
    pub upstream: String,
    /// The key for the other server, if it wants one.
    pub key: Option<String>,
    /// The most questions that wait at once; more are refused with 503.
    pub pending: usize,
    /// The most tools that one answer may call.
    pub calls: usize,
}

impl Facade {
    /// A facade of this server.
    pub fn of(upstream: impl Into<String>) -> Self {
        Self { port: 0, upstream: upstream.into(), key: None, pending: 512, calls: 4 }
    }

    /// Starts it; the other server need not run yet.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub fn spawn(self) -> io::Result<Running<Traffic>> {
        let traffic = Arc::new(Traffic::default());
        let shared = Shared {
            upstream: Upstream::new(&self.upstream, self.key),
            pending: Semaphore::new(self.pending),
            calls: self.calls.max(1),
            traffic: Arc::clone(&traffic),
        };
        let router = Router::new()
            .route("/", get(async || "Ollama is running"))
            .route("/api/chat", post(chat))
            .route("/api/generate", post(generate))
            .route("/api/tags", get(tags))
            .route("/api/show", post(show))
            .route("/api/version", get(async || Json(json!({ "version": "0.99.0-standin" }))))
            .route("/stats", get(stats))
            .with_state(Arc::new(shared));
        serve::spawn(self.port, router, traffic)
    }
}

struct Shared {
    upstream: Upstream,
    pending: Semaphore,
    calls: usize,
    traffic: Arc<Traffic>,
}

impl Shared {
    fn place(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let busy = |_| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, BUSY);
        self.pending.try_acquire().map_err(busy)
    }

    fn counted<T>(&self, result: Result<T, Refusal>) -> Result<T, Refusal> {
        result.inspect_err(|_| self.traffic.count_error())
    }
}

async fn chat(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Refusal> {
    shared.counted(answer(&shared, &body, Shape::Chat).await)
}

async fn generate(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Refusal> {
    shared.counted(answer(&shared, &body, Shape::Generate).await)
}

async fn answer(shared: &Arc<Shared>, body: &[u8], shape: Shape) -> Result<Response, Refusal> {
    let _inside = shared.traffic.gauge().enter();
    let _place = shared.place()?;
    let start = Instant::now();
    let asked = object(body)?;
    let model = shared.upstream.model(name(&asked)?).await?;
    let is_stream = asked.get("stream").and_then(Value::as_bool).unwrap_or(true);
    let tools = tools::read(&asked);
    let mut body = translate::body(&asked, shape, &model.id);
    if !tools.is_empty() {
        tools::emulate(&mut body, &tools, shared.calls);
    }
    let name = name(&asked)?.to_owned();
    // Calls are known when all of them are.
    if is_stream && tools.is_empty() {
        return stream::answer(Arc::clone(shared), body, shape, name, start).await;
    }
    let said = shared.upstream.ask(&body).await?;
    let mut finished = Finished::read(&said, start)?;
    if !tools.is_empty() {
        finished.take_calls(&tools);
    }
    shared.traffic.count(&finished.usage);
    Ok(if is_stream {
        stream::lines(&[finished.piece(shape, &name), finished.last(shape, &name)])
    } else {
        stream::one(&finished.whole(shape, &name))
    })
}

async fn tags(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Refusal> {
    let models = shared.upstream.models().await?;
    let tag = |id: &String| {
        json!({
            "name": id, "model": id, "size": 0, "digest": "", "modified_at": finish::now(),
            "details": { "format": "gguf" },
        })
    };
    let models: Vec<Value> = models.iter().map(|it| tag(&it.id)).collect();
    Ok(Json(json!({ "models": models })))
}

async fn show(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let asked = object(&body)?;
    let model = shared.upstream.model(name(&asked)?).await?;
    let mut info = json!({ "general.architecture": "llama" });
    if let Some(context) = model.context {
        info["llama.context_length"] = json!(context);
    }
    Ok(Json(json!({
        "license": "", "modelfile": "", "parameters": "", "template": "", "details": {},
        "model_info": info, "capabilities": ["completion", "tools"],
    })))
}

async fn stats(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.traffic.json())
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let refusal = |error| Refusal::new(StatusCode::BAD_REQUEST, &format!("{error}"));
    serde_json::from_slice(body).map_err(refusal)
}

fn name(asked: &Map<String, Value>) -> Result<&str, Refusal> {
    let name = asked.get("model").or_else(|| asked.get("name")).and_then(Value::as_str);
    name.ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "model is required"))
}
