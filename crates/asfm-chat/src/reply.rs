//! Answers, and why there is none.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// A tool that the model asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The tool's name, as the model wrote it.
    pub name: String,
    /// The arguments, as they came: an object, or a string where the model wrote no JSON.
    pub arguments: Value,
}

/// What a model said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Its words, without those that the server set apart as reasoning.
    pub text: String,
    /// The tools that it asked for, in order.
    pub calls: Vec<ToolCall>,
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// The model was done.
    Stop,
    /// The most tokens were reached: the answer is cut.
    Length,
    /// The model asked for tools.
    Tools,
    /// The server withheld the answer, or the model refused.
    Refused,
    /// The server gave no reason, or one that is not known here.
    Other(String),
}

impl Finish {
    /// The word for it in run files.
    pub fn word(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Tools => "tools",
            Self::Refused => "refused",
            Self::Other(word) => word,
        }
    }

    /// What a word in a run file stands for.
    pub fn of_word(word: &str) -> Self {
        let known = [Self::Stop, Self::Length, Self::Tools, Self::Refused];
        known.into_iter().find(|it| it.word() == word).unwrap_or_else(|| Self::Other(word.into()))
    }
}

/// How many tokens a call took; absent where the server did not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The tokens of the question.
    pub prompt: Option<u32>,
    /// Those of them that the server had ready from earlier questions.
    pub cached: Option<u32>,
    /// The tokens of the answer.
    pub answer: Option<u32>,
}

/// An answer with what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What was said.
    pub answer: Answer,
    /// Why it ended.
    pub finish: Finish,
    /// What it took.
    pub usage: Usage,
    /// The model, as the server named it.
    pub served_model: Option<String>,
    /// How long it took, all attempts of the connection together.
    pub latency: Duration,
}

/// The classes of failure in which no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// The server did not answer in time.
    Timeout,
    /// No connection could be made, or it broke.
    Connection,
    /// The server asked to slow down (429, or a full queue), and went on asking.
    Busy,
    /// The server failed (5xx).
    Server,
    /// The server refused the request (4xx): an unknown model, a wrong key, a bad parameter.
    Rejected,
    /// The question is longer than the model's context.
    TooLong,
    /// What came back is not an answer of the protocol.
    Protocol,
}

impl FailureKind {
    /// All classes.
    pub const ALL: [Self; 7] = [
        Self::Timeout,
        Self::Connection,
        Self::Busy,
        Self::Server,
        Self::Rejected,
        Self::TooLong,
        Self::Protocol,
    ];

    /// The word for it in run files and summaries.
    pub fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Busy => "busy",
            Self::Server => "server",
            Self::Rejected => "rejected-request",
            Self::TooLong => "too-long",
            Self::Protocol => "protocol",
        }
    }

    /// The class with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The class.
    pub kind: FailureKind,
    /// What happened, in words; no keys and no addresses with passwords.
    pub what: String,
    /// How long it took, all attempts of the connection together.
    pub latency: Duration,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.word(), self.what)
    }
}

impl std::error::Error for Failure {}
