//! Experiments on simulated markets: arms, seeds, hypotheses stated before the run, and verdicts.
//!
//! An [`Experiment`] is read from a file: a base scenario, [`Arm`]s that change some of its keys,
//! seeds, [`Statistic`]s, and [`Hypothesis`] after hypothesis about them. [`Experiment::tasks`] says
//! which runs that needs; runs with the same seed are pairs. [`Values`] reduces each run to one number
//! per statistic, each [`Contrast`] makes one number per seed of them, and [`Experiment::judge`]
//! tests those: exact sign flips, Holm's correction within families, and a smallest effect of
//! interest.
//!
//! It does not know how a run is made, where runs are kept, what a page looks like, or what time it
//! is.
//!
//! ```
//! use asfm_experiment::{Experiment, Verdict, Values};
//!
//! let experiment = Experiment::read("fees.toml", r#"
//!     name = "fees"
//!     scenario = "market.toml"
//!     seeds = 15
//!     nulls = ["zi"]
//!
//!     [[arm]]
//!     name = "free"
//!
//!     [[arm]]
//!     name = "fee"
//!     set = { "market.fee" = "0.01" }
//!
//!     [[hypothesis]]
//!     id = "H1"
//!     claim = "A fee lowers turnover."
//!     statistic = "log TR"
//!     of = "fee"
//!     against = "free"
//!     direction = "down"
//!     smallest = 0.1
//!     family = "fees"
//! "#)?;
//! let populations = experiment.populations("rules");
//! assert_eq!(experiment.tasks(&populations).len(), 15 * 2 * 2);
//! // Nothing has been run, so nothing is known.
//! let findings = experiment.judge(&populations, &Values::default());
//! assert!(findings.iter().all(|it| it.verdict == Verdict::Inconclusive));
//! # Ok::<(), asfm_engine::ScenarioError>(())
//! ```

mod arm;
mod crowd;
mod experiment;
mod figure;
mod hypothesis;
mod index;
mod measure;
mod plan;
mod statistic;
mod verdict;
mod word;
mod written;

pub use arm::{Arm, Branch};
pub use experiment::Experiment;
pub use figure::{By, Drawing, Figure, Line, Path};
pub use hypothesis::{Claims, Contrast, Hypothesis};
pub use measure::measures;
pub use plan::{Evidence, Population, Task, TaskBranch};
pub use statistic::{Statistic, Unit};
pub use verdict::{Finding, Values, Verdict};
