//! Waiting: bounded, and ended by Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// How long one thing may take.
const LIMIT: Duration = Duration::from_mins(5);
const STEP: Duration = Duration::from_millis(200);

/// Waits, and notices that the user does not want to any more.
pub(super) struct Patience {
    is_over: Arc<AtomicBool>,
}

impl Patience {
    /// From now on Ctrl-C and a polite request to end are noticed while waiting.
    pub(super) fn new() -> anyhow::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let handler = Arc::clone(&is_over);
        ctrlc::set_handler(move || handler.store(true, Ordering::Relaxed))
            .context("cannot listen for Ctrl-C")?;
        Ok(Self { is_over })
    }

    /// Waits until something holds; says how long that took.
    pub(super) fn until(
        &self,
        what: &str,
        mut holds: impl FnMut() -> anyhow::Result<bool>,
    ) -> anyhow::Result<Duration> {
        let since = Instant::now();
        while !holds()? {
            if self.is_over.load(Ordering::Relaxed) {
                bail!("stopped while waiting until {what}");
            }
            if since.elapsed() > LIMIT {
                bail!("waited {} s in vain until {what}", LIMIT.as_secs());
            }
            sleep(STEP);
        }
        Ok(since.elapsed())
    }
}
