//! What is under load: the layer of a gate, with an HTTP service behind it that says yes to whatever reaches it.

use crate::provider::{AUDIENCE, Provider};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use toolgate::layer::GateService;
use toolgate::validator::introspection::{ClientCredentials, ClientSecret};
use toolgate::{
    Algorithm, Clock, Gate, Health, HealthStatus, IntrospectionValidator, JwtValidator, Toolset, Validator, mcp_tool,
};
use tower_layer::Layer as _;
use tower_service::Service as _;

/// A server. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Server {
    gate: Gate,
    service: GateService<Yes>,
}

/// For whoever has a token.
#[mcp_tool(authenticated)]
async fn open() -> Result<(), Infallible> {
    Ok(())
}

impl Server {
    pub(crate) fn new(validator: impl Validator, clock: impl Clock) -> Self {
        let gate = Gate::builder().resource(AUDIENCE).validator(validator).clock(clock);
        let gate = gate.build().unwrap();
        let service = gate
            .protect(Toolset::new(()).tool(OpenTool))
            .unwrap()
            .layer()
            .layer(Yes);
        Self { gate, service }
    }

    /// One that takes RS256, ES256 and `EdDSA` tokens of this provider, whose keys it fetches.
    pub(crate) fn of(provider: &Provider, clock: impl Clock + Copy) -> Self {
        Self::new(validator(provider, clock), clock)
    }

    /// The status of the answer to a request with this token.
    pub(crate) async fn ask(&self, token: &str) -> u16 {
        const BODY: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
        let request = Request::post("/mcp")
            .header("host", "127.0.0.1:1")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .body(Full::from(BODY))
            .unwrap();
        let answer = self.service.clone().call(request).await;
        answer.unwrap().status().as_u16()
    }

    pub(crate) fn health(&self) -> Vec<Health> {
        self.gate.health()
    }

    /// Whether it says that the keys could not be had for a while, and that the old ones serve.
    pub(crate) fn is_stale(&self) -> bool {
        self.health()
            .iter()
            .any(|health| matches!(health.status, HealthStatus::Stale(_)))
    }
}

/// A validator of tokens of this provider.
pub(crate) fn validator(provider: &Provider, clock: impl Clock) -> JwtValidator {
    validator_of(&provider.issuer, &provider.jwks_uri, clock)
}

/// A validator of tokens of this issuer, whose keys are there.
pub(crate) fn validator_of(issuer: &str, jwks_uri: &str, clock: impl Clock) -> JwtValidator {
    JwtValidator::builder()
        .issuer(issuer)
        .audience(AUDIENCE)
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Es256)
        .algorithm(Algorithm::EdDsa)
        .jwks_uri(jwks_uri)
        .clock(clock)
        .build()
        .unwrap()
}

/// A validator of this provider's opaque tokens.
pub(crate) fn introspection(provider: &mut Provider, clock: impl Clock) -> IntrospectionValidator {
    let (id, secret) = provider.client();
    IntrospectionValidator::builder()
        .issuer(&provider.issuer)
        .audience(AUDIENCE)
        .client(ClientCredentials::secret_basic(id, ClientSecret::from(secret)))
        .endpoint(&provider.introspection_endpoint)
        .clock(clock)
        .build()
        .unwrap()
}

/// What is behind the layer.
#[derive(Clone)]
struct Yes;

impl tower_service::Service<Request<Full<Bytes>>> for Yes {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(Ok(Response::default()))
    }
}
