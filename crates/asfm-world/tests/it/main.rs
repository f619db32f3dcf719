//! Worlds, made up and read from tables.

mod bad_tables;
mod fixture;
mod generated;
mod imported;
mod support;
