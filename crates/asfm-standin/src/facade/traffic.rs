//! What went through a facade.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::finish::Usage;
use crate::counters::Gauge;

/// What went through a facade.
#[derive(Debug, Default)]
pub struct Traffic {
    gauge: Gauge,
    answers: AtomicU64,
    errors: AtomicU64,
    prompt: AtomicU64,
    cached: AtomicU64,
    answer: AtomicU64,
}

impl Traffic {
    /// The questions, whatever became of them.
    pub fn gauge(&self) -> &Gauge {
        &self.gauge
    }

    /// The questions that were answered.
    pub fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    /// The questions that were refused or failed.
    pub fn errors(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }

    /// The tokens of all answered questions.
    pub fn prompt_tokens(&self) -> u64 {
        self.prompt.load(Ordering::Relaxed)
    }

    /// Those of them that the server had ready from earlier questions.
    pub fn cached_tokens(&self) -> u64 {
        self.cached.load(Ordering::Relaxed)
    }

    /// Those of them that it had to read.
    pub fn evaluated_tokens(&self) -> u64 {
        self.prompt_tokens().saturating_sub(self.cached_tokens())
    }

    /// The tokens of all answers.
    pub fn answer_tokens(&self) -> u64 {
        self.answer.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, usage: &Usage) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        self.prompt.fetch_add(usage.prompt, Ordering::Relaxed);
        self.cached.fetch_add(usage.cached, Ordering::Relaxed);
        self.answer.fetch_add(usage.answer, Ordering::Relaxed);
    }

    pub(super) fn count_error(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn json(&self) -> Value {
        let mut json = self.gauge.json();
        for (name, number) in [
            ("answers", self.answers()),
            ("errors", self.errors()),
            ("prompt_tokens", self.prompt_tokens()),
            ("cached_tokens", self.cached_tokens()),
            ("evaluated_tokens", self.evaluated_tokens()),
            ("answer_tokens", self.answer_tokens()),
        ] {
            json[name] = json!(number);
        }
        json
    }
}
