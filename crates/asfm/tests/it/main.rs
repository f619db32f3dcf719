//! The program, run as a user runs it.

mod bad_experiment;
mod bad_input;
mod crowd;
mod experiment;
mod future;
mod pipe;
mod run;
mod stats;
mod support;
mod talk;
