//! Integration tests of the book, in one binary.

#[path = "../support/naive.rs"]
mod naive;
#[path = "../support/play.rs"]
mod play;
#[path = "../support/workload.rs"]
mod workload;

mod example;
mod stream;
