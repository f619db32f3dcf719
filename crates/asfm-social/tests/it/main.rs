//! Integration tests of the society, in one binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::float_cmp, reason = "the same sums are the same numbers")]
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "small numbers")]

#[path = "../support/naive.rs"]
#[expect(dead_code, reason = "the bench asks for more")]
mod naive;

mod conformance;
mod feed;
mod forum;
mod measure;
mod network;
mod threads;
