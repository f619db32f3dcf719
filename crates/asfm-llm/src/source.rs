//! Where answers come from.

use asfm_chat::{Asked, FormKind, Request, Slot};

use crate::client::{Answered, Client, Stop};
use crate::probe::Unfit;
use crate::script::Script;

/// Where answers come from.
#[derive(Debug)]
pub enum Source {
    /// From a model behind its servers.
    Served(Box<Client>),
    /// From a script.
    Scripted(Script),
}

impl Source {
    /// Of whom is asked.
    pub fn asked(&self) -> Asked<'_> {
        match self {
            Self::Served(it) => it.asked(),
            Self::Scripted(_) => Asked { family: "scripted", model: "script" },
        }
    }

    /// How answers are best constrained; a script gives no others than it has.
    pub fn form(&self) -> FormKind {
        match self {
            Self::Served(it) => it.form(),
            Self::Scripted(it) if it.has_calls() => FormKind::Tools,
            Self::Scripted(_) => FormKind::Schema,
        }
    }

    /// Whether it makes sense to begin.
    ///
    /// # Errors
    ///
    /// As [`Client::reach`]; a script is always there.
    pub async fn reach(&self) -> Result<(), Unfit> {
        match self {
            Self::Served(it) => it.reach().await,
            Self::Scripted(_) => Ok(()),
        }
    }

    /// How many servers there are.
    pub fn servers(&self) -> usize {
        match self {
            Self::Served(it) => it.servers(),
            Self::Scripted(_) => 1,
        }
    }

    /// Asks at a place in the run, and waits for the answer.
    ///
    /// # Errors
    ///
    /// As [`Client::ask`]; a script never stops.
    pub async fn ask(&self, slot: Slot, request: &Request) -> Result<Answered, Stop> {
        match self {
            Self::Served(it) => it.ask(request).await,
            Self::Scripted(it) => Ok(it.answer(slot)),
        }
    }
}
