//! Counts the calls of one tool.

use super::SharedRates;
use super::buckets::{Buckets, Store};
use super::counted::{Tag, names, tag};
use crate::caller::Caller;
use crate::error::Limited;
use crate::metrics;
use crate::rate_limit::RateLimit;
use aws_lc_rs::hmac;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::{Quota, RateLimiter};
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Counts the calls of one tool at one rate.
pub(crate) struct Limiter {
    resource: Arc<str>,
    tool: Arc<str>,
    rate: RateLimit,
    /// The rate in text: at another one it is another count.
    rate_text: Box<str>,
    secret: hmac::Key,
    whole: Governor,
    shared: Option<Sharing>,
}

/// Counting together with other instances.
struct Sharing {
    rates: SharedRates,
    /// What is counted by while they cannot be asked: this instance's part of the rate.
    share: Governor,
}

impl Limiter {
    pub(super) fn new(
        resource: &Arc<str>,
        tool: &Arc<str>,
        rate: RateLimit,
        secret: hmac::Key,
        buckets: &Arc<Buckets>,
        shared: Option<SharedRates>,
    ) -> Self {
        Self {
            resource: Arc::clone(resource),
            tool: Arc::clone(tool),
            rate,
            rate_text: rate.to_string().into(),
            secret,
            whole: Governor::new(rate.interval(), rate.burst_size(), buckets),
            shared: shared.map(|rates| Sharing {
                share: rates.share(rate, buckets),
                rates,
            }),
        }
    }

    /// Counts a call, if it may come.
    ///
    /// 1. This process alone never lets through more than the whole rate, whatever others say.
    /// 2. Instances that share a count let through no more than the rate together.
    /// 3. If it cannot be found out what the others let through, this instance lets through its part of the rate. What it was told it may
    ///    let through counts against that too, so that the moment at which Redis goes away gives nobody another burst.
    pub(crate) async fn take(&self, caller: Option<&Caller>) -> Result<(), Limited> {
        let parts = self.parts(caller);
        let taken = self.whole.take(&self.tag("whole", &parts)); // 1
        if let (Ok(()), Some(sharing)) = (taken, &self.shared) {
            let tag = self.tag("share", &parts);
            let shared = sharing.rates.take(&parts, self.rate).await;
            let (taken, by) = match shared {
                Some(Ok(())) => {
                    let _ = sharing.share.take(&tag); // 3
                    (Ok(()), "shared")
                }
                Some(Err(wait)) => (Err(wait), "shared"),       // 2
                None => (sharing.share.take(&tag), "fallback"), // 3
            };
            return self.counted(taken, by);
        }
        self.counted(taken, "instance")
    }

    /// Whether a call would have to wait for this process alone. Nothing is counted.
    pub(crate) fn foresee(&self, caller: Option<&Caller>) -> Result<(), Limited> {
        let wait = self.whole.wait(&self.tag("whole", &self.parts(caller)));
        wait.map_or(Ok(()), |wait| self.counted(Err(wait), "instance"))
    }

    fn parts<'a>(&'a self, caller: Option<&'a Caller>) -> Vec<&'a str> {
        let names = names(self.rate.counted_per(), caller);
        [&*self.resource, &*self.tool].into_iter().chain(names).collect()
    }

    fn tag(&self, purpose: &str, parts: &[&str]) -> Tag {
        let parts = [purpose, &*self.rate_text].into_iter().chain(parts.iter().copied());
        tag(&self.secret, parts.map(str::as_bytes))
    }

    fn counted(&self, taken: Result<(), Duration>, by: &'static str) -> Result<(), Limited> {
        metrics::rate(&self.tool, taken.is_ok(), by);
        taken.map_err(Limited::new)
    }
}

/// `governor`, with our clock and our store.
pub(crate) struct Governor {
    limiter: RateLimiter<Tag, Store, Time, NoOpMiddleware<Nanos>>,
    store: Store,
    /// By how much a count may be ahead of time.
    tolerance: Duration,
}

/// A limiter of `governor` counts time from when it was made. This clock stands at zero until then, so that for all limiters, however
/// late they are made, the same counts mean the same.
#[derive(Default)]
struct Time(OnceLock<Arc<Buckets>>);

impl governor::clock::Clock for Time {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.get().map_or(0, |buckets| buckets.now()).into()
    }
}

impl Governor {
    /// Lets through `burst` at once, and one for each interval.
    pub(crate) fn new(interval: Duration, burst: u32, buckets: &Arc<Buckets>) -> Self {
        // Neither is ever zero; of nothing at all, one an hour is left.
        let quota = Quota::with_period(interval).unwrap_or(Quota::per_hour(NonZeroU32::MIN));
        let quota = quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN));
        let store = Store::new(buckets);
        let limiter = RateLimiter::new(quota, store.clone(), Time::default());
        // It has just been made, and is empty.
        let _ = limiter.clock().0.set(Arc::clone(buckets));
        Self {
            limiter,
            store,
            tolerance: interval.saturating_mul(burst.saturating_sub(1)),
        }
    }

    /// Takes one, or says how long there will be none.
    pub(crate) fn take(&self, tag: &Tag) -> Result<(), Duration> {
        let taken = self.limiter.check_key(tag);
        taken.map_err(|not_until| not_until.wait_time_from(self.limiter.clock().now()))
    }

    /// How long there will be none, without taking one.
    pub(crate) fn wait(&self, tag: &Tag) -> Option<Duration> {
        let ahead = Duration::from_nanos(self.store.ahead(tag));
        ahead.checked_sub(self.tolerance).filter(|wait| !wait.is_zero())
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Governor;
    use crate::rate_limit::RateLimit;
    use crate::rates::buckets::tests::{Hands, buckets};
    use proptest::prelude::*;
    use std::time::Duration;

    fn rates() -> impl Strategy<Value = RateLimit> {
        let figures = (0..3, 1..2000_u32, 0.0..=1.0);
        figures.prop_map(|(unit, count, burst): (_, _, f64)| {
            let rate = match unit {
                0 => RateLimit::per_second(count),
                1 => RateLimit::per_minute(count),
                _ => RateLimit::per_hour(count),
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a part of a small number"
            )]
            rate.burst(((f64::from(count) * burst) as u32).max(1))
        })
    }

    fn governor(rate: RateLimit, clock: &Hands) -> Governor {
        Governor::new(rate.interval(), rate.burst_size(), &buckets(100, clock))
    }

    proptest! {
        /// Whatever the pauses between them, and whichever the window.
        #[test]
        fn f24_in_no_time_more_come_than_a_burst_and_the_rate(
            rate in rates(),
            pauses in prop::collection::vec((0..5_000_u64, 1..20_u32), 1..200),
        ) {
            let clock = Hands::default();
            let governor = governor(rate, &clock);
            let mut now = Duration::ZERO;
            let mut granted: Vec<Duration> = Vec::new();
            for (pause, calls) in pauses {
                // In hundredths of the time between two calls.
                let pause = rate.interval() * u32::try_from(pause).unwrap() / 1000;
                clock.advance(pause);
                now += pause;
                for _ in 0..calls {
                    let wait = governor.wait(&[0; 16]);
                    let taken = governor.take(&[0; 16]);
                    // To ask beforehand says the same, and takes nothing.
                    prop_assert_eq!(wait, taken.err());
                    if taken.is_ok() {
                        granted.push(now);
                    }
                }
            }
            for (first, start) in granted.iter().enumerate() {
                for (last, end) in granted.iter().enumerate().skip(first) {
                    let time = end.saturating_sub(*start);
                    let most = u128::from(rate.burst_size()) + time.as_nanos() / rate.interval().as_nanos();
                    prop_assert!((last - first + 1) as u128 <= most, "{} in {time:?}", last - first + 1);
                }
            }
        }

        /// Who waits as long as told gets one, and a moment earlier none.
        #[test]
        fn f24_the_wait_is_neither_too_long_nor_too_short(rate in rates(), late in 0..1000_u32) {
            let clock = Hands::default();
            let governor = governor(rate, &clock);
            for _ in 0..rate.burst_size() {
                prop_assert_eq!(governor.take(&[0; 16]), Ok(()));
            }
            clock.advance(rate.interval() * late / 1000);
            let wait = governor.take(&[0; 16]).unwrap_err();
            prop_assert!(wait <= rate.interval());
            clock.advance(wait.checked_sub(Duration::from_nanos(1)).unwrap());
            prop_assert!(governor.take(&[0; 16]).is_err());
            clock.advance(Duration::from_nanos(1));
            prop_assert!(governor.take(&[0; 16]).is_ok());
            prop_assert!(governor.take(&[0; 16]).is_err());
        }
    }

    #[test]
    fn limiters_that_are_made_late_count_as_the_first_ones_do() {
        let clock = Hands::default();
        let buckets = buckets(100, &clock);
        clock.advance(Duration::from_secs(1000));
        let early = Governor::new(Duration::from_secs(1), 5, &buckets);
        for _ in 0..5 {
            assert!(early.take(&[0; 16]).is_ok());
        }
        clock.advance(Duration::from_secs(2));
        let late = Governor::new(Duration::from_secs(1), 5, &buckets);
        assert!(late.take(&[0; 16]).is_ok() && late.take(&[0; 16]).is_ok());
        assert_eq!(late.take(&[0; 16]), Err(Duration::from_secs(1)));
        assert_eq!(early.take(&[0; 16]), Err(Duration::from_secs(1)));
    }
}
