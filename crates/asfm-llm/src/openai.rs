//! `OpenAI`'s chat completions, which vLLM, `SGLang`, llama.cpp and most companies serve too.
//!
//! Answers are read from JSON values by hand and not into somebody's types: servers leave out, add
//! and misspell fields, and a type that insists on all of them would throw away a good answer.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use asfm_chat::{Answer, FailureKind, Finish, Form, Reply, Request, Sampling, ToolCall, Usage};
use serde_json::{Value, json};

use crate::attempt::Failed;
use crate::transport::Transport;

/// A model at one server of this protocol.
#[derive(Debug)]
pub(crate) struct OpenAi {
    model: String,
    /// Newer models of the inventor want another name for the longest answer and refuse the old
    /// one, which is the only one that most other servers know. Learnt from the first refusal.
    has_new_limit: AtomicBool,
    /// Some servers cannot be told that a tool must be called.
    has_loose_tools: AtomicBool,
}

impl OpenAi {
    pub(crate) fn new(model: &str) -> Self {
        let (has_new_limit, has_loose_tools) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { model: model.to_owned(), has_new_limit, has_loose_tools }
    }

    pub(crate) async fn ask(
        &self,
        transport: &Transport,
        request: &Request,
        timeout: Duration,
    ) -> Result<Reply, Failed> {
        loop {
            let question = self.question(request);
            match transport.post("/chat/completions", &question, timeout).await {
                Ok(body) => return read(&body),
                // Each thing is learnt once, so this ends.
                Err(failed) if self.learns(&question, &failed) => {}
                Err(failed) => return Err(failed),
            }
        }
    }

    fn question(&self, request: &Request) -> Value {
        let messages = request.messages.iter();
        let messages: Vec<Value> =
            messages.map(|it| json!({"role": it.role.word(), "content": it.text()})).collect();
        let Sampling { temperature_e3, seed, answer_tokens } = request.sampling;
        let mut question = json!({
            "model": self.model,
            "messages": messages,
            "temperature": f64::from(temperature_e3) / 1000.0,
            "seed": seed,
            "stream": false,
        });
        let limit =
            if self.has_new_limit.load(Relaxed) { "max_completion_tokens" } else { "max_tokens" };
        question[limit] = answer_tokens.into();
        match &request.form {
            Form::Text => {}
            Form::Schema(it) => {
                question["response_format"] = json!({
                    "type": "json_schema",
                    "json_schema": {"name": it.name, "schema": it.schema, "strict": true},
                });
            }
            Form::Tools(tools) => {
                let tools: Vec<Value> = tools
                    .iter()
                    .map(|it| {
                        json!({"type": "function", "function": {
                            "name": it.name,
                            "description": it.description,
                            "parameters": it.parameters,
                        }})
                    })
                    .collect();
                question["tools"] = tools.into();
                let is_loose = self.has_loose_tools.load(Relaxed);
                question["tool_choice"] = if is_loose { "auto" } else { "required" }.into();
            }
        }
        question
    }

    /// Whether a refusal says how to ask instead.
    fn learns(&self, question: &Value, failed: &Failed) -> bool {
        if failed.kind != FailureKind::Rejected {
            return false;
        }
        if !question["max_tokens"].is_null() && failed.what.contains("max_completion_tokens") {
            self.has_new_limit.store(true, Relaxed);
            return true;
        }
        if question["tool_choice"] == "required" && failed.what.contains("tool_choice") {
            self.has_loose_tools.store(true, Relaxed);
            return true;
        }
        false
    }
}

fn read(body: &[u8]) -> Result<Reply, Failed> {
    let said: Value = serde_json::from_slice(body)
        .map_err(|it| Failed::protocol(&format!("expected an answer in JSON ({it})"), body))?;
    let choice = &said["choices"][0];
    let message = &choice["message"];
    if !message.is_object() {
        return Err(match &said["error"] {
            Value::Null => Failed::protocol("expected an answer with `choices[0].message`", body),
            error => Failed::in_answer(error, body),
        });
    }
    let calls: Vec<ToolCall> =
        message["tool_calls"].as_array().into_iter().flatten().filter_map(call).collect();
    let refusal = message["refusal"].as_str().filter(|it| !it.is_empty());
    let mut text = words(&message["content"]);
    if let (true, Some(refusal)) = (text.is_empty(), refusal) {
        refusal.clone_into(&mut text);
    }
    let finish = match choice["finish_reason"].as_str() {
        _ if refusal.is_some() => Finish::Refused,
        Some("content_filter") => Finish::Refused,
        Some("length") => Finish::Length,
        _ if !calls.is_empty() => Finish::Tools,
        Some("stop") => Finish::Stop,
        Some(other) => Finish::Other(other.to_owned()),
        None => Finish::Other("unknown".to_owned()),
    };
    let count = |it: &Value| it.as_u64().and_then(|it| u32::try_from(it).ok());
    let usage = &said["usage"];
    let cached = count(&usage["prompt_tokens_details"]["cached_tokens"]);
    let usage = Usage {
        prompt: count(&usage["prompt_tokens"]),
        // DeepSeek's name for the same.
        cached: cached.or_else(|| count(&usage["prompt_cache_hit_tokens"])),
        answer: count(&usage["completion_tokens"]),
    };
    let served_model = said["model"].as_str().map(str::to_owned);
    Ok(Reply {
        answer: Answer { text, calls },
        finish,
        usage,
        served_model,
        latency: Duration::ZERO,
    })
}

/// The words of a message: a string, or pieces of which some are text.
fn words(content: &Value) -> String {
    match content {
        Value::String(it) => it.clone(),
        Value::Array(pieces) => pieces.iter().filter_map(|it| it["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn call(it: &Value) -> Option<ToolCall> {
    let function = &it["function"];
    // The protocol has them as JSON in a string; some servers have them as JSON.
    let arguments = match &function["arguments"] {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into()),
        other => other.clone(),
    };
    Some(ToolCall { name: function["name"].as_str()?.to_owned(), arguments })
}
