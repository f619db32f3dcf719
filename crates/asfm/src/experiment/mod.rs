//! Experiments: many runs as independent tasks.

#![expect(dead_code, reason = "the verbs of experiments are wired in with their plan")]

pub(crate) mod submit;
