//! What the provider serves at the moment.

use crate::algorithm::{Algorithm, KeyKind};
use crate::keys::SigningKey;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the provider publishes, and how often it was asked.
pub(crate) struct Published {
    pub(crate) issuer: String,
    pub(crate) jwks_uri: String,
    pub(crate) jwks_requests: AtomicU64,
    pub(crate) discovery_requests: AtomicU64,
    state: Mutex<State>,
}

/// What a test may change while the provider runs.
pub(crate) struct State {
    pub(crate) keys: Vec<SigningKey>,
    /// Served in place of the keys, as it is.
    pub(crate) document: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) delay: Option<Duration>,
}

impl Published {
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            issuer: origin.to_owned(),
            jwks_uri: format!("{origin}/jwks"),
            jwks_requests: AtomicU64::new(0),
            discovery_requests: AtomicU64::new(0),
            state: Mutex::new(State {
                keys: KeyKind::ALL.map(SigningKey::first).into(),
                document: None,
                status: None,
                delay: None,
            }),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that happens under the lock can leave it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The metadata of RFC 8414 and `OpenID` Connect Discovery, as far as it is true: this provider has no endpoint that
    /// gives out anything, tokens are minted in process.
    pub(crate) fn metadata(&self) -> Value {
        self.discovery_requests.fetch_add(1, Ordering::Relaxed);
        json!({
            "issuer": self.issuer,
            "jwks_uri": self.jwks_uri,
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::as_str),
        })
    }
}

impl State {
    /// The text of the key set.
    pub(crate) fn jwks(&self) -> String {
        if let Some(document) = &self.document {
            return document.clone();
        }
        let keys: Vec<Value> = self.keys.iter().map(SigningKey::public_jwk).collect();
        json!({ "keys": keys }).to_string()
    }
}
