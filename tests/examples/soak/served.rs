//! Servers in processes of their own, over HTTP, so that what they take is told apart from what their clients take.

use crate::lost;
use crate::provider::{AUDIENCE, Provider};
use axum::Router;
use axum::routing::get;
use examples::audit_file;
use examples::stop::{asked_to_stop, finish};
use pmcp::axum::RouterConfig;
use pmcp::types::ProtocolVersion;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use std::convert::Infallible;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use toolgate::{Cached, Gate, Protected, SystemClock, Toolset, mcp_tool};

/// How long the slow tool takes.
const SLOW: Duration = Duration::from_millis(500);

/// What a server is made with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// `rmcp` behind a gate, without sessions, with answers in JSON.
    Rmcp,
    /// The same without a gate.
    Bare,
    /// `pmcp` behind a gate.
    Pmcp,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Rmcp, Self::Bare, Self::Pmcp];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rmcp => "rmcp",
            Self::Bare => "bare",
            Self::Pmcp => "pmcp",
        }
    }
}

/// A server in another process. It is killed when this is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) port: u16,
}

impl Served {
    /// Starts one on a free port, for the tokens of this provider. `audit` is a file for records.
    pub(crate) fn start(kind: Kind, provider: &Provider, audit: Option<&Path>) -> Self {
        Self::start_at(0, kind, provider, audit)
    }

    pub(crate) fn start_at(port: u16, kind: Kind, provider: &Provider, audit: Option<&Path>) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "serve",
                kind.name(),
                &port.to_string(),
                &provider.issuer,
                &provider.jwks_uri,
            ])
            .args(audit)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.trim().parse().unwrap();
        Self { child, port }
    }

    /// Sends a signal, such as `-TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// How many audit records it says that it has lost, if it writes any.
    pub(crate) fn lost(&self) -> u64 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .write_all(b"GET /lost HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, count) = answer.split_once("\r\n\r\n").unwrap();
        count.parse().unwrap()
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) {
        self.child.wait().unwrap();
    }

    /// What of it is resident, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        crate::memory::resident_of(self.child.id())
    }

    /// How long it has been working until now, on all processors.
    pub(crate) fn worked(&self) -> Duration {
        // Of proc_pid_stat(5): utime and stime are the 14th and 15th, in hundredths of a second; the second has spaces.
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, stat) = stat.rsplit_once(") ").unwrap();
        let ticks = stat
            .split(' ')
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().unwrap());
        Duration::from_millis(10 * ticks.sum::<u64>())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers at once.
#[mcp_tool(scopes_all = ["read"])]
async fn quick() -> Result<&'static str, Infallible> {
    Ok("done")
}

/// Takes its time.
#[mcp_tool(scopes_all = ["read"])]
async fn slow() -> Result<&'static str, Infallible> {
    tokio::time::sleep(SLOW).await;
    Ok("done")
}

/// Answers at once, when its record is written.
#[mcp_tool(scopes_all = ["read"], audit_required)]
async fn recorded() -> Result<&'static str, Infallible> {
    Ok("done")
}

/// The same for the SDK alone.
#[derive(Clone)]
struct Bare {
    tools: Arc<ToolRouter<Self>>,
}

#[tool_router]
impl Bare {
    #[tool(description = "Answers at once.")]
    async fn quick(&self) -> String {
        "done".to_owned()
    }

    #[tool(description = "Takes its time.")]
    async fn slow(&self) -> String {
        tokio::time::sleep(SLOW).await;
        "done".to_owned()
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for Bare {}

/// The other process: kind, port, issuer, where its keys are, and perhaps a file for records.
pub(crate) fn serve(arguments: &[String]) {
    let [kind, port, issuer, jwks_uri, audit @ ..] = arguments else {
        panic!("these are not the arguments of a server: {arguments:?}");
    };
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).unwrap();
    let audit = audit.first().map(Path::new);
    let gate = gate(issuer, jwks_uri, audit);
    let mut tools = Toolset::new(()).tool(QuickTool).tool(SlowTool);
    let mut others = Router::new();
    if audit.is_some() {
        tools = tools.tool(RecordedTool);
        let lost = lost::install();
        others = others.route("/lost", get(async move || lost().to_string()));
    }
    let protected = gate.protect(tools).unwrap();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let app = others.merge(app(kind, &protected));
        let listener = TcpListener::bind(("127.0.0.1", port.parse().unwrap())).await.unwrap();
        println!("{}", listener.local_addr().unwrap().port());
        axum::serve(listener, app)
            .with_graceful_shutdown(asked_to_stop())
            .await
            .unwrap();
    });
    finish(runtime, &gate).unwrap();
}

fn gate(issuer: &str, jwks_uri: &str, audit: Option<&Path>) -> Gate {
    let validator = crate::server::validator_of(issuer, jwks_uri, SystemClock::default());
    let mut gate = Gate::builder()
        .resource(AUDIENCE)
        .validator(Cached::new(validator).unwrap());
    if let Some(audit) = audit {
        gate = gate.audit(audit_file::open(audit).unwrap());
    }
    gate.build().unwrap()
}

fn app(kind: Kind, protected: &Protected) -> Router {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    match kind {
        Kind::Rmcp => {
            let server = toolgate::rmcp::Server::new(protected, "soak", "1").unwrap();
            Router::new().fallback_service(server.http_service_with(config))
        }
        Kind::Bare => {
            let bare = Bare {
                tools: Arc::new(Bare::tool_router()),
            };
            let sessions = Arc::<LocalSessionManager>::default();
            let service = StreamableHttpService::new(move || Ok(bare.clone()), sessions, config);
            Router::new().fallback_service(service)
        }
        Kind::Pmcp => {
            let tools = toolgate::pmcp::Tools::new(protected).unwrap();
            let builder = pmcp::Server::builder()
                .name("soak")
                .version("1")
                .with_supported_protocol_versions([ProtocolVersion("2026-07-28".to_owned())])
                .mcp_server(&tools);
            let server = toolgate::pmcp::Server::new(&tools, builder).unwrap();
            server.router(RouterConfig::default())
        }
    }
}
