//! Experiments without a market, and statistics of a small one.

mod arms;
mod chance;
mod crowd;
mod plan;
mod statistics;
mod support;
mod verdicts;
