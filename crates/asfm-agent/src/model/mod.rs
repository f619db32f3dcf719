//! Traders that ask a language model: profiles, questions, answers, trains of thought.
//!
//! [`Prompts`] knows what is asked in a whole run, a [`Briefing`] what is asked in one stage, a
//! [`Session`] one trader's conversation in it. Nothing here opens a connection: a [`Turn`] says
//! what to ask, the caller asks and brings back what came, and [`Session::hear`] says how it could
//! be read and what comes next. What all traders of a stage share is rendered once and is the same
//! bytes for each of them.
//!
//! An answer is read by a [`Ladder`] whose rungs are counted; what the exchange can judge is left
//! to the exchange. A trader whose answer cannot be used is asked once more, then holds, and that
//! hold is marked ([`Decision::fallback`]).
//!
//! ```
//! use asfm_agent::model::{Prompts, Rung, Turn};
//! use asfm_agent::{BrainKind, Cast};
//! use asfm_chat::{Answer, Finish, FormKind, Reply, Usage};
//! use asfm_engine::{Engine, Scenario, Seed};
//!
//! let text = r#"
//!     name = "one thinker"
//!     company = [{ code = "EN001", sector = "energy", closes = ["10.50", "10.60"] }]
//!     traders = [
//!         { kind = "value", ratio = 1, capital = 20000 },
//!         { kind = "noise", profile = "zi", by-rule = true, ratio = 1, capital = 6000 },
//!     ]
//!     population = { agents = 2 }
//! "#;
//! let scenario = Scenario::read("example.toml", text, |_| Err("no files here".into()))?;
//! let mut cast = Cast::new(&scenario, Seed(1), BrainKind::Model)?;
//! let prompts = Prompts::new(&scenario, Seed(1), FormKind::Schema)?;
//! let mut engine = Engine::new(scenario, Seed(1));
//!
//! let round = engine.next_round().expect("day 1 opens");
//! let mut decisions = cast.decide(&round); // those who follow rules
//! let briefing = prompts.briefing(&round, None, cast.society());
//! for trader in cast.model_traders() {
//!     let mut turn = briefing.open(trader);
//!     while let Turn::Ask(session, request) = turn {
//!         assert!(request.messages[1].text().contains("EN001 | 10.50 10.60"));
//!         // Here a server would be asked; this is what it said.
//!         let said = r#"{"reason": "cheap", "orders": [
//!             {"action": "buy", "stock": "EN001", "quantity": 10, "price": 10.7}]}"#;
//!         let reply = Reply {
//!             answer: Answer { text: said.into(), calls: vec![] },
//!             finish: Finish::Stop,
//!             usage: Usage::default(),
//!             served_model: None,
//!             latency: std::time::Duration::ZERO,
//!         };
//!         let (reading, next) = session.hear(Ok(&reply));
//!         assert_eq!(reading.rung, Some(Rung::Schema));
//!         turn = next;
//!     }
//!     if let Turn::Done(decision) = turn {
//!         assert!(!decision.fallback);
//!         decision.add_to(&mut decisions);
//!     }
//! }
//! let log = round.settle(decisions);
//! assert_eq!(log.requests[0].intent, asfm_engine::Intent::Order {
//!     stock: asfm_engine::StockId(0),
//!     side: asfm_engine::Side::Buy,
//!     qty: 10,
//!     price: 10_7000,
//! });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod bdi;
mod clip;
mod decision;
mod feedback;
mod form;
mod ladder;
mod profile;
mod prompt;
mod reading;
mod session;
mod setting;
mod template;
mod untrusted;
mod view;

pub use bdi::{believes, decides};
pub use decision::{Decision, Wish};
pub use ladder::{ANSWER_BYTES_MAX, Ladder, ORDERS_MAX};
pub use profile::{PARAPHRASES, Profile, Wording};
pub use prompt::{Briefing, PROMPT_VERSION, Prompts};
pub use reading::{Miss, Reading, RepairCode, Rung};
pub use session::{Session, Turn};
pub use setting::{Layout, Plan, PromptSettings, Steps, Temperatures, WordingChoice};
