//! A raw MCP client: it says what it is told to and judges nothing.

use crate::error::Error;
use crate::loopback;
use crate::reply::Reply;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// The protocol version that the client speaks, in which every request stands for itself.
const PROTOCOL_VERSION: &str = "2026-07-28";

/// How long a test waits for an answer before it fails.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client of the MCP server at one loopback URL. Cheap to clone: a clone with another token shares the connections.
///
/// It speaks protocol version 2026-07-28: no session, every POST stands for itself. It follows no redirects, uses no proxy,
/// retries nothing and does not look for a token by itself.
#[derive(Clone)]
pub struct McpClient {
    http: reqwest::Client,
    url: Url,
    next_id: Arc<AtomicU64>,
    token: Option<Arc<str>>,
    /// Over those that the request would have; `None` takes a header away.
    headers: Vec<(String, Option<String>)>,
}

impl McpClient {
    /// A client without a token. The URL's host must be a loopback address or `localhost`.
    pub fn new(url: &str) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .resolve_to_addrs("localhost", &loopback::LOCALHOST)
            .timeout(TIMEOUT)
            .build()
            .map_err(transport)?;
        Ok(Self {
            http,
            url: loopback::parse_url(url)?,
            next_id: Arc::new(AtomicU64::new(1)),
            token: None,
            headers: Vec::new(),
        })
    }

    /// Sends this token with every request.
    #[must_use]
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into().into());
        self
    }

    /// Sets a header of every request, over what the client would send.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), Some(value.to_owned())));
        self
    }

    /// Takes a header of every request away.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.push((name.to_owned(), None));
        self
    }

    /// Calls a tool (`tools/call`).
    pub async fn call(&self, tool: &str, arguments: Value) -> Result<Reply, Error> {
        self.request("tools/call", json!({"name": tool, "arguments": arguments}))
            .await
    }

    /// Asks for the tools (`tools/list`).
    pub async fn list(&self) -> Result<Reply, Error> {
        self.request("tools/list", json!({})).await
    }

    /// Sends a request of any method. The `_meta` of the protocol is added to the parameters, which must be an object.
    pub async fn request(&self, method: &str, mut params: Value) -> Result<Reply, Error> {
        let Some(members) = params.as_object_mut() else {
            return Err(Error::Request(format!("the parameters of `{method}` are no object")));
        };
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": PROTOCOL_VERSION,
            "io.modelcontextprotocol/clientInfo": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
            },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        members.insert("_meta".to_owned(), meta);
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        self.post(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
            .await
    }

    /// Sends this body as it is, with the headers that fit it.
    pub async fn post(&self, body: Value) -> Result<Reply, Error> {
        let headers = self.headers_for(&body)?;
        let request = self.http.post(self.url.clone()).headers(headers).body(body.to_string());
        let response = request.send().await.map_err(transport)?;
        Reply::read(response).await.map_err(transport)
    }

    fn headers_for(&self, body: &Value) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("mcp-protocol-version", HeaderValue::from_static(PROTOCOL_VERSION));
        if let Some(method) = body.get("method").and_then(Value::as_str) {
            headers.insert("mcp-method", mirrored(method)?);
        }
        let name = ["/params/name", "/params/uri"]
            .iter()
            .find_map(|path| body.pointer(path)?.as_str());
        if let Some(name) = name {
            headers.insert("mcp-name", mirrored(name)?);
        }
        if let Some(token) = &self.token {
            let mut value = header_value(&format!("Bearer {token}"))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).map_err(|error| Error::Request(error.to_string()))?;
            match value {
                Some(value) => headers.insert(name, header_value(value)?),
                None => headers.remove(name),
            };
        }
        Ok(headers)
    }
}

/// What the body says, as a header: in base64 where it could not travel as it is.
fn mirrored(value: &str) -> Result<HeaderValue, Error> {
    let plain = value.chars().all(|c| matches!(c, ' '..='~')) && value.trim() == value && !value.starts_with("=?");
    if plain {
        return header_value(value);
    }
    header_value(&format!("=?base64?{}?=", STANDARD.encode(value)))
}

/// The error does not say the value: it may be a token.
fn header_value(value: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value).map_err(|error| Error::Request(error.to_string()))
}

fn transport(error: reqwest::Error) -> Error {
    Error::Transport(error.into())
}

impl fmt::Debug for McpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("McpClient")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{McpClient, mirrored};
    use crate::error::Error;
    use axum::Router;
    use axum::http::HeaderMap;
    use axum::response::{IntoResponse, Redirect};
    use axum::routing::post;
    use serde_json::{Value, json};

    /// Answers with what it was sent.
    async fn echo(headers: HeaderMap, body: String) -> impl IntoResponse {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let headers = [
            "accept",
            "content-type",
            "authorization",
            "mcp-protocol-version",
            "mcp-method",
            "mcp-name",
        ];
        let headers: Vec<Option<String>> = headers.into_iter().map(header).collect();
        let body: Value = serde_json::from_str(&body).unwrap();
        let answer = json!({"jsonrpc": "2.0", "result": {"headers": headers, "body": body}});
        ([("content-type", "text/event-stream")], format!("data: {answer}\n\n"))
    }

    async fn serve() -> String {
        let router = Router::new()
            .route("/mcp", post(echo))
            .route("/elsewhere", post(async || Redirect::temporary("/mcp")));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        format!("http://localhost:{}", address.port())
    }

    #[tokio::test]
    async fn a_call_stands_for_itself() {
        let client = McpClient::new(&format!("{}/mcp", serve().await)).unwrap().bearer("abc");
        let reply = client.call("update_note", json!({"id": 7})).await.unwrap();
        let sent = reply.result().unwrap();
        assert_eq!(
            sent["headers"],
            json!([
                "application/json, text/event-stream",
                "application/json",
                "Bearer abc",
                "2026-07-28",
                "tools/call",
                "update_note"
            ])
        );
        let body = &sent["body"];
        assert_eq!(body["method"], "tools/call");
        assert_eq!(body["params"]["name"], "update_note");
        assert_eq!(body["params"]["arguments"], json!({"id": 7}));
        assert_eq!(
            body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"],
            "2026-07-28"
        );
        assert_eq!(
            body["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"],
            json!({})
        );
        let next = client.list().await.unwrap();
        assert_ne!(next.result().unwrap()["body"]["id"], body["id"]);
    }

    #[tokio::test]
    async fn headers_can_be_changed() {
        let client = McpClient::new(&format!("{}/mcp", serve().await)).unwrap().bearer("abc");
        let client = client.header("Authorization", "Basic x").without_header("Mcp-Method");
        let reply = client.post(json!({"method": "ping"})).await.unwrap();
        let headers = &reply.result().unwrap()["headers"];
        assert_eq!(headers[2], "Basic x");
        assert_eq!(headers[4], Value::Null);
    }

    #[tokio::test]
    async fn redirects_are_answers() {
        let client = McpClient::new(&format!("{}/elsewhere", serve().await)).unwrap();
        assert_eq!(client.list().await.unwrap().status, 307);
    }

    #[test]
    fn other_networks_are_refused() {
        let refused = McpClient::new("http://192.0.2.1/mcp");
        assert!(matches!(refused, Err(Error::NotLoopback(_))));
    }

    #[test]
    fn names_travel_in_headers() {
        for (name, header) in [
            ("a b", "a b"),
            ("né", "=?base64?bsOp?="),
            (" a", "=?base64?IGE=?="),
            ("=?base64?YQ==?=", "=?base64?PT9iYXNlNjQ/WVE9PT89?="),
        ] {
            assert_eq!(mirrored(name).unwrap(), header, "{name}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        let client = McpClient::new("http://127.0.0.1/mcp").unwrap().bearer("secret\n");
        assert!(!format!("{client:?}").contains("secret"));
        let refused = client.headers_for(&Value::Null).unwrap_err();
        assert!(!format!("{refused:?} {refused}").contains("secret"));
    }
}
