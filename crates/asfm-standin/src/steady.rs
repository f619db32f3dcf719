//! The steady server: one good answer after a fixed time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::Value;

use crate::counters::Gauge;
use crate::hostile::models;
use crate::question::{Protocol, Question};
use crate::reply::{Call, Said};
use crate::serve::{self, Running};

/// A server that gives one good answer after a fixed time, in both protocols.
#[derive(Debug, Clone)]
pub struct Steady {
    /// The port; any free one if it is 0.
    pub port: u16,
    /// How long every answer takes.
    pub latency: Duration,
    /// What is answered to questions without tools.
    pub answer: String,
    /// The tool that is called where there are tools, and its arguments.
    pub call: (String, Value),
}

impl Default for Steady {
    fn default() -> Self {
        Self {
            port: 0,
            latency: Duration::from_millis(50),
            answer: r#"{"reason":"I wait.","orders":[]}"#.to_owned(),
            call: ("hold".to_owned(), Value::Object(serde_json::Map::new())),
        }
    }
}

struct Shared {
    latency: Duration,
    text: Said,
    call: Said,
    gauge: Arc<Gauge>,
}

impl Steady {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub fn spawn(self) -> io::Result<Running<Gauge>> {
        let gauge = Arc::new(Gauge::default());
        let (name, arguments) = self.call;
        let shared = Shared {
            latency: self.latency,
            text: Said::text(self.answer),
            call: Said::calls(vec![Call { name, arguments: arguments.to_string() }]),
            gauge: Arc::clone(&gauge),
        };
        let router = Router::new()
            .route("/v1/chat/completions", post(open_ai))
            .route("/api/chat", post(ollama))
            .route("/stats", get(stats))
            .with_state(Arc::new(shared))
            .merge(models("steady"));
        serve::spawn(self.port, router, gauge)
    }
}

async fn open_ai(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    answer(&shared, Protocol::OpenAi, &body).await
}

async fn ollama(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    answer(&shared, Protocol::Ollama, &body).await
}

async fn answer(shared: &Shared, protocol: Protocol, body: &[u8]) -> Response {
    let _inside = shared.gauge.enter();
    let Some(question) = Question::read(protocol, body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    tokio::time::sleep(shared.latency).await;
    let said = if question.tools.is_empty() { &shared.text } else { &shared.call };
    ([(header::CONTENT_TYPE, "application/json")], said.body(&question)).into_response()
}

async fn stats(State(shared): State<Arc<Shared>>) -> axum::Json<Value> {
    axum::Json(shared.gauge.json())
}
