//! What a list of tools for one caller costs, next to the list of the SDK alone, which is for everyone. Whole requests, without
//! sockets; what is left between 1 and 1 000 tools is the filtering: `cargo bench -p tests --bench list`.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has nothing to measure"
)]

use async_trait::async_trait;
use bytes::Bytes;
use divan::Bencher;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use pmcp::axum::{RouterConfig, concurrent_router_with_config};
use pmcp::server::streamable_http_server::StreamableHttpServerConfig as PmcpConfig;
use pmcp::types::{ProtocolVersion, ToolInfo};
use pmcp::{RequestHandlerExtra, ServerBuilder, ToolHandler};
use rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use rmcp::model::{CallToolResult, Tool};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, tool_handler};
use serde_json::{Value, json};
use std::fmt::Debug;
use std::sync::Arc;
use tokio::runtime::Runtime;
use toolgate::rmcp::Server;
use toolgate::{Algorithm, Gate, JwtValidator, Policy, Protected, ScopeToken, Toolset};
use toolgate_testing::IdentityProvider;
use tower_service::Service;

fn main() {
    divan::main();
}

const RESOURCE: &str = "http://127.0.0.1:1/mcp";
const SIZES: [usize; 2] = [1, 1000];

/// Two scopes of five, one role of two.
const POLICY: Policy = Policy::AUTHENTICATED
    .scopes_all(&[
        ScopeToken::from_static("read:tools"),
        ScopeToken::from_static("write:tools"),
    ])
    .roles(&["manager"]);

/// Whom the policy admits to each tool: nothing is saved by leaving tools out.
const ALLOWED: &str = "manager";
/// Who has the role and lacks a scope: the decision is as long, and the answer is empty.
const DENIED: &str = "reader";

fn name(number: usize) -> String {
    format!("tool_number_{number}")
}

fn description(number: usize) -> String {
    format!("Does what has to be done about number {number}, and tells whether it was done")
}

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {"resource_id": {"type": "string"}, "text": {"type": "string"}, "limit": {"type": "integer"}},
        "required": ["resource_id", "text"],
    })
}

fn gate(provider: &IdentityProvider) -> Gate {
    let validator = JwtValidator::builder()
        .issuer(provider.issuer())
        .audience(RESOURCE)
        .algorithm(Algorithm::Rs256)
        .static_keys(provider.jwks().to_string());
    let gate = Gate::builder().resource(RESOURCE).validator(validator.build().unwrap());
    gate.build().unwrap()
}

fn token(provider: &IdentityProvider, caller: &str) -> String {
    let scopes: &[&str] = match caller {
        ALLOWED => &["a", "b", "c", "read:tools", "write:tools"],
        _ => &["a", "b", "c", "read:tools"],
    };
    let token = provider.token(caller).audience(RESOURCE);
    token.scopes(scopes.iter().copied()).roles(["manager", "user"]).mint()
}

fn request(token: Option<&str>) -> Request<Bytes> {
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/list",
        "params": {
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
        .header("mcp-method", "tools/list");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    request.body(body.to_string().into()).unwrap()
}

/// Measures a request, and looks once that the list has as many tools as it should.
fn measure<S, B, R>(bencher: Bencher<'_, '_>, runtime: &Runtime, mut service: S, token: Option<&str>, tools: usize)
where
    S: Service<Request<B>, Response = Response<R>, Error: Debug>,
    B: From<Bytes>,
    R: Body<Data: Send, Error: Debug>,
{
    let mut ask = || {
        let response = service.call(request(token).map(B::from));
        runtime.block_on(async { response.await.unwrap().into_body().collect().await.unwrap().to_bytes() })
    };
    let answer = String::from_utf8(ask().to_vec()).unwrap();
    assert_eq!(answer.matches("Does what has to be done").count(), tools, "{answer}");
    bencher.bench_local(ask);
}

struct Many {
    tools: ToolRouter<Self>,
}

#[tool_handler(router = self.tools)]
impl ServerHandler for Many {}

fn routes<S: Send + Sync + 'static>(size: usize) -> ToolRouter<S> {
    (0..size).fold(ToolRouter::new(), |router, number| {
        let schema = schema().as_object().cloned().unwrap();
        let tool = Tool::new(name(number), description(number), schema);
        router.with_route(ToolRoute::new_dyn(tool, |_| {
            Box::pin(async { Ok(CallToolResult::structured(json!(1)).into()) })
        }))
    })
}

fn config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
}

/// What `#[tool_handler]` answers: every tool, to everyone.
#[divan::bench(args = SIZES)]
fn rmcp_unfiltered(bencher: Bencher<'_, '_>, size: usize) {
    let runtime = Runtime::new().unwrap();
    // Made once: to make the router is no part of the answer.
    let server = Arc::new(Many { tools: routes(size) });
    let service = StreamableHttpService::new(
        move || Ok(Arc::clone(&server)),
        Arc::<LocalSessionManager>::default(),
        config(),
    );
    let _inside = runtime.enter();
    measure::<_, Full<Bytes>, _>(bencher, &runtime, service, None, size);
}

fn rmcp_filtered(bencher: Bencher<'_, '_>, size: usize, caller: &str) {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(IdentityProvider::start()).unwrap();
    let tools = Toolset::new(()).stock_tools(&routes::<()>(size), POLICY);
    let protected = gate(&provider).protect(tools).unwrap();
    let server = Server::with_router(&protected, "bench", "1", (), routes(size)).unwrap();
    let service = server.http_service_with(config());
    let token = token(&provider, caller);
    let shown = if caller == ALLOWED { size } else { 0 };
    let _inside = runtime.enter();
    measure::<_, Full<Bytes>, _>(bencher, &runtime, service, Some(&token), shown);
}

/// The same list, with a token that is validated and a decision about each tool.
#[divan::bench(args = SIZES)]
fn rmcp_filtered_all_allowed(bencher: Bencher<'_, '_>, size: usize) {
    rmcp_filtered(bencher, size, ALLOWED);
}

/// Only the decisions: the list is empty.
#[divan::bench(args = SIZES)]
fn rmcp_filtered_all_denied(bencher: Bencher<'_, '_>, size: usize) {
    rmcp_filtered(bencher, size, DENIED);
}

struct Numbered(usize);

#[async_trait]
impl ToolHandler for Numbered {
    async fn handle(&self, _: Value, _: RequestHandlerExtra) -> pmcp::Result<Value> {
        Ok(json!(1))
    }

    fn metadata(&self) -> Option<ToolInfo> {
        Some(ToolInfo::new(name(self.0), Some(description(self.0)), schema()))
    }
}

fn pmcp_builder() -> ServerBuilder {
    let versions = ["2026-07-28", "2025-11-25"].map(|version| ProtocolVersion(version.to_owned()));
    pmcp::Server::builder()
        .name("bench")
        .version("1")
        .with_supported_protocol_versions(versions)
}

fn pmcp_config() -> RouterConfig {
    RouterConfig {
        server_config: PmcpConfig {
            enable_json_response: true,
            ..PmcpConfig::stateless()
        },
        ..RouterConfig::default()
    }
}

/// What the SDK answers: every tool, to everyone.
#[divan::bench(args = SIZES)]
fn pmcp_unfiltered(bencher: Bencher<'_, '_>, size: usize) {
    let runtime = Runtime::new().unwrap();
    let builder = (0..size).fold(pmcp_builder(), |builder, number| {
        builder.tool_arc(name(number), Arc::new(Numbered(number)))
    });
    let sdk = Arc::new(builder.build().unwrap());
    let service = axum::Router::new().nest("/mcp", concurrent_router_with_config(sdk, pmcp_config()));
    let _inside = runtime.enter();
    measure::<_, axum::body::Body, _>(bencher, &runtime, service, None, size);
}

fn pmcp_protected(provider: &IdentityProvider, size: usize) -> Protected {
    let tools = (0..size).fold(Toolset::new(()), |tools, number| {
        tools.stock_pmcp_tool(&name(number), Arc::new(Numbered(number)), POLICY)
    });
    gate(provider).protect(tools).unwrap()
}

fn pmcp_filtered(bencher: Bencher<'_, '_>, size: usize, caller: &str) {
    let runtime = Runtime::new().unwrap();
    let provider = runtime.block_on(IdentityProvider::start()).unwrap();
    let tools = toolgate::pmcp::Tools::new(&pmcp_protected(&provider, size)).unwrap();
    let server = toolgate::pmcp::Server::new(&tools, pmcp_builder().mcp_server(&tools)).unwrap();
    let service = server.router(pmcp_config());
    let token = token(&provider, caller);
    let shown = if caller == ALLOWED { size } else { 0 };
    let _inside = runtime.enter();
    measure::<_, axum::body::Body, _>(bencher, &runtime, service, Some(&token), shown);
}

/// The same list, with a token that is validated, a decision about each tool, and the SDK's answer cut down on its way out.
#[divan::bench(args = SIZES)]
fn pmcp_filtered_all_allowed(bencher: Bencher<'_, '_>, size: usize) {
    pmcp_filtered(bencher, size, ALLOWED);
}

/// The SDK writes the whole list, and all of it is cut.
#[divan::bench(args = SIZES)]
fn pmcp_filtered_all_denied(bencher: Bencher<'_, '_>, size: usize) {
    pmcp_filtered(bencher, size, DENIED);
}
