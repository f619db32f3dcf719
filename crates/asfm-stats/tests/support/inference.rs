//! Golden file of inference.
