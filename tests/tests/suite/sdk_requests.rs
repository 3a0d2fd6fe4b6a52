//! Tools that take the SDK's request, to speak to the client.

use crate::server::{Running, Sdk};
use rmcp::model::{CallToolRequestParams, ContentBlock, ProgressNotificationParam, ProtocolVersion};
use rmcp::service::{NotificationContext, RequestContext, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt, Peer, RoleClient, RoleServer, ServiceError};
use serde_json::json;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use toolgate::{Algorithm, Error, Gate, JwtValidator, NoArguments, State, Toolset, mcp_tool};

/// How often the tool ran.
#[derive(Clone, Debug, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Tells how far it has come.
#[mcp_tool(scopes_all = ["index:write"])]
async fn rebuild(
    _: NoArguments,
    request: RequestContext<RoleServer>,
    runs: State<Runs>,
) -> Result<String, ServiceError> {
    runs.0.0.fetch_add(1, Ordering::SeqCst);
    if let Some(token) = request.meta.get_progress_token() {
        let half = ProgressNotificationParam::new(token, 50.0).with_total(100.0);
        request.peer.notify_progress(half).await?;
    }
    Ok("done".to_owned())
}

/// Says whether somebody is there.
#[mcp_tool(public)]
async fn somebody(_: NoArguments, peer: Peer<RoleServer>) -> Result<String, Infallible> {
    Ok((!peer.is_transport_closed()).to_string())
}

/// Takes nothing.
#[mcp_tool(public)]
async fn plain() -> Result<String, Infallible> {
    Ok("text".to_owned())
}

fn tools(runs: &Runs) -> Toolset<Runs> {
    Toolset::new(runs.clone()).tool(RebuildTool).tool(SomebodyTool)
}

fn gate() -> Gate {
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("https://mcp.example")
        .algorithm(Algorithm::Rs256);
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(validator.build().unwrap());
    gate.build().unwrap()
}

/// A client that keeps what it is told of progress.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<Vec<f64>>>);

impl ClientHandler for Waiting {
    async fn on_progress(&self, progress: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.0.lock().unwrap().push(progress.progress);
    }
}

async fn connect(
    server: &Running,
    scope: &str,
    lifecycle: ClientLifecycleMode,
) -> (Waiting, RunningService<RoleClient, Waiting>) {
    let token = server.token("alice").scopes([scope]).mint();
    let config = StreamableHttpClientTransportConfig::with_uri(server.url.clone()).auth_header(token);
    let waiting = Waiting::default();
    let transport = StreamableHttpClientTransport::from_config(config);
    let client = waiting
        .clone()
        .serve_with_lifecycle(transport, lifecycle)
        .await
        .unwrap();
    (waiting, client)
}

#[tokio::test]
async fn a_tool_tells_its_client_of_progress_once_it_was_admitted() {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    for era in [
        ClientLifecycleMode::Initialize,
        ClientLifecycleMode::Discover { preferred_versions },
    ] {
        let runs = Runs::default();
        let server = Running::start(Sdk::Rmcp, tools(&runs)).await;
        let (waiting, denied) = connect(&server, "index:read", era.clone()).await;
        denied
            .call_tool(CallToolRequestParams::new("rebuild"))
            .await
            .unwrap_err();
        assert_eq!(runs.count(), 0);
        assert!(waiting.0.lock().unwrap().is_empty());

        let (waiting, admitted) = connect(&server, "index:write", era).await;
        let done = admitted.call_tool(CallToolRequestParams::new("rebuild")).await.unwrap();
        assert_eq!(done.content, [ContentBlock::text("done")]);
        assert_eq!(runs.count(), 1);
        assert_eq!(*waiting.0.lock().unwrap(), [50.0]);
    }
}

#[tokio::test]
async fn a_public_tool_has_its_client_without_a_token() {
    let server = Running::start(Sdk::Rmcp, tools(&Runs::default())).await;
    let somebody = server.client().call("somebody", json!({})).await.unwrap();
    assert_eq!(somebody.text(), "true");
}

#[tokio::test]
async fn a_call_in_this_process_has_no_request_and_the_tool_does_not_run() {
    let runs = Runs::default();
    let protected = gate().protect(tools(&runs)).unwrap();
    let caller = toolgate_testing::caller("alice").scopes(["index:write"]).build();
    let outcome = protected.call("rebuild", Some(caller), json!({})).await.unwrap();
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    assert_eq!(runs.count(), 0);
}

#[test]
fn another_sdk_does_not_take_such_a_tool() {
    let protected = gate().protect(tools(&Runs::default())).unwrap();
    for result in [
        toolgate::pmcp::Tools::new(&protected),
        toolgate::pmcp::Tools::for_stdio(&protected),
    ] {
        let message = result.unwrap_err().to_string();
        assert!(
            message.starts_with("`rebuild` (tests/tests/suite/sdk_requests.rs:"),
            "{message}"
        );
        assert!(message.contains("takes a request of `rmcp`"), "{message}");
    }
    // One that takes none is no matter, also after one that does.
    let protected = gate().protect(Toolset::new(()).tool(PlainTool)).unwrap();
    toolgate::pmcp::Tools::new(&protected).unwrap();
}
