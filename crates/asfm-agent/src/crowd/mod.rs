//! Traders who believe, desire and intend, and who talk to each other (TwinMarket, Yang et al.
//! 2025).
//!
//! A [`Society`] is what such traders share: who they are ([`Persona`]), what they believe and what
//! they paid, the network of similar trades, and the forum. It changes only by hearing what
//! happened ([`Society::hear`]), so a run that is taken up again has the society that it had, and it
//! reads nothing of the day that is being decided: all act on what was there the evening before.
//! An [`Insight`] is what one trader gets of it on one day, whether it decides by rule or asks a
//! language model.

mod archive;
mod insight;
mod persona;
mod setting;
mod society;

pub(crate) use archive::{Archive, Piece};
pub use insight::{Insight, Shown};
pub use persona::{Level, Persona, Strategy};
pub use setting::{Broadcast, Quirks, SocialSettings};
pub use society::Society;
