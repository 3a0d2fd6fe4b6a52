//! JWT access tokens (RFC 9068, RFC 8725), checked with the issuer's keys.

use super::algorithm::Algorithm;
use super::claim_map::{ClaimMap, date};
use super::key_set::KeySet;
use super::keys::{Keys, Sought};
use super::standing::Standing;
use super::token::CompactToken;
use super::{TokenError, TypPolicy, ValidateError, Validator};
use crate::bearer::BearerToken;
use crate::claims::{ClaimSet, Claims};
use crate::clock::Clock;
use crate::error::Unavailable;
use crate::health::Health;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// The longest that an access token may be valid (R15).
const MAX_LIFETIME: Duration = Duration::from_hours(24);

/// Validates JWT access tokens of one issuer. [`JwtValidator::builder`] makes one.
pub struct JwtValidator {
    pub(super) issuer: Arc<str>,
    /// Never empty.
    pub(super) audiences: Vec<String>,
    /// Never empty.
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) keys: Keys,
    pub(super) claims: ClaimMap,
    pub(super) typ: TypPolicy,
    pub(super) leeway: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

impl JwtValidator {
    /// Fetches the keys before somebody needs them, so that a server can wait with serving until it can answer.
    ///
    /// An error means that they cannot be had now. The validator can be used all the same: its requests go on asking for them.
    pub async fn warm_up(&self) -> Result<(), Unavailable> {
        self.keys.current().await.map(drop)
    }

    /// Validates a token. The order matters: no claim is looked at before the signature is proven.
    ///
    /// 1. It is a compact JWS with the header of an access token ([`CompactToken::parse`]).
    /// 2. Its algorithm is one of the configured.
    /// 3. Its signature is right under the issuer's key, which may be of any age (R5) or, for a tool that is `fresh`, of a few
    ///    moments. A token that no key fits gets one more look at newer keys (R3).
    /// 4. Its claims are JSON that means one thing only (R16).
    /// 5. The registered claims hold ([`Self::check_registered`]).
    /// 6. It is an access token and no other (R14), and not bound to its sender.
    /// 7. Scopes, roles, tenant and client are read where they are configured to be, of the right type (R14).
    async fn claims(&self, token: &BearerToken, age: KeyAge) -> Result<Claims, ValidateError> {
        let token = CompactToken::parse(token.expose(), self.typ)?; // 1
        if !self.algorithms.contains(&token.algorithm) {
            return Err(TokenError::Algorithm.into()); // 2
        }
        let keys = match age {
            KeyAge::Usable => self.keys.current().await?,
            KeyAge::Fresh => self.keys.anew().await?,
        };
        let standing = self.verify(&token, &keys).await?; // 3
        let (text, raw) = token.claims()?; // 4
        let (not_before, expires_at) = self.check_registered(&raw)?; // 5
        check_kind(&raw)?; // 6
        let claims = self.claims.read(&self.issuer, &raw)?; // 7
        Ok(Claims::from(ClaimSet {
            not_before,
            expires_at,
            leeway: self.leeway,
            raw: text,
            standing: Some(standing),
            ..claims
        }))
    }

    async fn verify(&self, token: &CompactToken<'_>, keys: &Arc<KeySet>) -> Result<Arc<Standing>, TokenError> {
        let error = match keys.verify(token) {
            Ok(standing) => return Ok(standing),
            Err(error) => error,
        };
        let sought = match error {
            TokenError::UnknownKey => Sought::Kid(token.kid.as_deref()),
            _ => Sought::Signature,
        };
        match self.keys.newer_than(keys, sought).await {
            Some(newer) => newer.verify(token),
            None => Err(error),
        }
    }

    /// Checks the registered claims (R14, R15, RFC 9068 section 4, RFC 7519 section 4.1). Gives the times between which they
    /// hold.
    ///
    /// 1. `iss` is the string that was configured, byte by byte.
    /// 2. `aud` is a string or an array of strings, and one of them is an accepted audience, byte by byte.
    /// 3. `sub` is a string, not empty.
    /// 4. `exp` is a date, and not past.
    /// 5. `nbf` and `iat`, if given, are dates, and not to come.
    /// 6. From `iat`, or else from now, to `exp` is at most 24 hours.
    ///
    /// Times have one leeway, of 60 s unless configured.
    fn check_registered(&self, claims: &Map<String, Value>) -> Result<(Duration, Duration), TokenError> {
        match claims.get("iss") {
            Some(Value::String(issuer)) if **issuer == *self.issuer => {}
            Some(Value::String(_)) => return Err(TokenError::Issuer),
            _ => return Err(TokenError::Claim("iss")),
        }
        let accepted = |audience: &str| self.audiences.iter().any(|accepted| accepted == audience);
        match claims.get("aud") {
            Some(Value::String(audience)) if accepted(audience) => {}
            Some(Value::String(_)) => return Err(TokenError::Audience),
            Some(Value::Array(audiences)) => {
                let audiences: Option<Vec<_>> = audiences.iter().map(Value::as_str).collect();
                let audiences = audiences.ok_or(TokenError::Claim("aud"))?;
                if !audiences.into_iter().any(accepted) {
                    return Err(TokenError::Audience);
                }
            }
            _ => return Err(TokenError::Claim("aud")),
        }
        match claims.get("sub") {
            Some(Value::String(subject)) if !subject.is_empty() => {}
            _ => return Err(TokenError::Claim("sub")),
        }
        let now = self.clock.unix_time();
        let expires_at = date(claims, "exp")?.ok_or(TokenError::Claim("exp"))?;
        if now >= expires_at.saturating_add(self.leeway) {
            return Err(TokenError::Expired);
        }
        let not_before = date(claims, "nbf")?.unwrap_or_default();
        let issued_at = date(claims, "iat")?;
        let latest = now.saturating_add(self.leeway);
        if not_before > latest || issued_at.is_some_and(|issued_at| issued_at > latest) {
            return Err(TokenError::NotYetValid);
        }
        let lifetime = expires_at.saturating_sub(issued_at.unwrap_or(now));
        if lifetime > MAX_LIFETIME.saturating_add(self.leeway) {
            return Err(TokenError::Lifetime);
        }
        Ok((not_before.max(issued_at.unwrap_or_default()), expires_at))
    }
}

/// Which keys a token may be checked with.
#[derive(Clone, Copy)]
enum KeyAge {
    /// Those that are not too old (R5).
    Usable,
    /// Those of a few moments ago, or newer.
    Fresh,
}

/// Checks that a token is a plain access token (R14, AT-09, DP-15).
///
/// 1. It does not say that it is an ID, refresh or logout token, in `token_use` or `typ`.
/// 2. It has no `nonce` together with a hash of another token, and none without a scope: those are of ID tokens. (Entra ID's
///    have no hash. Access tokens of old versions of Keycloak have a nonce, and scopes.)
/// 3. It has no `events`, which are of logout and security event tokens.
/// 4. It has no `cnf`: it is bound to a key of its sender, and a bearer proves nothing.
fn check_kind(claims: &Map<String, Value>) -> Result<(), TokenError> {
    let says = |claim: &str, values: &[&str]| match claims.get(claim) {
        None => false,
        Some(Value::String(value)) => values.iter().any(|of| value.eq_ignore_ascii_case(of)),
        // Something that is no string says nothing we could trust to be harmless.
        Some(_) => true,
    };
    let hashes = ["at_hash", "c_hash"].iter().any(|hash| claims.contains_key(*hash));
    let scopes = ["scope", "scp"].iter().any(|scopes| claims.contains_key(*scopes));
    if says("token_use", &["id", "refresh"])
        || says("typ", &["ID", "Refresh", "Offline", "Logout"])
        || (claims.contains_key("nonce") && (hashes || !scopes))
        || claims.contains_key("events")
    {
        return Err(TokenError::NotAccessToken);
    }
    if claims.contains_key("cnf") {
        return Err(TokenError::SenderConstrained);
    }
    Ok(())
}

impl Validator for JwtValidator {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.claims(token, KeyAge::Usable).await
    }

    /// Everything is checked, as always: this keeps nothing of a token. What it keeps are keys; they are used only if they are no
    /// older than a minute, or what `fresh_keys` says.
    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.claims(token, KeyAge::Fresh).await
    }

    fn issuers(&self) -> Vec<String> {
        vec![self.issuer.to_string()]
    }

    fn health(&self) -> Vec<Health> {
        self.keys.health().into_iter().collect()
    }
}

impl std::fmt::Debug for JwtValidator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtValidator")
            .field("issuer", &self.issuer)
            .field("audiences", &self.audiences)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}
