//! Time that runs faster, so that ten minutes need not take ten.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use toolgate::Clock;

/// So many seconds for each. What waits for an answer over the network still waits for real seconds.
#[derive(Clone, Copy)]
pub(crate) struct Fast {
    times: u32,
    start: Instant,
    epoch: Duration,
}

impl Fast {
    pub(crate) fn new(times: u32) -> Self {
        Self {
            times,
            start: Instant::now(),
            epoch: SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
        }
    }

    /// How long this much of its time takes.
    pub(crate) fn real(self, duration: Duration) -> Duration {
        duration / self.times
    }
}

impl Clock for Fast {
    fn unix_time(&self) -> Duration {
        self.epoch + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed() * self.times
    }
}
