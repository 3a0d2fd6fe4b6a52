//! The server that is attacked.

use super::request::Raw;
use crate::legacy::Legacy;
use crate::server::{Running, pmcp_builder};
use axum::Router;
use pmcp::axum::RouterConfig;
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use toolgate::{NoArguments, Protected, State, Toolset, mcp_tool};

/// How a server is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mode {
    RmcpStateless,
    RmcpSessions,
    Pmcp,
}

type Runs = Arc<AtomicUsize>;

/// Open to anyone.
#[mcp_tool(public)]
async fn open(_: NoArguments, runs: State<Runs>) -> Result<&'static str, Infallible> {
    runs.fetch_add(1, Ordering::SeqCst);
    Ok("ran")
}

/// For those who have a token.
#[mcp_tool(authenticated)]
async fn own(_: NoArguments, runs: State<Runs>) -> Result<&'static str, Infallible> {
    runs.fetch_add(1, Ordering::SeqCst);
    Ok("ran")
}

/// For those who have the scope.
#[mcp_tool(scopes_all = ["write"])]
async fn write(_: NoArguments, runs: State<Runs>) -> Result<&'static str, Infallible> {
    runs.fetch_add(1, Ordering::SeqCst);
    Ok("ran")
}

#[derive(Deserialize, schemars::JsonSchema)]
struct Theirs {
    tenant: String,
}

/// For those of the tenant.
#[mcp_tool(tenant_field = "tenant")]
async fn theirs(_: Theirs, runs: State<Runs>) -> Result<&'static str, Infallible> {
    runs.fetch_add(1, Ordering::SeqCst);
    Ok("ran")
}

pub(super) const PAGE: &str = "https://app.example";
pub(super) const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

pub(super) struct Target {
    pub(super) mode: Mode,
    pub(super) server: Running,
    pub(super) runs: Runs,
    /// Without scopes, of the tenant `acme`.
    pub(super) alice: String,
    /// With the scope `write`, of the tenant `acme`.
    pub(super) writer: String,
    /// A session of alice.
    pub(super) hers: String,
    /// A session of somebody else.
    pub(super) his: String,
    /// A session of alice that she ended.
    pub(super) ended: String,
}

impl Target {
    pub(super) async fn start(mode: Mode) -> Self {
        let runs = Runs::default();
        let tools = Toolset::new(Arc::clone(&runs))
            .tool(OpenTool)
            .tool(OwnTool)
            .tool(WriteTool)
            .tool(TheirsTool);
        let server = Running::start_app(
            tools,
            |gate| gate.allowed_origin(PAGE),
            |protected| mode.serve(protected),
        )
        .await;
        let token = |subject: &str| server.token(subject).tenant("acme");
        let alice = token("alice").mint();
        let (hers, ended) = (session(&server, &alice).await, session(&server, &alice).await);
        let his = session(&server, &token("bob").mint()).await;
        if mode != Mode::RmcpStateless {
            let mut legacy = Legacy::new(&server, None);
            legacy.token = Some(alice.clone());
            let gone = legacy.ask(reqwest::Method::DELETE, Some(&ended)).await;
            assert!(gone.status().is_success());
        }
        Self {
            mode,
            writer: token("carol").scopes(["write"]).mint(),
            alice,
            hers,
            his,
            ended,
            runs,
            server,
        }
    }

    pub(super) fn address(&self) -> &str {
        self.server.url.trim_start_matches("http://").trim_end_matches("/mcp")
    }

    /// A call as an honest client of the newest protocol version sends it, but for the token.
    pub(super) fn call(&self, tool: &str) -> Raw {
        self.request("tools/call", &format!(r#""name":"{tool}","arguments":{{}}"#))
            .with("Mcp-Name", tool)
    }

    pub(super) fn request(&self, method: &str, params: &str) -> Raw {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params},{META}}}}}"#);
        self.post()
            .and("MCP-Protocol-Version", "2026-07-28")
            .and("Mcp-Method", method)
            .body(body)
    }

    /// A call as a client of an older protocol version sends it, in a session.
    pub(super) fn legacy(&self, tool: &str, session: &str) -> Raw {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}}}}}"#
        );
        let post = self.post().and("MCP-Protocol-Version", "2025-06-18");
        post.and("Mcp-Session-Id", session).body(body)
    }

    /// A POST without what depends on the body.
    pub(super) fn post(&self) -> Raw {
        self.bare("POST")
            .and("Content-Type", "application/json")
            .and("Accept", "application/json, text/event-stream")
    }

    pub(super) fn bare(&self, method: &str) -> Raw {
        Raw::new(&format!("{method} /mcp HTTP/1.1"))
            .and("Host", self.address())
            .and("Connection", "close")
    }
}

async fn session(server: &Running, token: &str) -> String {
    let mut legacy = Legacy::new(server, None);
    legacy.token = Some(token.to_owned());
    legacy.initialize().await.unwrap_or_default()
}

impl Mode {
    fn serve(self, protected: &Protected) -> Router {
        let sessions = self == Self::RmcpSessions;
        match self {
            Self::RmcpStateless | Self::RmcpSessions => {
                let server = toolgate::rmcp::Server::new(protected, "test", "1").unwrap();
                let config = StreamableHttpServerConfig::default().with_legacy_session_mode(sessions);
                Router::new().fallback_service(server.http_service_with(config))
            }
            Self::Pmcp => {
                let tools = toolgate::pmcp::Tools::new(protected).unwrap();
                let server = toolgate::pmcp::Server::new(&tools, pmcp_builder().mcp_server(&tools)).unwrap();
                server.router(RouterConfig::default())
            }
        }
    }
}
