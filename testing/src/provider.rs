//! An identity provider in process.

use crate::error::Error;
use crate::keys::SigningKey;
use crate::loopback;
use crate::mint::TokenBuilder;
use crate::published::Published;
use axum::extract::State;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An `OpenID` provider on the loopback interface that publishes its keys, and mints tokens for whoever holds it.
///
/// Over HTTP it serves its metadata and its key set, nothing else. It stops when it is dropped. All providers of a process
/// start with the same keys, one of each [`KeyKind`](crate::KeyKind); [`add_key`](Self::add_key) and
/// [`remove_key`](Self::remove_key) change that.
pub struct IdentityProvider {
    published: Arc<Published>,
    server: JoinHandle<()>,
}

impl IdentityProvider {
    /// Starts on a free port of 127.0.0.1.
    pub async fn start() -> Result<Self, Error> {
        Self::start_on((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Starts on this address, which must be a loopback address. Port 0 is any free one.
    pub async fn start_on(address: SocketAddr) -> Result<Self, Error> {
        loopback::check_address(address)?;
        let listener = TcpListener::bind(address).await.map_err(Error::Listen)?;
        let address = listener.local_addr().map_err(Error::Listen)?;
        let published = Arc::new(Published::new(&format!("http://{address}")));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(serve_metadata))
            .route("/.well-known/oauth-authorization-server", get(serve_metadata))
            .route("/jwks", get(serve_jwks))
            .with_state(Arc::clone(&published));
        let server = tokio::spawn(async {
            // Never returns: it goes on after whatever fails on one connection.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { published, server })
    }

    /// The issuer: what is in a token's `iss`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.published.issuer
    }

    /// The URL of the key set.
    #[must_use]
    pub fn jwks_uri(&self) -> &str {
        &self.published.jwks_uri
    }

    /// The key set as it is served; null if [`set_jwks_text`](Self::set_jwks_text) made it something else than JSON.
    #[must_use]
    pub fn jwks(&self) -> Value {
        serde_json::from_str(&self.published.state().jwks()).unwrap_or_default()
    }

    /// How often the key set was asked for.
    #[must_use]
    pub fn jwks_requests(&self) -> u64 {
        self.published.jwks_requests.load(Ordering::Relaxed)
    }

    /// How often the metadata was asked for.
    #[must_use]
    pub fn discovery_requests(&self) -> u64 {
        self.published.discovery_requests.load(Ordering::Relaxed)
    }

    /// A token about this subject, signed with the provider's newest key of the kind that the algorithm needs.
    pub fn token(&self, subject: &str) -> TokenBuilder {
        let keys = self.published.state().keys.clone();
        TokenBuilder::new(self.issuer(), subject, keys)
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

    /// Serves this in place of the keys; with `None` the keys again.
    pub fn set_jwks(&self, document: impl Into<Option<Value>>) {
        self.published.state().document = document.into().map(|document| document.to_string());
    }

    /// Serves this text in place of the keys, for what a [`Value`] cannot hold.
    pub fn set_jwks_text(&self, document: impl Into<String>) {
        self.published.state().document = Some(document.into());
    }

    /// Answers requests for the key set with this status; with `None` with 200 again.
    ///
    /// What is no status of HTTP becomes 500.
    pub fn set_status(&self, status: impl Into<Option<u16>>) {
        self.published.state().status = status.into();
    }

    /// Waits this long before answering requests for the key set.
    pub fn set_delay(&self, delay: impl Into<Option<Duration>>) {
        self.published.state().delay = delay.into();
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityProvider")
            .field("issuer", &self.issuer())
            .finish_non_exhaustive()
    }
}

async fn serve_metadata(State(published): State<Arc<Published>>) -> Json<Value> {
    Json(published.metadata())
}

async fn serve_jwks(State(published): State<Arc<Published>>) -> impl IntoResponse {
    published.jwks_requests.fetch_add(1, Ordering::Relaxed);
    let delay = published.state().delay;
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    let state = published.state();
    let status = StatusCode::from_u16(state.status.unwrap_or(200)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/jwk-set+json")], state.jwks())
}

#[cfg(test)]
mod tests {
    use super::IdentityProvider;
    use crate::error::Error;
    use crate::{KeyKind, SigningKey};
    use serde_json::{Value, json};
    use std::time::{Duration, Instant};

    async fn get(url: &str) -> Result<(u16, String), reqwest::Error> {
        let response = reqwest::get(url).await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    #[tokio::test]
    async fn only_loopback_addresses_are_served() {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:127.0.0.1]:0"] {
            let refused = IdentityProvider::start_on(address.parse().unwrap()).await;
            assert!(matches!(refused, Err(Error::NotLoopback(_))), "{address}");
        }
        let provider = IdentityProvider::start_on("127.0.0.2:0".parse().unwrap())
            .await
            .unwrap();
        assert!(provider.issuer().starts_with("http://127.0.0.2:"));
    }

    #[tokio::test]
    async fn metadata_leads_to_the_keys() {
        let provider = IdentityProvider::start().await.unwrap();
        for path in ["openid-configuration", "oauth-authorization-server"] {
            let (status, body) = get(&format!("{}/.well-known/{path}", provider.issuer())).await.unwrap();
            let metadata: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(status, 200);
            assert_eq!(metadata["issuer"], provider.issuer());
            assert_eq!(metadata["jwks_uri"], provider.jwks_uri());
        }
        let (status, body) = get(provider.jwks_uri()).await.unwrap();
        assert_eq!(status, 200);
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), provider.jwks());
        assert_eq!(provider.discovery_requests(), 2);
        assert_eq!(provider.jwks_requests(), 1);
    }

    #[tokio::test]
    async fn no_private_part_is_published() {
        let provider = IdentityProvider::start().await.unwrap();
        let jwks = provider.jwks();
        for key in jwks["keys"].as_array().unwrap() {
            let members: Vec<&String> = key.as_object().unwrap().keys().collect();
            let public = ["kty", "use", "kid", "alg", "crv", "x", "y", "n", "e"];
            assert!(
                members.iter().all(|member| public.contains(&member.as_str())),
                "{members:?}"
            );
        }
    }

    #[tokio::test]
    async fn the_key_set_follows_its_keys() {
        let provider = IdentityProvider::start().await.unwrap();
        let kids = || {
            let jwks = provider.jwks();
            let keys = jwks["keys"].as_array().unwrap().iter();
            keys.map(|key| key["kid"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(kids(), ["rsa-1", "p256-1", "p384-1", "ed25519-1"]);
        provider.add_key(SigningKey::generate(KeyKind::Ed25519, "ed25519-2"));
        assert!(provider.remove_key("rsa-1").is_some());
        assert!(provider.remove_key("rsa-1").is_none());
        assert_eq!(kids(), ["p256-1", "p384-1", "ed25519-1", "ed25519-2"]);
    }

    #[tokio::test]
    async fn the_key_set_can_be_replaced_and_fail() {
        let provider = IdentityProvider::start().await.unwrap();
        provider.set_jwks(json!({"keys": []}));
        assert_eq!(
            get(provider.jwks_uri()).await.unwrap(),
            (200, r#"{"keys":[]}"#.to_owned())
        );
        provider.set_jwks_text("{\"keys\":[],\"keys\":[]");
        assert_eq!(get(provider.jwks_uri()).await.unwrap().1, "{\"keys\":[],\"keys\":[]");
        assert_eq!(provider.jwks(), Value::Null);
        provider.set_jwks(None);
        provider.set_status(503);
        assert_eq!(get(provider.jwks_uri()).await.unwrap().0, 503);
        provider.set_status(None);
        assert_eq!(get(provider.jwks_uri()).await.unwrap().0, 200);
        assert_eq!(provider.jwks_requests(), 4);

        provider.set_delay(Duration::from_millis(50));
        let start = Instant::now();
        get(provider.jwks_uri()).await.unwrap();
        assert!(start.elapsed() >= Duration::from_millis(50));
    }

    #[tokio::test]
    async fn dropping_it_ends_kept_connections_too() {
        let provider = IdentityProvider::start().await.unwrap();
        let uri = provider.jwks_uri().to_owned();
        let client = reqwest::Client::new();
        assert!(client.get(&uri).send().await.unwrap().bytes().await.is_ok());
        drop(provider);
        // The task ends when it is next scheduled.
        for _ in 0..100 {
            if client.get(&uri).send().await.is_err() {
                return;
            }
        }
        panic!("still served");
    }
}
