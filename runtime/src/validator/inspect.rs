//! What is made of the documents of a server and of its issuer, for programs that look at both from outside, as `cargo toolgate`
//! does. Nothing here lets anybody in: what is read is told, and no [`Claims`](crate::Claims) come of it.

use super::claim_map::{ClaimMap, date};
use super::discovery;
use super::jwt::check_kind;
use super::key_set::KeySet;
use super::token::Parts;
use super::{TokenError, TypPolicy};
use crate::caller::PrincipalKind;
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::fetch::FetchError;
use crate::resource::{self, ResourceUrl};
use crate::strict_json::{self, Json};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Where a resource describes itself (RFC 9728 section 3.1). What no gate would take for its resource is an error that says why.
pub fn metadata_url(resource: &str) -> Result<Url, ConfigError> {
    let resource = ResourceUrl::new(resource.to_owned())?;
    let mut url = resource.url().clone();
    url.set_path(resource.metadata_path());
    Ok(url)
}

/// Whether what the document at this base names can be used: it is `https`, or goes to this machine from a base on this machine. A base
/// elsewhere names nothing on this machine, not even by `https`.
#[must_use]
pub fn is_secure_from(url: &Url, base: &Url) -> bool {
    resource::is_secure_from(url, base)
}

/// Where an issuer may describe itself, in the order in which clients and validators look (RFC 8414 section 3.1, `OpenID` Connect
/// Discovery 1.0 section 4).
#[must_use]
pub fn issuer_places(issuer: &Url) -> Vec<Url> {
    discovery::places(issuer)
}

/// A document that has to be a JSON object that means one thing only: no member twice, nothing nested too deeply.
pub fn object(document: &[u8]) -> Result<Map<String, Value>, FetchError> {
    strict_json::object_from_slice(document)
        .map_err(|error| FetchError::because("not a JSON object that means one thing only", error))
}

/// A key that can check tokens.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct UsableKey {
    /// Its name (`kid`).
    pub kid: Option<String>,
    /// The algorithms that it may be used with, as they stand in headers of tokens.
    pub algorithms: Vec<&'static str>,
}

/// The keys of a key set that a validator would use (RFC 7517). Others are passed over; a set without any is an error.
pub fn usable_keys(key_set: &[u8]) -> Result<Vec<UsableKey>, FetchError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let set = KeySet::parse(key_set, &clock).map_err(|error| FetchError::because("not a usable key set", error))?;
    Ok(set.describe())
}

/// What a token says of itself. Nothing of it is proven: its signature was not looked at.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct UnprovenToken {
    /// Who issued it (`iss`).
    pub issuer: String,
    /// Whom it is about (`sub`).
    pub subject: String,
    /// Whether that is a client in its own name, as far as the claims tell.
    pub is_client: bool,
    /// Whom it is for (`aud`).
    pub audiences: Vec<String>,
    /// What it grants, sorted.
    pub scopes: Vec<String>,
    /// The subject's roles, sorted.
    pub roles: Vec<String>,
    /// The subject's tenant.
    pub tenant: Option<String>,
    /// How the subject logged in (`acr`).
    pub acr: Option<String>,
    /// When, since the Unix epoch (`auth_time`).
    pub auth_time: Option<Duration>,
    /// From when on it is valid, since the Unix epoch; zero if it does not say so.
    pub not_before: Duration,
    /// Until when, since the Unix epoch.
    pub expires_at: Duration,
}

/// Reads a JWT without checking its signature, as a validator reads one whose signature is right.
///
/// 1. It has the form and the header of a signed access token, with an algorithm that could be configured.
/// 2. Its claims are JSON that means one thing only.
/// 3. It is an access token and no other, and not bound to its sender.
/// 4. `iss` is a string, `aud` a string or an array of strings, `exp` a date; `nbf` and `iat`, if given, are dates.
/// 5. Scopes, roles, tenant and client are where the claim map says, of the right type.
///
/// Who issued it, whom it is for and whether it has expired is told and not judged.
pub fn unproven_token(token: &str, claims: &ClaimMap) -> Result<UnprovenToken, TokenError> {
    let parts = Parts::split(token)?;
    let text = parts.read(TypPolicy::Lenient)?.claims()?; // 1
    let raw = strict_json::borrowed_object(text.as_bytes()).map_err(|_| TokenError::Payload)?; // 2
    check_kind(&raw)?; // 3
    let issuer = raw.get("iss").and_then(Json::as_str).ok_or(TokenError::Claim("iss"))?;
    let audiences = match raw.get("aud") {
        None => Some(Vec::new()),
        Some(Json::String(audience)) => Some(vec![&**audience]),
        Some(Json::Array(audiences)) => audiences.iter().map(Json::as_str).collect(),
        Some(_) => None,
    };
    let audiences = audiences.ok_or(TokenError::Claim("aud"))?;
    let expires_at = date(&raw, "exp")?.ok_or(TokenError::Claim("exp"))?;
    let not_before = date(&raw, "nbf")?.max(date(&raw, "iat")?).unwrap_or_default(); // 4
    let set = claims.read(&issuer.into(), &raw)?; // 5
    let owned = |names: &[Box<str>]| names.iter().map(ToString::to_string).collect();
    Ok(UnprovenToken {
        issuer: issuer.to_owned(),
        subject: set.principal.subject().to_owned(),
        is_client: set.principal.kind() == PrincipalKind::Client,
        audiences: audiences.into_iter().map(str::to_owned).collect(),
        scopes: owned(&set.scopes),
        roles: owned(&set.roles),
        tenant: set.tenant.as_deref().map(str::to_owned),
        acr: set.acr.as_deref().map(str::to_owned),
        auth_time: set.auth_time,
        not_before,
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::{is_secure_from, metadata_url, unproven_token, usable_keys};
    use crate::validator::{ClaimMap, TokenError};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};
    use std::time::Duration;
    use url::Url;

    fn token(header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        format!("{header}.{claims}.c2ln")
    }

    #[test]
    fn a_token_is_read_as_a_validator_reads_it() {
        let header = json!({"alg": "RS256", "typ": "at+jwt"});
        let mut claims = json!({
            "iss": "https://a.example", "sub": "alice", "aud": ["b", "c"], "exp": 20, "nbf": 5, "iat": 7,
            "scope": "write read", "realm_access": {"roles": ["user"]}, "acr": "strong", "auth_time": 3,
        });
        let read = |claims: &Value| unproven_token(&token(&header, claims), &ClaimMap::keycloak("notes"));
        let found = read(&claims).unwrap();
        assert_eq!(
            (found.issuer.as_str(), found.subject.as_str()),
            ("https://a.example", "alice")
        );
        assert_eq!(
            (found.audiences, found.scopes),
            (
                vec!["b".to_owned(), "c".to_owned()],
                vec!["read".to_owned(), "write".to_owned()]
            )
        );
        assert_eq!(
            (found.roles, found.acr.as_deref()),
            (vec!["user".to_owned()], Some("strong"))
        );
        assert_eq!(
            (found.not_before, found.expires_at),
            (Duration::from_secs(7), Duration::from_secs(20))
        );
        claims["cnf"] = json!({"jkt": "x"});
        assert_eq!(read(&claims).unwrap_err(), TokenError::SenderConstrained);
        for (claim, value) in [
            ("exp", json!("20")),
            ("aud", json!([1])),
            ("iss", Value::Null),
            ("scope", json!(["a"])),
        ] {
            let mut claims = claims.clone();
            claims["cnf"] = Value::Null;
            claims.as_object_mut().unwrap().remove("cnf");
            claims[claim] = value;
            assert!(matches!(read(&claims), Err(TokenError::Claim(_))), "{claim}");
        }
        let none = token(&json!({"alg": "none"}), &json!({}));
        assert_eq!(
            unproven_token(&none, &ClaimMap::default()).unwrap_err(),
            TokenError::Algorithm
        );
    }

    #[test]
    fn r10_keys_that_no_validator_uses_are_not_told() {
        let jwk = json!({
            "kty": "OKP", "crv": "Ed25519", "kid": "one", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        });
        let mut private = jwk.clone();
        private["d"] = json!("AAAA");
        let keys = usable_keys(
            json!({"keys": [jwk, private, {"kty": "oct", "k": "AAAA"}]})
                .to_string()
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(
            (keys[0].kid.as_deref(), &keys[0].algorithms[..]),
            (Some("one"), &["EdDSA"][..])
        );
        assert!(usable_keys(br#"{"keys": []}"#).is_err());
        assert!(usable_keys(b"<html>").is_err());
    }

    #[test]
    fn at_12_only_this_machine_names_what_is_on_this_machine() {
        let secure = |url: &str, base: &str| is_secure_from(&Url::parse(url).unwrap(), &Url::parse(base).unwrap());
        let far = "https://a.example";
        for base in [far, "http://127.0.0.1:1", "https://localhost"] {
            assert!(secure("https://b.example/keys", base), "{base}");
            assert!(!secure("http://b.example/keys", base), "{base}");
        }
        for near in ["http://127.0.0.1:1/keys", "http://[::1]/keys", "https://localhost/keys"] {
            assert!(secure(near, "http://127.0.0.1:1") && !secure(near, far), "{near}");
        }
    }

    #[test]
    fn pr_01_a_resource_describes_itself_before_its_path() {
        let found = metadata_url("https://a.example/mcp").unwrap();
        assert_eq!(
            found.as_str(),
            "https://a.example/.well-known/oauth-protected-resource/mcp"
        );
        assert!(metadata_url("http://a.example/mcp").is_err());
    }
}
