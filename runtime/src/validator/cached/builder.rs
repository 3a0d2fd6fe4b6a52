//! How a [`Cached`] is set up.

use super::entry::{Budget, Weight};
use super::shared_names::SharedNames;
use super::token_key::TokenHash;
use super::{Cached, Counters};
use crate::clock::{Clock, CoarseClock};
use crate::error::ConfigError;
use crate::validator::Validator;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder};
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The longest that claims may be kept (R17).
const MAX_AGE: Duration = Duration::from_mins(1);
/// The most bytes there may be.
const MAX_BYTES: u32 = 1 << 30;

/// Collects what a [`Cached`] needs.
#[must_use = "a builder does nothing until `.build()`"]
pub struct CachedBuilder<V> {
    validator: V,
    age: Duration,
    budget: Budget,
    clock: Arc<dyn Clock>,
}

impl<V: Validator> Cached<V> {
    /// Keeps what this validator says: for at most 60 s, of at most 10 000 tokens, in at most 32 MiB.
    pub fn new(validator: V) -> Result<Self, ConfigError> {
        Self::builder(validator).build()
    }

    /// The same, with other limits.
    pub fn builder(validator: V) -> CachedBuilder<V> {
        CachedBuilder {
            validator,
            age: MAX_AGE,
            budget: Budget {
                entries: 10_000,
                bytes: 32 << 20,
            },
            clock: Arc::new(CoarseClock::default()),
        }
    }
}

impl<V: Validator> CachedBuilder<V> {
    /// Sets for how long claims are kept, at most 60 s; 60 s unless set. They are never kept longer than the token is valid.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    /// Sets of how many tokens the claims are kept at most; 10 000 unless set.
    pub fn entries(mut self, entries: u32) -> Self {
        self.budget.entries = entries;
        self
    }

    /// Sets how much memory the claims take at most, in bytes and about; 32 MiB unless set, 1 GiB at most.
    pub fn bytes(mut self, bytes: u32) -> Self {
        self.budget.bytes = bytes;
        self
    }

    /// Sets where the time comes from, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Finishes the cache.
    ///
    /// 1. Claims are kept for some time, and not for more than 60 s (R17).
    /// 2. There is room for one token, and for 1 KiB a token at least. There is at most 1 GiB.
    pub fn build(self) -> Result<Cached<V>, ConfigError> {
        if self.age > MAX_AGE || self.age.is_zero() {
            let help = "use 1 to 60 seconds; what has to be known at once belongs into `Revocations`";
            return Err(ConfigError::new(
                "the cache keeps claims for too long or not at all",
                help,
            )); // 1
        }
        let Budget { entries, bytes } = self.budget;
        if entries == 0 || bytes > MAX_BYTES || bytes / 1024 < entries {
            let help = "use 1 entry or more, and for each of them 1024 bytes or more, up to 1 GiB in all";
            return Err(ConfigError::new("the cache has too little room or too much", help)); // 2
        }
        let options = OptionsBuilder::new()
            .estimated_items_capacity(entries as usize)
            .weight_capacity(u64::from(bytes))
            .build()
            .map_err(|error| ConfigError::new(format!("the cache cannot be made: {error}"), "use other limits"))?;
        Ok(Cached {
            validator: self.validator,
            hash: TokenHash::random()?,
            names: SharedNames::new(),
            entries: Cache::with_options(
                options,
                Weight,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            inactive: Cache::new(entries as usize),
            age: self.age,
            budget: self.budget,
            clock: self.clock,
            counters: OnceLock::<Counters>::new(),
        })
    }
}

impl<V> fmt::Debug for CachedBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedBuilder").finish_non_exhaustive()
    }
}
