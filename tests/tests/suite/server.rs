//! A notes server over HTTP on this machine, and what it wrote down.

use axum::Router;
use examples::tools;
use pmcp::axum::RouterConfig;
use pmcp::types::ProtocolVersion;
use serde_json::Value;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use toolgate::audit::JsonLines;
use toolgate::plumbing::{GivenResource, GivenValidator};
use toolgate::{Algorithm, Gate, GateBuilder, JwtValidator, Protected, Toolset};
use toolgate_testing::{IdentityProvider, McpClient, TokenBuilder};

/// The SDKs that a server can be made with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sdk {
    Rmcp,
    Pmcp,
}

impl Sdk {
    pub(crate) const EACH: [Self; 2] = [Self::Rmcp, Self::Pmcp];

    /// A server of these tools in the mode of the examples: sessions for old protocol versions, none for new ones.
    pub(crate) fn serve(self, protected: &Protected) -> Router {
        match self {
            Self::Rmcp => {
                let server = toolgate::rmcp::Server::new(protected, "test", "1").unwrap();
                Router::new().fallback_service(server.http_service())
            }
            Self::Pmcp => {
                let tools = toolgate::pmcp::Tools::new(protected).unwrap();
                let server = toolgate::pmcp::Server::new(&tools, pmcp_builder().mcp_server(&tools)).unwrap();
                server.router(RouterConfig::default())
            }
        }
    }
}

/// A server of `pmcp` for both eras, without tools.
pub(crate) fn pmcp_builder() -> pmcp::ServerBuilder {
    let versions = ["2026-07-28", "2025-11-25", "2025-06-18"].map(|version| ProtocolVersion(version.to_owned()));
    pmcp::Server::builder()
        .name("test")
        .version("1")
        .with_supported_protocol_versions(versions)
}

/// A running server. It stops when dropped.
pub(crate) struct Running {
    pub(crate) url: String,
    pub(crate) provider: IdentityProvider,
    pub(crate) records: Records,
    task: JoinHandle<()>,
}

/// The notes example, running.
pub(crate) struct Notes {
    pub(crate) store: tools::Notes,
    running: Running,
}

impl Notes {
    pub(crate) async fn start(sdk: Sdk) -> Self {
        let store = tools::Notes::default();
        let configure = |gate: Builder| gate.scopes::<tools::Scope>().roles::<tools::Role>();
        let running = Running::start_with(sdk, tools::toolset(store.clone()), configure).await;
        Self { store, running }
    }
}

impl std::ops::Deref for Notes {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

pub(crate) type Builder = GateBuilder<GivenResource, GivenValidator>;

impl Running {
    pub(crate) async fn start<S>(sdk: Sdk, tools: Toolset<S>) -> Self {
        Self::start_with(sdk, tools, |gate| gate).await
    }

    pub(crate) async fn start_with<S>(sdk: Sdk, tools: Toolset<S>, configure: impl FnOnce(Builder) -> Builder) -> Self {
        Self::start_app(tools, configure, |protected| sdk.serve(protected)).await
    }

    /// Serves whatever `serve` makes of the protected tools.
    pub(crate) async fn start_app<S>(
        tools: Toolset<S>,
        configure: impl FnOnce(Builder) -> Builder,
        serve: impl FnOnce(&Protected) -> Router,
    ) -> Self {
        let provider = IdentityProvider::start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let validator = JwtValidator::builder()
            .issuer(provider.issuer())
            .audience(&url)
            .algorithm(Algorithm::Rs256)
            .algorithm(Algorithm::Es256);
        let records = Records::default();
        let gate = Gate::builder()
            .resource(&url)
            .validator(validator.build().unwrap())
            .audit(JsonLines::new(records.clone()));
        let protected = configure(gate).build().unwrap().protect(tools).unwrap();
        let app = serve(&protected);
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            url,
            provider,
            records,
            task,
        }
    }

    /// A token of this subject for this server.
    pub(crate) fn token(&self, subject: &str) -> TokenBuilder {
        self.provider.token(subject).audience(&self.url)
    }

    /// The token of a user of the notes example.
    pub(crate) fn token_of(&self, user: &str) -> String {
        let user = examples::demo::USERS
            .into_iter()
            .find(|known| known.name == user)
            .unwrap();
        user.token(&self.provider, &self.url)
    }

    pub(crate) fn client(&self) -> McpClient {
        McpClient::new(&self.url).unwrap()
    }

    pub(crate) fn client_of(&self, user: &str) -> McpClient {
        self.client().bearer(self.token_of(user))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a JSON-lines sink wrote.
#[derive(Clone, Default)]
pub(crate) struct Records(Arc<Mutex<Vec<u8>>>);

impl Write for Records {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Records {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The records so far. A line that is no JSON object is a failure.
    pub(crate) fn all(&self) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The records of calls of this tool.
    pub(crate) fn of(&self, tool: &str) -> Vec<Value> {
        let of_tool = |record: &Value| record["gen_ai.tool.name"] == tool;
        self.all().into_iter().filter(of_tool).collect()
    }

    /// Waits for records: an outcome may be written a moment after the client has its answer.
    pub(crate) async fn wait_for(&self, tool: &str, count: usize) -> Vec<Value> {
        for _ in 0..500 {
            let records = self.of(tool);
            if records.len() >= count {
                return records;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("there are not {count} records of `{tool}`:\n{}", self.text());
    }
}
