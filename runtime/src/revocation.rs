//! Tokens that are not to be believed any more, although their issuer's signature still says so.

mod held;
mod id;
#[cfg(feature = "redis")]
mod sharing;
mod watch;

#[cfg(feature = "redis")]
pub(crate) use self::held::AFTER_EXPIRY;
pub(crate) use self::id::TokenId;
#[cfg(feature = "redis")]
pub(crate) use self::sharing::{Heard, WeakRevocations};
pub(crate) use self::watch::Watch;

use self::held::{Held, NEVER};
use crate::caller::Caller;
use crate::claims::Claims;
use crate::clock::{Clock, SystemClock};
use crate::error::Unavailable;
use crate::metrics::REVOCATIONS;
use crate::validator::{TokenError, ValidateError};
use ::metrics::gauge;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// How many tokens can be revoked at the same time, unless set.
const LIMIT: usize = 100_000;

/// The tokens that were revoked here: a handle, cheap to clone. [`GateBuilder::revocations`](crate::GateBuilder::revocations)
/// takes one, and whoever has another revokes.
///
/// ```
/// # use toolgate::{Caller, RevocationError, Revocations};
/// fn log_out(caller: &Caller, revocations: &Revocations) -> Result<(), RevocationError> {
///     revocations.revoke(caller)
/// }
/// ```
///
/// 1. A token is known by its issuer and its `jti`, or without one by its issuer and its claims; never by its signature, of which
///    there may be several. One about which the issuer was asked is known by the `jti` of the answer, or without one by its text.
/// 2. A revoked token is refused at once ([`TokenError::Revoked`]), whatever a cache or an issuer says. A call that is running
///    goes on.
/// 3. It is remembered until the token has expired, with the longest leeway there is, and an hour for clocks that are set back:
///    by the `exp` that it had when it was revoked. A token without `exp`, as opaque ones may be, is remembered until a restart,
///    and takes room until then.
/// 4. There is a limit. At the limit nothing is forgotten: the revocation fails, and an error is logged.
/// 5. With the feature `redis`, `SharedState` tells other instances. If more were revoked elsewhere than fit here, nobody gets
///    in here until they fit: it cannot be found out any more who may.
///
/// Without `SharedState` what was revoked is forgotten at a restart. If an issuer moves the `exp` of a token whenever it is used,
/// the token may outlive what is remembered: revoke it there as well.
#[derive(Clone)]
pub struct Revocations(Arc<State>);

struct State {
    clock: Arc<dyn Clock>,
    limit: usize,
    held: RwLock<Held>,
    /// How many are held: as long as there are none, nobody has to look.
    count: AtomicUsize,
    /// That more were revoked elsewhere than fit.
    overflows: AtomicBool,
    /// That there is something to tell others.
    #[cfg(feature = "redis")]
    news: Arc<tokio::sync::Notify>,
}

/// A token was not revoked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// As many tokens are revoked as can be. Withdraw keys at the issuer instead, or raise the limit.
    #[error("as many tokens are revoked as can be")]
    Full,
    /// The `jti` is empty, and names no token.
    #[error("an empty `jti` names no token")]
    NoId,
}

impl Default for Revocations {
    fn default() -> Self {
        Self::new()
    }
}

impl Revocations {
    /// None are revoked yet, and 100 000 can be, in about 10 MB.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(LIMIT, SystemClock::default())
    }

    /// The same, with another limit, and with this clock to know by what has expired.
    #[must_use]
    pub fn with_limit(limit: usize, clock: impl Clock) -> Self {
        Self(Arc::new(State {
            clock: Arc::new(clock),
            limit,
            held: RwLock::default(),
            count: AtomicUsize::new(0),
            overflows: AtomicBool::new(false),
            #[cfg(feature = "redis")]
            news: Arc::default(),
        }))
    }

    /// Revokes the token that this caller came with.
    pub fn revoke(&self, caller: &Caller) -> Result<(), RevocationError> {
        let claims = caller.claim_set();
        self.add(*claims.token_id(), claims.token_expiry.unwrap_or(NEVER))
    }

    /// Revokes the token with this `jti` of this issuer, which expires at this time since the Unix epoch at the latest, or
    /// [`Duration::MAX`] if nobody knows. ([`Caller::expires_at`] is not that of an opaque token that does not say.)
    ///
    /// An empty `jti` is an error: tokens with that are known by other things.
    pub fn revoke_id(&self, issuer: &str, jti: &str, expires_at: Duration) -> Result<(), RevocationError> {
        if jti.is_empty() {
            return Err(RevocationError::NoId);
        }
        self.add(TokenId::of_jti(issuer, jti), expires_at)
    }

    /// How many are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.count.load(Ordering::Acquire)
    }

    /// Whether none are held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn add(&self, id: TokenId, expires_at: Duration) -> Result<(), RevocationError> {
        // Whole seconds are told to others, and heard again.
        let more = u64::from(expires_at.subsec_nanos() > 0);
        let expires_at = Duration::from_secs(expires_at.as_secs().saturating_add(more));
        let added = self.change(|held, now| held.add(id, expires_at, now, self.0.limit));
        if added.is_err() {
            tracing::error!(target: "toolgate::revocations", limit = self.0.limit, "a token could not be revoked");
        }
        #[cfg(feature = "redis")]
        self.0.news.notify_one();
        added
    }

    fn change<T>(&self, change: impl FnOnce(&mut Held, Duration) -> T) -> T {
        let mut held = self.write();
        let result = change(&mut held, self.0.clock.unix_time());
        self.0.count.store(held.len(), Ordering::Release);
        gauge!(REVOCATIONS).set(u32::try_from(held.len()).map_or(f64::MAX, f64::from));
        result
    }

    /// Says whether these claims are of a revoked token.
    fn check(&self, claims: &Claims) -> Result<(), ValidateError> {
        if self.0.overflows.load(Ordering::Acquire) {
            return Err(Unavailable::new("more tokens are revoked than can be held").into());
        }
        if !self.is_empty() && self.read().contains(claims.0.token_id()) {
            return Err(TokenError::Revoked.into());
        }
        Ok(())
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.0.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Revocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocations")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
