//! An identity provider in process.

use crate::client_registry::{ClientAuth, RegisteredClient};
use crate::discovery::Discovery;
use crate::error::Error;
use crate::fault_plan::{FaultPlan, Part};
use crate::loopback;
use crate::mint::TokenBuilder;
use crate::opaque::OpaqueTokenBuilder;
use crate::published::Published;
use crate::recorded::RecordedRequest;
use crate::routes;
use crate::traffic::Traffic;
use crate::wire;
use serde_json::{Value, json};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An `OpenID` provider on the loopback interface that publishes its keys, and mints tokens for whoever holds it.
///
/// Over HTTP it serves its metadata, its key set and an introspection endpoint, nothing else. Each of them can be made to
/// fail, see [`Fault`](crate::Fault). It stops when it is dropped. All providers of a process start with the same keys, one of each
/// [`KeyKind`](crate::KeyKind); [`add_key`](Self::add_key), [`rotate_key`](Self::rotate_key) and their like change that.
pub struct IdentityProvider {
    pub(crate) published: Arc<Published>,
    server: JoinHandle<()>,
}

/// Starting, and what the provider is called.
impl IdentityProvider {
    /// Starts on a free port of 127.0.0.1.
    pub async fn start() -> Result<Self, Error> {
        Self::start_with_path("").await
    }

    /// Starts on a free port of 127.0.0.1, with an issuer that has this path, such as `/realms/acme`.
    pub async fn start_with_path(path: &str) -> Result<Self, Error> {
        Self::listen((Ipv4Addr::LOCALHOST, 0).into(), path).await
    }

    /// Starts on this address, which must be a loopback address. Port 0 is any free one.
    pub async fn start_on(address: SocketAddr) -> Result<Self, Error> {
        Self::listen(address, "").await
    }

    async fn listen(address: SocketAddr, path: &str) -> Result<Self, Error> {
        loopback::check_address(address)?;
        let listener = TcpListener::bind(address).await.map_err(Error::Listen)?;
        let address = listener.local_addr().map_err(Error::Listen)?;
        let published = Arc::new(Published::new(&format!("http://{address}"), path));
        // What stands for itself in a URL comes back as it was.
        let issuer = loopback::parse_url(&published.issuer)?;
        let as_it_was = issuer.as_str().trim_end_matches('/') == published.issuer;
        if !as_it_was || issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(Error::Url(published.issuer.clone()));
        }
        let router = routes::router(Arc::clone(&published));
        let server = tokio::spawn(wire::serve(listener, router));
        Ok(Self { published, server })
    }

    /// The issuer: what is in a token's `iss`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.published.issuer
    }

    /// The URL of the metadata in this place.
    #[must_use]
    pub fn discovery_url(&self, place: Discovery) -> String {
        format!("{}{}", self.published.origin, place.path(&self.published.path))
    }

    /// The URL of the key set.
    #[must_use]
    pub fn jwks_uri(&self) -> &str {
        &self.published.jwks_uri
    }

    /// The URL of the introspection endpoint.
    #[must_use]
    pub fn introspection_endpoint(&self) -> &str {
        &self.published.introspection_endpoint
    }

    /// The key set, as it is served when there is no fault.
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({"keys": self.published.state().public_keys()})
    }

    /// Sets the header `Cache-Control` of the key set, such as `max-age=300` or `no-store`; with `None` there is none.
    pub fn set_cache_control<'a>(&self, value: impl Into<Option<&'a str>>) {
        self.published.state().cache_control = value.into().map(str::to_owned);
    }
}

/// Tokens and clients.
impl IdentityProvider {
    /// A token about this subject, signed with the provider's newest key of the kind that the algorithm needs.
    pub fn token(&self, subject: &str) -> TokenBuilder {
        let keys = self.published.state().keys.clone();
        TokenBuilder::new(self.issuer(), subject, keys)
    }

    /// A token about this subject that only the introspection endpoint can say something about.
    pub fn opaque_token(&self, subject: &str) -> OpaqueTokenBuilder {
        OpaqueTokenBuilder::new(Arc::clone(&self.published), subject)
    }

    /// Makes a token inactive, opaque or not.
    pub fn revoke(&self, token: &str) {
        self.published.state().tokens.revoke(token);
    }

    /// What the introspection endpoint says about a token when there is no fault: `{"active": false}`, or more.
    #[must_use]
    pub fn introspection_of(&self, token: &str) -> Value {
        self.published.introspection_of(token)
    }

    /// Makes a client known that may use the introspection endpoint; one that had this id is forgotten. A new secret is made
    /// for a way that needs one.
    #[expect(
        clippy::must_use_candidate,
        reason = "the client is known, whether or not its secret is needed"
    )]
    pub fn register_client(&self, id: &str, auth: ClientAuth) -> RegisteredClient {
        RegisteredClient::register(Arc::clone(&self.published), id, auth)
    }
}

/// Faults, and what was asked.
impl IdentityProvider {
    /// Makes the metadata fail in all its places; with `None` it is right again.
    ///
    /// # Panics
    ///
    /// If the fault is for another endpoint only.
    pub fn discovery_fault(&self, fault: impl Into<FaultPlan>) {
        let plan = fault.into().only_for(Part::Discovery);
        self.published.discovery.set_fault(plan);
    }

    /// Makes the metadata fail in this place, before any fault for all places; with `None` no longer.
    ///
    /// # Panics
    ///
    /// If the fault is for another endpoint only.
    pub fn discovery_fault_at(&self, place: Discovery, fault: impl Into<FaultPlan>) {
        let plan = fault.into().only_for(Part::Discovery);
        let path = place.path(&self.published.path);
        self.published.discovery.set_fault_for(&path, plan);
    }

    /// Makes the key set fail; with `None` it is right again.
    ///
    /// # Panics
    ///
    /// If the fault is for another endpoint only.
    pub fn jwks_fault(&self, fault: impl Into<FaultPlan>) {
        let plan = fault.into().only_for(Part::Keys);
        self.published.jwks.set_fault(plan);
    }

    /// Makes the introspection endpoint fail, whoever asks about whatever; with `None` it is right again.
    ///
    /// # Panics
    ///
    /// If the fault is for another endpoint only.
    pub fn introspection_fault(&self, fault: impl Into<FaultPlan>) {
        let plan = fault.into().only_for(Part::Introspection);
        self.published.introspection.set_fault(plan);
    }

    /// Makes the introspection endpoint fail for this token, before any fault for all; with `None` no longer.
    ///
    /// # Panics
    ///
    /// If the fault is for another endpoint only.
    pub fn token_fault(&self, token: &str, fault: impl Into<FaultPlan>) {
        let plan = fault.into().only_for(Part::Introspection);
        self.published.introspection.set_fault_for(token, plan);
    }

    /// Ends all faults. Requests that [`Hold`](crate::Fault::Hold) holds are answered; [`Hang`](crate::Fault::Hang) stays silent.
    pub fn clear_faults(&self) {
        self.published.discovery.clear_faults();
        self.published.jwks.clear_faults();
        self.published.introspection.clear_faults();
    }

    /// How often the metadata was asked for.
    #[must_use]
    pub fn discovery_requests(&self) -> u64 {
        self.discovery_traffic().requests
    }

    /// How often the key set was asked for.
    #[must_use]
    pub fn jwks_requests(&self) -> u64 {
        self.jwks_traffic().requests
    }

    /// How often the introspection endpoint was asked.
    #[must_use]
    pub fn introspection_requests(&self) -> u64 {
        self.introspection_traffic().requests
    }

    /// How much the metadata was asked for, and is at this moment.
    #[must_use]
    pub fn discovery_traffic(&self) -> Traffic {
        self.published.discovery.meter.traffic()
    }

    /// How much the key set was asked for, and is at this moment.
    #[must_use]
    pub fn jwks_traffic(&self) -> Traffic {
        self.published.jwks.meter.traffic()
    }

    /// How much the introspection endpoint was asked, and is at this moment.
    #[must_use]
    pub fn introspection_traffic(&self) -> Traffic {
        self.published.introspection.meter.traffic()
    }

    /// The last request for the metadata.
    #[must_use]
    pub fn last_discovery_request(&self) -> Option<RecordedRequest> {
        self.published.discovery.last_request()
    }

    /// The last request for the key set.
    #[must_use]
    pub fn last_jwks_request(&self) -> Option<RecordedRequest> {
        self.published.jwks.last_request()
    }

    /// The last request to the introspection endpoint.
    #[must_use]
    pub fn last_introspection_request(&self) -> Option<RecordedRequest> {
        self.published.introspection.last_request()
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

#[cfg(test)]
mod tests {
    use super::IdentityProvider;
    use crate::error::Error;
    use crate::fault::Fault;
    use serde_json::Value;

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
            assert_eq!(metadata["introspection_endpoint"], provider.introspection_endpoint());
        }
        let (status, body) = get(provider.jwks_uri()).await.unwrap();
        assert_eq!(status, 200);
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), provider.jwks());
        assert_eq!(provider.discovery_requests(), 2);
        assert_eq!(provider.jwks_requests(), 1);
    }

    #[tokio::test]
    async fn the_key_set_says_how_long_it_may_be_kept() {
        let provider = IdentityProvider::start().await.unwrap();
        for value in [None, Some("max-age=300"), Some("no-store"), None] {
            provider.set_cache_control(value);
            let response = reqwest::get(provider.jwks_uri()).await.unwrap();
            let header = response.headers().get("cache-control");
            assert_eq!(header.map(|header| header.to_str().unwrap()), value);
            // Also where the answer is written by hand.
            provider.jwks_fault(Fault::Huge(1).times(1));
            let response = reqwest::get(provider.jwks_uri()).await.unwrap();
            let header = response.headers().get("cache-control");
            assert_eq!(header.map(|header| header.to_str().unwrap()), value);
        }
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
    async fn dropping_it_ends_what_hangs() {
        let provider = IdentityProvider::start().await.unwrap();
        provider.jwks_fault(Fault::Hang);
        let request = tokio::spawn(reqwest::get(provider.jwks_uri().to_owned()));
        while provider.jwks_traffic().in_flight == 0 {
            tokio::task::yield_now().await;
        }
        drop(provider);
        assert!(request.await.unwrap().is_err());
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
