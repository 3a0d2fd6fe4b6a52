//! The issuer of the inputs, and the server that they are for. Everything is fixed, so that an input means the same for ever.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{Algorithm, BearerToken, Caller, Clock, JwtValidator, Validator as _};

pub(crate) const ISSUER: &str = "https://idp.example";
pub(crate) const AUDIENCE: &str = "https://notes.example/mcp";
pub(crate) const NOW: u32 = 1_800_000_000;

/// Public keys whose private halves nobody has any more; `corpus/token` has tokens that were signed with them.
const KEYS: &str = include_str!("keys.json");

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().unwrap();
}

/// Runs to the end what needs no other thread.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// The key that targets sign with themselves.
static PAIR: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap());

/// All public keys of the issuer.
pub(crate) static KEY_SET: LazyLock<String> = LazyLock::new(|| {
    let mut set: Value = serde_json::from_str(KEYS).unwrap();
    let x = encode(PAIR.public_key());
    let own = json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "ed25519", "x": x});
    if let Some(keys) = set.get_mut("keys").and_then(Value::as_array_mut) {
        keys.push(own);
    }
    set.to_string()
});

/// The public half of the key that targets sign with.
pub(crate) fn own_point() -> Vec<u8> {
    PAIR.public_key().as_ref().to_vec()
}

static VALIDATOR: LazyLock<JwtValidator> = LazyLock::new(|| validator(&KEY_SET).unwrap());

/// A validator with these keys.
pub(crate) fn validator(key_set: &str) -> Result<JwtValidator, toolgate::ConfigError> {
    JwtValidator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Ps256)
        .algorithm(Algorithm::Es256)
        .algorithm(Algorithm::EdDsa)
        .static_keys(key_set)
        .clock(Still)
        .build()
}

/// What a validator makes of a token, if it is one that can stand in a header.
pub(crate) fn validate(validator: &JwtValidator, token: &str) -> Option<Result<Caller, TokenError>> {
    let token = bearer(token)?;
    match run(validator.validate(&token)) {
        Ok(claims) => Some(Ok(Caller::assert(claims))),
        Err(ValidateError::Token(error)) => Some(Err(error)),
        Err(other) => unreachable!("keys that are given are always there: {other}"),
    }
}

/// A token as it comes in a header, if it can stand there.
pub(crate) fn bearer(token: &str) -> Option<BearerToken> {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    BearerToken::from_headers(&headers).ok()?
}

/// What the issuer's server makes of a token.
pub(crate) fn validate_here(token: &str) -> Option<Result<Caller, TokenError>> {
    validate(&VALIDATOR, token)
}

/// A token of these texts, signed with `EdDSA` whatever they say.
pub(crate) fn seal(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = PAIR.sign(message.as_bytes());
    format!("{message}.{}", encode(signature))
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A clock that stands.
pub(crate) struct Still;

impl Clock for Still {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(NOW.into())
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}
