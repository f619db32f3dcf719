//! Traders that ask a language model.

mod answer;
mod conversation;
mod feedback;
mod market;
mod property;
mod question;
mod setting;
mod talk;
