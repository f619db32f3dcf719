//! Integration tests of the society, in one binary.

#[path = "../support/naive.rs"]
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "small numbers")]
mod naive;

mod conformance;
mod feed;
mod forum;
mod measure;
mod network;
mod threads;
