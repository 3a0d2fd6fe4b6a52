//! The provider's keys, and how they change.

use crate::algorithm::KeyKind;
use crate::keys::SigningKey;
use crate::provider::IdentityProvider;

/// Keys. Whatever becomes of a key here, tokens that it has signed stay as they are.
impl IdentityProvider {
    /// The newest published key with this id.
    #[must_use]
    pub fn key(&self, kid: &str) -> Option<SigningKey> {
        let state = self.published.state();
        state.keys.iter().rfind(|key| key.kid() == kid).cloned()
    }

    /// Publishes a key. Tokens minted from now on are signed with it, if it is of the right kind.
    pub fn add_key(&self, key: SigningKey) {
        self.published.state().keys.push(key);
    }

    /// Withdraws every key with this id, and gives the newest of them back.
    ///
    /// If no key of its kind is left, tokens are still minted with the key that the provider started with, which is then
    /// a withdrawn one.
    #[expect(
        clippy::must_use_candidate,
        reason = "the key set changes, whatever becomes of the key"
    )]
    pub fn remove_key(&self, kid: &str) -> Option<SigningKey> {
        let removed = |key: &mut SigningKey| key.kid() == kid;
        self.published.state().keys.extract_if(.., removed).last()
    }

    /// Rotates with overlap: publishes a new key of this kind, and leaves the others published until
    /// [`remove_key`](Self::remove_key). Gives the new one back.
    #[expect(
        clippy::must_use_candidate,
        reason = "the key set changes, whatever becomes of the key"
    )]
    pub fn rotate_key(&self, kind: KeyKind) -> SigningKey {
        let key = self.next_key(kind);
        self.add_key(key.clone());
        key
    }

    /// Rotates without overlap: publishes a new key of this kind and withdraws all others of it, at once. Gives the new one
    /// back.
    #[expect(
        clippy::must_use_candidate,
        reason = "the key set changes, whatever becomes of the key"
    )]
    pub fn rotate_key_abruptly(&self, kind: KeyKind) -> SigningKey {
        let key = self.next_key(kind);
        let mut state = self.published.state();
        state.keys.retain(|key| key.kind() != kind);
        state.keys.push(key.clone());
        key
    }

    /// Puts a new key of the same kind in the place of the newest with this id, **under the same id**. Gives the old one back;
    /// `None` if there was none, and nothing changes.
    #[expect(
        clippy::must_use_candidate,
        reason = "the key set changes, whatever becomes of the key"
    )]
    pub fn reuse_kid(&self, kid: &str) -> Option<SigningKey> {
        let key = SigningKey::generate(self.key(kid)?.kind(), kid);
        let mut state = self.published.state();
        let old = state.keys.iter_mut().rfind(|key| key.kid() == kid)?;
        Some(std::mem::replace(old, key))
    }

    /// A new key with an id that the provider has never had by itself.
    fn next_key(&self, kind: KeyKind) -> SigningKey {
        let number = self.published.state().next_key_number();
        SigningKey::generate(kind, &format!("{}-{number}", kind.name()))
    }
}

#[cfg(test)]
mod tests {
    use crate::{IdentityProvider, KeyKind, SigningKey};
    use serde_json::Value;

    fn kids(provider: &IdentityProvider) -> Vec<String> {
        let jwks = provider.jwks();
        let keys = jwks["keys"].as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }

    /// Which key signs now, by its id.
    fn signer(provider: &IdentityProvider) -> String {
        let token = provider.token("alice").mint();
        jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
    }

    #[tokio::test]
    async fn the_key_set_follows_its_keys() {
        let provider = IdentityProvider::start().await.unwrap();
        assert_eq!(kids(&provider), ["rsa-1", "p256-1", "p384-1", "ed25519-1"]);
        provider.add_key(SigningKey::generate(KeyKind::Ed25519, "another"));
        assert!(provider.remove_key("rsa-1").is_some());
        assert!(provider.remove_key("rsa-1").is_none());
        assert_eq!(kids(&provider), ["p256-1", "p384-1", "ed25519-1", "another"]);
    }

    #[tokio::test]
    async fn with_overlap_the_old_key_stays() {
        let provider = IdentityProvider::start().await.unwrap();
        let new = provider.rotate_key(KeyKind::Rsa);
        assert_eq!(new.kid(), "rsa-2");
        assert_eq!(kids(&provider), ["rsa-1", "p256-1", "p384-1", "ed25519-1", "rsa-2"]);
        assert_eq!(signer(&provider), "rsa-2");
        provider.remove_key("rsa-1");
        assert_eq!(kids(&provider), ["p256-1", "p384-1", "ed25519-1", "rsa-2"]);
    }

    #[tokio::test]
    async fn without_overlap_the_old_key_goes() {
        let provider = IdentityProvider::start().await.unwrap();
        let new = provider.rotate_key_abruptly(KeyKind::Rsa);
        assert_eq!(kids(&provider), ["p256-1", "p384-1", "ed25519-1", "rsa-2"]);
        assert_eq!(signer(&provider), "rsa-2");
        assert_eq!(provider.rotate_key(KeyKind::Ed25519).kid(), "ed25519-3");
        assert_eq!(provider.key("rsa-2").unwrap().public_jwk(), new.public_jwk());
    }

    #[tokio::test]
    async fn an_id_can_be_reused() {
        let provider = IdentityProvider::start().await.unwrap();
        let before: Value = provider.jwks();
        let old = provider.reuse_kid("p256-1").unwrap();
        let after = provider.jwks();
        assert_eq!(kids(&provider), ["rsa-1", "p256-1", "p384-1", "ed25519-1"]);
        assert_eq!(before["keys"][1], old.public_jwk());
        assert_ne!(before["keys"][1]["x"], after["keys"][1]["x"]);
        assert_eq!(before["keys"][0], after["keys"][0]);
        assert!(provider.reuse_kid("nobody").is_none());
    }
}
