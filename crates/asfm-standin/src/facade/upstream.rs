//! The other server: its models, its answers, its errors.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::BUSY;

/// An error as Ollama says it: a status, and `{"error": …}`.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    what: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, what: &str) -> Self {
        Self { status, what: what.to_owned() }
    }

    /// Nothing came, or nothing that could be read.
    pub(super) fn broken(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, &what.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.what }))).into_response()
    }
}

/// A model of the other server.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) id: String,
    /// The most tokens of a question and its answer, if the server says.
    pub(super) context: Option<u64>,
}

/// The other server.
pub(super) struct Upstream {
    client: reqwest::Client,
    /// With `/v1`.
    base: String,
    key: Option<String>,
    /// Its models, once it has told them.
    models: Mutex<Option<Arc<[Model]>>>,
}

impl Upstream {
    pub(super) fn new(address: &str, key: Option<String>) -> Self {
        let address = address.trim_end_matches('/');
        let base = format!("{}/v1", address.strip_suffix("/v1").unwrap_or(address));
        Self { client: reqwest::Client::new(), base, key, models: Mutex::default() }
    }

    pub(super) async fn models(&self) -> Result<Arc<[Model]>, Refusal> {
        let mut models = self.models.lock().await;
        if let Some(it) = &*models {
            return Ok(Arc::clone(it));
        }
        let response = self.send(self.client.get(format!("{}/models", self.base))).await?;
        let list: Value = response.json().await.map_err(Refusal::broken)?;
        let list = list["data"].as_array().map_or(&[][..], |it| it);
        let found: Arc<[Model]> = list.iter().filter_map(model).collect();
        *models = Some(Arc::clone(&found));
        Ok(found)
    }

    /// The model of this name, which may end in `:latest`.
    pub(super) async fn model(&self, name: &str) -> Result<Model, Refusal> {
        let models = self.models().await?;
        let short = name.strip_suffix(":latest").unwrap_or(name);
        let found = models.iter().find(|it| it.id == name || it.id == short);
        let unknown =
            || Refusal::new(StatusCode::NOT_FOUND, &format!("model \"{name}\" not found"));
        found.cloned().ok_or_else(unknown)
    }

    /// The whole answer to a chat.
    pub(super) async fn ask(&self, body: &Value) -> Result<Value, Refusal> {
        self.chat(body).await?.json().await.map_err(Refusal::broken)
    }

    /// The answer to a chat, as it begins.
    pub(super) async fn chat(&self, body: &Value) -> Result<reqwest::Response, Refusal> {
        let url = format!("{}/chat/completions", self.base);
        self.send(self.client.post(url).json(body)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Refusal> {
        let request = match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let response = request.send().await.map_err(Refusal::broken)?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response.text().await.unwrap_or_default();
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                Refusal::new(StatusCode::SERVICE_UNAVAILABLE, BUSY)
            }
            _ if status.is_client_error() => Refusal::new(status, &message(&text)),
            _ => Refusal::broken(message(&text)),
        })
    }
}

fn model(value: &Value) -> Option<Model> {
    let id = value["id"].as_str()?.to_owned();
    let meta = &value["meta"];
    let said = [&meta["n_ctx"], &meta["n_ctx_train"], &value["max_model_len"]];
    Some(Model { id, context: said.into_iter().filter_map(Value::as_u64).min() })
}

/// The words of an error, wherever its server puts them.
fn message(text: &str) -> String {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let said = [&json["error"]["message"], &json["error"], &json["message"], &json["detail"]];
    let said = said.into_iter().find_map(Value::as_str);
    said.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_error_are_found() {
        assert_eq!(message(r#"{"error":{"message":"too long","code":400}}"#), "too long");
        assert_eq!(message(r#"{"error":"no"}"#), "no");
        assert_eq!(message("Bad Gateway"), "Bad Gateway");
    }

    #[test]
    fn the_smaller_context_counts() {
        let it = model(&json!({ "id": "m", "meta": { "n_ctx": 4096, "n_ctx_train": 8192 } }));
        assert_eq!(it.and_then(|it| it.context), Some(4096));
        assert!(model(&json!({ "id": "m" })).is_some_and(|it| it.context.is_none()));
    }
}
