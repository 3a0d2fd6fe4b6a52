//! Keys that were looked for a moment ago, and not found (R4).

use quick_cache::sync::Cache;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// How many are remembered.
const MAX_ENTRIES: usize = 1024;

/// Names of keys that nobody knows. They come from strangers: what is kept of one is a hash, under a key of this process, so
/// that its length costs nothing and nobody can choose one that stands for another.
pub(super) struct UnknownKids {
    hasher: RandomState,
    /// Until when each is refused, in [`Clock::monotonic`](crate::Clock::monotonic).
    until: Cache<UnknownKid, Duration>,
}

/// What is kept of a `kid`.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(super) struct UnknownKid(u64);

impl UnknownKids {
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            until: Cache::new(MAX_ENTRIES),
        }
    }

    pub(super) fn name(&self, kid: Option<&str>) -> UnknownKid {
        UnknownKid(self.hasher.hash_one(kid))
    }

    pub(super) fn contains(&self, kid: UnknownKid, now: Duration) -> bool {
        self.until.get(&kid).is_some_and(|until| now < until)
    }

    pub(super) fn insert(&self, kid: UnknownKid, until: Duration) {
        self.until.insert(kid, until);
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ENTRIES, UnknownKids};
    use std::time::Duration;

    #[test]
    fn r4_names_are_forgotten_in_time_and_never_too_many() {
        let unknown = UnknownKids::new();
        let until = Duration::from_secs(30);
        for number in 0..100_000 {
            let kid = unknown.name(Some(&number.to_string()));
            unknown.insert(kid, until);
            assert!(number > 500 || unknown.contains(kid, Duration::ZERO));
        }
        assert!(unknown.until.len() <= MAX_ENTRIES);
        let none = unknown.name(None);
        assert!(!unknown.contains(none, Duration::ZERO));
        unknown.insert(none, until);
        assert!(unknown.contains(none, Duration::from_millis(29_999)));
        assert!(!unknown.contains(none, until));
        assert!(!unknown.contains(unknown.name(Some("")), Duration::ZERO));
    }
}
