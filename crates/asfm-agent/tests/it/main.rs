//! Whole markets of rule-based traders.

mod market;
mod run;
