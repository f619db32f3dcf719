//! Integration tests of the book, in one binary.

#[path = "../support/brute.rs"]
mod brute;
#[path = "../support/model.rs"]
mod model;
#[path = "../support/naive.rs"]
mod naive;
#[path = "../support/play.rs"]
mod play;
#[path = "../support/workload.rs"]
mod workload;

mod command;
mod make;

mod clearing;
mod equality;
mod example;
mod grid;
mod ledger;
mod metamorphic;
mod policy;
mod refusal;
mod soak;
mod stream;
