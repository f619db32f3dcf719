//! Servers that stand in for language-model servers: for tests, and for trying things by hand.
//!
//! - [`Facade`] speaks Ollama's protocol in front of an OpenAI-compatible server, as Ollama itself
//!   does in front of its runner: a real model behind a real protocol.
//! - [`Hostile`] answers as models and servers do on their worst days, in one of some fifty ways per
//!   question; which one depends on its seed and the question alone, so a run against it can be
//!   repeated.
//! - [`Steady`] gives one good answer after a fixed time, thousands at once: what remains is the
//!   cost of the one who asks.
//!
//! `spawn` starts a server in a thread of its own, on a free port unless one is named, from
//! synchronous and asynchronous code alike. The [`Running`] it returns knows the address and the
//! counters, and ends the server when it is dropped. Every server answers `GET /stats` with the same
//! counters as JSON.
//!
//! ```
//! use std::time::Duration;
//! use asfm_standin::{Class, Hostile, Mix, Steady};
//!
//! let steady = Steady { latency: Duration::from_millis(5), ..Steady::default() }.spawn()?;
//! assert!(steady.url().starts_with("http://127.0.0.1:"));
//! assert_eq!(steady.counters().requests(), 0);
//!
//! let hostile = Hostile { seed: 7, mix: Mix::only(Class::Fenced), ..Hostile::default() }.spawn()?;
//! assert_eq!(hostile.counters().of(Class::Fenced), 0);
//! # std::io::Result::Ok(())
//! ```
//!
//! The crate knows nothing of ours: what it speaks are the protocols and the few words (codes,
//! prices, the names of fields) that a trader's question has.

mod connection;
mod counters;
mod facade;
mod hostile;
mod question;
mod reply;
mod serve;
mod steady;

pub use counters::Gauge;
pub use facade::{Facade, Traffic};
pub use hostile::{Class, Group, Hostile, Mix, Served};
pub use serve::Running;
pub use steady::Steady;
