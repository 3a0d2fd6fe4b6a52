//! Keys to sign tokens with. None is ever written anywhere.

use crate::algorithm::{Algorithm, KeyKind};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};

/// A key to sign tokens with. Cheap to clone; the private part cannot be read.
#[derive(Clone)]
pub struct SigningKey {
    kid: Arc<str>,
    pair: Arc<Pair>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(KeyKind, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// A new key with this id (`kid`).
    ///
    /// # Panics
    ///
    /// If the system has no randomness.
    #[must_use]
    #[expect(clippy::expect_used, reason = "without randomness there is nothing to test with")]
    pub fn generate(kind: KeyKind, id: &str) -> Self {
        let pair = match kind {
            KeyKind::Rsa => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
            KeyKind::P256 => ec_pair(kind, &ECDSA_P256_SHA256_FIXED_SIGNING),
            KeyKind::P384 => ec_pair(kind, &ECDSA_P384_SHA384_FIXED_SIGNING),
            KeyKind::Ed25519 => Ed25519KeyPair::generate().map(Pair::Ed25519),
        };
        Self {
            kid: id.into(),
            pair: Arc::new(pair.expect("a key can be generated")),
        }
    }

    /// The key that every provider of this process starts with: making an RSA key takes longer than most tests.
    pub(crate) fn first(kind: KeyKind) -> Self {
        static FIRST: [OnceLock<SigningKey>; 4] = [const { OnceLock::new() }; 4];
        once(&FIRST, kind)
    }

    /// A key that no provider of this process publishes by itself.
    pub(crate) fn foreign(kind: KeyKind) -> Self {
        static FOREIGN: [OnceLock<SigningKey>; 4] = [const { OnceLock::new() }; 4];
        once(&FOREIGN, kind)
    }

    /// The same key under another id.
    #[must_use]
    pub fn with_kid(&self, kid: &str) -> Self {
        Self {
            kid: kid.into(),
            pair: Arc::clone(&self.pair),
        }
    }

    /// The id (`kid`).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match &*self.pair {
            Pair::Rsa(_) => KeyKind::Rsa,
            Pair::Ec(kind, _) => *kind,
            Pair::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The public part as a JSON Web Key (RFC 7517). An RSA key comes without `alg`, because it serves six.
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        let id = self.kid();
        match &*self.pair {
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let n = encode(public.modulus().big_endian_without_leading_zero());
                let e = encode(public.exponent().big_endian_without_leading_zero());
                json!({"kty": "RSA", "use": "sig", "kid": id, "n": n, "e": e})
            }
            Pair::Ec(kind, pair) => {
                let (curve, algorithm) = match kind {
                    KeyKind::P384 => ("P-384", "ES384"),
                    _ => ("P-256", "ES256"),
                };
                // SEC 1 section 2.3.3: the octet 4, and then both coordinates at full length.
                let point = pair.public_key().as_ref();
                let coordinates = point.strip_prefix(&[4]).unwrap_or(point);
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                json!({"kty": "EC", "use": "sig", "kid": id, "crv": curve, "alg": algorithm, "x": encode(x), "y": encode(y)})
            }
            Pair::Ed25519(pair) => {
                let x = encode(pair.public_key().as_ref());
                json!({"kty": "OKP", "use": "sig", "kid": id, "crv": "Ed25519", "alg": "EdDSA", "x": x})
            }
        }
    }

    /// Signs a message; the signature as JWS has it (for ECDSA, both numbers at full length).
    ///
    /// # Panics
    ///
    /// If the algorithm needs a key of another kind.
    #[must_use]
    #[expect(
        clippy::panic,
        clippy::expect_used,
        reason = "a test that asks for this is wrong itself"
    )]
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let needed = algorithm.key_kind();
        let rng = SystemRandom::new();
        match (&*self.pair, algorithm.rsa_encoding()) {
            (Pair::Rsa(pair), Some(encoding)) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(encoding, &rng, message, &mut signature);
                signed.expect("an RSA key of 2048 bits signs");
                signature
            }
            (Pair::Ec(kind, pair), None) if *kind == needed => {
                let signature = pair.sign(&rng, message).expect("an EC key signs");
                signature.as_ref().to_vec()
            }
            (Pair::Ed25519(pair), None) if needed == KeyKind::Ed25519 => pair.sign(message).as_ref().to_vec(),
            _ => panic!(
                "{} needs a key of kind {needed:?}, not {:?}",
                algorithm.as_str(),
                self.kind()
            ),
        }
    }
}

fn ec_pair(kind: KeyKind, algorithm: &'static EcdsaSigningAlgorithm) -> Result<Pair, aws_lc_rs::error::Unspecified> {
    EcdsaKeyPair::generate(algorithm).map(|pair| Pair::Ec(kind, pair))
}

fn once(keys: &[OnceLock<SigningKey>; 4], kind: KeyKind) -> SigningKey {
    let [rsa, p256, p384, ed25519] = keys;
    let key = match kind {
        KeyKind::Rsa => rsa,
        KeyKind::P256 => p256,
        KeyKind::P384 => p384,
        KeyKind::Ed25519 => ed25519,
    };
    key.get_or_init(|| SigningKey::generate(kind, kind.first_kid())).clone()
}

/// As the parts of tokens and keys are written (RFC 7515 section 2).
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
