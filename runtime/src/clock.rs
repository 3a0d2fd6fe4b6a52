//! Time, so that tests need not wait for it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where the crate takes the time from.
pub trait Clock: Send + Sync + 'static {
    /// Wall time since the Unix epoch: for what others wrote down, such as `exp`. It may jump.
    fn unix_time(&self) -> Duration;

    /// Time since some fixed moment, never going back: for ages and cool-downs.
    fn monotonic(&self) -> Duration;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    /// A clock that stands before 1970 says "the end of time": every token has expired then, so nobody gets in.
    fn unix_time(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}
