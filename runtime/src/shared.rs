//! What instances of a server tell each other through Redis.

mod breaker;
#[cfg(feature = "introspection")]
mod introspection;
mod key_ring;
mod link;
mod rates;
mod revocations;

#[cfg(feature = "introspection")]
pub use self::introspection::SharedIntrospection;

pub(crate) use self::rates::SharedRates;

use self::key_ring::KeyRing;
use self::link::Link;
use crate::clock::{Clock, SystemClock};
use crate::configured_keys::ConfiguredKeys;
use crate::error::ConfigError;
use crate::revocation::Revocations;
#[cfg(feature = "introspection")]
use crate::validator::introspection::IntrospectionValidator;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The longest that a request may wait for Redis.
const MAX_TIMEOUT: Duration = Duration::from_secs(1);

/// What instances of a server tell each other through Redis: a handle, cheap to clone. Revocations, introspection answers, and how
/// often tools with a rate were called ([`Rates::shared`](crate::Rates::shared)).
///
/// ```
/// # use toolgate::{ConfigError, Revocations, SharedState};
/// # fn share(secret: &[u8], revocations: &Revocations) -> Result<(), ConfigError> {
/// let shared = SharedState::builder()
///     .url("redis://127.0.0.1:6379")
///     .key("2026-11", secret)
///     .build()?;
/// shared.share_revocations(revocations)
/// # }
/// ```
///
/// 1. Redis is believed in nothing (R18). Names are HMACs under a key that it does not know. Values are sealed with AES-256-GCM-SIV,
///    for one purpose and one place. What does not open, is too long or of another type is as if it was not there, and counted.
/// 2. Redis is waited for at most 50 ms, unless set, and after five failures in a row not at all for 10 s.
/// 3. Without Redis every instance validates for itself. Nobody gets in because of that, and nobody stays out. Of a rate, each lets
///    through its part.
///
/// Who can write to Redis can still delete what is there, and bring back what was there before: introspection results are believed
/// for a minute after they were asked for, no longer; a revocation that another instance has seen is remembered there.
///
/// To change the key: give all instances the new one as the second, then as the first, then take away the old one.
#[derive(Clone)]
pub struct SharedState(Arc<Inner>);

struct Inner {
    link: Link,
    keys: KeyRing,
}

/// Collects what a [`SharedState`] needs.
#[must_use = "a builder does nothing until `.build()`"]
pub struct SharedStateBuilder {
    url: String,
    keys: ConfiguredKeys,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl SharedState {
    /// Starts it. A key has to be given.
    pub fn builder() -> SharedStateBuilder {
        SharedStateBuilder {
            url: "redis://127.0.0.1:6379".to_owned(),
            keys: Vec::new(),
            timeout: Duration::from_millis(50),
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// A validator that looks here for what other instances were told of a token, before it asks the issuer itself.
    #[cfg(feature = "introspection")]
    #[must_use]
    pub fn introspection(&self, validator: IntrospectionValidator) -> SharedIntrospection {
        SharedIntrospection {
            validator,
            state: Arc::clone(&self.0),
        }
    }

    /// Tells other instances what is revoked here, and revokes here what they do, until the last handle of these revocations is
    /// gone. To be called where a tokio runtime is.
    ///
    /// What is revoked at one instance is refused at all others within a second; at one that missed it, within five seconds after
    /// it reaches Redis again. As long as Redis is away, instances know of their own revocations only.
    ///
    /// Redis forgets a revocation when the token has expired. That of a token without `exp` stays there, also over restarts, until
    /// somebody empties Redis.
    pub fn share_revocations(&self, revocations: &Revocations) -> Result<(), ConfigError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            ConfigError::new(
                "revocations are shared outside of a tokio runtime",
                "call `share_revocations` from an async function",
            )
        })?;
        runtime.spawn(revocations::share(Arc::clone(&self.0), revocations.downgrade()));
        Ok(())
    }
}

impl SharedStateBuilder {
    /// Sets where Redis is; `redis://127.0.0.1:6379` unless set.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Adds a key: a short name, and at least 32 random bytes that all instances know and nobody else. The first one seals, all
    /// of them open.
    pub fn key(mut self, id: impl Into<String>, secret: impl AsRef<[u8]>) -> Self {
        self.keys.push((id.into(), secret.as_ref().to_vec().into()));
        self
    }

    /// Sets how long a request waits for Redis, at most 1 s; 50 ms unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets where the time comes from, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Finishes it. Redis is not asked yet, and need not be there.
    pub fn build(self) -> Result<SharedState, ConfigError> {
        if self.timeout.is_zero() || self.timeout > MAX_TIMEOUT {
            let help = "use 1 millisecond to 1 second; a request can do without Redis";
            return Err(ConfigError::new(
                "a request would wait too long for Redis or not at all",
                help,
            ));
        }
        Ok(SharedState(Arc::new(Inner {
            keys: KeyRing::new(&self.keys)?,
            link: Link::new(&self.url, self.timeout, self.clock)?,
        })))
    }
}

impl fmt::Debug for SharedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedState").finish_non_exhaustive()
    }
}

impl fmt::Debug for SharedStateBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedStateBuilder").finish_non_exhaustive()
    }
}
