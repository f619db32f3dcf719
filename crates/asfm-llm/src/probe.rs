//! What servers can do, found out by trying.

use std::sync::Arc;
use std::time::Duration;

use asfm_chat::{FailureKind, Form, Message, Part, Reply, Request, Role, Sampling, Schema, Tool};
use ollama_rs::Ollama;
use ollama_rs::error::OllamaError;
use ollama_rs::headers::{AUTHORIZATION, HeaderMap};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::attempt::{Failed, chain, complaint};
use crate::estimate::estimate_tokens;
use crate::pool::{Endpoint, Pool};
use crate::settings::Settings;
use crate::spec::{Family, Served};
use crate::transport::Transport;

/// The longest that a server may take to say what it has; a real question may take as long as any.
const LOOK_UP: Duration = Duration::from_secs(10);
/// The longest answer to a question of the probe, in tokens.
const ANSWER_TOKENS: u32 = 128;

/// What the servers of a model can do.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Each server, in the order of the spec.
    pub endpoints: Vec<EndpointProbe>,
}

/// What one server can do. An error is what happened, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointProbe {
    /// Its address.
    pub address: String,
    /// Whether it can be reached. If not, nothing else is tried.
    pub reachable: Result<(), String>,
    /// Whether the model is among them.
    pub listed: Result<bool, String>,
    /// The model's context in tokens, if the server tells it.
    pub context: Result<Option<u64>, String>,
    /// Whether answers keep to a schema.
    pub schema: Result<(), String>,
    /// Whether the model calls tools.
    pub tools: Result<(), String>,
    /// How many tokens of answer come in a second, the time for the question included; counted by
    /// the server, or else estimated.
    pub tokens_per_second: Result<f64, String>,
}

pub(crate) async fn of(served: &Served, pool: &Pool, settings: &Settings) -> Probe {
    let mut endpoints = Vec::new();
    // One after the other, so that servers on the same machine do not slow each other down.
    for it in pool.endpoints() {
        endpoints.push(endpoint(served, it, settings).await);
    }
    Probe { endpoints }
}

/// Why it makes no sense to begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No server answers.
    #[error("cannot reach {address}: {why}")]
    Unreachable {
        /// The last address that was tried.
        address: String,
        /// What happened there.
        why: String,
    },
    /// The server says which models it has, and this is none of them.
    #[error("{address} does not have the model `{model}`; it has {has}")]
    NoModel {
        /// The server's address.
        address: String,
        /// The model.
        model: String,
        /// Those that it has.
        has: String,
    },
}

/// Asks the servers for their models, which costs nothing: one must be there, and each Ollama that
/// is there must have the model. Other servers may take any name, and say so when they are asked.
pub(crate) async fn reach(served: &Served, pool: &Pool) -> Result<(), Unfit> {
    let mut unreachable = None;
    let mut is_there = false;
    for it in pool.endpoints() {
        let address = it.transport.base.to_string();
        match models(served, it).await {
            Err(Unlisted::Unreachable(why)) => {
                unreachable = Some(Unfit::Unreachable { address, why });
            }
            Ok(models) if served.family() == Family::Ollama && !lists(&models, served) => {
                let names: Vec<&str> = models.iter().filter_map(|it| it["id"].as_str()).collect();
                let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                return Err(Unfit::NoModel { address, model: served.model().to_owned(), has });
            }
            Ok(_) | Err(Unlisted::Refused(_)) => is_there = true,
        }
    }
    unreachable.filter(|_| !is_there).map_or(Ok(()), Err)
}

async fn models(served: &Served, it: &Endpoint) -> Result<Vec<Value>, Unlisted> {
    match served.family() {
        Family::Ollama => ollama_models(&it.transport).await,
        Family::OpenAi => openai_models(&it.transport).await,
    }
}

/// Whether the model is among these.
fn lists(models: &[Value], served: &Served) -> bool {
    models.iter().any(|it| {
        let name = it["id"].as_str().unwrap_or_default();
        name == served.model() || name.strip_suffix(":latest") == Some(served.model())
    })
}

async fn endpoint(served: &Served, it: &Endpoint, settings: &Settings) -> EndpointProbe {
    let address = it.transport.base.to_string();
    let models = match models(served, it).await {
        Ok(models) => Ok(models),
        Err(Unlisted::Refused(why)) => Err(why),
        Err(Unlisted::Unreachable(why)) => return unreachable(address, &why),
    };
    let context = match served.family() {
        Family::Ollama => ollama_context(&it.transport, served.model()).await,
        Family::OpenAi => {
            let models = models.as_deref().unwrap_or_default();
            Ok(openai_context(&it.transport, models, served.model()).await)
        }
    };
    let listed = models.map(|all| lists(&all, served));
    // The model is loaded by the first of these, so the one that is timed comes last.
    let schema = schema(it, settings).await;
    let tools = tools(it, settings).await;
    let tokens_per_second = speed(it, settings).await;
    EndpointProbe { address, reachable: Ok(()), listed, context, schema, tools, tokens_per_second }
}

fn unreachable(address: String, why: &str) -> EndpointProbe {
    EndpointProbe {
        address,
        reachable: Err(why.to_owned()),
        listed: Err(why.to_owned()),
        context: Err(why.to_owned()),
        schema: Err(why.to_owned()),
        tools: Err(why.to_owned()),
        tokens_per_second: Err(why.to_owned()),
    }
}

/// Why a server's models are not known.
enum Unlisted {
    /// It is not there, or does not answer.
    Unreachable(String),
    /// It does not tell.
    Refused(String),
}

impl From<Failed> for Unlisted {
    fn from(it: Failed) -> Self {
        match it.kind {
            FailureKind::Timeout | FailureKind::Connection => Self::Unreachable(it.what),
            _ => Self::Refused(it.what),
        }
    }
}

/// The library's client for a server.
fn ollama(transport: &Transport) -> Ollama {
    let mut url = transport.base.clone();
    // The library appends its verbs to the text of the address.
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    let mut headers = HeaderMap::new();
    if let Some(secret) = &transport.secret {
        headers.insert(AUTHORIZATION, secret.header.clone());
    }
    let http = transport.http.clone();
    Ollama::builder().url(url).reqwest_client(http).request_headers(headers).build()
}

async fn ollama_models(transport: &Transport) -> Result<Vec<Value>, Unlisted> {
    let models = timeout(LOOK_UP, ollama(transport).list_local_models()).await;
    let models = models.map_err(|_| Unlisted::Unreachable(too_late()))?;
    let models = models.map_err(|it| refused(transport, it))?;
    Ok(models.into_iter().map(|it| json!({"id": it.name})).collect())
}

async fn ollama_context(transport: &Transport, model: &str) -> Result<Option<u64>, String> {
    let info = timeout(LOOK_UP, ollama(transport).show_model_info(model.to_owned())).await;
    let info = info.map_err(|_| too_late())?;
    let info = info.map_err(|it| match refused(transport, it) {
        Unlisted::Unreachable(why) | Unlisted::Refused(why) => why,
    });
    let info = info?.model_info;
    let length = info.iter().find(|it| it.0.ends_with(".context_length"));
    Ok(length.and_then(|it| it.1.as_u64()))
}

/// What the library says of a server that did not do what it was asked.
fn refused(transport: &Transport, error: OllamaError) -> Unlisted {
    let body = match error {
        OllamaError::ReqwestError(it) => return Failed::transport(it).into(),
        OllamaError::Other(body) => body,
        other => return Unlisted::Refused(chain(&other)),
    };
    let body = match &transport.secret {
        Some(secret) => String::from_utf8_lossy(&secret.hide(body.into_bytes())).into_owned(),
        None => body,
    };
    Unlisted::Refused(complaint(&body))
}

fn too_late() -> String {
    format!("no answer within {} s", LOOK_UP.as_secs())
}

async fn openai_models(transport: &Transport) -> Result<Vec<Value>, Unlisted> {
    let found = json(&transport.get("/models", LOOK_UP).await?)?;
    let list = found["data"].as_array();
    let wrong = || Unlisted::Refused(format!("expected models as `data`, found {found}"));
    list.cloned().ok_or_else(wrong)
}

/// vLLM and llama.cpp tell it with the model, older llama.cpp among its properties, others not.
async fn openai_context(transport: &Transport, models: &[Value], model: &str) -> Option<u64> {
    if let Some(it) = models.iter().find(|it| it["id"] == model) {
        let told = [&it["max_model_len"], &it["context_length"], &it["meta"]["n_ctx"]];
        if let Some(length) = told.into_iter().find_map(Value::as_u64) {
            return Some(length);
        }
    }
    let body = transport.get_at_root("/props", LOOK_UP).await.ok()?;
    let properties = json(&body).ok()?;
    let told = [&properties["default_generation_settings"]["n_ctx"], &properties["n_ctx"]];
    told.into_iter().find_map(Value::as_u64)
}

fn json(body: &[u8]) -> Result<Value, Failed> {
    let json = serde_json::from_slice(body);
    json.map_err(|it| Failed::protocol(&format!("expected JSON ({it})"), body))
}

/// The question does not speak of JSON, so an answer in it shows that the server enforces it.
async fn schema(it: &Endpoint, settings: &Settings) -> Result<(), String> {
    let schema = json!({
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": ["aye", "nay"]}},
        "required": ["answer"],
        "additionalProperties": false,
    });
    let form = Form::Schema(Arc::new(Schema { name: "probe".into(), schema }));
    let said = ask(it, settings, "Is water wet?", form).await?.answer.text;
    let answer: Value = serde_json::from_str(&said).unwrap_or_default();
    let is_kept = ["aye", "nay"].iter().any(|word| answer["answer"] == *word);
    is_kept.then_some(()).ok_or_else(|| format!("the answer does not keep to it: {said}"))
}

async fn tools(it: &Endpoint, settings: &Settings) -> Result<(), String> {
    let tool = Tool {
        name: "report".into(),
        description: "Reports a number.".into(),
        parameters: json!({
            "type": "object",
            "properties": {"number": {"type": "integer"}},
            "required": ["number"],
        }),
    };
    let form = Form::Tools([tool].into());
    let answer = ask(it, settings, "Report the number 7 by calling the tool.", form).await?.answer;
    let called = answer.calls.iter().any(|it| it.name == "report" && it.arguments["number"] == 7);
    called.then_some(()).ok_or_else(|| match answer.calls.first() {
        Some(other) => format!("a wrong call: {}({})", other.name, other.arguments),
        None => format!("no tool was called: {}", answer.text),
    })
}

async fn speed(it: &Endpoint, settings: &Settings) -> Result<f64, String> {
    let begun = Instant::now();
    let reply = ask(it, settings, "Count from 1 to 50.", Form::Text).await?;
    let tokens = reply.usage.answer.unwrap_or_else(|| estimate_tokens(&reply.answer.text));
    Ok(f64::from(tokens) / begun.elapsed().as_secs_f64().max(1e-6))
}

async fn ask(it: &Endpoint, settings: &Settings, words: &str, form: Form) -> Result<Reply, String> {
    let request = Request {
        messages: vec![Message::new(Role::User, [Part::own(words)])],
        form,
        sampling: Sampling { temperature_e3: 0, seed: 1, answer_tokens: ANSWER_TOKENS },
    };
    it.ask(&request, settings.timeout).await.map_err(|it| it.what)
}
