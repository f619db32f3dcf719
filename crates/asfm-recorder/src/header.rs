//! What is told of a run beside its rounds.

use asfm_chat::FormKind;
use asfm_engine::{Day, Digest};

/// What the maker of a run tells about it; nothing of it can be rebuilt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunHeader {
    /// The version of the program.
    pub version: String,
    /// How traders decide.
    pub brain: String,
    /// Who is asked, where traders ask a language model.
    pub model: Option<Model>,
    /// Whose past it shares, where it is a branch of another run.
    pub branch: Option<Branch>,
    /// When the run was started, in whatever form the caller likes.
    pub started_at: String,
}

/// The language model that traders ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The protocol.
    pub family: String,
    /// The model, as it is asked for.
    pub name: String,
    /// How its answers are constrained.
    pub form: FormKind,
    /// The context that questions must fit into, in tokens.
    pub context: u32,
}

/// Where a run left the past that it shares with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The digest of the last round that both have; absent if they share the start only.
    pub parent: Option<Digest>,
    /// The first day that is not shared.
    pub day: Day,
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
