//! The book against a naive one and a published crate, on the common workloads.

fn main() {}
