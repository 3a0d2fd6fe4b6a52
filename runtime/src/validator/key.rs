//! One key of an issuer (RFC 7517), as far as it can check tokens.

use super::TokenError;
use super::algorithm::Algorithm;
use super::standing::Standing;
use super::token::CompactToken;
use crate::clock::Clock;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, EcdsaVerificationAlgorithm, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// A public key that is fit to check tokens.
pub(super) struct Key {
    pub(super) kid: Option<Box<str>>,
    pub(super) kind: KeyType,
    /// The key once for each algorithm that it may be used with, and for no others (RFC 8725 section 3.1). Parsed when the
    /// set is loaded, not once for each token.
    verifiers: Vec<Verifier>,
    /// The members of the JWK that make it this key, as they were written; there is one way to write each. What else stands in it
    /// may change without making another key of it.
    pub(super) identity: [Option<Box<str>>; IDENTITY.len()],
    /// Shared with the claims that the key proves.
    pub(super) standing: Arc<Standing>,
}

/// Name, type, material, and what it may be used for.
const IDENTITY: [&str; 8] = ["kid", "kty", "crv", "alg", "n", "e", "x", "y"];

/// The types of keys there are for us (`kty`).
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum KeyType {
    Rsa,
    Ec,
    Okp,
}

struct Verifier {
    algorithm: Algorithm,
    public: ParsedPublicKey,
}

/// Those that an RSA key can be used with, if it does not say which.
const RSA: [(Algorithm, &RsaParameters); 6] = [
    (Algorithm::Rs256, &RSA_PKCS1_2048_8192_SHA256),
    (Algorithm::Rs384, &RSA_PKCS1_2048_8192_SHA384),
    (Algorithm::Rs512, &RSA_PKCS1_2048_8192_SHA512),
    (Algorithm::Ps256, &RSA_PSS_2048_8192_SHA256),
    (Algorithm::Ps384, &RSA_PSS_2048_8192_SHA384),
    (Algorithm::Ps512, &RSA_PSS_2048_8192_SHA512),
];

impl Key {
    /// The key of a JWK, if it is fit to check a token (R10, RFC 8725 sections 3.1 to 3.4).
    ///
    /// 1. `use`, if given, is `sig`; `key_ops`, if given, contains `verify`.
    /// 2. It is a public key: no private member.
    /// 3. The algorithms are those of its type and curve. If it names one in `alg`, only that one.
    /// 4. RSA: 2048 to 8192 bits, odd, exponent odd and at least 65537. EC: coordinates of the curve's length, of a point
    ///    on it. Ed25519: 32 bytes, not one of the points of small order.
    pub(super) fn from_jwk(jwk: &Map<String, Value>, clock: &Arc<dyn Clock>) -> Option<Self> {
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
        let (key_type, mut verifiers) = match jwk.get("kty")?.as_str()? {
            "RSA" => (KeyType::Rsa, rsa(jwk)?),
            "EC" => match jwk.get("crv")?.as_str()? {
                "P-256" => (KeyType::Ec, ec(jwk, Algorithm::Es256, 32, &ECDSA_P256_SHA256_FIXED)?),
                "P-384" => (KeyType::Ec, ec(jwk, Algorithm::Es384, 48, &ECDSA_P384_SHA384_FIXED)?),
                _ => return None,
            },
            "OKP" if jwk.get("crv")? == "Ed25519" => (KeyType::Okp, ed25519(jwk)?),
            _ => return None,
        };
        if let Some(named) = jwk.get("alg") {
            let named = Algorithm::from_name(named.as_str()?)?;
            verifiers.retain(|verifier| verifier.algorithm == named);
            verifiers.first()?;
        }
        let kid = match jwk.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str()?.into()),
        };
        Some(Self {
            kid,
            kind: key_type,
            verifiers,
            identity: IDENTITY.map(|member| jwk.get(member).and_then(Value::as_str).map(Into::into)),
            standing: Arc::new(Standing::new(Arc::clone(clock), Duration::ZERO)),
        })
    }

    /// The names of the algorithms that the key may be used with.
    pub(super) fn algorithms(&self) -> Vec<&'static str> {
        self.verifiers
            .iter()
            .map(|verifier| verifier.algorithm.name())
            .collect()
    }

    /// Whether the key may be used with this algorithm.
    pub(super) fn admits(&self, algorithm: Algorithm) -> bool {
        self.verifier(algorithm).is_some()
    }

    /// Checks the signature of a token, with the algorithm that it names and no other.
    pub(super) fn verify(&self, token: &CompactToken<'_>) -> Result<(), TokenError> {
        let verifier = self.verifier(token.algorithm).ok_or(TokenError::UnknownKey)?;
        verifier
            .public
            .verify_sig(token.signing_input, &token.signature)
            .map_err(|_| TokenError::Signature)
    }

    fn verifier(&self, algorithm: Algorithm) -> Option<&Verifier> {
        self.verifiers.iter().find(|verifier| verifier.algorithm == algorithm)
    }
}

fn rsa(jwk: &Map<String, Value>) -> Option<Vec<Verifier>> {
    let (modulus, exponent) = (bytes(jwk, "n")?, bytes(jwk, "e")?);
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    let odd = [&modulus, &exponent]
        .iter()
        .all(|number| number.last().is_some_and(|byte| byte % 2 == 1));
    // Without leading zeros, three bytes or more are at least 65536; four or less fit any verifier.
    let in_range = matches!(exponent.as_slice(), [1..=255, _, _] | [1..=255, _, _, _]);
    let strong = (2048..=8192).contains(&bits) && *modulus.first()? != 0 && odd && in_range;
    if !strong {
        return None;
    }
    let components = RsaPublicKeyComponents {
        n: modulus,
        e: exponent,
    };
    let verifier = |(algorithm, parameters)| {
        let public = components.to_parsed_public_key(parameters).ok()?;
        Some(Verifier { algorithm, public })
    };
    RSA.into_iter().map(verifier).collect()
}

fn ec(
    jwk: &Map<String, Value>,
    algorithm: Algorithm,
    length: usize,
    curve: &'static EcdsaVerificationAlgorithm,
) -> Option<Vec<Verifier>> {
    // SEC 1 section 2.3.3: the octet 4, and then both coordinates.
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        let coordinate = bytes(jwk, coordinate).filter(|coordinate| coordinate.len() == length)?;
        point.extend_from_slice(&coordinate);
    }
    // Refuses a point off the curve.
    let public = ParsedPublicKey::new(curve, &point).ok()?;
    Some(vec![Verifier { algorithm, public }])
}

fn ed25519(jwk: &Map<String, Value>) -> Option<Vec<Verifier>> {
    let point: [u8; 32] = bytes(jwk, "x")?.try_into().ok()?;
    if is_of_small_order(point) {
        return None;
    }
    let public = ParsedPublicKey::new(&ED25519, point).ok()?;
    Some(vec![Verifier {
        algorithm: Algorithm::EdDsa,
        public,
    }])
}

fn bytes(jwk: &Map<String, Value>, member: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(jwk.get(member)?.as_str()?).ok()
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
