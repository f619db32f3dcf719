//! Whole markets, seen from outside.

mod anything;
mod market;
mod rules;
mod scenario;
mod support;
