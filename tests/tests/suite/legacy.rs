//! A client of the protocol versions that have sessions.

use crate::server::Running;
use serde_json::{Value, json};

/// A client of protocol version 2025-06-18, as far as sessions go.
pub(crate) struct Legacy<'a> {
    server: &'a Running,
    pub(crate) token: Option<String>,
}

impl<'a> Legacy<'a> {
    pub(crate) fn new(server: &'a Running, user: Option<&str>) -> Self {
        let token = user.map(|user| server.token_of(user));
        Self { server, token }
    }

    pub(crate) fn request(&self, method: reqwest::Method, session: Option<&str>) -> reqwest::RequestBuilder {
        let mut request = reqwest::Client::new()
            .request(method, &self.server.url)
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(session) = session {
            request = request
                .header("mcp-session-id", session)
                .header("mcp-protocol-version", "2025-06-18");
        }
        request
    }

    /// Sends a request that has nothing more to say.
    pub(crate) async fn ask(&self, method: reqwest::Method, session: Option<&str>) -> reqwest::Response {
        self.request(method, session).send().await.unwrap()
    }

    pub(crate) async fn post(&self, session: Option<&str>, body: Value) -> reqwest::Response {
        self.request(reqwest::Method::POST, session)
            .body(body.to_string())
            .send()
            .await
            .unwrap()
    }

    /// Opens a session and gives its id.
    pub(crate) async fn open(&self) -> String {
        self.initialize().await.unwrap()
    }

    /// Begins, and gives the id of the session, if there is one.
    pub(crate) async fn initialize(&self) -> Option<String> {
        let params = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        let body = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
        let reply = self.post(None, body).await;
        assert_eq!(reply.status(), 200);
        let session = reply.headers().get("mcp-session-id");
        let session = session.map(|session| session.to_str().unwrap().to_owned());
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(self.post(session.as_deref(), initialized).await.status(), 202);
        session
    }

    pub(crate) async fn whoami(&self, session: &str) -> (u16, String) {
        let params = json!({"name": "whoami", "arguments": {}});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let reply = self.post(Some(session), body).await;
        (reply.status().as_u16(), reply.text().await.unwrap())
    }
}
