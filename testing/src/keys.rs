//! Keys to sign tokens with. None is ever written anywhere.

use crate::algorithm::{Algorithm, KeyKind};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};

/// A key to sign tokens with. Cheap to clone. Its private part is
/// shown by [`private_key_der`](Self::private_key_der) and [`private_key_pem`](Self::private_key_pem) only.
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

    /// The private part as PKCS #8 (RFC 5208) in DER, for the configuration of a client that signs its own tokens
    /// (`private_key_jwt`). The key was made in this process, and nothing outside trusts it.
    ///
    /// # Panics
    ///
    /// If the library cannot write a key that it has made.
    #[must_use]
    #[expect(clippy::expect_used, reason = "every key here was generated and can be written")]
    pub fn private_key_der(&self) -> Vec<u8> {
        let der = match &*self.pair {
            Pair::Rsa(pair) => AsDer::<Pkcs8V1Der>::as_der(pair).map(|der| der.as_ref().to_vec()),
            Pair::Ec(_, pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
        };
        der.expect("a key can be written")
    }

    /// The same in PEM (RFC 7468 section 10).
    ///
    /// # Panics
    ///
    /// If the library cannot write a key that it has made.
    #[must_use]
    pub fn private_key_pem(&self) -> String {
        let text = STANDARD.encode(self.private_key_der());
        // Nothing in it but ASCII, so it can be cut anywhere.
        let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        )
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

#[cfg(test)]
mod tests {
    use super::{Pair, SigningKey};
    use crate::KeyKind;
    use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    };
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use std::sync::Arc;

    #[test]
    fn the_private_part_belongs_to_the_public_one() {
        for kind in KeyKind::ALL {
            let key = SigningKey::generate(kind, "key");
            let der = key.private_key_der();
            let ec = |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, &der).map(|pair| Pair::Ec(kind, pair));
            let pair = match kind {
                KeyKind::Rsa => RsaKeyPair::from_pkcs8(&der).map(Pair::Rsa),
                KeyKind::P256 => ec(&ECDSA_P256_SHA256_FIXED_SIGNING),
                KeyKind::P384 => ec(&ECDSA_P384_SHA384_FIXED_SIGNING),
                KeyKind::Ed25519 => Ed25519KeyPair::from_pkcs8(&der).map(Pair::Ed25519),
            };
            let read = SigningKey {
                kid: "key".into(),
                pair: Arc::new(pair.unwrap()),
            };
            assert_eq!(read.public_jwk(), key.public_jwk(), "{kind:?}");

            let pem = key.private_key_pem();
            let lines: Vec<&str> = pem.lines().collect();
            let [first, body @ .., last] = &*lines else {
                panic!("{pem}")
            };
            assert_eq!(
                (*first, *last),
                ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----")
            );
            assert!(body.iter().all(|line| line.len() <= 64));
            assert_eq!(STANDARD.decode(body.concat()).unwrap(), der);
        }
    }
}
