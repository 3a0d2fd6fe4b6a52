//! Spares requests the wait for a Redis that does not answer (R18).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many failures in a row open it.
const FAILURES: u32 = 5;
/// For so long.
const OPEN: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// A moment of the monotonic clock. After it one request tries again.
    open_until: Option<Duration>,
}

impl Breaker {
    /// Whether a request may go on to Redis. When it was open for long enough, one may, and the others wait for what comes of
    /// that, for as long again at most.
    pub(super) fn lets_pass(&self, now: Duration) -> bool {
        let mut state = self.state();
        match state.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.open_until = Some(now.saturating_add(OPEN));
                true
            }
        }
    }

    pub(super) fn succeeded(&self) {
        *self.state() = State::default();
    }

    /// Says whether this opened it.
    pub(super) fn failed(&self, now: Duration) -> bool {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        if state.failures < FAILURES {
            return false;
        }
        state.open_until = Some(now.saturating_add(OPEN));
        state.failures == FAILURES
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Breaker;
    use std::time::Duration;

    #[test]
    fn r18_five_failures_in_a_row_open_it_for_ten_seconds() {
        let breaker = Breaker::default();
        let at = Duration::from_secs;
        for _ in 0..3 {
            for _ in 0..4 {
                assert!(breaker.lets_pass(at(0)) && !breaker.failed(at(0)));
            }
            breaker.succeeded();
        }
        for failure in 1..=5 {
            assert!(breaker.lets_pass(at(0)));
            assert_eq!(breaker.failed(at(0)), failure == 5);
        }
        assert!(!breaker.lets_pass(at(0)) && !breaker.lets_pass(at(9)));
        // One tries again, and fails.
        assert!(breaker.lets_pass(at(10)) && !breaker.lets_pass(at(10)));
        assert!(!breaker.failed(at(11)));
        assert!(!breaker.lets_pass(at(20)));
        // One tries again, and does not.
        assert!(breaker.lets_pass(at(21)));
        breaker.succeeded();
        assert!(breaker.lets_pass(at(21)) && breaker.lets_pass(at(21)));
    }
}
