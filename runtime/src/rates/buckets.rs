//! The counts themselves, as few as may be.

use super::counted::Tag;
use crate::clock::Clock;
use crate::metrics;
use governor::nanos::Nanos;
use governor::state::StateStore;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many are looked at by one at a time, so that callers seldom wait for each other.
const SHARDS: usize = 16;
/// How long a full shard waits before it looks again for those that have ended, in nanoseconds. To look takes a while.
const SWEEP: u64 = 1_000_000_000;

/// When each count will have ended: the "theoretical arrival time" of GCRA, on the clock's own scale, in nanoseconds. One that has
/// ended says as much as none.
pub(crate) struct Buckets {
    clock: Arc<dyn Clock>,
    first: Mutex<Shard>,
    others: Vec<Mutex<Shard>>,
    /// In one shard.
    max: usize,
}

#[derive(Default)]
struct Shard {
    ends: HashMap<Tag, u64>,
    /// When it was last looked for those that have ended.
    swept: Option<u64>,
}

impl Buckets {
    pub(crate) fn new(max: usize, clock: Arc<dyn Clock>) -> Self {
        // Few would be spread too unevenly.
        let shards = if max < SHARDS * SHARDS { 1 } else { SHARDS };
        Self {
            clock,
            first: Mutex::default(),
            others: std::iter::repeat_with(Mutex::default).take(shards - 1).collect(),
            max: max / shards,
        }
    }

    /// Time for GCRA. A clock that says more than 146 years stands still there, and nothing overflows.
    pub(super) fn now(&self) -> u64 {
        let now = u64::try_from(self.clock.monotonic().as_nanos());
        now.unwrap_or(u64::MAX).min(u64::MAX / 4)
    }

    /// The tags are as good as random, and nobody can choose them.
    fn shard(&self, tag: &Tag) -> MutexGuard<'_, Shard> {
        let shard = self.others.get(usize::from(tag[0]) % SHARDS).unwrap_or(&self.first);
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let shards = self.others.iter().chain([&self.first]);
        shards.map(|shard| shard.lock().unwrap().ends.len()).sum()
    }
}

impl Shard {
    /// Makes place for one more, if there is any to be made.
    fn has_place(&mut self, max: usize, now: u64) -> bool {
        let is_due = self.swept.is_none_or(|swept| now.saturating_sub(swept) >= SWEEP);
        if self.ends.len() >= max && is_due {
            self.ends.retain(|_, end| *end > now);
            self.swept = Some(now);
        }
        self.ends.len() < max
    }
}

/// The counts of one tool, among those of the others. Clones are the same.
#[derive(Clone)]
pub(crate) struct Store {
    buckets: Arc<Buckets>,
    /// What those share for whom there is no place, by a part of the tag: 256 counts at most. They are of this tool alone: that one is
    /// slow must not make another one slow.
    crowd: Arc<Mutex<HashMap<u8, u64>>>,
}

impl Store {
    pub(crate) fn new(buckets: &Arc<Buckets>) -> Self {
        Self {
            buckets: Arc::clone(buckets),
            crowd: Arc::default(),
        }
    }

    /// How long from now the count of this tag will have ended, or that of the crowd it would be in.
    pub(super) fn ahead(&self, tag: &Tag) -> u64 {
        let kept = self.buckets.shard(tag).ends.get(tag).copied();
        let end = kept.or_else(|| self.crowd().get(&tag[1]).copied());
        end.unwrap_or_default().saturating_sub(self.buckets.now())
    }

    fn crowd(&self) -> MutexGuard<'_, HashMap<u8, u64>> {
        self.crowd.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 1. Who is counted already goes on with that.
/// 2. Who is new gets a count if there is place, or one that has ended makes place.
/// 3. Otherwise it is that of the crowd. It is never none.
impl StateStore for Store {
    type Key = Tag;

    fn measure_and_replace<T, F, E>(&self, tag: &Tag, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let now = self.buckets.now();
        let mut shard = self.buckets.shard(tag);
        if let Some(end) = shard.ends.get_mut(tag) {
            let (decided, next) = decide(Some(Nanos::from(*end)))?;
            *end = next.into();
            return Ok(decided); // 1
        }
        if shard.has_place(self.buckets.max, now) {
            let (decided, next) = decide(None)?;
            shard.ends.insert(*tag, next.into());
            return Ok(decided); // 2
        }
        drop(shard);
        metrics::crowded();
        let mut crowd = self.crowd();
        let end = crowd.entry(tag[1]).or_default();
        let (decided, next) = decide(Some(Nanos::from(*end)))?;
        *end = next.into();
        Ok(decided) // 3
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Buckets, Store, Tag};
    use crate::clock::Clock;
    use crate::rates::limiter::Governor;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    /// A clock that stands until it is set.
    #[derive(Clone, Default)]
    pub(in crate::rates) struct Hands(Arc<AtomicU64>);

    impl Hands {
        pub(in crate::rates) fn advance(&self, by: Duration) {
            self.0
                .fetch_add(u64::try_from(by.as_nanos()).unwrap(), Ordering::SeqCst);
        }
    }

    impl Clock for Hands {
        fn unix_time(&self) -> Duration {
            self.monotonic()
        }

        fn monotonic(&self) -> Duration {
            Duration::from_nanos(self.0.load(Ordering::SeqCst))
        }
    }

    pub(in crate::rates) fn buckets(max: usize, clock: &Hands) -> Arc<Buckets> {
        Arc::new(Buckets::new(max, Arc::new(clock.clone())))
    }

    /// As good as random, as a keyed hash is.
    fn tag(number: u64) -> Tag {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &number.to_be_bytes());
        digest.as_ref()[..16].try_into().unwrap()
    }

    fn taken(governor: &Governor, tag: &Tag) -> u32 {
        (0..100).map(|_| u32::from(governor.take(tag).is_ok())).sum()
    }

    #[test]
    fn f22_there_are_never_more_counts_than_may_be_and_none_goes_before_its_end() {
        for max in [100, 5000] {
            let clock = Hands::default();
            let buckets = buckets(max, &clock);
            let governor = Governor::new(Duration::from_secs(1), 10, &buckets);
            let victim = tag(0);
            assert_eq!(taken(&governor, &victim), 10);
            for number in 1..50_000 {
                let _ = governor.take(&tag(number));
            }
            // Shards fill up one after the other.
            assert!(
                buckets.len() <= max && buckets.len() > max * 9 / 10,
                "{}",
                buckets.len()
            );
            // Others cannot get the victim a new burst, or take away what it has.
            assert_eq!(taken(&governor, &victim), 0);
            clock.advance(Duration::from_secs(3));
            assert_eq!(taken(&governor, &victim), 3);
        }
    }

    #[test]
    fn f22_what_has_ended_makes_place() {
        let clock = Hands::default();
        let buckets = buckets(100, &clock);
        let governor = Governor::new(Duration::from_secs(1), 10, &buckets);
        for number in 0..100 {
            assert_eq!(taken(&governor, &tag(number)), 10);
        }
        clock.advance(Duration::from_secs(9));
        let _ = governor.take(&tag(1000));
        assert_eq!(buckets.len(), 100);
        // Their bursts are full again, and nobody can tell whether they were counted.
        clock.advance(Duration::from_secs(1));
        assert_eq!(taken(&governor, &tag(1001)), 10);
        assert_eq!(buckets.len(), 1);
        assert_eq!(taken(&governor, &tag(5)), 10);
    }

    #[test]
    fn f22_without_place_nobody_is_unlimited_and_nobody_shut_out_for_ever() {
        let clock = Hands::default();
        let buckets = buckets(100, &clock);
        let (slow, fast) = (
            Governor::new(Duration::from_mins(1), 10, &buckets),
            Governor::new(Duration::from_secs(1), 10, &buckets),
        );
        for number in 0..100 {
            assert_eq!(taken(&slow, &tag(number)), 10);
        }
        // All who come now share 256 counts.
        let many = 3000;
        let crowd: u32 = (1000..1000 + many).map(|number| taken(&slow, &tag(number))).sum();
        assert_eq!(crowd, 256 * 10);
        // Those of another tool are others.
        let crowd: u32 = (1000..1000 + many).map(|number| taken(&fast, &tag(number))).sum();
        assert_eq!(crowd, 256 * 10);
        assert_eq!(buckets.len(), 100);
        // They fill up like all.
        clock.advance(Duration::from_mins(1));
        assert_eq!(taken(&slow, &tag(1000)), 1);
        clock.advance(Duration::from_mins(9));
        assert_eq!(taken(&slow, &tag(1000)), 10);
    }

    #[test]
    fn a_clock_at_the_end_of_time_is_no_panic() {
        struct End;
        impl Clock for End {
            fn unix_time(&self) -> Duration {
                Duration::MAX
            }
            fn monotonic(&self) -> Duration {
                Duration::MAX
            }
        }
        let buckets = Arc::new(Buckets::new(10, Arc::new(End)));
        let governor = Governor::new(Duration::from_micros(100), 36_000_000, &buckets);
        assert_eq!(taken(&governor, &tag(1)), 100);
        assert_eq!(Store::new(&buckets).ahead(&tag(2)), 0);
    }
}
