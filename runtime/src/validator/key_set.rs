//! The keys of an issuer (RFC 7517), as far as they can check tokens.

use super::TokenError;
use super::algorithm::Algorithm;
use super::standing::Standing;
use super::token::CompactToken;
use crate::clock::Clock;
use crate::strict_json;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, EcdsaVerificationAlgorithm, ParsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::aws_lc;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// The most keys that a set may have (R9).
const MAX_KEYS: usize = 100;

/// Keys that are fit to check tokens; at least one.
pub(super) struct KeySet {
    keys: Vec<Key>,
}

struct Key {
    kid: Option<String>,
    kty: String,
    /// Those that the key may be used with, and no others (RFC 8725 section 3.1).
    algorithms: Vec<Algorithm>,
    public: DecodingKey,
    /// The members of the JWK that make it this key, as they were written; there is one way to write each. What else stands in it
    /// may change without making another key of it.
    identity: [Option<Box<str>>; IDENTITY.len()],
    /// Shared with the claims that the key proves.
    standing: Arc<Standing>,
}

/// Name, type, material, and what it may be used for.
const IDENTITY: [&str; 8] = ["kid", "kty", "crv", "alg", "n", "e", "x", "y"];

/// A document that is no usable key set.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeySetError {
    #[error("not a JSON object that means one thing only")]
    NotJson,
    #[error("no `keys` array")]
    NoKeys,
    #[error("more than {MAX_KEYS} keys")]
    TooMany,
    #[error("no key that can check a token")]
    NoneUsable,
}

impl KeySet {
    /// Reads a JWKS document (R8, R9, R10, R11, R16).
    ///
    /// 1. It is a JSON object that means one thing only, with at most [`MAX_KEYS`] `keys`.
    /// 2. A key that cannot check a token is passed over (RFC 7517 section 5).
    /// 3. If two usable keys of one type have the same `kid`, neither is used: which one is meant cannot be told.
    /// 4. A set without a usable key is an error, so that it never replaces a good one.
    ///
    /// Its keys do not stand yet: [`Self::succeed`] puts them into use.
    pub(super) fn parse(document: &[u8], clock: &Arc<dyn Clock>) -> Result<Self, KeySetError> {
        let document = strict_json::object_from_slice(document).map_err(|_| KeySetError::NotJson)?;
        let Some(Value::Array(list)) = document.get("keys") else {
            return Err(KeySetError::NoKeys);
        };
        if list.len() > MAX_KEYS {
            return Err(KeySetError::TooMany);
        }
        let all: Vec<_> = list
            .iter()
            .filter_map(Value::as_object)
            .filter_map(|jwk| Key::from_jwk(jwk, clock))
            .collect();
        let twin = |key: &Key| {
            all.iter()
                .filter(|other| other.kty == key.kty && other.kid == key.kid)
                .count()
                > 1
        };
        let ambiguous: Vec<bool> = all.iter().map(|key| key.kid.is_some() && twin(key)).collect();
        let keys: Vec<_> = all
            .into_iter()
            .zip(ambiguous)
            .filter(|(_, ambiguous)| !ambiguous)
            .map(|(key, _)| key)
            .collect();
        if keys.is_empty() {
            return Err(KeySetError::NoneUsable);
        }
        Ok(Self { keys })
    }

    /// Puts the set into use, in place of an old one, until it is too old (R5, R7).
    ///
    /// 1. A key that is in both, letter by letter, goes on with the standing that it had.
    /// 2. All keys of the set stand until then.
    /// 3. Every other key of the old set stops at once, also one that has its name but not its material.
    pub(super) fn succeed(mut self, old: Option<&Self>, until: Duration) -> Self {
        let old = old.map_or(&[][..], |old| &old.keys);
        for key in &mut self.keys {
            if let Some(same) = old.iter().find(|old| old.identity == key.identity) {
                key.standing = Arc::clone(&same.standing); // 1
            }
            key.standing.extend(until); // 2
        }
        for gone in old
            .iter()
            .filter(|old| self.keys.iter().all(|key| key.identity != old.identity))
        {
            gone.standing.withdraw(); // 3
        }
        self
    }

    /// Checks the signature of a token (R10, R11), and gives the standing of the key that proved it.
    ///
    /// 1. With a `kid`, the key has exactly that one. Without, there is exactly one key that fits the algorithm.
    /// 2. The key may be used with the token's algorithm.
    /// 3. The signature is right.
    pub(super) fn verify(&self, token: &CompactToken<'_>) -> Result<Arc<Standing>, TokenError> {
        let fits =
            |key: &&Key| key.algorithms.contains(&token.algorithm) && (token.kid.is_none() || key.kid == token.kid);
        let mut fitting = self.keys.iter().filter(fits);
        let (Some(key), None) = (fitting.next(), fitting.next()) else {
            return Err(TokenError::UnknownKey);
        };
        key.verify(token)?;
        Ok(Arc::clone(&key.standing))
    }
}

impl Key {
    /// The key of a JWK, if it is fit to check a token (R10, RFC 8725 sections 3.1 to 3.4).
    ///
    /// 1. `use`, if given, is `sig`; `key_ops`, if given, contains `verify`.
    /// 2. It is a public key: no private member.
    /// 3. The algorithms are those of its type and curve. If it names one in `alg`, only that one.
    /// 4. RSA: 2048 to 8192 bits, odd, exponent odd and at least 65537. EC: coordinates of the curve's length, of a point
    ///    on it. Ed25519: 32 bytes, not one of the points of small order.
    fn from_jwk(jwk: &Map<String, Value>, clock: &Arc<dyn Clock>) -> Option<Self> {
        if jwk.get("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        if let Some(operations) = jwk.get("key_ops") {
            operations.as_array()?.iter().find(|operation| *operation == "verify")?;
        }
        if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
            .iter()
            .any(|private| jwk.contains_key(*private))
        {
            return None;
        }
        let kty = jwk.get("kty")?.as_str()?;
        let (public, algorithms) = match kty {
            "RSA" => (rsa(jwk)?, &Algorithm::RSA[..]),
            "EC" => match jwk.get("crv")?.as_str()? {
                "P-256" => (ec(jwk, 32, &ECDSA_P256_SHA256_FIXED)?, &[Algorithm::Es256][..]),
                "P-384" => (ec(jwk, 48, &ECDSA_P384_SHA384_FIXED)?, &[Algorithm::Es384][..]),
                _ => return None,
            },
            "OKP" if jwk.get("crv")? == "Ed25519" => (ed25519(jwk)?, &[Algorithm::EdDsa][..]),
            _ => return None,
        };
        let algorithms = match jwk.get("alg") {
            None => algorithms.to_vec(),
            Some(named) => {
                let named = Algorithm::from_name(named.as_str()?)?;
                vec![*algorithms.iter().find(|algorithm| **algorithm == named)?]
            }
        };
        let kid = match jwk.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str()?.to_owned()),
        };
        Some(Self {
            kid,
            kty: kty.to_owned(),
            algorithms,
            public,
            identity: IDENTITY.map(|member| text(jwk, member).map(Into::into)),
            standing: Arc::new(Standing::new(Arc::clone(clock), Duration::ZERO)),
        })
    }

    fn verify(&self, token: &CompactToken<'_>) -> Result<(), TokenError> {
        // The provider by name: the default one panics when another crate of the program turns on a second one.
        let verifier = (aws_lc::DEFAULT_PROVIDER.verifier_factory)(&token.algorithm.to_jwt(), &self.public);
        let verifier = verifier.map_err(|_| TokenError::Signature)?;
        verifier
            .verify(token.signing_input, &token.signature)
            .map_err(|_| TokenError::Signature)
    }
}

fn rsa(jwk: &Map<String, Value>) -> Option<DecodingKey> {
    let (modulus, exponent) = (bytes(jwk, "n")?, bytes(jwk, "e")?);
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    let odd = [&modulus, &exponent]
        .iter()
        .all(|number| number.last().is_some_and(|byte| byte % 2 == 1));
    // Without leading zeros, three bytes or more are at least 65536; four or less fit any verifier.
    let in_range = matches!(exponent.as_slice(), [1..=255, _, _] | [1..=255, _, _, _]);
    let strong = (2048..=8192).contains(&bits) && *modulus.first()? != 0 && odd && in_range;
    strong.then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}

fn ec(jwk: &Map<String, Value>, length: usize, curve: &'static EcdsaVerificationAlgorithm) -> Option<DecodingKey> {
    let (x, y) = (text(jwk, "x")?, text(jwk, "y")?);
    // SEC 1 section 2.3.3: the octet 4, and then both coordinates.
    let mut point = vec![4];
    for coordinate in [x, y] {
        let coordinate = decode(coordinate).filter(|coordinate| coordinate.len() == length)?;
        point.extend_from_slice(&coordinate);
    }
    // Else a set with nothing but a point off the curve would replace a good one (R8).
    ParsedPublicKey::new(curve, &point).ok()?;
    DecodingKey::from_ec_components(x, y).ok()
}

fn ed25519(jwk: &Map<String, Value>) -> Option<DecodingKey> {
    let point: [u8; 32] = bytes(jwk, "x")?.try_into().ok()?;
    (!is_of_small_order(point)).then(|| DecodingKey::from_ed_der(&point))
}

/// Whether an encoded point of Curve25519 has an order of 8 or less: under such a "key" one signature fits many messages.
///
/// The table has every `y` of such a point, also those not reduced modulo the prime; the sign of `x` is left out.
fn is_of_small_order(mut point: [u8; 32]) -> bool {
    if let Some(last) = point.last_mut() {
        *last &= 0x7f;
    }
    SMALL_ORDER.contains(&point)
}

#[rustfmt::skip]
const SMALL_ORDER: [[u8; 32]; 7] = [
    [
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    [
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
        0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
        0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
    [
        0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
    [
        0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
];

fn text<'a>(jwk: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    jwk.get(member)?.as_str()
}

fn bytes(jwk: &Map<String, Value>, member: &str) -> Option<Vec<u8>> {
    decode(text(jwk, member)?)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
