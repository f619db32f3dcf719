//! From the answer of a chat completion to Ollama's.

use std::time::Instant;

use serde_json::{Value, json};

use super::tools::{self, Tool};
use super::translate::Shape;
use super::upstream::Refusal;

/// How many tokens an answer took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) prompt: u64,
    pub(super) cached: u64,
    pub(super) answer: u64,
}

/// An answer that is whole.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) text: String,
    pub(super) thinking: Option<String>,
    pub(super) calls: Vec<Value>,
    pub(super) reason: String,
    pub(super) usage: Usage,
    times: Times,
}

/// In nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Times {
    total: u64,
    prompt: u64,
    answer: u64,
}

impl Finished {
    /// Reads a chat completion, whose question came at `start`.
    pub(super) fn read(said: &Value, start: Instant) -> Result<Self, Refusal> {
        let choice = &said["choices"][0];
        let message = &choice["message"];
        if !message.is_object() {
            return Err(Refusal::broken("the server answered without a message"));
        }
        let mut finished = Self::last_of(said, start);
        message["content"].as_str().unwrap_or_default().clone_into(&mut finished.text);
        finished.thinking = message["reasoning_content"].as_str().map(str::to_owned);
        choice["finish_reason"].as_str().unwrap_or("stop").clone_into(&mut finished.reason);
        Ok(finished)
    }

    /// What the last piece of a stream tells, or the body of a whole answer: all but the words.
    pub(super) fn last_of(said: &Value, start: Instant) -> Self {
        let (usage, timings) = (&said["usage"], &said["timings"]);
        let number = |value: &Value| value.as_u64();
        let cached = number(&usage["prompt_tokens_details"]["cached_tokens"]);
        let usage = Usage {
            prompt: number(&usage["prompt_tokens"]).unwrap_or_default(),
            cached: cached.or_else(|| number(&timings["cache_n"])).unwrap_or_default(),
            answer: number(&usage["completion_tokens"]).unwrap_or_default(),
        };
        let total = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let prompt = nanoseconds(&timings["prompt_ms"]).unwrap_or_default();
        let answer = nanoseconds(&timings["predicted_ms"]);
        let answer = answer.unwrap_or_else(|| total.saturating_sub(prompt));
        Self {
            text: String::new(),
            thinking: None,
            calls: Vec::new(),
            reason: "stop".to_owned(),
            usage,
            times: Times { total, prompt, answer },
        }
    }

    /// Turns the text into calls; if there are none in it, it stays a text.
    pub(super) fn take_calls(&mut self, tools: &[Tool]) {
        self.calls = tools::calls(&self.text, tools);
        if !self.calls.is_empty() {
            self.text.clear();
        }
    }

    /// The answer in one piece.
    pub(super) fn whole(&self, shape: Shape, model: &str) -> Value {
        let mut whole = self.last(shape, model);
        let words = self.piece(shape, model);
        let key = if shape == Shape::Chat { "message" } else { "response" };
        whole[key] = words[key].clone();
        whole
    }

    /// The words of a stream, in one piece.
    pub(super) fn piece(&self, shape: Shape, model: &str) -> Value {
        let mut piece = piece(shape, model, &self.text);
        if shape == Shape::Chat {
            if !self.calls.is_empty() {
                piece["message"]["tool_calls"] = json!(self.calls);
            }
            if let Some(it) = &self.thinking {
                piece["message"]["thinking"] = json!(it);
            }
        }
        piece
    }

    /// The last piece of a stream, which tells what it took.
    pub(super) fn last(&self, shape: Shape, model: &str) -> Value {
        let mut last = piece(shape, model, "");
        last["done"] = json!(true);
        last["done_reason"] = json!(if self.reason == "length" { "length" } else { "stop" });
        for (name, number) in [
            ("total_duration", self.times.total),
            ("load_duration", 0),
            ("prompt_eval_count", self.usage.prompt),
            ("prompt_eval_duration", self.times.prompt),
            ("eval_count", self.usage.answer),
            ("eval_duration", self.times.answer),
        ] {
            last[name] = json!(number);
        }
        last
    }
}

/// Some words of a stream.
pub(super) fn piece(shape: Shape, model: &str, text: &str) -> Value {
    let mut piece = json!({ "model": model, "created_at": now(), "done": false });
    match shape {
        Shape::Chat => piece["message"] = json!({ "role": "assistant", "content": text }),
        Shape::Generate => piece["response"] = json!(text),
    }
    piece
}

pub(super) fn now() -> String {
    jiff::Timestamp::now().to_string()
}

fn nanoseconds(milliseconds: &Value) -> Option<u64> {
    let seconds = milliseconds.as_f64()? / 1000.0;
    let duration = std::time::Duration::try_from_secs_f64(seconds).ok()?;
    u64::try_from(duration.as_nanos()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_took_is_carried_over() {
        let said = json!({
            "choices": [{ "message": { "content": "Hi" }, "finish_reason": "length" }],
            "usage": { "prompt_tokens": 10, "completion_tokens": 3 },
            "timings": { "cache_n": 8, "prompt_ms": 1.5, "predicted_ms": 2.0 },
        });
        let finished = Finished::read(&said, Instant::now()).expect("an answer");
        assert_eq!(finished.usage, Usage { prompt: 10, cached: 8, answer: 3 });
        let whole = finished.whole(Shape::Chat, "m");
        assert_eq!(whole["message"]["content"], "Hi");
        assert_eq!(whole["done_reason"], "length");
        assert_eq!(whole["prompt_eval_duration"], 1_500_000);
        assert_eq!(finished.whole(Shape::Generate, "m")["response"], "Hi");
    }

    #[test]
    fn an_answer_without_a_message_is_refused() {
        assert!(Finished::read(&json!({ "choices": [] }), Instant::now()).is_err());
    }
}
