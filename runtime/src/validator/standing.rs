//! Whether what proved a token still stands.

use crate::clock::Clock;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long a key may be believed. Claims that were proven by a key share its standing, so that whoever kept them learns at
/// once that the issuer withdrew the key (R7), or that its keys are too old to be believed (R5).
pub(crate) struct Standing {
    clock: Arc<dyn Clock>,
    /// Milliseconds of [`Clock::monotonic`].
    until: AtomicU64,
}

impl Standing {
    pub(crate) fn new(clock: Arc<dyn Clock>, until: Duration) -> Self {
        Self {
            clock,
            until: AtomicU64::new(milliseconds(until)),
        }
    }

    pub(crate) fn holds(&self) -> bool {
        milliseconds(self.clock.monotonic()) < self.until.load(Ordering::Acquire)
    }

    /// The key was seen again.
    pub(super) fn extend(&self, until: Duration) {
        self.until.store(milliseconds(until), Ordering::Release);
    }

    /// The key is gone.
    pub(super) fn withdraw(&self) {
        self.until.store(0, Ordering::Release);
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standing").finish_non_exhaustive()
    }
}
