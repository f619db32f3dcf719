//! Answers of both protocols, as bodies.

use serde_json::{Value, json};

use crate::question::{Protocol, Question};

/// The time at which everything is said: answers must not differ from run to run.
const THEN: &str = "2026-01-01T00:00:00Z";
/// Where the arguments of a call go.
const MARK: &str = "@@arguments@@";

/// A call of a tool.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// As the model writes them, which need not be JSON.
    pub(crate) arguments: String,
}

/// What is said.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) text: Option<String>,
    pub(crate) calls: Vec<Call>,
    /// Why it ended: `stop`, `length` or `content_filter`.
    pub(crate) finish: &'static str,
    /// What was thought, in a field of its own.
    pub(crate) thinking: Option<String>,
    pub(crate) has_usage: bool,
    /// Whether the body has fields that nobody asked for.
    pub(crate) has_extras: bool,
}

impl Said {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            calls: Vec::new(),
            finish: "stop",
            thinking: None,
            has_usage: true,
            has_extras: false,
        }
    }

    pub(crate) fn calls(calls: Vec<Call>) -> Self {
        Self { calls, ..Self::text("") }
    }

    /// The body of the answer.
    pub(crate) fn body(&self, question: &Question) -> String {
        let mut body = match question.protocol {
            Protocol::Ollama => self.ollama(question),
            Protocol::OpenAi => self.open_ai(question),
        };
        if self.has_extras {
            body["provider"] = json!({ "region": "moon", "shards": [1, null, { "x": [] }] });
            body["usage"]["queue_time"] = json!(0.25);
        }
        self.fill(&body.to_string())
    }

    /// Puts arguments where they go: what is no JSON cannot get there in any other way.
    fn fill(&self, body: &str) -> String {
        let mark = json!(MARK).to_string();
        let mut pieces = body.split(&mark);
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for (piece, call) in pieces.zip(&self.calls) {
            filled = filled + &call.arguments + piece;
        }
        filled
    }

    fn ollama(&self, question: &Question) -> Value {
        let mut message = json!({ "role": "assistant", "content": self.text });
        if !self.calls.is_empty() {
            let call = |it: &Call| json!({ "function": { "name": it.name, "arguments": MARK } });
            message["tool_calls"] = self.calls.iter().map(call).collect();
        }
        if let Some(it) = &self.thinking {
            message["thinking"] = json!(it);
        }
        let mut body = json!({
            "model": question.model, "created_at": THEN, "message": message, "done": true,
            "done_reason": self.finish,
        });
        if self.has_usage {
            let (prompt, answer) = self.tokens(question);
            for (name, number) in [
                ("total_duration", 2_000_000),
                ("load_duration", 1000),
                ("prompt_eval_count", prompt),
                ("prompt_eval_duration", 1_000_000),
                ("eval_count", answer),
                ("eval_duration", 1_000_000),
            ] {
                body[name] = json!(number);
            }
        }
        body
    }

    fn open_ai(&self, question: &Question) -> Value {
        let mut message = json!({ "role": "assistant", "content": self.text });
        let mut finish = self.finish;
        if !self.calls.is_empty() {
            let calls = self.calls.iter().enumerate().map(|(at, call)| {
                let function = json!({ "name": call.name, "arguments": call.arguments });
                json!({ "id": format!("call_{at}"), "type": "function", "function": function })
            });
            message["tool_calls"] = calls.collect();
            if self.text.as_ref().is_some_and(String::is_empty) {
                message["content"] = Value::Null;
            }
            if finish == "stop" {
                finish = "tool_calls";
            }
        }
        if let Some(it) = &self.thinking {
            message["reasoning_content"] = json!(it);
        }
        let mut body = json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_767_225_600,
            "model": question.model,
            "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        });
        if self.has_usage {
            let (prompt, answer) = self.tokens(question);
            body["usage"] = json!({
                "prompt_tokens": prompt, "completion_tokens": answer,
                "total_tokens": prompt + answer,
                "prompt_tokens_details": { "cached_tokens": prompt / 2 },
            });
        }
        body
    }

    /// About four letters make a token.
    fn tokens(&self, question: &Question) -> (usize, usize) {
        let prompt: usize = question.messages.iter().map(|it| it.1.len()).sum();
        let text = self.text.as_ref().map_or(0, String::len);
        let calls: usize = self.calls.iter().map(|it| it.arguments.len()).sum();
        (prompt / 4 + 1, (text + calls) / 4 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(protocol: Protocol) -> Question {
        let body = json!({ "model": "m", "messages": [{ "role": "user", "content": "?" }] });
        Question::read(protocol, body.to_string().as_bytes()).expect("a question")
    }

    fn said(arguments: &str) -> Said {
        Said::calls(vec![Call { name: "buy".to_owned(), arguments: arguments.to_owned() }])
    }

    #[test]
    fn arguments_are_an_object_here_and_a_string_there() {
        let arguments = r#"{"quantity":1}"#;
        let body = said(arguments).body(&question(Protocol::Ollama));
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let function = &body["message"]["tool_calls"][0]["function"];
        assert_eq!(function["arguments"], json!({ "quantity": 1 }));
        let body = said(arguments).body(&question(Protocol::OpenAi));
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let choice = &body["choices"][0];
        assert_eq!(choice["message"]["tool_calls"][0]["function"]["arguments"], arguments);
        assert_eq!(choice["finish_reason"], "tool_calls");
    }

    #[test]
    fn arguments_need_not_be_json() {
        let body = said("{\"quantity\": NaN}").body(&question(Protocol::Ollama));
        assert!(body.contains("\"arguments\":{\"quantity\": NaN}"), "{body}");
    }
}
