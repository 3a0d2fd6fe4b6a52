//! An issuer, and tokens such as it writes: about 960 bytes, if they are signed with RS256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use toolgate::{BearerToken, JwtValidator};
use toolgate_testing::{Algorithm, SigningKey};

pub(crate) const ISSUER: &str = "https://idp.example/realms/acme";
pub(crate) const AUDIENCE: &str = "https://notes.example/mcp";

pub(crate) struct Issuer {
    key: SigningKey,
    algorithm: Algorithm,
    now: u64,
}

impl Issuer {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self {
            key: SigningKey::generate(algorithm.key_kind(), "key-2026-01"),
            algorithm,
            now: SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs(),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn jwk(&self) -> Value {
        self.key.public_jwk()
    }

    /// The token of this user.
    pub(crate) fn token(&self, user: u32) -> String {
        self.token_with_kid(user, self.key.kid())
    }

    pub(crate) fn token_with_kid(&self, user: u32, kid: &str) -> String {
        let header = json!({"alg": self.algorithm.as_str(), "typ": "at+jwt", "kid": kid});
        let claims = json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": format!("5f0e7a3c-93d4-4b2e-8c51-{user:012}"),
            "client_id": "notes-web",
            "exp": self.now + 3600,
            "iat": self.now - 1,
            "jti": format!("b1946ac9-2a7e-4d11-a53c-{user:012}"),
            "scope": "email openid profile read:tools write:tools",
            "roles": ["manager", "user"],
            "tenant_id": "acme",
            "sid": format!("0f6b3a1e-7c1d-4d0e-9a57-{user:012}"),
            "email": format!("user.{user:07}@acme.example"),
        });
        let part = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(self.algorithm, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub(crate) fn validator(&self) -> JwtValidator {
        let algorithm = match self.algorithm {
            Algorithm::Rs256 => toolgate::Algorithm::Rs256,
            Algorithm::Es256 => toolgate::Algorithm::Es256,
            _ => toolgate::Algorithm::EdDsa,
        };
        JwtValidator::builder()
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .algorithm(algorithm)
            .leeway(Duration::from_mins(1))
            .static_keys(json!({"keys": [self.jwk()]}).to_string())
            .build()
            .unwrap()
    }
}

/// The headers of a request with this token.
pub(crate) fn headers(token: &str) -> HeaderMap {
    let value = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([(http::header::AUTHORIZATION, value)])
}

/// What comes first in each request.
pub(crate) fn bearer(headers: &HeaderMap) -> BearerToken {
    BearerToken::from_headers(headers).unwrap().unwrap()
}
