//! Integration tests of the book, in one binary.

#[path = "../support/model.rs"]
mod model;
#[path = "../support/naive.rs"]
mod naive;
#[path = "../support/play.rs"]
mod play;
#[path = "../support/workload.rs"]
mod workload;

mod command;

mod equality;
mod example;
mod stream;
