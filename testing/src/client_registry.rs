//! The clients that may use the introspection endpoint.

use crate::keys::SigningKey;
use crate::mint::random_id;
use crate::published::Published;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// How a client shows who it is. It is registered for one way, and no other is accepted.
#[derive(Clone)]
#[non_exhaustive]
pub enum ClientAuth {
    /// `client_secret_basic`: id and secret in the `Authorization` header (RFC 6749 section 2.3.1).
    SecretBasic,
    /// `client_secret_post`: id and secret in the form (RFC 6749 section 2.3.1).
    SecretPost,
    /// `private_key_jwt`: a token signed with this key, of which only the public part is registered (RFC 7523).
    PrivateKeyJwt(SigningKey),
}

/// A client that the provider knows. Cheap to clone. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct RegisteredClient {
    id: Arc<str>,
    published: Arc<Published>,
}

#[derive(Default)]
pub(crate) struct ClientRegistry {
    pub(crate) clients: HashMap<String, Registration>,
    /// Whose tokens with which ids have been used.
    pub(crate) used_assertions: HashSet<(String, String)>,
}

pub(crate) struct Registration {
    pub(crate) method: Method,
    pub(crate) secrets: Vec<String>,
    pub(crate) keys: Vec<SigningKey>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Method {
    Basic,
    Post,
    Assertion,
}

impl RegisteredClient {
    pub(crate) fn register(published: Arc<Published>, id: &str, auth: ClientAuth) -> Self {
        let (method, secrets, keys) = match auth {
            ClientAuth::SecretBasic => (Method::Basic, vec![new_secret()], Vec::new()),
            ClientAuth::SecretPost => (Method::Post, vec![new_secret()], Vec::new()),
            ClientAuth::PrivateKeyJwt(key) => (Method::Assertion, Vec::new(), vec![key]),
        };
        let registration = Registration { method, secrets, keys };
        published.state().clients.clients.insert(id.to_owned(), registration);
        Self {
            id: id.into(),
            published,
        }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The newest secret. It has characters in it that have to be encoded, and exactly once.
    ///
    /// # Panics
    ///
    /// If the client has none: it is registered with a key, or all its secrets were removed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that asks for this is wrong itself")]
    pub fn secret(&self) -> String {
        let newest = self.change(|client| client.secrets.last().cloned()).flatten();
        newest.expect("the client has a secret")
    }

    /// Adds a secret and gives it back. Those from before go on being accepted.
    #[must_use]
    pub fn add_secret(&self) -> String {
        let secret = new_secret();
        self.change(|client| client.secrets.push(secret.clone()));
        secret
    }

    /// Withdraws a secret.
    pub fn remove_secret(&self, secret: &str) {
        self.change(|client| client.secrets.retain(|known| known != secret));
    }

    /// Registers the public part of one more key. Those from before go on being accepted.
    pub fn add_key(&self, key: &SigningKey) {
        self.change(|client| client.keys.push(key.clone()));
    }

    /// Withdraws the keys with this id.
    pub fn remove_key(&self, kid: &str) {
        self.change(|client| client.keys.retain(|key| key.kid() != kid));
    }

    /// Changes whoever is registered under this id.
    fn change<T>(&self, change: impl FnOnce(&mut Registration) -> T) -> Option<T> {
        self.published.state().clients.clients.get_mut(&*self.id).map(change)
    }
}

impl fmt::Debug for RegisteredClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClient")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A secret that comes through only if it is encoded exactly once. All characters are such as RFC 6749 appendix A.2 has.
fn new_secret() -> String {
    format!("%41:+ &={}", random_id())
}
