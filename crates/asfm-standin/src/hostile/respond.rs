//! From a class to what goes over the wire.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;

use super::answer::answer;
use super::class::Class;
use super::draw::Draw;
use super::{CONTEXT, Hostile};
use crate::connection::Switch;
use crate::question::{Protocol, Question};

const JSON: &str = "application/json";
const PAGE: &str = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>\
                    <body><h1>502 Bad Gateway</h1><hr>nginx</body></html>";
/// The pieces of a slow answer.
const PIECES: usize = 20;
/// Between two bytes of a drip that never ends.
const DRIP: Duration = Duration::from_millis(20);
/// Where bytes go that are no UTF-8, and the bytes.
const MARK: &str = "The price";
const NO_UTF8: &[u8] = b"\xff\xfe\xc3\x28 \xed\xa0\x80";

pub(super) async fn respond(
    class: Class,
    config: &Hostile,
    question: &Question,
    mut draw: Draw,
    switch: &Switch,
) -> Response {
    match class {
        Class::Busy | Class::BusyForever => {
            let response = error(StatusCode::TOO_MANY_REQUESTS, question, "Rate limit reached");
            ([(header::RETRY_AFTER, "0")], response).into_response()
        }
        Class::QueueFull => error(
            StatusCode::SERVICE_UNAVAILABLE,
            question,
            "server busy, please try again.  maximum pending requests exceeded",
        ),
        Class::Error500 | Class::Error500Forever => error(
            StatusCode::INTERNAL_SERVER_ERROR,
            question,
            "llama runner process has terminated: signal: killed",
        ),
        Class::GatewayPage => {
            (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], PAGE).into_response()
        }
        Class::NotFound => {
            let what = format!("model \"{}\" not found", question.model);
            error(StatusCode::NOT_FOUND, question, &what)
        }
        Class::Unauthorized => error(StatusCode::UNAUTHORIZED, question, "Incorrect API key"),
        Class::TooLong => too_long(question),
        Class::Redirect => {
            let path = match question.protocol {
                Protocol::Ollama => "/api/chat",
                Protocol::OpenAi => "/v1/chat/completions",
            };
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, path)]).into_response()
        }
        Class::Reset | Class::ResetForever => {
            switch.break_it();
            StatusCode::OK.into_response()
        }
        Class::Stall => {
            tokio::time::sleep(config.stall).await;
            switch.break_it();
            StatusCode::OK.into_response()
        }
        Class::EndlessDrip => endless_drip(config.stall),
        Class::HalfBody => half_body(answer(class, question, &mut draw).body(question)),
        Class::SlowDrip => {
            slow_drip(answer(class, question, &mut draw).body(question), config.drip)
        }
        Class::InvalidUtf8 => {
            let said = answer(class, question, &mut draw);
            whole(JSON, no_utf8(&said.body(question)))
        }
        Class::InvalidJson => {
            let mut body = answer(class, question, &mut draw).body(question);
            body.truncate(body.len() / 2);
            whole(JSON, body.into())
        }
        Class::EmptyBody => whole(JSON, Bytes::new()),
        Class::NoChoice => {
            let body = match question.protocol {
                Protocol::Ollama => json!({ "model": question.model, "done": true }),
                Protocol::OpenAi => json!({ "model": question.model, "choices": [] }),
            };
            whole(JSON, body.to_string().into())
        }
        Class::ErrorIn200 => error(StatusCode::OK, question, "unexpected EOF"),
        Class::PageIn200 => whole("text/html", Bytes::from_static(PAGE.as_bytes())),
        _ => whole(JSON, answer(class, question, &mut draw).body(question).into()),
    }
}

fn whole(kind: &'static str, body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

/// An error in the words of the protocol.
fn error(status: StatusCode, question: &Question, what: &str) -> Response {
    let body = match question.protocol {
        Protocol::Ollama => json!({ "error": what }),
        Protocol::OpenAi => json!({
            "error": { "message": what, "type": "server_error", "code": status.as_u16() },
        }),
    };
    (status, axum::Json(body)).into_response()
}

fn too_long(question: &Question) -> Response {
    let what = format!(
        "request (99999 tokens) exceeds the available context size ({CONTEXT} tokens), try \
         increasing it"
    );
    let body = match question.protocol {
        Protocol::Ollama => json!({ "error": what }),
        Protocol::OpenAi => json!({
            "error": {
                "message": what, "type": "exceed_context_size_error", "code": 400,
                "n_prompt_tokens": 99_999, "n_ctx": CONTEXT,
            },
        }),
    };
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

/// White space is how JSON may begin, so a reader has no reason to give up.
fn endless_drip(stall: Duration) -> Response {
    let n = stall.as_millis() / DRIP.as_millis();
    let bytes = stream::iter(0..n).then(async |_| {
        tokio::time::sleep(DRIP).await;
        Ok::<_, Infallible>(Bytes::from_static(b" "))
    });
    ([(header::CONTENT_TYPE, JSON)], Body::from_stream(bytes)).into_response()
}

fn slow_drip(body: String, drip: Duration) -> Response {
    let size = body.len().div_ceil(PIECES).max(1);
    let length = body.len().to_string();
    let body = Bytes::from(body);
    let pieces: Vec<Bytes> =
        (0..body.len()).step_by(size).map(|at| body.slice(at..body.len().min(at + size))).collect();
    let pause = drip / u32::try_from(PIECES).unwrap_or(1);
    let bytes = stream::iter(pieces).then(move |it| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(it)
    });
    let headers = [(header::CONTENT_TYPE, JSON), (header::CONTENT_LENGTH, &length)];
    (headers, Body::from_stream(bytes)).into_response()
}

/// The head promises a whole body.
fn half_body(body: String) -> Response {
    let length = body.len().to_string();
    let half = Bytes::from(body).slice(..length.parse::<usize>().unwrap_or_default() / 2);
    let bytes = stream::iter([Ok(half), Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe))]);
    let headers = [(header::CONTENT_TYPE, JSON), (header::CONTENT_LENGTH, &length)];
    (headers, Body::from_stream(bytes)).into_response()
}

/// The body with bytes that are no UTF-8 inside of its text, or of what stands there.
fn no_utf8(body: &str) -> Bytes {
    let at = body.find(MARK).or_else(|| body.find("stock"));
    let (before, after) = body.split_at(at.unwrap_or(body.len() / 2));
    [before.as_bytes(), NO_UTF8, after.as_bytes()].concat().into()
}
