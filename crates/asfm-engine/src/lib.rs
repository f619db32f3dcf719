//! A market as a state machine: scenario and decisions in, events out.
