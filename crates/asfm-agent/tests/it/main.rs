//! Whole markets of rule-based traders.

mod crowd;
mod extreme;
mod market;
mod model;
mod refusal;
mod rule;
mod run;
mod twinmarket;
