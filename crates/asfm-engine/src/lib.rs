//! A market as a state machine: scenario and decisions in, events out.
//!
//! An [`Engine`] holds a market of several stocks: accounts, order books, calendar, news. It goes
//! from round to round. In each, all traders see the same frozen market ([`Observation`]), decide
//! at the same time ([`Decisions`]), and the round is settled: requests are judged by the order
//! rules, accepted orders reach the books in an order that depends on the seed only, trades move
//! cash and shares, and everything that happened comes back as a [`RoundLog`].
//!
//! The engine does not know how traders decide, where runs are kept, or what time it is: it reads
//! no file, no environment and no clock, and uses no floating point for money. Given the same
//! scenario, seed and decisions it says the same, on any number of threads.
//!
//! Prices and cash are counted in 1/10 000 of the currency ([`UNITS`]), quantities in whole shares.
//!
//! ```
//! use asfm_engine::{Decisions, Engine, Scenario, Side, StockId, TraderId};
//!
//! let text = r#"
//!     name = "two traders"
//!     days = 2
//!     company = [{ code = "EN001", sector = "energy", closes = ["10.60"] }]
//!     traders = [{ kind = "anyone", ratio = 1, capital = 1000 }]
//!     population = { agents = 2 }
//! "#;
//! let scenario = Scenario::read("example.toml", text, |_| Err("no files here".into()))?;
//! let mut engine = Engine::new(scenario, asfm_engine::Seed(1));
//!
//! let round = engine.next_round().expect("day 1 opens");
//! let (stock, one, two) = (StockId(0), TraderId::at(0), TraderId::at(1));
//! let mut decisions = Decisions::new();
//! decisions.order(one, stock, Side::Buy, 10, 10_7000); // at 10.70
//! decisions.order(two, stock, Side::Sell, 10, 10_6000); // at 10.60
//! let log = round.settle(decisions);
//!
//! assert_eq!(log.trades[0].price.to_string(), "10.65"); // ASFM: the mean of the two limits
//! // Half of the capital was given in shares: 47 of them each, for 498.20.
//! assert_eq!(engine.ledger().total_cash().to_string(), "1003.60");
//! # Ok::<(), asfm_engine::ScenarioError>(())
//! ```

mod decision;
mod digest;
mod endowment;
mod engine;
mod event;
mod ledger;
mod listing;
mod observation;
mod parallel;
mod register;
mod rng;
mod rules;
mod scenario;
mod speech;
mod units;

pub use asfm_book::{Grid, Side};
pub use decision::{Decisions, Intent, Unreadable};
pub use endowment::endowments;
pub use engine::{Engine, Round};
pub use event::{
    Auction, Close, DayClose, Digest, End, EndReason, Reject, Request, RoundLog, Trade, Transfer,
    Verdict,
};
pub use ledger::{Ledger, Wallet};
pub use listing::{Depth, Yesterday};
pub use observation::{MarketView, Observation, StockView};
pub use rng::{Draws, Purpose, Seed, Streams};
pub use scenario::{
    Allocation, AuctionKind, Audience, CloseKind, Company, ContinuousKind, Dividend, Kind,
    MarketRules, News, NoTradeClose, OperationsPer, OrderLife, Priority, Resubmission, Roster,
    Scenario, ScenarioError, SelfTradeKind, Settlement, Source, StageKind, TieBreakKind, Valuation,
};
pub use speech::{Belief, Exposure, PostId, Speech, Statement};
pub use units::{Cash, Day, Ppm, Price, RequestId, StockId, TraderId, UNITS};
