//! Integration tests of the book, in one binary.

mod example;
