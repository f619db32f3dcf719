//! What is told of a run beside its rounds.

use asfm_engine::{Day, TraderId};

use crate::table::Cell;

/// What the maker of a run tells about it; nothing of it can be rebuilt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunHeader {
    /// The version of the program.
    pub version: String,
    /// How traders decide.
    pub brain: String,
    /// When the run was started, in whatever form the caller likes.
    pub started_at: String,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All its rounds were settled.
    Done,
    /// It was stopped between two rounds.
    Interrupted,
}

/// Where a recorded run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is being recorded, or its maker stopped without a word.
    Running,
    /// All its rounds were settled.
    Done,
    /// It was stopped between two rounds.
    Interrupted,
}

impl Status {
    /// The word for it in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Interrupted => "interrupted",
        }
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Interrupted].into_iter().find(|it| it.word() == word)
    }
}

impl From<Ending> for Status {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::Done,
            Ending::Interrupted => Self::Interrupted,
        }
    }
}

/// What must survive the loss of power.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// Every recorded round; costs a few milliseconds each.
    #[default]
    Full,
    /// The file, up to some round: right for runs that can be repeated.
    Normal,
}

/// How `SQLite` keeps a round whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Journal {
    /// [`Wal`](Self::Wal) where the file system allows it, else [`Rollback`](Self::Rollback).
    #[default]
    Auto,
    /// A write-ahead log: the run can be read while it is recorded.
    Wal,
    /// A rollback journal and an exclusive lock: right on network file systems.
    Rollback,
}

/// How a run is recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether an existing file is overwritten.
    pub force: bool,
    /// What must survive the loss of power.
    pub durability: Durability,
    /// How a round is kept whole.
    pub journal: Journal,
    /// The size in pages beyond which the file may not grow, if there is one.
    pub pages_max: Option<u32>,
}

/// One question to a language model and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The day of its slot.
    pub day: Day,
    /// The stage of its slot.
    pub stage: u8,
    /// For whom it was asked.
    pub trader: TraderId,
    /// The place in the trader's train of thought, from 0.
    pub step: u16,
    /// The attempt, from 0.
    pub attempt: u16,
    /// A hash of all that the answer may depend on.
    pub key: String,
    /// The model, as it was asked for.
    pub model: String,
    /// The model, as the server named it.
    pub served_model: Option<String>,
    /// What was asked.
    pub request: String,
    /// What was answered; absent if the call failed.
    pub answer: Option<String>,
    /// Why the answer ended.
    pub finish_reason: Option<String>,
    /// The tokens of the request.
    pub prompt_tokens: Option<u32>,
    /// The tokens of the answer.
    pub answer_tokens: Option<u32>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<u64>,
    /// The way by which the answer could be read.
    pub rung: Option<String>,
    /// Why there is no answer, or why it could not be used.
    pub failure: Option<String>,
}

impl Call {
    pub(crate) fn slot(&self) -> (Day, u8, TraderId, u16, u16) {
        (self.day, self.stage, self.trader, self.step, self.attempt)
    }

    /// The row of the call, in the order of the columns of `calls`.
    pub(crate) fn cells(&self) -> [Cell<'_>; 16] {
        let number = |it: Option<u32>| Cell::maybe(it.map(i64::from));
        [
            Cell::Int(i64::from(self.day.0)),
            Cell::Int(i64::from(self.stage)),
            Cell::Int(i64::from(self.trader.number())),
            Cell::Int(i64::from(self.step)),
            Cell::Int(i64::from(self.attempt)),
            Cell::Text(&self.key),
            Cell::Text(&self.model),
            Cell::words(self.served_model.as_deref()),
            Cell::Text(&self.request),
            Cell::words(self.answer.as_deref()),
            Cell::words(self.finish_reason.as_deref()),
            number(self.prompt_tokens),
            number(self.answer_tokens),
            Cell::maybe(self.latency_ms.map(crate::code::whole)),
            Cell::words(self.rung.as_deref()),
            Cell::words(self.failure.as_deref()),
        ]
    }
}
