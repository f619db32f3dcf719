//! How to ask.

use std::time::Duration;

use asfm_chat::FormKind;

use crate::keys::Keys;

/// How questions are asked. None of it is part of a question's key, so none may change what a
/// server answers; the exception is [`context`](Self::context), which must be kept for a whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The most questions that are with one server at a time, at least 1.
    pub concurrency: usize,
    /// The longest that a connection may take to be made.
    pub connect_timeout: Duration,
    /// The longest that one attempt may take, from connecting to the last byte.
    pub timeout: Duration,
    /// The most attempts for one question, the first included, at least 1. A question that timed
    /// out is tried only once more, because the first answer may still be in the making.
    pub attempts: u32,
    /// The longest that all attempts and the pauses between them may take. Waiting for a free
    /// place at a server is not counted.
    pub deadline: Duration,
    /// The pause before the second attempt; it doubles with each further one.
    pub pause: Duration,
    /// The longest pause, also where the server asks for a longer one, and the longest rest of a
    /// server that cannot be reached.
    pub pause_max: Duration,
    /// The model's context, in tokens, for servers that must be told (Ollama's `num_ctx`). A server
    /// loads its model anew whenever it changes. Questions that do not fit are not sent: such
    /// servers would cut them without saying so.
    pub context: u32,
    /// How long a server should keep the model loaded after a question (Ollama's `keep_alive`),
    /// in whole seconds.
    pub keep_alive: Duration,
    /// The largest answer that is read, in bytes of its body.
    pub answer_bytes: usize,
    /// After so many questions in a row to which no server answered, no more are asked; at least 1.
    pub lost_after: u32,
    /// How answers are constrained, where the default for the model is not wanted.
    pub form: Option<FormKind>,
    /// The keys for servers that want one.
    pub keys: Keys,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: 8,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_mins(2),
            attempts: 5,
            deadline: Duration::from_mins(10),
            pause: Duration::from_millis(500),
            pause_max: Duration::from_secs(30),
            context: 8192,
            keep_alive: Duration::from_mins(30),
            answer_bytes: 4 << 20,
            lost_after: 20,
            form: None,
            keys: Keys::default(),
        }
    }
}
