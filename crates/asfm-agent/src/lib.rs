//! Turns what a trader sees into a decision: rules now, behind the interface of a session.

mod cast;
mod desk;
mod market;
mod news;
mod refusal;
mod rule;
mod setting;
mod worth;

pub use cast::{BrainKind, Cast, PROFILES};
pub use news::{Assumption, NewsTable};
pub use refusal::CastError;
pub use rule::{
    Aggressive, Contrarian, Fundamental, Institutional, Neutral, Rules, Technical, Value,
    ZeroIntelligence,
};
