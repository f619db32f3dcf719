//! How many are asking.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

/// Requests: how many there were, and how many at once.
#[derive(Debug, Default)]
pub struct Gauge {
    requests: AtomicU64,
    now: AtomicU64,
    peak: AtomicU64,
}

impl Gauge {
    /// All requests so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Requests that wait for their answer.
    pub fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// The most requests that ever waited at the same time.
    pub fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "requests": self.requests(), "now": self.now(), "peak": self.peak() })
    }

    /// Counts a request until the returned value is dropped.
    pub(crate) fn enter(&self) -> Inside<'_> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(now, Ordering::Relaxed);
        Inside(self)
    }
}

/// A request that waits for its answer.
pub(crate) struct Inside<'g>(&'g Gauge);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_stays_when_all_have_left() {
        let gauge = Gauge::default();
        let one = gauge.enter();
        let two = gauge.enter();
        drop(one);
        let three = gauge.enter();
        assert_eq!((gauge.requests(), gauge.now(), gauge.peak()), (3, 2, 2));
        drop((two, three));
        assert_eq!((gauge.requests(), gauge.now(), gauge.peak()), (3, 0, 2));
    }
}
