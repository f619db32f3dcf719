//! Turns what a trader sees into a decision.
//!
//! A [`Cast`] holds the brain of every trader of a scenario. Given a round it decides for all of
//! them at once, side by side, and says the same on any number of threads. Brains are a closed set:
//! rules act at once and remember nothing between rounds except what follows from the seed; traders
//! that ask a language model ([`BrainKind::Model`]) have sessions of their own, in [`model`].
//!
//! The rule of a kind of trader is the one that its `profile` names ([`PROFILES`]). Each rule is a
//! struct of parameters with its source in the literature: [`Value`], [`Institutional`],
//! [`Contrarian`], [`Aggressive`] for the market of ASFM, [`Technical`] and [`Fundamental`] for that
//! of TwinMarket, [`Neutral`] for traders without a strategy, and [`ZeroIntelligence`] as the null,
//! which can take everybody's place ([`BrainKind::ZeroIntelligence`]). A scenario sets parameters
//! under `[rules.NAME]`. What rules assume about news stands in one table, [`NewsTable`], that
//! reports can quote and a scenario can change under `[rules.news]`.
//!
//! What language models are asked and how their answers are read is all in [`model`]: profiles are
//! data, questions are templates, a scenario chooses under `[prompt]`, and a session says what to ask
//! and hears what came, while others carry it.
//!
//! The crate does not know where scenarios and runs are kept, opens no file and no connection, and
//! reads no clock. It does not judge: the exchange does, and may reject what a rule asks for.
//!
//! Prices and cash are the engine's integers of 1/10 000 of the currency, quantities whole shares.
//! Valuations are floating-point numbers made by the four operations and square roots only, so they
//! are the same on every machine; limits and quantities are integers again, and what a trader can
//! pay is reckoned exactly. Parameters that are shares are dimensionless: 0.01 is 1 %.
//!
//! ```
//! use asfm_agent::{BrainKind, Cast};
//! use asfm_engine::{Engine, Scenario, Seed};
//!
//! let text = r#"
//!     name = "five days of disagreement"
//!     days = 5
//!     company = [{ code = "EN001", sector = "energy", closes = ["10.50", "10.60"] }]
//!     traders = [
//!         { kind = "value", ratio = 2, capital = 20000 },
//!         { kind = "noise", profile = "zero-intelligence", ratio = 2, capital = 6000 },
//!     ]
//!     rules.value.margin = 0.02
//! "#;
//! let scenario = Scenario::read("example.toml", text, |_| Err("no files here".into()))?;
//! let mut cast = Cast::new(&scenario, Seed(1), BrainKind::Rules)?;
//! let mut engine = Engine::new(scenario, Seed(1));
//!
//! let mut trades = 0;
//! while let Some(round) = engine.next_round() {
//!     let decisions = cast.decide(&round);
//!     trades += round.settle(decisions).trades.len();
//! }
//! assert!(trades > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cast;
pub mod crowd;
mod desk;
mod market;
pub mod model;
mod news;
mod refusal;
mod rule;
mod setting;
mod worth;

pub use cast::{BrainKind, Cast, PROFILES};
pub use news::{Assumption, NewsTable};
pub use refusal::CastError;
pub use rule::{
    Aggressive, Bdi, Contrarian, Fundamental, Institutional, Neutral, Padding, Rules, Technical,
    Value, ZeroIntelligence,
};
