//! What goes wrong with the `rmcp` SDK if nobody takes care. Each test fails without the measure that it names.

use crate::legacy::Legacy;
use crate::server::Running;
use async_trait::async_trait;
use axum::Router;
use http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::model::CallToolRequestParams;
use rmcp::transport::common::server_side_http::ServerSseMessage;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::session::{EventId, EventStore, EventStoreError, EventStream};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServiceExt, tool, tool_router};
use serde_json::json;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
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

/// Measure: a layer takes away the caller that another one left. Here the other gate takes the token as well.
#[tokio::test]
async fn no_tool_sees_a_caller_of_another_gate() {
    let tools = || Toolset::new(()).stock_tools(&Spy::tool_router(), Policy::PUBLIC);
    let serve = |outer: &Protected| {
        let inner = Gate::public_only().unwrap().protect(tools()).unwrap();
        let server = Server::with_router(&inner, "test", "1", Spy, Spy::tool_router()).unwrap();
        let mcp = StreamableHttpService::new(
            move || Ok(server.clone()),
            Arc::<LocalSessionManager>::default(),
            StreamableHttpServerConfig::default(),
        );
        Router::new()
            .route_service("/mcp", mcp)
            .layer(inner.layer())
            .layer(outer.layer())
    };
    let server = Running::start_app(tools(), |gate| gate, serve).await;
    let client = server.client().bearer(server.token("alice").mint());
    let seen = client.call("headers", json!({})).await.unwrap().text();
    assert!(seen.starts_with("nobody: "), "{seen}");
}

/// Keeps every event, and replays those of a stream to whoever knows an id: all that the SDK asks of a store.
#[derive(Default)]
struct Store(Mutex<Vec<(String, ServerSseMessage)>>);

#[async_trait]
impl EventStore for Store {
    async fn store_event(&self, stream: &str, event: &ServerSseMessage) -> Result<EventId, EventStoreError> {
        let mut events = self.0.lock().unwrap();
        events.push((stream.to_owned(), event.clone()));
        Ok(events.len().to_string())
    }

    async fn replay_events_after(&self, last: &str) -> Result<EventStream, EventStoreError> {
        let events = self.0.lock().unwrap();
        let last: usize = last.parse()?;
        let (stream, _) = events.get(last - 1).ok_or("no such event")?;
        let later = events[last..].iter().filter(|(of, _)| of == stream);
        let later: Vec<_> = later.map(|(_, event)| event.clone()).collect();
        Ok(Box::pin(futures_util::stream::iter(later)))
    }
}

/// Answers with something that is the caller's own.
#[mcp_tool(authenticated)]
async fn own(_: NoArguments, caller: Caller) -> Result<String, Infallible> {
    Ok(format!("secret-of-{}", caller.subject()))
}

/// Measure: the layer takes the wish for a replay away. The SDK finds events by their ids alone, which are easily guessed.
#[tokio::test]
async fn nobody_replays_what_was_sent_to_another() {
    let store = Arc::new(Store::default());
    let events = Arc::clone(&store);
    let serve = |protected: &Protected| {
        let server = Server::new(protected, "test", "1").unwrap();
        let sessions = Arc::new(LocalSessionManager::default().with_event_store(events));
        let config = StreamableHttpServerConfig::default();
        let mcp = StreamableHttpService::new(move || Ok(server.clone()), sessions, config);
        Router::new().route_service("/mcp", mcp).layer(protected.layer())
    };
    let server = Running::start_app(Toolset::new(()).tool(OwnTool), |gate| gate, serve).await;
    let [alice, bob] = ["alice", "bob"].map(|name| {
        let mut client = Legacy::new(&server, None);
        client.token = Some(server.token(name).mint());
        client
    });
    let session = alice.open().await;
    let params = json!({"name": "own", "arguments": {}});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let reply = alice.post(Some(&session), call).await.text().await.unwrap();
    assert!(reply.contains("secret-of-alice"), "{reply}");
    let kept = store.0.lock().unwrap().len();
    assert!(kept > 0);

    for id in 1..=kept {
        let session = bob.open().await;
        let request = bob.request(reqwest::Method::GET, Some(&session));
        let mut reply = request.header("last-event-id", id.to_string()).send().await.unwrap();
        // A replay comes at once; on the stream that is bob's own there is nothing but the SDK's first event.
        let mut seen = Vec::new();
        while let Ok(Ok(Some(chunk))) = tokio::time::timeout(Duration::from_millis(200), reply.chunk()).await {
            seen.extend_from_slice(&chunk);
        }
        let seen = String::from_utf8_lossy(&seen);
        assert!(!seen.contains("secret-of-alice"), "{id}: {seen}");
    }
}

/// Measure: a session of the SDK is bound to who opened it, also if that is nobody. [`Server::http_service`] gives nobody a
/// session; a server that is put together by hand may.
#[tokio::test]
async fn a_session_begun_without_a_token_is_never_adopted() {
    let serve = |protected: &Protected| {
        Router::new()
            .route_service("/mcp", service(protected))
            .layer(protected.layer())
    };
    let server = Running::start_app(tools(), |gate| gate, serve).await;
    let post = |token: Option<String>, session: Option<String>, body: serde_json::Value| {
        let mut request = reqwest::Client::new()
            .post(&server.url)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(body.to_string());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(session) = session {
            request = request.header("mcp-session-id", session);
        }
        request.send()
    };
    let params =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let open = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
    let opened = post(None, None, open).await.unwrap();
    let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let alice = server.token("alice").mint();
    assert_eq!(
        post(Some(alice), Some(session.clone()), list.clone())
            .await
            .unwrap()
            .status(),
        404
    );
    assert_ne!(post(None, Some(session), list).await.unwrap().status(), 404);
}
