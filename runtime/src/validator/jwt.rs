//! JWT access tokens (RFC 9068, RFC 8725), checked with the issuer's keys.

use super::algorithm::Algorithm;
use super::audience::Audiences;
use super::claim_map::{ClaimMap, date};
#[cfg(feature = "introspection")]
use super::introspection::IntrospectionValidator;
use super::key_set::KeySet;
use super::keys::Keys;
use super::token::{CompactToken, Parts};
use super::{TenantStatement, TokenError, TypPolicy, ValidateError, Validator};
use crate::bearer::BearerToken;
use crate::claims::{ClaimSet, Claims};
use crate::clock::Clock;
#[cfg(feature = "introspection")]
use crate::error::Unavailable;
#[cfg(feature = "introspection")]
use crate::health::Health;
use crate::strict_json::{self, Json, Object};
use std::sync::Arc;
use std::time::Duration;

/// The longest that an access token may be valid (R15).
const MAX_LIFETIME: Duration = Duration::from_hours(24);

/// Validates JWT access tokens of one issuer. [`JwtValidator::builder`] makes one.
pub struct JwtValidator {
    pub(super) issuer: Arc<str>,
    pub(super) audiences: Audiences,
    /// Never empty.
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) keys: Keys,
    pub(super) claims: ClaimMap,
    pub(super) typ: TypPolicy,
    pub(super) leeway: Duration,
    pub(super) clock: Arc<dyn Clock>,
    /// Who is asked as well when a token is validated anew.
    #[cfg(feature = "introspection")]
    pub(super) introspection: Option<IntrospectionValidator>,
}

impl JwtValidator {
    /// Validates a token. The order matters: no claim is looked at before the signature is proven.
    ///
    /// 1. It is a compact JWS with the header of an access token ([`Parts::split`], [`Parts::read`]).
    /// 2. Its algorithm is one of the configured.
    /// 3. Its signature is right under the issuer's key. A token that no key fits gets one more look at newer keys (R3).
    /// 4. Its claims are JSON that means one thing only (R16).
    /// 5. The registered claims hold ([`Self::check_registered`]).
    /// 6. It is an access token and no other (R14), and not bound to its sender.
    /// 7. Scopes, roles, tenant and client are read where they are configured to be, of the right type (R14).
    async fn claims(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        let parts = Parts::split(token.expose())?;
        let token = parts.read(self.typ)?; // 1
        if !self.algorithms.contains(&token.algorithm) {
            return Err(TokenError::Algorithm.into()); // 2
        }
        let keys = self.keys.current().await?;
        self.verify(&token, &keys).await?; // 3
        let text = token.claims()?;
        let raw = strict_json::borrowed_object(text.as_bytes()).map_err(|_| TokenError::Payload)?; // 4
        let (not_before, expires_at) = self.check_registered(&raw)?; // 5
        check_kind(&raw)?; // 6
        let claims = self.claims.read(&self.issuer, &raw)?; // 7
        Ok(Claims::from(ClaimSet {
            not_before,
            expires_at,
            leeway: self.leeway,
            raw: text.into(),
            ..claims
        }))
    }

    async fn verify(&self, token: &CompactToken<'_>, keys: &Arc<KeySet>) -> Result<(), TokenError> {
        let Err(error) = keys.verify(token) else {
            return Ok(());
        };
        match self.keys.newer_than(keys).await {
            Some(newer) => newer.verify(token),
            None => Err(error),
        }
    }

    /// Checks the registered claims (R14, R15, RFC 9068 section 4, RFC 7519 section 4.1). Gives the times between which they
    /// hold.
    ///
    /// 1. `iss` is the string that was configured, byte by byte.
    /// 2. `aud` says that it is for us ([`Audiences::check`]).
    /// 3. `sub` is a string, not empty.
    /// 4. `exp` is a date, and not past.
    /// 5. `nbf` and `iat`, if given, are dates, and not to come.
    /// 6. From `iat`, or else from now, to `exp` is at most 24 hours.
    ///
    /// Times have one leeway, of 60 s unless configured.
    fn check_registered(&self, claims: &Object<'_>) -> Result<(Duration, Duration), TokenError> {
        match claims.get("iss") {
            Some(Json::String(issuer)) if **issuer == *self.issuer => {}
            Some(Json::String(_)) => return Err(TokenError::Issuer),
            _ => return Err(TokenError::Claim("iss")),
        }
        self.audiences.check(claims)?;
        match claims.get("sub") {
            Some(Json::String(subject)) if !subject.is_empty() => {}
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

/// Checks that a token is a plain access token (R14, AT-09, DP-15).
///
/// 1. It does not say that it is an ID, refresh or logout token, in `token_use` or `typ`.
/// 2. It has no `nonce` together with a hash of another token, and none without a scope: those are of ID tokens. (Entra ID's
///    have no hash. Access tokens of old versions of Keycloak have a nonce, and scopes.)
/// 3. It has no `events`, which are of logout and security event tokens.
/// 4. It has no `cnf`: it is bound to a key of its sender, and a bearer proves nothing.
pub(super) fn check_kind(claims: &Object<'_>) -> Result<(), TokenError> {
    let says = |claim: &str, values: &[&str]| match claims.get(claim) {
        None => false,
        Some(Json::String(value)) => values.iter().any(|of| value.eq_ignore_ascii_case(of)),
        // Something that is no string says nothing we could trust to be harmless.
        Some(_) => true,
    };
    let hashes = ["at_hash", "c_hash"].iter().any(|hash| claims.contains(hash));
    let scopes = ["scope", "scp"].iter().any(|scopes| claims.contains(scopes));
    if says("token_use", &["id", "refresh", "id_token", "refresh_token"])
        || says("typ", &["ID", "Refresh", "Offline", "Logout"])
        || (claims.contains("nonce") && (hashes || !scopes))
        || claims.contains("events")
    {
        return Err(TokenError::NotAccessToken);
    }
    if claims.contains("cnf") {
        return Err(TokenError::SenderConstrained);
    }
    Ok(())
}

impl Validator for JwtValidator {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.claims(token).await
    }

    /// 1. If it was configured to, the issuer says that the token is active, which must be valid by itself as well.
    #[cfg(feature = "introspection")]
    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        let Some(introspection) = &self.introspection else {
            return Err(Unavailable::new("this validator cannot validate anew").into());
        };
        let claims = self.claims(token).await?;
        introspection.confirm(token).await?; // 1
        Ok(claims)
    }

    fn issuers(&self) -> Vec<String> {
        vec![self.issuer.to_string()]
    }

    #[cfg(feature = "introspection")]
    fn health(&self) -> Vec<Health> {
        self.introspection.as_ref().map_or_else(Vec::new, Validator::health)
    }

    fn tenants(&self) -> TenantStatement {
        self.claims.tenant_statement()
    }
}

impl std::fmt::Debug for JwtValidator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtValidator")
            .field("issuer", &self.issuer)
            .field("audiences", &self.audiences.accepted)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}
