//! A validator that remembers what another one said.

mod builder;
mod counters;
mod entry;
mod shared_names;
mod token_key;

pub use self::builder::CachedBuilder;

use self::counters::Counters;
use self::entry::{Answer, Budget, Entry, Use, Weight, use_of};
use self::shared_names::SharedNames;
use self::token_key::{TokenHash, TokenKey};
use super::{TenantStatement, TokenError, ValidateError, Validator};
use crate::bearer::BearerToken;
use crate::claims::Claims;
use crate::clock::Clock;
use crate::health::Health;
use quick_cache::sync::{Cache, EntryAction, EntryResult, PlaceholderGuard};
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The longest that it is remembered that a token is not active (R19).
const INACTIVE_AGE: Duration = Duration::from_secs(10);

/// A validator that remembers what another one said of a token, for a minute at most.
///
/// ```
/// # use toolgate::{Cached, ConfigError, JwtValidator};
/// # fn cached(validator: JwtValidator) -> Result<Cached<JwtValidator>, ConfigError> {
/// Cached::new(validator)
/// # }
/// ```
///
/// 1. A token is kept as a keyed hash of all of it, under a key that is random for each cache. The token itself is not kept
///    (R17).
/// 2. Claims are kept for at most 60 s, and not past the token's `exp`. Ages go by the monotonic clock, `exp` and `nbf` by the
///    wall clock, and both are looked at whenever claims are handed out.
/// 3. Claims whose key the issuer withdrew are not handed out (R7).
/// 4. What was decided about a caller is not kept: that is the gate's business, at each call.
/// 5. There are limits to entries and bytes. Tokens that were seen once push out others that were seen once.
/// 6. While a token is validated, others who bring the same one wait for that. They get the same answer, also if it is an
///    error; if the one who asks goes away, the next one asks.
/// 7. Errors are not kept. The exception is that a token is not active ([`TokenError::Inactive`]): for 10 s after that was asked,
///    in a store of its own, as large as the other (R19). Only what was asked anew, and later, takes that back.
/// 8. [`validate_anew`](Validator::validate_anew) takes nothing from here, and what it finds out replaces what is here.
///
/// The metric [`TOKEN_CACHE`](crate::metrics::TOKEN_CACHE) counts by `result`. Answered without asking the validator: `hit`;
/// `joined`, by the answer that another request waited for; `inactive`, by the issuer's word of a moment ago. The validator was
/// asked: `miss`, because there was nothing; `expired`, because it was too old; `withdrawn`, because the key that proved it is
/// gone or an answer's time was over elsewhere; `anew`, because a tool wants that. Its handles are taken at the first request:
/// install the recorder before.
pub struct Cached<V> {
    validator: V,
    hash: TokenHash,
    names: SharedNames,
    entries: Cache<TokenKey, Entry, Weight>,
    /// Until when it is believed that they are not active, by the monotonic clock.
    inactive: Cache<TokenKey, Duration>,
    age: Duration,
    budget: Budget,
    clock: Arc<dyn Clock>,
    counters: OnceLock<Counters>,
}

/// The right and the duty to answer all who wait for a token.
type Turn<'a> = PlaceholderGuard<
    'a,
    TokenKey,
    Entry,
    Weight,
    quick_cache::DefaultHashBuilder,
    quick_cache::sync::DefaultLifecycle<TokenKey, Entry>,
>;

/// Who answers.
enum Found<'a> {
    Claims(Claims),
    Turn(Turn<'a>),
    /// Somebody else, whose answer this is.
    Answer(Entry),
}

impl<V: Validator> Cached<V> {
    /// Of how many tokens claims are kept, some of which may be too old.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no claims are kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    async fn claims(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        let counters = self.counters();
        let key = self.hash.key(token);
        if let Some(entry) = self.entries.get(&key)
            && self.judge(&entry) == Use::Good
            && let Answer::Claims { claims, .. } = entry.answer
        {
            counters.hit.increment(1);
            return Ok(claims);
        }
        // In a box, so that whoever has a hit does not carry the room that a miss needs from one place to another.
        Box::pin(self.ask(key, token)).await
    }

    /// Waits for what another finds out, or asks the validator.
    async fn ask(&self, key: TokenKey, token: &BearerToken) -> Result<Claims, ValidateError> {
        let counters = self.counters();
        loop {
            if self.is_inactive(key) {
                counters.inactive.increment(1);
                return Err(TokenError::Inactive.into());
            }
            match self.find(key).await {
                Found::Claims(claims) => {
                    counters.hit.increment(1);
                    return Ok(claims);
                }
                Found::Turn(turn) => return self.load(key, turn, token).await,
                Found::Answer(entry) => match &entry.answer {
                    // Its age is that of our waiting, so that `until` does not matter. All else may have changed meanwhile.
                    Answer::Claims { claims, .. } if use_of(claims, self.clock.unix_time()) == Use::Good => {
                        counters.joined.increment(1);
                        return Ok(claims.clone());
                    }
                    Answer::Claims { .. } => {}
                    Answer::Refused(error) => {
                        counters.joined.increment(1);
                        return Err(ValidateError::clone(error));
                    }
                },
            }
        }
    }

    /// Looks again, now that nobody else may change what is there; takes the turn if it is of no use; waits if somebody has it.
    async fn find(&self, key: TokenKey) -> Found<'_> {
        let counters = self.counters();
        let at_once = Some(Duration::ZERO);
        let mut was = Use::Good;
        let found = self.entries.entry(&key, at_once, |_, entry| {
            was = self.judge(entry);
            match &entry.answer {
                Answer::Claims { claims, .. } if was == Use::Good => EntryAction::Retain(claims.clone()),
                Answer::Claims { .. } | Answer::Refused(_) => EntryAction::ReplaceWithGuard,
            }
        });
        let turn = match found {
            EntryResult::Retained(claims) => return Found::Claims(claims),
            EntryResult::Replaced(turn, _) | EntryResult::Vacant(turn) => turn,
            EntryResult::Timeout | EntryResult::Removed(..) => {
                match self.entries.get_value_or_guard_async(&key).await {
                    Ok(entry) => return Found::Answer(entry),
                    Err(turn) => turn,
                }
            }
        };
        let counter = match was {
            Use::Good => &counters.miss,
            Use::Expired => &counters.expired,
            Use::Withdrawn => &counters.withdrawn,
        };
        counter.increment(1);
        Found::Turn(turn)
    }

    /// Asks the validator, and tells all who wait.
    async fn load(&self, key: TokenKey, turn: Turn<'_>, token: &BearerToken) -> Result<Claims, ValidateError> {
        // The one who had the turn before may have found that out.
        if self.is_inactive(key) {
            return Err(TokenError::Inactive.into());
        }
        let asked = self.clock.monotonic();
        let result = self.share_names(self.validator.validate(token).await);
        let entry = self.entry(&result, asked);
        let worth_keeping = self.judge(&entry) == Use::Good;
        // Before the turn ends, so that whoever comes next finds it.
        self.note_inactive(key, &result, asked);
        // An error means that the entry was removed meanwhile: then it is not kept, but those who wait have it.
        let _ = turn.insert(entry.clone());
        if worth_keeping {
            self.counters().entries.set(count(self.entries.len()));
        } else {
            self.entries.remove_if(&key, |kept| kept.is(&entry));
        }
        result
    }

    fn share_names(&self, mut result: Result<Claims, ValidateError>) -> Result<Claims, ValidateError> {
        if let Ok(claims) = &mut result {
            self.names.share(claims);
        }
        result
    }

    /// Claims are kept from the time when they were asked for, not when they came.
    fn entry(&self, result: &Result<Claims, ValidateError>, asked: Duration) -> Entry {
        match result {
            Ok(claims) => {
                let valid = claims.0.expires_at.saturating_sub(self.clock.unix_time());
                self.budget.claims(claims, asked.saturating_add(self.age.min(valid)))
            }
            Err(error) => Budget::refused(error),
        }
    }

    fn judge(&self, entry: &Entry) -> Use {
        entry.judge(self.clock.unix_time(), self.clock.monotonic())
    }

    fn is_inactive(&self, key: TokenKey) -> bool {
        let until = self.inactive.get(&key);
        until.is_some_and(|until| self.clock.monotonic() < until)
    }

    /// That a token is active, as of an earlier question, takes nothing back: see [`note_active`](Self::note_active).
    fn note_inactive(&self, key: TokenKey, result: &Result<Claims, ValidateError>, asked: Duration) {
        if let Err(ValidateError::Token(TokenError::Inactive)) = result {
            self.inactive.insert(key, asked.saturating_add(INACTIVE_AGE));
        }
    }

    /// Forgets that a token was not active before this was asked. What was found out later counts, whichever answer came first.
    fn note_active(&self, key: TokenKey, asked: Duration) {
        let until = asked.saturating_add(INACTIVE_AGE);
        self.inactive.remove_if(&key, |later| *later <= until);
    }

    fn counters(&self) -> &Counters {
        self.counters.get_or_init(Counters::new)
    }
}

impl<V: Validator> Validator for Cached<V> {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.claims(token).await
    }

    /// Asks the validator. What it says replaces what was kept, or what somebody else is just finding out; that it cannot say
    /// anything changes nothing.
    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        let counters = self.counters();
        counters.anew.increment(1);
        let key = self.hash.key(token);
        let asked = self.clock.monotonic();
        let result = self.share_names(self.validator.validate_anew(token).await);
        self.note_inactive(key, &result, asked);
        let entry = self.entry(&result, asked);
        match &result {
            Ok(_) if self.judge(&entry) == Use::Good => {
                self.note_active(key, asked);
                self.entries.insert(key, entry.clone());
                // Whoever finds out that it is not active writes that down before the entry is removed, so one of us sees the other.
                if self.is_inactive(key) {
                    self.entries.remove_if(&key, |kept| kept.is(&entry));
                }
            }
            Ok(_) | Err(ValidateError::Token(_)) => drop(self.entries.remove(&key)),
            Err(ValidateError::Unavailable(_)) => {}
        }
        counters.entries.set(count(self.entries.len()));
        result
    }

    fn issuers(&self) -> Vec<String> {
        self.validator.issuers()
    }

    fn tenants(&self) -> TenantStatement {
        self.validator.tenants()
    }

    fn health(&self) -> Vec<Health> {
        self.validator.health()
    }
}

fn count(entries: usize) -> f64 {
    // There are fewer of them than a `u32` can count, and those are exact.
    u32::try_from(entries).map_or(f64::MAX, f64::from)
}

impl<V> fmt::Debug for Cached<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").finish_non_exhaustive()
    }
}
