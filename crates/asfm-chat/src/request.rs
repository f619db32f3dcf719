//! Questions.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// The place of a question in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The day, from 1.
    pub day: u32,
    /// The stage of the day, from 0.
    pub stage: u8,
    /// The number of the one for whom is asked.
    pub trader: u32,
    /// The place in its train of thought, from 0.
    pub step: u16,
    /// The attempt, from 0: 1 is the question asked again because the answer could not be read.
    pub attempt: u16,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, stage, trader, step, attempt } = self;
        write!(f, "day {day}, stage {stage}, trader {trader}, step {step}, attempt {attempt}")
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The one who sets the rules.
    System,
    /// The one who asks.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::System, Self::User, Self::Assistant];

    /// The word for it in the protocols.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The words.
    pub text: Arc<str>,
    /// Whether many questions have this piece: it is stored once.
    pub shared: bool,
}

impl Part {
    /// A piece that many questions have.
    pub fn shared(text: &Arc<str>) -> Self {
        Self { text: Arc::clone(text), shared: true }
    }

    /// A piece of this question alone.
    pub fn own(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), shared: false }
    }
}

/// What one speaker says: its pieces, one directly after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub parts: Vec<Part>,
}

impl Message {
    /// A message of these pieces.
    pub fn new(role: Role, parts: impl IntoIterator<Item = Part>) -> Self {
        Self { role, parts: parts.into_iter().collect() }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.parts.iter().map(|it| &*it.text).collect()
    }
}

/// Something that the model can be asked to do, for protocols with tools.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub parameters: Value,
}

/// The JSON Schema of an answer, for protocols that constrain answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// The schema.
    pub schema: Value,
}

/// What an answer must look like, as far as the server can be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Anything; the words of the question say what.
    Text,
    /// One JSON value of a schema.
    Schema(Arc<Schema>),
    /// Calls of these tools.
    Tools(Arc<[Tool]>),
}

impl Form {
    /// Whether this is the very same form, not only one with the same words; quick to know.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text, Self::Text) => true,
            (Self::Schema(one), Self::Schema(two)) => Arc::ptr_eq(one, two),
            (Self::Tools(one), Self::Tools(two)) => Arc::ptr_eq(one, two),
            _ => false,
        }
    }

    /// Which of the three it is.
    pub fn kind(&self) -> FormKind {
        match self {
            Self::Text => FormKind::Text,
            Self::Schema(_) => FormKind::Schema,
            Self::Tools(_) => FormKind::Tools,
        }
    }
}

/// The ways in which an answer can be constrained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FormKind {
    /// By words alone.
    Text,
    /// By a schema.
    Schema,
    /// By tools.
    Tools,
}

impl FormKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Schema, Self::Tools];

    /// The word for it, on the command line and in run files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Schema => "schema",
            Self::Tools => "tools",
        }
    }

    /// The kind with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// How an answer is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// The temperature in thousandths; 0 always takes the likeliest word.
    pub temperature_e3: u32,
    /// The seed, below 2^31 because one protocol has no larger ones.
    pub seed: u32,
    /// The most tokens that an answer may have.
    pub answer_tokens: u32,
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// What the answer must look like.
    pub form: Form,
    /// How it is drawn.
    pub sampling: Sampling,
}
