//! Whole small markets, recorded, read back, altered and damaged.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod altered;
mod create;
mod damaged;
mod killed;
mod market;
mod queries;
mod talk;
mod whole;

use asfm_recorder::Error;

/// The whole chain of an error, as the command line prints it.
fn said(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(it) = cause {
        text.push_str(": ");
        text.push_str(&it.to_string());
        cause = it.source();
    }
    text
}

/// A small generator for tests, the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n.max(1)
    }
}
