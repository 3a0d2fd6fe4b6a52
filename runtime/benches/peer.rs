//! What servers do without toolgate: `jsonwebtoken` and a struct.

use crate::issuer::{AUDIENCE, ISSUER, Issuer};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;

/// The claims, owned as they usually are.
#[derive(Clone, Deserialize)]
#[expect(dead_code, reason = "a server has them because it may need them")]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    sub: String,
    client_id: String,
    exp: u64,
    iat: u64,
    jti: String,
    scope: String,
    roles: Vec<String>,
    tenant_id: String,
    email: String,
}

impl Claims {
    /// Two scopes, and one role.
    pub(crate) fn admit(&self) -> bool {
        let has = |wanted: &str| self.scope.split(' ').any(|scope| scope == wanted);
        has("read:tools") && has("write:tools") && self.roles.iter().any(|role| role == "manager")
    }
}

/// Validates with a key that was made once.
pub(crate) struct Peer {
    key: DecodingKey,
    validation: Validation,
}

impl Peer {
    pub(crate) fn new(issuer: &Issuer) -> Self {
        let jwk: Jwk = serde_json::from_value(issuer.jwk()).unwrap();
        let algorithm = match issuer.algorithm() {
            toolgate_testing::Algorithm::Rs256 => Algorithm::RS256,
            toolgate_testing::Algorithm::Es256 => Algorithm::ES256,
            _ => Algorithm::EdDSA,
        };
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self {
            key: DecodingKey::from_jwk(&jwk).unwrap(),
            validation,
        }
    }

    pub(crate) fn validate(&self, token: &str) -> Claims {
        decode(token, &self.key, &self.validation).unwrap().claims
    }
}
