//! Makes tokens of any text, and says what a validator makes of them.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{BearerToken, Caller, Clock, Validator};
use toolgate_testing::{Algorithm, KeyKind, Parts, SigningKey};

pub(crate) const ISSUER: &str = "https://idp.example";
pub(crate) const AUDIENCE: &str = "https://notes.example/mcp";
pub(crate) const NOW: u64 = 1_800_000_000;

/// The keys of an issuer, and one of somebody else.
pub(crate) struct Forge {
    pub(crate) rsa: SigningKey,
    pub(crate) p256: SigningKey,
    pub(crate) p384: SigningKey,
    pub(crate) ed25519: SigningKey,
    pub(crate) foreign: SigningKey,
}

/// The forge of this process: making RSA keys takes a while.
pub(crate) fn forge() -> &'static Forge {
    static FORGE: LazyLock<Forge> = LazyLock::new(|| Forge {
        rsa: SigningKey::generate(KeyKind::Rsa, "rsa"),
        p256: SigningKey::generate(KeyKind::P256, "p256"),
        p384: SigningKey::generate(KeyKind::P384, "p384"),
        ed25519: SigningKey::generate(KeyKind::Ed25519, "ed25519"),
        foreign: SigningKey::generate(KeyKind::Rsa, "foreign"),
    });
    &FORGE
}

/// A member of an object: its name, and its value as JSON text. Without text, there is no such member.
pub(crate) type Member<'a> = (&'a str, &'a str);

const HEADER: [Member; 3] = [("alg", "\"RS256\""), ("kid", "\"rsa\""), ("typ", "\"at+jwt\"")];
const CLAIMS: [Member; 6] = [
    ("iss", "\"https://idp.example\""),
    ("aud", "\"https://notes.example/mcp\""),
    ("sub", "\"alice\""),
    ("client_id", "\"demo\""),
    ("iat", "1799999990"),
    ("exp", "1800000600"),
];

/// The header of a good token, with changes.
pub(crate) fn header(changes: &[Member]) -> String {
    object(&HEADER, changes)
}

/// The claims of a good token, with changes.
pub(crate) fn claims(changes: &[Member]) -> String {
    object(&CLAIMS, changes)
}

fn object(members: &[Member], changes: &[Member]) -> String {
    let unchanged = |(name, _): &&Member| changes.iter().all(|(changed, _)| changed != name);
    let members = members.iter().filter(unchanged).chain(changes);
    let members = members.filter(|(_, text)| !text.is_empty());
    let members: Vec<_> = members.map(|(name, text)| format!("{}:{text}", json!(name))).collect();
    format!("{{{}}}", members.join(","))
}

impl Forge {
    /// All public keys of the issuer.
    pub(crate) fn jwks(&self) -> String {
        jwks(&[&self.rsa, &self.p256, &self.p384, &self.ed25519])
    }

    /// A token signed with RS256 by the issuer, with these changes to its header.
    pub(crate) fn with_header(&self, changes: &[Member]) -> String {
        self.seal(header(changes), claims(&[]))
    }

    /// A token signed with RS256 by the issuer, with these changes to its claims.
    pub(crate) fn with_claims(&self, changes: &[Member]) -> String {
        self.seal(header(&[]), claims(changes))
    }

    /// A token signed with RS256 by the issuer, of these texts or bytes.
    pub(crate) fn seal(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        seal(&self.rsa, Algorithm::Rs256, header, claims).to_string()
    }

    /// A good token of this algorithm, in its parts.
    pub(crate) fn good(&self, algorithm: Algorithm) -> Parts {
        good(self.key(algorithm), algorithm)
    }

    pub(crate) fn key(&self, algorithm: Algorithm) -> &SigningKey {
        match algorithm.key_kind() {
            KeyKind::P256 => &self.p256,
            KeyKind::P384 => &self.p384,
            KeyKind::Ed25519 => &self.ed25519,
            _ => &self.rsa,
        }
    }
}

/// A good token, signed by this key with this algorithm.
pub(crate) fn good(key: &SigningKey, algorithm: Algorithm) -> Parts {
    let header = header(&[
        ("alg", &json!(algorithm.as_str()).to_string()),
        ("kid", &json!(key.kid()).to_string()),
    ]);
    seal(key, algorithm, header, claims(&[]))
}

/// A token of these texts or bytes, whatever they say.
pub(crate) fn seal(
    key: &SigningKey,
    algorithm: Algorithm,
    header: impl AsRef<[u8]>,
    claims: impl AsRef<[u8]>,
) -> Parts {
    signed(header, claims, |message| key.sign(algorithm, message))
}

/// A token signed with a shared secret, whatever its header says.
pub(crate) fn seal_with_secret(secret: &[u8], header: impl AsRef<[u8]>) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    signed(header, claims(&[]), |message| {
        hmac::sign(&key, message).as_ref().to_vec()
    })
    .to_string()
}

/// A token whose signature is made of its text.
pub(crate) fn signed(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Parts {
    let (header, payload) = (encode(header), encode(claims));
    let signature = encode(sign(format!("{header}.{payload}").as_bytes()));
    Parts {
        header,
        payload,
        signature,
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A key set of these keys.
pub(crate) fn jwks(keys: &[&SigningKey]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| key.public_jwk()).collect();
    key_set(&keys)
}

/// A key set of these JSON Web Keys.
pub(crate) fn key_set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A JSON Web Key with another value, or without one, for a member.
pub(crate) fn changed(mut jwk: Value, member: &str, value: impl Into<Option<Value>>) -> Value {
    let members = jwk.as_object_mut().unwrap();
    match value.into() {
        Some(value) => members.insert(member.to_owned(), value),
        None => members.remove(member),
    };
    jwk
}

/// Why a token did not get through.
#[derive(Debug, PartialEq)]
pub(crate) enum Refusal {
    /// It was not even read from the header of the request.
    Credentials,
    Token(TokenError),
    Unavailable,
}

/// What comes of a request with this token.
pub(crate) async fn validate(validator: &impl Validator, token: &str) -> Result<Caller, Refusal> {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Refusal::Credentials)?;
    headers.insert(AUTHORIZATION, value);
    let token = BearerToken::from_headers(&headers)
        .map_err(|_| Refusal::Credentials)?
        .unwrap();
    match validator.validate(&token).await {
        Ok(claims) => Ok(Caller::assert(claims)),
        Err(ValidateError::Token(error)) => Err(Refusal::Token(error)),
        Err(ValidateError::Unavailable(_)) => Err(Refusal::Unavailable),
        Err(error) => panic!("{error}"),
    }
}

/// A clock that stands still, at so many seconds since the epoch.
#[derive(Clone)]
pub(crate) struct At(pub(crate) u64);

impl Clock for At {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(self.0)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}
