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

/// The clock of the machine as of a few milliseconds ago, where the system keeps that at hand: reading it costs a fifth. It is
/// meant for what is asked many times, and counts in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CoarseClock {
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    exact: SystemClock,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
impl Clock for CoarseClock {
    fn unix_time(&self) -> Duration {
        coarse(rustix::time::ClockId::RealtimeCoarse)
    }

    fn monotonic(&self) -> Duration {
        coarse(rustix::time::ClockId::MonotonicCoarse)
    }
}

/// A time before the clock's beginning is "the end of time", as with [`SystemClock`].
#[cfg(any(target_os = "linux", target_os = "android"))]
fn coarse(clock: rustix::time::ClockId) -> Duration {
    Duration::try_from(rustix::time::clock_gettime(clock)).unwrap_or(Duration::MAX)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl Clock for CoarseClock {
    fn unix_time(&self) -> Duration {
        self.exact.unix_time()
    }

    fn monotonic(&self) -> Duration {
        self.exact.monotonic()
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

#[cfg(test)]
mod tests {
    use super::{Clock, CoarseClock, SystemClock};
    use std::time::Duration;

    #[test]
    fn the_coarse_clock_is_a_little_behind_the_exact_one_and_never_before() {
        /// The longest tick that a kernel has, and as much again.
        const TICK: Duration = Duration::from_millis(20);
        let (coarse, exact) = (CoarseClock::default(), SystemClock::default());
        let before = exact.unix_time();
        let read = coarse.unix_time();
        let after = exact.unix_time();
        assert!(read <= after && read + TICK >= before, "{before:?} {read:?} {after:?}");
        let [first, second] = [coarse.monotonic(), coarse.monotonic()];
        assert!(first <= second);
    }
}
