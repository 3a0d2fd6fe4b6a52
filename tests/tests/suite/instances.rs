//! Several instances of one server, with a common key for sessions.

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use rmcp::transport::streamable_http_server::session::{SessionState, SessionStore, SessionStoreError};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use toolgate::rmcp::Server;
use toolgate::validator::ValidateError;
use toolgate::{BearerToken, Claims, Gate, NoArguments, Toolset, Validator, mcp_tool};
use tower_service::Service as _;

/// For those who have a token.
#[mcp_tool(authenticated)]
async fn own(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("ran")
}

/// Says of every token that it is this subject's.
struct Is(&'static str);

impl Validator for Is {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        Ok(Claims::assert("https://idp.example", self.0))
    }

    fn issuers(&self) -> Vec<String> {
        vec!["https://idp.example".to_owned()]
    }
}

/// What the SDK shares between instances.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<HashMap<String, SessionState>>>);

#[async_trait::async_trait]
impl SessionStore for Store {
    async fn load(&self, id: &str) -> Result<Option<SessionState>, SessionStoreError> {
        Ok(self.0.lock().unwrap().get(id).cloned())
    }

    async fn store(&self, id: &str, state: &SessionState) -> Result<(), SessionStoreError> {
        self.0.lock().unwrap().insert(id.to_owned(), state.clone());
        Ok(())
    }

    async fn delete(&self, id: &str) -> Result<(), SessionStoreError> {
        self.0.lock().unwrap().remove(id);
        Ok(())
    }
}

/// An instance at which everybody is `subject`, and which knows these keys, the newest first.
fn instance(store: &Store, subject: &'static str, keys: &[&str]) -> Router {
    let gate = Gate::builder()
        .resource("https://mcp.example/mcp")
        .validator(Is(subject));
    let gate = keys.iter().fold(gate, |gate, id| {
        let secret: Vec<u8> = id.bytes().cycle().take(32).collect();
        gate.session_key(*id, secret)
    });
    let protected = gate.build().unwrap().protect(Toolset::new(()).tool(OwnTool)).unwrap();
    let mut config = StreamableHttpServerConfig::default();
    config.session_store = Some(Arc::new(store.clone()));
    let server = Server::new(&protected, "test", "1").unwrap();
    Router::new().fallback_service(server.http_service_with(config))
}

async fn post(app: &mut Router, session: Option<&str>, message: &Value) -> Response<Body> {
    let request = Request::post("/mcp")
        .header("host", "mcp.example")
        .header("authorization", "Bearer x")
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json");
    let request = match session {
        Some(session) => request
            .header("mcp-session-id", session)
            .header("mcp-protocol-version", "2025-06-18"),
        None => request,
    };
    app.call(request.body(Body::from(message.to_string())).unwrap())
        .await
        .unwrap()
}

async fn open(app: &mut Router) -> String {
    let params =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let initialize = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
    let reply = post(app, None, &initialize).await;
    assert_eq!(reply.status(), 200);
    reply.headers()["mcp-session-id"].to_str().unwrap().to_owned()
}

async fn call(app: &mut Router, session: &str) -> u16 {
    let params = json!({"name": "own", "arguments": {}});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    post(app, Some(session), &call).await.status().as_u16()
}

#[tokio::test]
async fn mcp_58_a_session_goes_on_at_another_instance_for_its_caller_only() {
    let store = Store::default();
    let mut first = instance(&store, "alice", &["2026-10"]);
    let session = open(&mut first).await;
    assert!(session.contains(".2026-10."), "{session}");
    assert_eq!(call(&mut instance(&store, "alice", &["2026-10"]), &session).await, 200);
    assert_eq!(call(&mut instance(&store, "bob", &["2026-10"]), &session).await, 404);
}

#[tokio::test]
async fn mcp_58_keys_are_changed_without_ending_sessions() {
    let store = Store::default();
    let session = open(&mut instance(&store, "alice", &["2026-10"])).await;
    let mut changed = instance(&store, "alice", &["2026-11", "2026-10"]);
    assert_eq!(call(&mut changed, &session).await, 200);
    assert!(open(&mut changed).await.contains(".2026-11."));
    // Those that never had the old key, and those that have one of their own.
    for keys in [&["2026-11"][..], &[]] {
        assert_eq!(
            call(&mut instance(&store, "alice", keys), &session).await,
            404,
            "{keys:?}"
        );
    }
}
