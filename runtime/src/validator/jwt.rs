//! JWT access tokens (RFC 9068, RFC 8725), checked with the issuer's keys.

use super::algorithm::Algorithm;
use super::audience::Audiences;
use super::claim_map::{ClaimMap, date};
#[cfg(feature = "introspection")]
use super::introspection::IntrospectionValidator;
use super::key_set::KeySet;
use super::keys::{Keys, Sought};
use super::standing::Standing;
use super::token::{CompactToken, Parts};
use super::{TenantStatement, TokenError, TypPolicy, ValidateError, Validator};
use crate::bearer::BearerToken;
use crate::claims::{ClaimSet, Claims};
use crate::clock::Clock;
use crate::error::Unavailable;
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
    /// Fetches the keys before somebody needs them, so that a server can wait with serving until it can answer.
    ///
    /// An error means that they cannot be had now. The validator can be used all the same: its requests go on asking for them.
    pub async fn warm_up(&self) -> Result<(), Unavailable> {
        self.keys.current().await.map(drop)
    }

    /// Validates a token. The order matters: no claim is looked at before the signature is proven.
    ///
    /// 1. It is a compact JWS with the header of an access token ([`Parts::split`], [`Parts::read`]).
    /// 2. Its algorithm is one of the configured.
    /// 3. Its signature is right under the issuer's key, which may be of any age (R5) or, for a tool that is `fresh`, of a few
    ///    moments. A token that no key fits gets one more look at newer keys (R3).
    /// 4. Its claims are JSON that means one thing only (R16).
    /// 5. The registered claims hold ([`Self::check_registered`]).
    /// 6. It is an access token and no other (R14), and not bound to its sender.
    /// 7. Scopes, roles, tenant and client are read where they are configured to be, of the right type (R14).
    async fn claims(&self, token: &BearerToken, age: KeyAge) -> Result<Claims, ValidateError> {
        let parts = Parts::split(token.expose())?;
        let token = parts.read(self.typ)?; // 1
        if !self.algorithms.contains(&token.algorithm) {
            return Err(TokenError::Algorithm.into()); // 2
        }
        let keys = match age {
            KeyAge::Usable => self.keys.current().await?,
            KeyAge::Fresh => self.keys.anew().await?,
        };
        let standing = self.verify(&token, &keys).await?; // 3
        let text = token.claims()?;
        let raw = strict_json::borrowed_object(text.as_bytes()).map_err(|_| TokenError::Payload)?; // 4
        let (not_before, expires_at) = self.check_registered(&raw)?; // 5
        check_kind(&raw)?; // 6
        let claims = self.claims.read(&self.issuer, &raw)?; // 7
        Ok(Claims::from(ClaimSet {
            not_before,
            expires_at,
            token_expiry: Some(expires_at),
            leeway: self.leeway,
            raw: text.into(),
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
        self.claims(token, KeyAge::Usable).await
    }

    /// Everything is checked, as always: this keeps nothing of a token.
    ///
    /// 1. If the issuer was configured to be asked, it says that the token is active, which must be valid by itself as well.
    /// 2. Otherwise the keys, which are kept, are no older than a minute, or what `fresh_keys` says.
    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        #[cfg(feature = "introspection")]
        if let Some(introspection) = &self.introspection {
            let claims = self.claims(token, KeyAge::Usable).await?;
            introspection.confirm(token).await?; // 1
            return Ok(claims);
        }
        self.claims(token, KeyAge::Fresh).await // 2
    }

    fn issuers(&self) -> Vec<String> {
        vec![self.issuer.to_string()]
    }

    fn health(&self) -> Vec<Health> {
        let health = self.keys.health().into_iter();
        #[cfg(feature = "introspection")]
        let health = health.chain(self.introspection.iter().flat_map(Validator::health));
        health.collect()
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

#[cfg(test)]
mod tests {
    use crate::bearer::BearerToken;
    use crate::claims::Claims;
    use crate::clock::Clock;
    use crate::fetch::{Document, Fetch, FetchError};
    use crate::validator::{Algorithm, JwtValidator, Validator as _};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use futures_util::future::BoxFuture;
    use http::{HeaderMap, HeaderValue};
    use serde_json::{Value, json};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use url::Url;

    /// An issuer's documents, and a clock. `None` is an outage.
    #[derive(Clone, Default)]
    struct World {
        keys: Arc<Mutex<Option<Value>>>,
        seconds: Arc<Mutex<u64>>,
    }

    impl World {
        fn publish(&self, keys: impl Into<Option<Value>>) {
            *self.keys.lock().unwrap() = keys.into();
        }

        fn advance(&self, seconds: u64) {
            *self.seconds.lock().unwrap() += seconds;
        }

        fn builder(&self) -> JwtValidator {
            let builder = JwtValidator::builder().issuer("https://a.example").audience("b");
            let builder = builder.algorithm(Algorithm::Es256).jwks_uri("https://a.example/jwks");
            builder.fetch(self.clone()).clock(self.clone()).build().unwrap()
        }
    }

    impl Fetch for World {
        fn get<'a>(&'a self, _url: &'a Url) -> BoxFuture<'a, Result<Document, FetchError>> {
            let keys = self.keys.lock().unwrap().clone();
            let document = keys.map(|keys| json!({ "keys": keys }).to_string().into());
            Box::pin(async { document.ok_or_else(|| FetchError::new("down")) })
        }
    }

    impl Clock for World {
        fn unix_time(&self) -> Duration {
            Duration::from_secs(1_800_000_000 + *self.seconds.lock().unwrap())
        }

        fn monotonic(&self) -> Duration {
            Duration::from_secs(*self.seconds.lock().unwrap())
        }
    }

    /// A key, its public part and a token that it signed.
    fn key(kid: &str) -> (Value, BearerToken) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": encode(x), "y": encode(y)});
        let header = json!({"alg": "ES256", "kid": kid}).to_string();
        let claims = json!({"iss": "https://a.example", "aud": "b", "sub": "c", "exp": 1_800_050_000});
        let message = format!(
            "{}.{}",
            encode(header.as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        let value = format!("Bearer {message}.{}", encode(signature.as_ref()));
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_str(&value).unwrap());
        (jwk, BearerToken::from_headers(&headers).unwrap().unwrap())
    }

    fn stands(claims: &Claims) -> bool {
        claims.0.standing.as_ref().unwrap().holds()
    }

    /// Has the set fetched that is published now.
    async fn refresh(world: &World, validator: &JwtValidator, token: &BearerToken) {
        world.advance(60);
        let _ = validator.validate_anew(token).await;
    }

    #[tokio::test]
    async fn r7_f5_what_a_key_proved_stands_as_long_as_the_key() {
        let world = World::default();
        let validator = world.builder();
        let ((one, by_one), (two, by_two)) = (key("1"), key("2"));
        world.publish(json!([one, two]));
        let claims_of_one = validator.validate(&by_one).await.unwrap();
        let claims_of_two = validator.validate(&by_two).await.unwrap();
        assert!(stands(&claims_of_one) && stands(&claims_of_two));

        // In the next set both are still there, one of them with another remark.
        let mut remarked = one.clone();
        remarked["use"] = json!("sig");
        world.publish(json!([remarked, two]));
        refresh(&world, &validator, &by_two).await;
        assert!(stands(&claims_of_one) && stands(&claims_of_two));

        // Then one is gone.
        world.publish(json!([two]));
        refresh(&world, &validator, &by_two).await;
        assert!(!stands(&claims_of_one) && stands(&claims_of_two));
        assert!(validator.validate(&by_one).await.is_err());

        // What it proved before does not come back with it.
        world.publish(json!([one, two]));
        refresh(&world, &validator, &by_two).await;
        assert!(!stands(&claims_of_one) && stands(&claims_of_two));
        assert!(stands(&validator.validate(&by_one).await.unwrap()));
    }

    #[tokio::test]
    async fn r7_a_key_with_the_name_of_another_ends_what_that_proved() {
        let world = World::default();
        let validator = world.builder();
        let ((old, by_old), (new, by_new)) = (key("1"), key("1"));
        world.publish(json!([old]));
        let claims = validator.validate(&by_old).await.unwrap();
        world.publish(json!([new]));
        refresh(&world, &validator, &by_new).await;
        assert!(!stands(&claims));
        // And so does one that may be used for less than before.
        let claims = validator.validate(&by_new).await.unwrap();
        let mut named = new.clone();
        named["alg"] = json!("ES256");
        world.publish(json!([named]));
        refresh(&world, &validator, &by_new).await;
        assert!(!stands(&claims));
    }

    #[tokio::test]
    async fn r5_what_a_key_proved_stands_no_longer_than_its_set_is_believed() {
        let world = World::default();
        let validator = world.builder();
        let (one, by_one) = key("1");
        world.publish(json!([one]));
        let claims = validator.validate(&by_one).await.unwrap();
        refresh(&world, &validator, &by_one).await;
        world.publish(None);
        // An hour from the second set, not from the first.
        world.advance(3599);
        assert!(stands(&claims));
        world.advance(1);
        assert!(!stands(&claims));
        assert!(validator.validate(&by_one).await.is_err());
    }

    #[tokio::test]
    async fn keys_that_are_given_always_stand() {
        let world = World::default();
        let (one, by_one) = key("1");
        let builder = JwtValidator::builder().issuer("https://a.example").audience("b");
        let builder = builder.algorithm(Algorithm::Es256).clock(world.clone());
        let validator = builder
            .static_keys(json!({ "keys": [one] }).to_string())
            .build()
            .unwrap();
        let claims = validator.validate(&by_one).await.unwrap();
        world.advance(u64::MAX / 2000);
        assert!(stands(&claims));
        assert_eq!(validator.health(), []);
    }
}
