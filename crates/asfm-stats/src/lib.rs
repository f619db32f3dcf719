//! Pure functions from slices of numbers to statistics and tests.
