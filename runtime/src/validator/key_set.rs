//! The keys of an issuer (RFC 7517), as far as they can check tokens.

use super::TokenError;
use super::inspect::UsableKey;
use super::key::Key;
use super::standing::Standing;
use super::token::CompactToken;
use crate::clock::Clock;
use crate::strict_json;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The most keys that a set may have (R9).
const MAX_KEYS: usize = 100;

/// Keys that are fit to check tokens; at least one.
pub(super) struct KeySet {
    /// Sorted by `kid`; first those that have none.
    keys: Vec<Key>,
}

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
                .filter(|other| other.kind == key.kind && other.kid == key.kid)
                .count()
                > 1
        };
        let ambiguous: Vec<bool> = all.iter().map(|key| key.kid.is_some() && twin(key)).collect();
        let mut keys: Vec<_> = all
            .into_iter()
            .zip(ambiguous)
            .filter(|(_, ambiguous)| !ambiguous)
            .map(|(key, _)| key)
            .collect();
        if keys.is_empty() {
            return Err(KeySetError::NoneUsable);
        }
        keys.sort_by(|one, other| one.kid.cmp(&other.kid));
        Ok(Self { keys })
    }

    /// The keys in words, for who looks from outside.
    pub(super) fn describe(&self) -> Vec<UsableKey> {
        let describe = |key: &Key| UsableKey {
            kid: key.kid.as_deref().map(str::to_owned),
            algorithms: key.algorithms(),
        };
        self.keys.iter().map(describe).collect()
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
        let named = match token.kid.as_deref() {
            Some(kid) => self.named(kid),
            None => &self.keys,
        };
        let mut fitting = named.iter().filter(|key| key.admits(token.algorithm));
        let (Some(key), None) = (fitting.next(), fitting.next()) else {
            return Err(TokenError::UnknownKey);
        };
        key.verify(token)?;
        Ok(Arc::clone(&key.standing))
    }

    /// The keys with this `kid`; at most one of each type.
    fn named(&self, kid: &str) -> &[Key] {
        let from = self.keys.partition_point(|key| key.kid.as_deref() < Some(kid));
        let to = self.keys.partition_point(|key| key.kid.as_deref() <= Some(kid));
        self.keys.get(from..to).unwrap_or_default()
    }
}
