//! What is known of an issuer's keys, and when they may be fetched: R2, R3, R5, R6, R7 and R8 as far as they are about time.

use super::ages::KeyAges;
use crate::health::HealthStatus;
use crate::validator::key_set::KeySet;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The least time between a fetch and an early one, for an unknown key or a failed signature (R3).
const COOL_DOWN: Duration = Duration::from_secs(30);
/// The longest pause after a failed fetch (R6).
const MAX_PAUSE: Duration = Duration::from_mins(1);
/// The shortest.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// Times are of [`Clock::monotonic`](crate::Clock::monotonic).
#[derive(Default)]
pub(super) struct State {
    current: Option<Fetched>,
    in_flight: bool,
    last_attempt: Option<Duration>,
    /// Where the issuer last said that its keys are, and when.
    place: Option<(Url, Duration)>,
    /// What went wrong since something last went right.
    failures: Option<Failures>,
    /// Since when, and why, the issuer has not said where its keys are, although keys were fetched.
    doubt: Option<(Duration, String)>,
    /// The status that was last reported.
    reported: Option<HealthStatus>,
}

struct Fetched {
    keys: Arc<KeySet>,
    /// When it was asked for: it may be no newer than that.
    at: Duration,
    /// When the next one is to be fetched.
    refresh: Duration,
    /// When it is of no use any more.
    end: Duration,
}

struct Failures {
    since: Duration,
    last: Duration,
    count: u32,
    /// Somewhere from 0 to 1, thrown for the last one.
    chance: f64,
    error: String,
}

/// A key set that was just fetched.
pub(super) struct Arrival {
    pub(super) keys: KeySet,
    /// For how long it may be kept, if the issuer says.
    pub(super) max_age: Option<Duration>,
    /// When it was asked for.
    pub(super) at: Duration,
    /// When the issuer last said that this is the place of its keys.
    pub(super) place_confirmed_at: Duration,
    /// Why it did not say so now.
    pub(super) doubt: Option<String>,
}

impl State {
    pub(super) fn in_flight(&self) -> bool {
        self.in_flight
    }

    /// A fetch is about to start. There must be none in flight (R1).
    pub(super) fn depart(&mut self, now: Duration) {
        self.in_flight = true;
        self.last_attempt = Some(now);
    }

    pub(super) fn landed(&mut self) {
        self.in_flight = false;
    }

    pub(super) fn confirm_place(&mut self, place: Url, now: Duration) {
        self.place = Some((place, now));
    }

    pub(super) fn last_place(&self) -> Option<(Url, Duration)> {
        self.place.clone()
    }

    /// The keys, if they are not too old (R5).
    pub(super) fn usable(&self, now: Duration) -> Option<Arc<KeySet>> {
        let fetched = self.current.as_ref().filter(|set| now < set.end)?;
        Some(Arc::clone(&fetched.keys))
    }

    /// The keys, if they are not too old and younger than this, or were asked for since then.
    pub(super) fn younger_than(&self, age: Duration, since: Duration, now: Duration) -> Option<Arc<KeySet>> {
        let young = |set: &&Fetched| now < set.end && (now.saturating_sub(set.at) < age || set.at >= since);
        Some(Arc::clone(&self.current.as_ref().filter(young)?.keys))
    }

    /// Whether it is time for another set (R2).
    pub(super) fn refresh_is_due(&self, now: Duration) -> bool {
        self.current.as_ref().is_none_or(|set| now >= set.refresh) && self.may_try(now)
    }

    /// Whether an early fetch is allowed (R3).
    pub(super) fn cooled_down(&self, now: Duration) -> bool {
        !self.in_flight() && now >= self.cool_down_ends()
    }

    pub(super) fn cool_down_ends(&self) -> Duration {
        self.last_attempt
            .map_or(Duration::ZERO, |at| at.saturating_add(COOL_DOWN))
    }

    /// Whether the last failure, if any, is long enough ago (R6).
    pub(super) fn may_try(&self, now: Duration) -> bool {
        !self.in_flight() && now >= self.next_try(now)
    }

    fn next_try(&self, now: Duration) -> Duration {
        let Some(failures) = &self.failures else {
            return Duration::ZERO;
        };
        let lapsed = self.current.as_ref().is_some_and(|set| now >= set.end);
        failures.last.saturating_add(failures.pause(lapsed))
    }

    /// A good set replaces the old one as a whole. Keys that are in both stand on, and for longer; a key that is gone stops at
    /// once, for those who kept what it proved, too (R7).
    pub(super) fn arrived(&mut self, arrival: Arrival, ages: KeyAges, chance: f64) {
        let end = arrival.place_confirmed_at.saturating_add(ages.stale);
        let old = self.current.as_ref().map(|old| &*old.keys);
        let keys = arrival.keys.succeed(old, end);
        self.current = Some(Fetched {
            keys: Arc::new(keys),
            at: arrival.at,
            // The place may be about to become too old before the keys do: there must be a next fetch when nothing serves any more.
            refresh: arrival
                .at
                .saturating_add(ages.refresh(arrival.max_age, chance))
                .min(end),
            end,
        });
        self.failures = None;
        let since = self.doubt.take().map_or(arrival.at, |(since, _)| since);
        self.doubt = arrival.doubt.map(|why| (since, why));
    }

    /// A failed fetch, or a set that is no use, replaces nothing (R8).
    pub(super) fn failed(&mut self, error: String, now: Duration, chance: f64) {
        let before = self.failures.take();
        self.failures = Some(Failures {
            since: before.as_ref().map_or(now, |failures| failures.since),
            last: now,
            count: before.map_or(1, |failures| failures.count.saturating_add(1)),
            chance,
            error,
        });
    }

    pub(super) fn status(&self, now: Duration) -> HealthStatus {
        let end = self.current.as_ref().map(|set| set.end);
        let usable = end.is_some_and(|end| now < end);
        let doubted = self.doubt.as_ref().map(|(since, _)| *since);
        let failing = self.failures.as_ref().map(|failures| failures.since);
        // Keys that have become too old, and somebody needed them since.
        let ended = end.filter(|end| !usable && self.last_attempt.is_some_and(|at| at >= *end));
        match doubted.or(failing).or(ended) {
            None if usable => HealthStatus::Fresh,
            None => HealthStatus::Unasked,
            Some(since) if usable => HealthStatus::Stale(now.saturating_sub(since)),
            Some(since) => HealthStatus::Unavailable(now.saturating_sub(since)),
        }
    }

    pub(super) fn last_error(&self) -> Option<&str> {
        let failure = self.failures.as_ref().map(|failures| failures.error.as_str());
        failure.or(self.doubt.as_ref().map(|(_, why)| why.as_str()))
    }

    /// How long until the issuer is asked again, at the earliest.
    pub(super) fn next_attempt(&self, now: Duration) -> Option<Duration> {
        let due = if self.in_flight() {
            now
        } else if self.failures.is_some() {
            self.next_try(now)
        } else {
            self.current.as_ref()?.refresh
        };
        Some(due.saturating_sub(now))
    }

    /// The status and what went wrong, if the status is another than when this was last asked.
    pub(super) fn change(&mut self, now: Duration) -> Option<(HealthStatus, Option<String>)> {
        let status = self.status(now);
        let same = self.reported.unwrap_or(HealthStatus::Unasked).as_str() == status.as_str();
        self.reported = Some(status);
        (!same).then(|| (status, self.last_error().map(str::to_owned)))
    }
}

impl Failures {
    /// How long to wait after the last failure (R6).
    ///
    /// 1. At most 2, 4, 8 .. 60 s after as many failures. How much of that is a matter of chance, but at least a quarter and 1 s:
    ///    with less, chance alone could bring more than ten fetches in the first minute (F3).
    /// 2. When there were keys and they have become too old, 1.5 s at most: everybody is locked out then, and has to get in
    ///    again within 2 s once the issuer is back (F2). A server that never had keys has no such hurry.
    fn pause(&self, lapsed: bool) -> Duration {
        let most = Duration::from_secs(1 << self.count.clamp(1, 6)).min(MAX_PAUSE);
        let least = (most / 4).max(MIN_PAUSE);
        let most = if lapsed { MIN_PAUSE * 3 / 2 } else { most };
        let least = if lapsed { MIN_PAUSE } else { least };
        least + (most.saturating_sub(least)).mul_f64(self.chance)
    }
}
