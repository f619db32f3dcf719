//! Streams: from server-sent events to lines of JSON.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use serde_json::{Value, json};

use super::finish::{self, Finished};
use super::translate::Shape;
use super::upstream::Refusal;
use super::{Shared, finish::Usage};

const LINES: &str = "application/x-ndjson";

/// An answer that is whole.
pub(super) fn one(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

/// A stream that is known already.
pub(super) fn lines(pieces: &[Value]) -> Response {
    let lines: Vec<String> = pieces.iter().map(Value::to_string).collect();
    let text = lines.join("\n") + "\n";
    ([(header::CONTENT_TYPE, LINES)], text).into_response()
}

/// A stream that follows the other server's.
pub(super) async fn answer(
    shared: Arc<Shared>,
    mut body: Value,
    shape: Shape,
    model: String,
    start: Instant,
) -> Result<Response, Refusal> {
    body["stream"] = json!(true);
    body["stream_options"] = json!({ "include_usage": true });
    let response = shared.upstream.chat(&body).await?;
    let bytes = response.bytes_stream().map(|it| it.map_err(|it| it.to_string())).boxed();
    let relay = Relay {
        shared,
        bytes,
        buffer: Vec::new(),
        ready: VecDeque::new(),
        reason: "stop".to_owned(),
        told: Value::Null,
        is_done: false,
        shape,
        model,
        start,
    };
    let lines = stream::unfold(relay, async |mut it| {
        let line = it.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(format!("{line}\n"))), it))
    });
    Ok(([(header::CONTENT_TYPE, LINES)], Body::from_stream(lines)).into_response())
}

/// A stream on its way.
struct Relay {
    shared: Arc<Shared>,
    bytes: BoxStream<'static, Result<Bytes, String>>,
    /// The beginning of a line that is not whole yet.
    buffer: Vec<u8>,
    ready: VecDeque<Value>,
    reason: String,
    /// What the events told beside words: usage and times.
    told: Value,
    is_done: bool,
    shape: Shape,
    model: String,
    start: Instant,
}

impl Relay {
    /// The next line, until the last.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(it) = self.ready.pop_front() {
                return Some(it);
            }
            if self.is_done {
                return None;
            }
            match self.bytes.next().await {
                Some(Ok(bytes)) => self.read(&bytes),
                Some(Err(error)) => self.fail(&error),
                None if self.told.is_null() => self.fail("the stream ended too soon"),
                None => self.finish(),
            }
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        while let Some(end) = self.buffer.iter().position(|it| *it == b'\n') {
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            let Some(data) = line.strip_prefix(b"data:") else { continue };
            if let Ok(event) = serde_json::from_slice::<Value>(data) {
                self.event(&event);
            } else if data.trim_ascii() == b"[DONE]" && !self.is_done {
                self.finish();
            }
        }
    }

    fn event(&mut self, event: &Value) {
        if let Some(error) = event.get("error") {
            let what = error["message"].as_str().unwrap_or("the server failed").to_owned();
            return self.fail(&what);
        }
        let choice = &event["choices"][0];
        let delta = &choice["delta"];
        let text = delta["content"].as_str().unwrap_or_default();
        let thought = delta["reasoning_content"].as_str().unwrap_or_default();
        if !text.is_empty() || !thought.is_empty() {
            let mut piece = finish::piece(self.shape, &self.model, text);
            if !thought.is_empty() && self.shape == Shape::Chat {
                piece["message"]["thinking"] = json!(thought);
            }
            self.ready.push_back(piece);
        }
        if let Some(reason) = choice["finish_reason"].as_str() {
            reason.clone_into(&mut self.reason);
            if self.told.is_null() {
                self.told = json!({});
            }
        }
        for key in ["usage", "timings"] {
            if event[key].is_object() {
                self.told[key] = event[key].clone();
            }
        }
    }

    fn finish(&mut self) {
        self.is_done = true;
        let mut finished = Finished::last_of(&self.told, self.start);
        finished.reason.clone_from(&self.reason);
        let usage: Usage = finished.usage;
        self.shared.traffic.count(&usage);
        self.ready.push_back(finished.last(self.shape, &self.model));
    }

    /// The status has been said, so the error is a line.
    fn fail(&mut self, what: &str) {
        self.is_done = true;
        self.shared.traffic.count_error();
        self.ready.push_back(json!({ "error": what }));
    }
}
