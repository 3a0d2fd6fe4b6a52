//! Rates: how many calls of a tool are let through, and how that is counted.

mod buckets;
mod counted;
mod limiter;
#[cfg(not(feature = "redis"))]
mod unshared;

pub(crate) use self::buckets::Buckets;
pub(crate) use self::counted::{Tag, tag};
pub(crate) use self::limiter::{Governor, Limiter};

#[cfg(not(feature = "redis"))]
use self::unshared::SharedRates;
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::rate_limit::RateLimit;
#[cfg(feature = "redis")]
use crate::shared::SharedRates;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Some 5 MiB when all are in use.
const MAX_COUNTED: usize = 100_000;

/// How the calls of tools with a `rate_limit` are counted. [`GateBuilder::rates`](crate::GateBuilder::rates) takes it; without it
/// each gate counts for itself.
///
/// 1. Each tool has a count of its own for each subject of each tenant, or each client of each tenant, or all callers together, as
///    its [`RateLimit`] says.
/// 2. Who is counted is known by a hash under a key of this process, of every part by its length: no two are ever one.
/// 3. At most 100 000 counts are kept, unless set. One that has ended is worth nothing, and makes place: that is when nothing is left
///    of a burst to fill up again, after the unit of the rate at the latest. None is ever thrown away before, so nobody gets a new one
///    by making others come.
/// 4. While there is no place, whoever is new is counted together with some others who are new: still at the rate, and at most
///    until there is place again. Who is counted already notices nothing.
/// 5. With `shared(..)`, instances count together through Redis, see there.
#[derive(Clone, Debug)]
pub struct Rates {
    max_counted: usize,
    shared: Option<SharedRates>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            max_counted: MAX_COUNTED,
            shared: None,
        }
    }
}

impl Rates {
    /// Counts in this process.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many counts are kept at most; 100 000 unless set. Each takes some 50 bytes.
    #[must_use]
    pub fn max_counted(mut self, max_counted: usize) -> Self {
        self.max_counted = max_counted;
        self
    }

    #[cfg(feature = "redis")]
    pub(crate) fn with_shared(mut self, shared: SharedRates) -> Self {
        self.shared = Some(shared);
        self
    }

    pub(crate) fn start(self, resource: &str, clock: &Arc<dyn Clock>) -> Result<Counts, ConfigError> {
        if self.max_counted == 0 {
            let help = "use `max_counted(100_000)`, or leave it out";
            return Err(ConfigError::new("there is no place to count calls in", help));
        }
        Ok(Counts {
            buckets: Arc::new(Buckets::new(self.max_counted, Arc::clone(clock))),
            resource: resource.into(),
            secret: random_key()?,
            limiters: Mutex::default(),
            shared: self.shared,
        })
    }
}

/// A key that nobody knows.
pub(crate) fn random_key() -> Result<hmac::Key, ConfigError> {
    hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| {
        ConfigError::new(
            "the system gives no random numbers",
            "check that the process may call getrandom",
        )
    })
}

/// What a gate counts. It belongs to the gate and not to a toolset behind it, so that protecting tools once more gives nobody another
/// burst.
pub(crate) struct Counts {
    buckets: Arc<Buckets>,
    resource: Arc<str>,
    secret: hmac::Key,
    limiters: Mutex<Limiters>,
    shared: Option<SharedRates>,
}

/// By the name of the tool, and the rate.
type Limiters = HashMap<(Arc<str>, RateLimit), Arc<Limiter>>;

impl Counts {
    /// What counts the calls of a tool.
    pub(crate) fn limiter(&self, tool: &Arc<str>, rate: RateLimit) -> Arc<Limiter> {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters.entry((Arc::clone(tool), rate));
        Arc::clone(limiter.or_insert_with(|| {
            Arc::new(Limiter::new(
                &self.resource,
                tool,
                rate,
                self.secret.clone(),
                &self.buckets,
                self.shared.clone(),
            ))
        }))
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counts").finish_non_exhaustive()
    }
}
