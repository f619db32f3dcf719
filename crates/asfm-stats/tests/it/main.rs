//! Tests of asfm-stats from outside: agreement with golden files, verdicts on known
//! series, properties, and input that cannot be.

mod errors;
mod facts;
mod golden;
mod market;
mod properties;
mod rules;
#[path = "../support/mod.rs"]
mod support;
