//! Traders that ask a language model.

mod answer;
mod bdi;
mod bdi_question;
mod conversation;
mod cost;
mod feedback;
mod market;
mod property;
mod question;
mod setting;
mod talk;
