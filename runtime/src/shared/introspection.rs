//! Introspection answers that other instances got.

use super::Inner;
use super::key_ring::{Domain, Key, MAX_OVERHEAD};
use super::link::{Nothing, count};
use crate::bearer::BearerToken;
use crate::claims::Claims;
use crate::health::Health;
use crate::validator::introspection::IntrospectionValidator;
use crate::validator::{Standing, TenantStatement, ValidateError, Validator};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// For how long an answer is believed, wherever it was kept (R19).
const MAX_AGE: Duration = Duration::from_mins(1);
/// By how much the clock of another instance may be ahead of ours.
const AHEAD: Duration = Duration::from_secs(2);
/// Longer answers are not shared.
const MAX_ANSWER: usize = 64 * 1024;
/// Before the answer: when it was asked for, in milliseconds since the epoch.
const STAMP: usize = 8;
const MAX_SEALED: usize = MAX_ANSWER + STAMP + MAX_OVERHEAD;

/// An [`IntrospectionValidator`] that asks other instances first, through Redis. [`SharedState::introspection`] makes one; put a
/// [`Cached`](crate::Cached) around it.
///
/// 1. What is shared is the text of an answer and when it was asked for, sealed for this token, this issuer and this server's
///    client. It is read as if it had just come: a caller never comes from Redis ready-made.
/// 2. It is believed for a minute after it was asked for, also by a cache, and not past `exp`.
/// 3. That a token is not active is not shared.
/// 4. Whatever is wrong with what is found, or with Redis, the issuer is asked.
/// 5. Anew means the issuer. What it says replaces what is shared; but an instance that asked before may share its answer after
///    that, which is then believed for the rest of the minute after it asked.
///
/// [`SharedState::introspection`]: super::SharedState::introspection
pub struct SharedIntrospection {
    pub(super) validator: IntrospectionValidator,
    pub(super) state: Arc<Inner>,
}

impl SharedIntrospection {
    async fn find(&self, token: &BearerToken) -> Option<Claims> {
        for key in self.state.keys.iter() {
            let name = self.name(key, token);
            let mut command = redis::cmd("GETRANGE");
            // One byte more than there may be, so that longer ones are known by their length.
            command.arg(&name).arg(0).arg(MAX_SEALED);
            let sealed: Vec<u8> = match self.state.link.run(&command).await {
                Ok(sealed) => sealed,
                Err(Nothing::Odd) => continue,
                Err(Nothing::Unreachable) => return None,
            };
            match self.read(token, &name, &sealed) {
                Ok(claims) => {
                    count("hit");
                    return Some(claims);
                }
                Err(result) => count(result),
            }
        }
        None
    }

    /// 1. There is something, of a length that we would have put there.
    /// 2. It was sealed by one of our keys for this place.
    /// 3. It was asked for within the last minute.
    /// 4. It is an answer that makes a caller, by the validator's own rules.
    /// 5. The minute ends for whoever keeps the caller, too.
    fn read(&self, token: &BearerToken, name: &str, sealed: &[u8]) -> Result<Claims, &'static str> {
        match sealed.len() {
            0 => return Err("miss"),
            1..=MAX_SEALED => {}
            _ => return Err("tampered"), // 1
        }
        let text = self.state.keys.open(Domain::Introspection, name, sealed);
        let text = text.ok_or("tampered")?; // 2
        let (stamp, answer) = text.split_first_chunk::<STAMP>().ok_or("tampered")?;
        let answer = std::str::from_utf8(answer).map_err(|_| "tampered")?;
        let asked = Duration::from_millis(u64::from_be_bytes(*stamp));
        let clock = &self.state.link.clock;
        let now = clock.unix_time();
        let age = now.saturating_sub(asked);
        if age >= MAX_AGE || asked > now.saturating_add(AHEAD) {
            return Err("miss"); // 3
        }
        let mut claims = self.validator.claims_of(token, answer, now).map_err(|_| "miss")?; // 4
        let until = clock.monotonic().saturating_add(MAX_AGE.saturating_sub(age));
        Arc::make_mut(&mut claims.0).standing = Some(Arc::new(Standing::new(Arc::clone(clock), until))); // 5
        Ok(claims)
    }

    /// Asks the issuer, and shares what it says.
    async fn ask(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        let asked = self.state.link.clock.unix_time();
        let answer = self.validator.ask(token).await?;
        let now = self.state.link.clock.unix_time();
        let claims = self.validator.claims_of(token, &answer, now)?;
        self.share(token, &answer, asked, claims.0.expires_at.saturating_sub(now))
            .await;
        Ok(claims)
    }

    /// That it fails is no failure.
    async fn share(&self, token: &BearerToken, answer: &str, asked: Duration, valid: Duration) {
        let age = MAX_AGE.min(valid);
        let (Some(key), Ok(stamp), Ok(age)) = (
            self.state.keys.newest(),
            u64::try_from(asked.as_millis()),
            u64::try_from(age.as_millis()),
        ) else {
            return;
        };
        if age == 0 || answer.len() > MAX_ANSWER {
            return;
        }
        let name = self.name(key, token);
        let text = [&stamp.to_be_bytes(), answer.as_bytes()].concat();
        if let Some(sealed) = key.seal(Domain::Introspection, &name, &text) {
            let mut command = redis::cmd("SET");
            command.arg(name).arg(sealed).arg("PX").arg(age);
            let _: Result<(), Nothing> = self.state.link.run(&command).await;
        }
    }

    async fn withdraw(&self, token: &BearerToken) {
        let mut command = redis::cmd("UNLINK");
        for key in self.state.keys.iter() {
            command.arg(self.name(key, token));
        }
        let _: Result<u64, Nothing> = self.state.link.run(&command).await;
    }

    /// Another client may be told something else about the same token, and other issuers are not asked about it.
    fn name(&self, key: &Key, token: &BearerToken) -> String {
        let [issuer, client] = self.validator.asked_by();
        key.name(Domain::Introspection, &[issuer, client, token.expose()])
    }
}

impl Validator for SharedIntrospection {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        match self.find(token).await {
            Some(claims) => Ok(claims),
            None => self.ask(token).await,
        }
    }

    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        let result = self.ask(token).await;
        if let Err(ValidateError::Token(_)) = &result {
            self.withdraw(token).await;
        }
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

impl fmt::Debug for SharedIntrospection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedIntrospection")
            .field("validator", &self.validator)
            .finish_non_exhaustive()
    }
}
