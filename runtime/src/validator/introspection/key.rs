//! The key with which a client signs who it is.

use super::secret::CredentialSource;
use crate::error::ConfigError;
use crate::validator::Algorithm;
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use futures_util::future::BoxFuture;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use std::error::Error as StdError;
use std::sync::Arc;

/// The private key of a client, for `private_key_jwt`. It cannot be printed. Cheap to clone.
#[derive(Clone)]
pub struct ClientKey {
    pub(super) algorithm: Algorithm,
    pub(super) id: Option<Box<str>>,
    signer: Arc<Signer>,
}

enum Signer {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl ClientKey {
    /// Takes a key in PKCS #8 as PEM (`-----BEGIN PRIVATE KEY-----`), to sign with this algorithm.
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_ref())
            // What is wrong with it might quote it.
            .map_err(|_| refused("is not PEM"))?;
        Self::from_der(algorithm, der.secret_pkcs8_der())
    }

    /// Takes a key in PKCS #8 as DER, to sign with this algorithm.
    pub fn from_der(algorithm: Algorithm, der: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let signer = Signer::new(algorithm, der.as_ref()).map_err(|_| refused("does not fit the algorithm"))?;
        Ok(Self {
            algorithm,
            id: None,
            signer: Arc::new(signer),
        })
    }

    /// Names the key (`kid`), for providers that know several of the client.
    #[must_use]
    pub fn with_id(self, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into().into()),
            ..self
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        match &*self.signer {
            Signer::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*encoding, &random, message, &mut signature)?;
                Ok(signature)
            }
            Signer::Ecdsa(key) => Ok(key.sign(&random, message)?.as_ref().to_vec()),
            Signer::Ed25519(key) => Ok(key.try_sign(message)?.as_ref().to_vec()),
        }
    }

    /// Whether it is the same key, as far as can be seen without comparing what is secret.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.signer, &other.signer) && self.id == other.id
    }
}

impl Signer {
    fn new(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyRejected> {
        let rsa = |encoding| Ok(Self::Rsa(RsaKeyPair::from_pkcs8(der)?, encoding));
        match algorithm {
            Algorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
            Algorithm::Rs384 => rsa(&RSA_PKCS1_SHA384),
            Algorithm::Rs512 => rsa(&RSA_PKCS1_SHA512),
            Algorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            Algorithm::Ps384 => rsa(&RSA_PSS_SHA384),
            Algorithm::Ps512 => rsa(&RSA_PSS_SHA512),
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map(Self::Ecdsa),
            Algorithm::Es384 => EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, der).map(Self::Ecdsa),
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(der).map(Self::Ed25519),
        }
    }
}

fn refused(what: &str) -> ConfigError {
    let help = "give an unencrypted private key in PKCS #8 (`openssl pkcs8 -topk8 -nocrypt`), RSA of 2048 bits or more, P-256, \
                P-384 or Ed25519, and the algorithm that goes with it";
    ConfigError::new(format!("the client's key {what}"), help)
}

impl CredentialSource<Self> for ClientKey {
    fn current(&self) -> BoxFuture<'_, Result<Self, Box<dyn StdError + Send + Sync>>> {
        Box::pin(async { Ok(self.clone()) })
    }
}
