//! A run in numbers: prices, orders, execution, turnover, volatility and returns.
//!
//! A [`Tally`] adds up rounds as a market is made or as a run is read back, and gives the ASFM
//! paper's four metrics in every [`Readings`]; an [`Observed`] keeps beside it what happened day by
//! day, kind by kind and trader by trader. Where traders talk, a [`Crowd`] adds what they say and
//! believe, who trades alike, and whether they sell what has risen. Prices and money are in currency here, as `f64`: these are
//! statistics, not accounts.
//!
//! It does not know where rounds come from, who decided, or what anybody claims about the numbers.
//!
//! ```
//! use asfm_engine::{Decisions, Engine, Scenario, Seed, Side, StockId, TraderId};
//! use asfm_measure::Observed;
//!
//! let text = r#"
//!     name = "two traders"
//!     days = 1
//!     company = [{ code = "EN001", sector = "energy", closes = ["10.60"] }]
//!     traders = [{ kind = "anyone", ratio = 1, capital = 1000 }]
//!     population = { agents = 2 }
//! "#;
//! let scenario = Scenario::read("example.toml", text, |_| Err("no files here".into()))?;
//! let mut engine = Engine::new(scenario, Seed(1));
//! let mut run = Observed::new(&engine);
//! while let Some(round) = engine.next_round() {
//!     let mut decisions = Decisions::new();
//!     decisions.order(TraderId::at(0), StockId(0), Side::Buy, 10, 10_7000); // at 10.70
//!     decisions.order(TraderId::at(1), StockId(0), Side::Sell, 5, 10_6000); // at 10.60
//!     run.add(&round.settle(decisions))?;
//! }
//! run.finish()?;
//! let readings = run.tally.readings();
//! assert_eq!(readings.orders.on, 4); // two rounds of two orders
//! assert_eq!(run.traders[0].fill_rate(), Some(0.5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod crowd;
mod disposition;
mod observer;
mod readings;
mod tally;

pub use crowd::{Crowd, CrowdDay, Disposition, Drawn, Opinion, Ties};
pub use observer::{Flow, Kind, Observed, Stock, Trader, Weights};
pub use readings::Readings;
pub use tally::{Odd, Tally, as_f64};
