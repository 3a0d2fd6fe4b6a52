//! The one caller of a server that is not spoken to over HTTP.

use rmcp::ServiceExt as _;
use rmcp::service::{RoleClient, RunningService};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use toolgate::rmcp::Server;
use toolgate::{Algorithm, CallContext, Clock, Gate, JwtValidator, NoArguments, TokenSource, Toolset, mcp_tool};
use toolgate_testing::IdentityProvider;

const RESOURCE: &str = "https://notes.example/mcp";

/// A clock that stands until it is told to go.
#[derive(Clone, Default)]
pub(crate) struct Hands(Arc<AtomicU64>);

impl Hands {
    fn at_this_moment() -> Self {
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

struct Token(PathBuf);

impl Token {
    fn write(&self, token: &str) {
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

#[tokio::test]
async fn a_token_is_good_until_it_expires_and_then_read_again() {
    let provider = IdentityProvider::start().await.unwrap();
    let clock = Hands::at_this_moment();
    let file = Token(std::env::temp_dir().join(format!("toolgate-clock-{}", std::process::id())));
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
        .build()
        .unwrap();
    let tools = examples::tools::toolset(examples::tools::Notes::default());
    let protected = gate.protect(tools).unwrap().with_token(TokenSource::file(&file.0));
    let server = Server::new(&protected, "test", "1").unwrap();
    let (near, far) = tokio::io::duplex(4096);
    let running = tokio::spawn(async move { server.serve(near).await.unwrap().waiting().await });
    let client = ().serve(far).await.unwrap();
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
    running.await.unwrap().unwrap();
}

/// Tells the id of its request.
#[mcp_tool(public)]
async fn request_id(_: NoArguments, context: CallContext) -> Result<String, Infallible> {
    Ok(context.request_id().unwrap_or("none").to_owned())
}

/// As over HTTP, so that `1` and `"1"` stay two.
#[tokio::test]
async fn the_id_of_a_request_is_json_text_here_too() {
    let gate = Gate::public_only().unwrap();
    let protected = gate.protect(Toolset::new(()).tool(RequestIdTool)).unwrap();
    let server = Server::new(&protected, "test", "1").unwrap();
    let (near, far) = tokio::io::duplex(4096);
    let running = tokio::spawn(async move { server.serve(near).await.unwrap().waiting().await });
    let (read, mut write) = tokio::io::split(far);
    let mut lines = BufReader::new(read).lines();
    let hello = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    let messages = [
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ];
    for message in messages {
        write.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }
    lines.next_line().await.unwrap().unwrap();
    for (id, as_text) in [(json!("1"), r#""1""#), (json!(1), "1")] {
        let params = json!({"name": "request_id", "arguments": {}});
        let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        write.write_all(format!("{call}\n").as_bytes()).await.unwrap();
        let reply: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        assert_eq!(reply["result"]["content"][0]["text"], as_text);
    }
    write.shutdown().await.unwrap();
    drop(lines);
    running.await.unwrap().unwrap();
}
