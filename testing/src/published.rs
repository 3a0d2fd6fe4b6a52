//! What the provider serves at the moment.

use crate::algorithm::KeyKind;
use crate::answer::Answer;
use crate::client_registry::ClientRegistry;
use crate::endpoint::Endpoint;
use crate::keys::SigningKey;
use crate::opaque::OpaqueTokens;
use axum::http::header::CACHE_CONTROL;
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the provider publishes, and how often it was asked.
pub(crate) struct Published {
    pub(crate) origin: String,
    /// The issuer's path; empty if it has none.
    pub(crate) path: String,
    pub(crate) issuer: String,
    pub(crate) jwks_uri: String,
    pub(crate) introspection_endpoint: String,
    pub(crate) discovery: Endpoint,
    pub(crate) jwks: Endpoint,
    pub(crate) introspection: Endpoint,
    state: Mutex<State>,
}

/// What a test may change while the provider runs.
pub(crate) struct State {
    pub(crate) keys: Vec<SigningKey>,
    /// How many keys were made so far, but for those at the start.
    rotations: u64,
    pub(crate) cache_control: Option<String>,
    pub(crate) tokens: OpaqueTokens,
    pub(crate) clients: ClientRegistry,
}

impl Published {
    /// What a provider publishes at first whose issuer has this path at this origin.
    pub(crate) fn new(origin: &str, path: &str) -> Self {
        let issuer = format!("{origin}{path}");
        Self {
            jwks_uri: format!("{issuer}/jwks"),
            introspection_endpoint: format!("{issuer}/introspect"),
            origin: origin.to_owned(),
            path: path.to_owned(),
            issuer,
            discovery: Endpoint::default(),
            jwks: Endpoint::default(),
            introspection: Endpoint::default(),
            state: Mutex::new(State {
                keys: KeyKind::ALL.map(SigningKey::first).into(),
                rotations: 0,
                cache_control: None,
                tokens: OpaqueTokens::default(),
                clients: ClientRegistry::default(),
            }),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that happens under the lock can leave it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer with the key set of these keys.
    pub(crate) fn jwks_answer(&self, keys: &[Value]) -> Answer {
        let answer = Answer::new("application/jwk-set+json", &json!({ "keys": keys }));
        match self.state().cache_control.clone() {
            Some(cache_control) => answer.header(CACHE_CONTROL, cache_control),
            None => answer,
        }
    }
}

impl State {
    /// 2, then 3 and so on: the keys at the start are all number 1.
    pub(crate) fn next_key_number(&mut self) -> u64 {
        self.rotations = self.rotations.saturating_add(1);
        self.rotations.saturating_add(1)
    }

    /// The public parts of the keys.
    pub(crate) fn public_keys(&self) -> Vec<Value> {
        self.keys.iter().map(SigningKey::public_jwk).collect()
    }

    /// The same, but nobody can tell which of three keys an id means. Whoever takes the first of them, or the last, finds one
    /// that checks tokens.
    pub(crate) fn ambiguous_keys(&self) -> Vec<Value> {
        let thrice = |key: &SigningKey| {
            let other = SigningKey::foreign(key.kind()).with_kid(key.kid());
            [key.public_jwk(), other.public_jwk(), key.public_jwk()]
        };
        self.keys.iter().flat_map(thrice).collect()
    }
}
