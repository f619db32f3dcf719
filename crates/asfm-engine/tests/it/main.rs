//! Whole markets, seen from outside.

mod anything;
mod market;
mod news;
mod population;
mod rules;
mod scenario;
mod support;
