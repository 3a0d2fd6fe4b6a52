//! Tokens in JWT form that come back to the provider.

use crate::keys::SigningKey;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

/// The claims of a token of this issuer that one of these keys has signed; not whether it is expired.
pub(crate) fn claims(token: &str, keys: &[SigningKey], issuer: &str) -> Option<Map<String, Value>> {
    let header = decode_header(token).ok()?;
    let kid = header.kid?;
    let mut validation = Validation::new(header.alg);
    validation.set_required_spec_claims(&["iss"]);
    validation.set_issuer(&[issuer]);
    validation.validate_aud = false;
    validation.validate_exp = false;
    let mut claims = keys.iter().filter(|key| key.kid() == kid).filter_map(|key| {
        let data = decode::<Map<String, Value>>(token, &decoding_key(key)?, &validation).ok()?;
        Some(data.claims)
    });
    claims.next()
}

/// The public part of a key, for checking signatures.
pub(crate) fn decoding_key(key: &SigningKey) -> Option<DecodingKey> {
    let jwk: Jwk = serde_json::from_value(key.public_jwk()).ok()?;
    DecodingKey::from_jwk(&jwk).ok()
}
