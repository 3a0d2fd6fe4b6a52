//! What goes wrong with the `rmcp` SDK if nobody takes care. Each test fails without the measure that it names.

use crate::server::Running;
use axum::Router;
use http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::model::CallToolRequestParams;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServiceExt, tool, tool_router};
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use toolgate::rmcp::Server;
use toolgate::{Algorithm, Caller, Gate, JwtValidator, NoArguments, Policy, Protected, Toolset, mcp_tool};

/// Tells who calls.
#[mcp_tool(public)]
async fn name(_: NoArguments, caller: Option<Caller>) -> Result<String, Infallible> {
    Ok(caller.map_or("nobody".to_owned(), |caller| caller.subject().to_owned()))
}

/// For callers.
#[mcp_tool(authenticated)]
async fn secret(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("secret")
}

fn tools() -> Toolset {
    Toolset::new(()).tool(NameTool).tool(SecretTool)
}

fn service(protected: &Protected) -> StreamableHttpService<Server, LocalSessionManager> {
    let server = Server::new(protected, "test", "1").unwrap();
    let config = StreamableHttpServerConfig::default();
    StreamableHttpService::new(move || Ok(server.clone()), Arc::default(), config)
}

/// Measure: the gate decides inside the handler, and absent facts are nobody.
#[tokio::test]
async fn without_the_layer_nobody_is_authenticated() {
    let serve = |protected: &Protected| Router::new().route_service("/mcp", service(protected));
    let server = Running::start_app(tools(), |gate| gate, serve).await;
    let client = server.client().bearer(server.token("alice").mint());
    assert_eq!(client.call("name", json!({})).await.unwrap().text(), "nobody");
    let reply = client.call("secret", json!({})).await.unwrap();
    assert_eq!(
        (reply.is_error(), reply.text().as_str()),
        (true, "not found or not permitted")
    );
    assert_eq!(client.list().await.unwrap().tools(), ["name"]);
}

/// Measure: the same, on a transport that has no requests at all.
#[tokio::test]
async fn a_transport_without_http_knows_nobody() {
    let server = Server::new(&other_gate().protect(tools()).unwrap(), "test", "1").unwrap();
    let (near, far) = tokio::io::duplex(4096);
    let running = tokio::spawn(async move { server.serve(near).await.unwrap().waiting().await });
    let client = ().serve(far).await.unwrap();
    let secret = client.call_tool(CallToolRequestParams::new("secret")).await.unwrap();
    assert_eq!(secret.is_error, Some(true));
    let names: Vec<_> = client
        .list_all_tools()
        .await
        .unwrap()
        .into_iter()
        .map(|tool| tool.name)
        .collect();
    assert_eq!(names, ["name"]);
    client.cancel().await.unwrap();
    running.await.unwrap().unwrap();
}

/// A gate for tokens that no test has.
pub(crate) fn other_gate() -> Gate {
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("a")
        .algorithm(Algorithm::Rs256);
    let gate = Gate::builder()
        .resource("https://mcp.example/mcp")
        .validator(validator.build().unwrap());
    gate.build().unwrap()
}

/// Measure: facts are bound to the gate whose layer found them.
#[tokio::test]
async fn a_caller_of_another_gate_is_nobody_here() {
    let serve = |protected: &Protected| {
        let other = other_gate().protect(tools()).unwrap();
        Router::new()
            .route_service("/mcp", service(&other))
            .layer(protected.layer())
    };
    let server = Running::start_app(tools(), |gate| gate, serve).await;
    let client = server.client().bearer(server.token("alice").mint());
    assert_eq!(client.call("name", json!({})).await.unwrap().text(), "nobody");
    assert!(client.call("secret", json!({})).await.unwrap().is_error());
}

struct Spy;

#[tool_router]
impl Spy {
    #[tool(description = "Tells which headers a tool gets to see")]
    fn headers(Extension(parts): Extension<Parts>) -> String {
        let names: Vec<_> = parts.headers.keys().map(http::HeaderName::as_str).collect();
        let caller = parts.extensions.get::<Caller>().map_or("nobody", Caller::subject);
        format!("{caller}: {}", names.join(" "))
    }
}

/// Measure: the layer removes the credentials before the SDK hands the headers to every tool (MCP-28).
#[tokio::test]
async fn mcp_28_no_tool_sees_the_token() {
    let tools = Toolset::new(()).stock_tools(&Spy::tool_router(), Policy::AUTHENTICATED);
    let serve = |protected: &Protected| {
        let server = Server::with_router(protected, "test", "1", Spy, Spy::tool_router()).unwrap();
        let config = StreamableHttpServerConfig::default();
        let mcp = StreamableHttpService::new(
            move || Ok(server.clone()),
            Arc::<LocalSessionManager>::default(),
            config,
        );
        Router::new().route_service("/mcp", mcp).layer(protected.layer())
    };
    let server = Running::start_app(tools, |gate| gate, serve).await;
    let client = server.client().bearer(server.token("alice").mint());
    let client = client.header("X-Pmcp-User-Id", "admin").header("X-Other", "stays");
    let seen = client.call("headers", json!({})).await.unwrap().text();
    assert!(seen.starts_with("alice: "), "{seen}");
    assert!(seen.contains("x-other"), "{seen}");
    assert!(!seen.contains("authorization") && !seen.contains("x-pmcp"), "{seen}");
}
