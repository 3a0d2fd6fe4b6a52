//! Servers that are not spoken to over HTTP, in this process. As child processes they are tried in `examples/tests`.

use crate::server::{Records, Sdk, pmcp_builder};
use async_trait::async_trait;
use examples::stop::Until;
use futures_util::future::pending;
use pmcp::error::TransportError;
use pmcp::shared::TransportMessage;
use pmcp::{RequestHandlerExtra, StdioTransport};
use rmcp::ServiceExt as _;
use rmcp::model::CallToolRequestParams;
use rmcp::service::{RoleClient, RunningService};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{
    AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, duplex, split,
};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use toolgate::audit::JsonLines;
use toolgate::pmcp::{StdioServer, Tools};
use toolgate::rmcp::Server;
use toolgate::{
    Algorithm, CallContext, Clock, Gate, JwtValidator, NoArguments, Protected, ScopeCatalog, State, TokenSource,
    Toolset, mcp_tool,
};
use toolgate_testing::IdentityProvider;

pub(crate) const RESOURCE: &str = "https://notes.example/mcp";

/// A clock that stands until it is told to go.
#[derive(Clone, Default)]
pub(crate) struct Hands(Arc<AtomicU64>);

impl Hands {
    pub(crate) fn at_this_moment() -> Self {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        Self(Arc::new(AtomicU64::new(now.as_secs())))
    }

    pub(crate) fn go_on(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.unix_time()
    }
}

/// A file that a server takes its token from. It is removed when dropped.
pub(crate) struct Token(pub(crate) PathBuf);

impl Token {
    /// A file of this name among those of this process.
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("toolgate-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn write(&self, token: &str) {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.0)
            .unwrap();
        file.write_all(token.as_bytes()).unwrap();
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn names(client: &RunningService<RoleClient, ()>) -> Vec<String> {
    let tools = client.list_all_tools().await.unwrap();
    tools.into_iter().map(|tool| tool.name.into_owned()).collect()
}

/// A pipe for `pmcp`, whose own transport is for the standard streams of the process only.
#[derive(Debug)]
struct Pipe {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    write: WriteHalf<DuplexStream>,
}

impl Pipe {
    fn new(stream: DuplexStream) -> Self {
        let (read, write) = split(stream);
        let lines = BufReader::new(read).lines();
        Self { lines, write }
    }
}

#[async_trait]
impl pmcp::Transport for Pipe {
    async fn send(&mut self, message: TransportMessage) -> pmcp::Result<()> {
        let mut line = StdioTransport::serialize_message(&message)?;
        line.push(b'\n');
        let written = self.write.write_all(&line).await;
        written.map_err(|error| TransportError::from(error).into())
    }

    async fn receive(&mut self) -> pmcp::Result<TransportMessage> {
        match self.lines.next_line().await {
            Ok(Some(line)) => StdioTransport::parse_message(line.as_bytes()),
            _ => Err(TransportError::ConnectionClosed.into()),
        }
    }

    async fn close(&mut self) -> pmcp::Result<()> {
        Ok(())
    }
}

/// Serves one client, until it goes away or `stop` completes.
pub(crate) fn serve(
    sdk: Sdk,
    protected: &Protected,
    stop: impl Future<Output = ()> + Send + 'static,
) -> (DuplexStream, JoinHandle<()>) {
    let (near, far) = duplex(4096);
    let running = match sdk {
        Sdk::Rmcp => {
            let server = Server::new(protected, "test", "1").unwrap();
            tokio::spawn(async move {
                let (input, output) = split(near);
                let running = server.serve((Until::new(input, stop), output)).await;
                running.unwrap().waiting().await.unwrap();
            })
        }
        Sdk::Pmcp => {
            let tools = Tools::for_stdio(protected).unwrap();
            let server = StdioServer::new(&tools, pmcp_builder().mcp_server(&tools)).unwrap();
            let server = server.with_graceful_shutdown(stop);
            tokio::spawn(async move { server.run_on(Pipe::new(near)).await.unwrap() })
        }
    };
    (far, running)
}

#[tokio::test]
async fn a_token_is_good_until_it_expires_and_then_read_again() {
    for sdk in Sdk::EACH {
        let provider = IdentityProvider::start().await.unwrap();
        let clock = Hands::at_this_moment();
        let file = Token::new(&format!("clock-{sdk:?}"));
        let bob = provider.token("bob").audience(RESOURCE).scopes(["read:tools"]);
        file.write(&bob.expires_in(Duration::from_mins(10)).mint());

        let validator = JwtValidator::builder()
            .issuer(provider.issuer())
            .audience(RESOURCE)
            .algorithm(Algorithm::Rs256)
            .clock(clock.clone());
        let gate = Gate::builder()
            .resource(RESOURCE)
            .validator(validator.build().unwrap())
            .scopes::<examples::tools::Scope>()
            .roles::<examples::tools::Role>()
            .build()
            .unwrap();
        let tools = examples::tools::toolset(examples::tools::Notes::default());
        let protected = gate.protect(tools).unwrap().with_token(TokenSource::file(&file.0));
        let (client, running) = serve(sdk, &protected, pending());
        let client = ().serve(client).await.unwrap();
        assert_eq!(names(&client).await, ["server_time", "whoami", "list_notes"]);

        // What is held is still valid, so the file is not looked at.
        let nobody = provider
            .token("bob")
            .audience(RESOURCE)
            .expires_in(Duration::from_hours(2))
            .mint();
        file.write(&nobody);
        clock.go_on(600);
        assert_eq!(names(&client).await, ["server_time", "whoami", "list_notes"]);
        // Now it has expired, and the leeway is over.
        clock.go_on(60);
        assert_eq!(names(&client).await, ["server_time", "whoami"]);
        // And now the second one has.
        clock.go_on(7200);
        assert_eq!(names(&client).await, ["server_time"]);

        client.cancel().await.unwrap();
        running.await.unwrap();
    }
}

#[derive(ScopeCatalog)]
enum Scope {
    /// Sees what is there.
    #[scope("see")]
    See,
    /// Does everything.
    #[scope("everything", implies(See))]
    Everything,
}

/// Sees.
#[mcp_tool(scopes_all = [Scope::See])]
async fn see(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Sees, with a token that was validated anew.
#[mcp_tool(scopes_all = [Scope::See], fresh)]
async fn see_anew(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

#[tokio::test]
async fn mcp_45_a_broad_scope_is_enough_over_stdio_too() {
    for sdk in Sdk::EACH {
        let provider = IdentityProvider::start().await.unwrap();
        let file = Token(std::env::temp_dir().join(format!("toolgate-implied-{sdk:?}-{}", std::process::id())));
        file.write(&provider.token("bob").audience(RESOURCE).scopes(["everything"]).mint());
        let validator = JwtValidator::builder()
            .issuer(provider.issuer())
            .audience(RESOURCE)
            .algorithm(Algorithm::Rs256);
        let gate = Gate::builder()
            .resource(RESOURCE)
            .validator(validator.build().unwrap())
            .scopes::<Scope>()
            .build()
            .unwrap();
        let tools = Toolset::new(()).scopes::<Scope>().tool(SeeTool).tool(SeeAnewTool);
        let protected = gate.protect(tools).unwrap().with_token(TokenSource::file(&file.0));
        let (client, running) = serve(sdk, &protected, pending());
        let client = ().serve(client).await.unwrap();
        assert_eq!(names(&client).await, ["see", "see_anew"]);
        for tool in ["see", "see_anew"] {
            let answer = client.call_tool(CallToolRequestParams::new(tool)).await.unwrap();
            assert_ne!(answer.is_error, Some(true), "{sdk:?}: {tool}: {answer:?}");
        }
        client.cancel().await.unwrap();
        running.await.unwrap();
    }
}

/// The other end, line by line.
pub(crate) struct Client {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    write: WriteHalf<DuplexStream>,
}

impl Client {
    /// Begins.
    pub(crate) async fn greet(stream: DuplexStream) -> Self {
        let Pipe { lines, write } = Pipe::new(stream);
        let mut client = Self { lines, write };
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        client
            .send(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}))
            .await;
        client
            .send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            .await;
        assert_eq!(client.next().await.unwrap()["id"], 0);
        client
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.write.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    pub(crate) async fn call(&mut self, id: &Value, tool: &str) {
        let params = json!({"name": tool, "arguments": {}});
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}))
            .await;
    }

    /// The names of the tools that are listed.
    pub(crate) async fn names(&mut self) -> Vec<String> {
        self.send(&json!({"jsonrpc": "2.0", "id": "list", "method": "tools/list"}))
            .await;
        let answer = self.next().await.unwrap();
        let tools = answer["result"]["tools"].as_array().unwrap();
        let names = tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned());
        names.collect()
    }

    /// The next message; none if the server has closed its end.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let line = self.lines.next_line().await.unwrap()?;
        Some(serde_json::from_str(&line).unwrap())
    }
}

/// Tells the id of its request.
#[mcp_tool(public)]
async fn request_id(_: NoArguments, context: CallContext) -> Result<String, Infallible> {
    Ok(context.request_id().unwrap_or("none").to_owned())
}

/// As over HTTP, so that `1` and `"1"` stay two. The SDK `pmcp` tells its handlers the bare id.
#[tokio::test]
async fn the_id_of_a_request_is_json_text_here_too() {
    let gate = Gate::public_only().unwrap();
    let protected = gate.protect(Toolset::new(()).tool(RequestIdTool)).unwrap();
    let (client, running) = serve(Sdk::Rmcp, &protected, pending());
    let mut client = Client::greet(client).await;
    for (id, as_text) in [(json!("1"), r#""1""#), (json!(1), "1")] {
        client.call(&id, "request_id").await;
        assert_eq!(client.next().await.unwrap()["result"]["content"][0]["text"], as_text);
    }
    drop(client);
    running.await.unwrap();
}

/// Waits until the test says so.
#[mcp_tool(public)]
async fn wait(_: NoArguments, go_on: State<Arc<Notify>>) -> Result<&'static str, Infallible> {
    go_on.notified().await;
    Ok("done")
}

/// A server of the tool above, with what it records.
fn waiting(go_on: &Arc<Notify>) -> (Protected, Records) {
    let records = Records::default();
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience(RESOURCE)
        .algorithm(Algorithm::Rs256);
    let gate = Gate::builder()
        .resource(RESOURCE)
        .validator(validator.build().unwrap())
        .audit(JsonLines::new(records.clone()))
        .build()
        .unwrap();
    let tools = Toolset::new(Arc::clone(go_on)).tool(WaitTool);
    (gate.protect(tools).unwrap(), records)
}

#[tokio::test]
async fn what_was_asked_before_the_client_closed_its_end_is_answered() {
    for sdk in Sdk::EACH {
        let go_on = Arc::new(Notify::new());
        let (protected, records) = waiting(&go_on);
        let (client, running) = serve(sdk, &protected, pending());
        let mut client = Client::greet(client).await;
        for id in [1, 2] {
            client.call(&json!(id), "wait").await;
        }
        client.write.shutdown().await.unwrap();
        records.wait_for("wait", 1).await;
        let mut answered = Vec::new();
        for _ in [1, 2] {
            go_on.notify_one();
            let answer = client.next().await.unwrap();
            assert_eq!(answer["result"]["content"][0]["text"], "done", "{sdk:?}: {answer}");
            answered.push(answer["id"].as_i64().unwrap());
        }
        answered.sort_unstable();
        assert_eq!(answered, [1, 2], "{sdk:?}");
        running.await.unwrap();
        assert_eq!(client.next().await, None, "{sdk:?}");
    }
}

#[tokio::test]
async fn what_was_asked_before_the_server_stops_is_answered() {
    for sdk in Sdk::EACH {
        let (go_on, stop) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (protected, records) = waiting(&go_on);
        let (client, running) = serve(sdk, &protected, Arc::clone(&stop).notified_owned());
        let mut client = Client::greet(client).await;
        client.call(&json!(1), "wait").await;
        records.wait_for("wait", 1).await;
        stop.notify_one();
        go_on.notify_one();
        let answer = client.next().await.unwrap();
        assert_eq!(answer["result"]["content"][0]["text"], "done", "{sdk:?}: {answer}");
        running.await.unwrap();
        let outcomes: Vec<_> = records.all().iter().map(|record| record["outcome"].clone()).collect();
        assert_eq!(outcomes, [Value::Null, json!("ok")], "{sdk:?}");
    }
}

/// Five seconds later, which pass at once here.
#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_stops_the_tool_and_leaves_an_outcome() {
    for sdk in Sdk::EACH {
        let go_on = Arc::new(Notify::new());
        let (protected, records) = waiting(&go_on);
        let (client, running) = serve(sdk, &protected, pending());
        let mut client = Client::greet(client).await;
        client.call(&json!(1), "wait").await;
        records.wait_for("wait", 1).await;
        drop(client);
        running.await.unwrap();
        let records = records.wait_for("wait", 2).await;
        assert_eq!(records[1]["outcome"], "cancelled", "{sdk:?}");
        assert_eq!(
            Arc::strong_count(&go_on),
            2,
            "{sdk:?}: the state is held by the test and the toolset only"
        );
    }
}

/// The SDK runs one call at a time, and has the others in a queue that it does not empty.
#[tokio::test(start_paused = true)]
async fn no_call_begins_after_the_end() {
    let go_on = Arc::new(Notify::new());
    let (protected, records) = waiting(&go_on);
    let tools = Tools::for_stdio(&protected).unwrap();
    let sdk = pmcp_builder().mcp_server(&tools).build().unwrap();
    let (near, far) = duplex(4096);
    let server = StdioServer::new(&tools, pmcp_builder().mcp_server(&tools)).unwrap();
    let running = tokio::spawn(async move { server.run_on(Pipe::new(near)).await.unwrap() });
    let mut client = Client::greet(far).await;
    for id in [1, 2] {
        client.call(&json!(id), "wait").await;
    }
    records.wait_for("wait", 1).await;
    drop(client);
    running.await.unwrap();
    records.wait_for("wait", 2).await;
    go_on.notify_one();
    let late = RequestHandlerExtra::default();
    let late = sdk.get_tool("wait").unwrap().handle(json!({}), late).await;
    assert!(late.is_err(), "{late:?}");
    let records = records.of("wait");
    let allowed = records.iter().filter(|record| record["decision"] == "allow");
    assert_eq!(allowed.count(), 1, "{records:?}");
    assert_eq!(records.last().unwrap()["reason"], "cancelled");
}

#[tokio::test]
async fn r22_a_call_of_an_unknown_tool_reaches_nothing_and_is_recorded() {
    for sdk in Sdk::EACH {
        let (protected, records) = waiting(&Arc::default());
        let (client, running) = serve(sdk, &protected, pending());
        let mut client = Client::greet(client).await;
        client.call(&json!(7), "no_such_tool").await;
        let answer = client.next().await.unwrap();
        let error = json!({"code": -32602, "message": "tool not found"});
        assert_eq!(answer["error"], error, "{sdk:?}");
        let records = records.all();
        assert_eq!(records.len(), 1, "{sdk:?}");
        assert_eq!(
            (&records[0]["reason"], &records[0]["jsonrpc.request.id"]),
            (&json!("unknown_tool"), &json!("7")),
            "{sdk:?}"
        );
        drop(client);
        running.await.unwrap();
    }
}
