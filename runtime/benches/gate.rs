//! What the gate costs. Ratios count, from one run: `cargo bench -p tests`. See `README.md` beside this.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has nothing to measure"
)]
#![expect(clippy::unused_self, reason = "the tools of an rmcp router are methods")]

use bytes::Bytes;
use divan::{Bencher, black_box};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::runtime::Runtime;
use toolgate::rmcp::Server;
use toolgate::{Algorithm, Gate, JwtValidator, Policy, Protected, ScopeToken, Toolset, mcp_tool};
use toolgate_testing::IdentityProvider;
use tower_layer::Layer as _;
use tower_service::Service as _;

fn main() {
    divan::main();
}

const POLICY: Policy = Policy::AUTHENTICATED
    .scopes_all(&[
        ScopeToken::from_static("read:tools"),
        ScopeToken::from_static("write:tools"),
    ])
    .roles(&["manager"]);

/// The decision alone: two scopes of five, one role of two.
#[divan::bench]
fn decision(bencher: Bencher<'_, '_>) {
    let caller = toolgate_testing::caller("alice")
        .tenant("acme")
        .scopes(["a", "b", "c", "read:tools", "write:tools"])
        .roles(["manager", "user"])
        .build();
    bencher.bench(|| black_box(&POLICY).admit(black_box(Some(&caller))));
}

/// Does nothing.
#[mcp_tool(scopes_all = ["read:tools", "write:tools"], roles = ["manager"])]
async fn guarded() -> Result<&'static str, Infallible> {
    Ok("done")
}

fn protected(resource: &str, provider: &IdentityProvider) -> Protected {
    let validator = JwtValidator::builder()
        .issuer(provider.issuer())
        .audience(resource)
        .algorithm(Algorithm::Rs256)
        .static_keys(provider.jwks().to_string());
    let gate = Gate::builder().resource(resource).validator(validator.build().unwrap());
    gate.build()
        .unwrap()
        .protect(Toolset::new(()).tool(GuardedTool))
        .unwrap()
}

/// From arguments to answer through the gate: decision, two records for `tracing` that nobody reads, the tool.
#[divan::bench]
fn call_in_process(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(IdentityProvider::start()).unwrap();
    let protected = protected(RESOURCE, &provider);
    let caller = toolgate_testing::caller("alice")
        .scopes(["read:tools", "write:tools"])
        .roles(["manager"])
        .build();
    bencher.bench(|| runtime.block_on(protected.call("guarded", Some(caller.clone()), json!({}))));
}

const RESOURCE: &str = "http://127.0.0.1:1/mcp";

struct Unguarded;

#[tool_router]
impl Unguarded {
    #[tool(description = "Does nothing")]
    fn guarded(&self) -> String {
        "done".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Unguarded {}

fn config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
}

fn request(token: Option<&str>) -> Request<Full<Bytes>> {
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {
            "name": "guarded",
            "arguments": {},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    let request = Request::post(RESOURCE)
        .header("host", "127.0.0.1:1")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "guarded");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    request.body(Full::from(body.to_string())).unwrap()
}

/// A whole request to the SDK's HTTP service, without sockets.
#[divan::bench]
fn rmcp_request_unguarded(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().unwrap();
    let mut service = StreamableHttpService::new(|| Ok(Unguarded), Arc::<LocalSessionManager>::default(), config());
    bencher.bench_local(|| {
        let response = service.call(request(None));
        runtime.block_on(async { response.await.unwrap().collect().await.unwrap() })
    });
}

/// The same request through the layer and the gate, with an RS256 token that is validated each time.
#[divan::bench]
fn rmcp_request_guarded(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(IdentityProvider::start()).unwrap();
    let protected = protected(RESOURCE, &provider);
    let server = Server::new(&protected, "bench", "1").unwrap();
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::<LocalSessionManager>::default(),
        config(),
    );
    let mut service = protected.layer().layer(service);
    let token = provider
        .token("alice")
        .audience(RESOURCE)
        .scopes(["read:tools", "write:tools"])
        .roles(["manager"])
        .mint();
    bencher.bench_local(|| {
        let response = service.call(request(Some(&token)));
        runtime.block_on(async {
            let response = response.await.unwrap();
            assert_eq!(response.status(), 200);
            response.into_body().collect().await.unwrap()
        })
    });
}
