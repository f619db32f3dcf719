//! Ollama's own protocol.
//!
//! Questions are written with the types of `ollama-rs`, and its client looks after models for
//! [`probe`](crate::Client::probe). The chat itself goes over our own [`Transport`]: the library's
//! call gives up the status of a refusal and a wish to wait, reads a body of any length into
//! memory, loses all token counts if one of six is missing (real servers leave out those that are
//! zero), cannot say that an answer was cut, and calls `"content": null` unreadable.

use std::time::Duration;

use asfm_chat::{
    Answer, FailureKind, Finish, Form, Message, Reply, Request, Role, ToolCall, Usage,
};
use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::chat::{ChatMessage, MessageRole};
use ollama_rs::generation::parameters::{FormatType, JsonStructure, KeepAlive, TimeUnit};
use ollama_rs::generation::tools::{ToolFunctionInfo, ToolInfo, ToolType};
use ollama_rs::models::ModelOptions;
use schemars::Schema;
use serde::Deserialize;
use serde_json::Value;

use crate::attempt::Failed;
use crate::settings::Settings;
use crate::transport::Transport;

/// A model at one Ollama server.
#[derive(Debug)]
pub(crate) struct Ollama {
    model: String,
    /// One value for the whole run: the server loads the model anew for each other one.
    context: u32,
    keep_alive: Duration,
}

impl Ollama {
    pub(crate) fn new(model: &str, settings: &Settings) -> Self {
        let Settings { context, keep_alive, .. } = *settings;
        Self { model: model.to_owned(), context, keep_alive }
    }

    pub(crate) async fn ask(
        &self,
        transport: &Transport,
        request: &Request,
        timeout: Duration,
    ) -> Result<Reply, Failed> {
        let question = self.question(request)?;
        let body = transport.post("/api/chat", &question, timeout).await?;
        read(&body, request.sampling.answer_tokens)
    }

    fn question(&self, request: &Request) -> Result<ChatMessageRequest, Failed> {
        let messages = request.messages.iter().map(message).collect();
        let sampling = request.sampling;
        let thousandths = u16::try_from(sampling.temperature_e3).unwrap_or(u16::MAX);
        let options = ModelOptions::default()
            .seed(i32::try_from(sampling.seed).unwrap_or(i32::MAX))
            .temperature(f32::from(thousandths) / 1000.0)
            .num_predict(i32::try_from(sampling.answer_tokens).unwrap_or(i32::MAX))
            .num_ctx(self.context.into());
        let keep_alive =
            KeepAlive::Until { time: self.keep_alive.as_secs(), unit: TimeUnit::Seconds };
        let question = ChatMessageRequest::new(self.model.clone(), messages)
            .options(options)
            .keep_alive(keep_alive);
        Ok(match &request.form {
            Form::Text => question,
            Form::Schema(it) => {
                let structure = JsonStructure::new_for_schema(schema(&it.schema)?);
                question.format(FormatType::StructuredJson(Box::new(structure)))
            }
            Form::Tools(tools) => {
                let tools = tools.iter().map(|it| {
                    let function = ToolFunctionInfo {
                        name: it.name.clone(),
                        description: it.description.clone(),
                        parameters: schema(&it.parameters)?,
                    };
                    Ok(ToolInfo { tool_type: ToolType::Function, function })
                });
                question.tools(tools.collect::<Result<_, Failed>>()?)
            }
        })
    }
}

fn message(it: &Message) -> ChatMessage {
    let role = match it.role {
        Role::System => MessageRole::System,
        Role::User => MessageRole::User,
        Role::Assistant => MessageRole::Assistant,
    };
    ChatMessage::new(role, it.text())
}

fn schema(it: &Value) -> Result<Schema, Failed> {
    let schema = Schema::try_from(it.clone());
    schema.map_err(|why| Failed::new(FailureKind::Rejected, format!("not a schema: {why}")))
}

/// An answer, as far as it matters here. Everything may be missing.
#[derive(Deserialize)]
struct Said {
    model: Option<String>,
    message: Option<SaidMessage>,
    done_reason: Option<String>,
    prompt_eval_count: Option<u64>,
    eval_count: Option<u64>,
    error: Option<Value>,
}

/// What the server sets apart as `thinking` is no part of the answer.
#[derive(Deserialize)]
struct SaidMessage {
    content: Option<String>,
    tool_calls: Option<Vec<SaidCall>>,
}

#[derive(Deserialize)]
struct SaidCall {
    function: SaidFunction,
}

#[derive(Deserialize)]
struct SaidFunction {
    name: String,
    #[serde(default)]
    arguments: Value,
}

fn read(body: &[u8], answer_tokens: u32) -> Result<Reply, Failed> {
    let said: Said = serde_json::from_slice(body)
        .map_err(|it| Failed::protocol(&format!("expected an answer in JSON ({it})"), body))?;
    if let Some(error) = &said.error {
        return Err(Failed::in_answer(error, body));
    }
    let Some(message) = said.message else {
        return Err(Failed::protocol("expected an answer with a `message`", body));
    };
    let calls = message.tool_calls.unwrap_or_default().into_iter();
    let calls: Vec<ToolCall> = calls
        .map(|it| ToolCall { name: it.function.name, arguments: it.function.arguments })
        .collect();
    let count = |it: Option<u64>| it.and_then(|it| u32::try_from(it).ok());
    let usage = Usage {
        prompt: count(said.prompt_eval_count),
        cached: None,
        answer: count(said.eval_count),
    };
    // Servers of before 2024 give no reason; then the count tells that an answer was cut.
    let is_full = usage.answer.is_some_and(|it| it >= answer_tokens);
    let finish = match said.done_reason.as_deref() {
        Some("length") => Finish::Length,
        None if is_full => Finish::Length,
        _ if !calls.is_empty() => Finish::Tools,
        Some("stop") => Finish::Stop,
        Some(other) => Finish::Other(other.to_owned()),
        None => Finish::Other("unknown".to_owned()),
    };
    let answer = Answer { text: message.content.unwrap_or_default(), calls };
    Ok(Reply { answer, finish, usage, served_model: said.model, latency: Duration::ZERO })
}
