//! The program, run as a user runs it.

mod bad_input;
mod future;
mod pipe;
mod run;
mod stats;
mod support;
