//! The examples, asked to stop while a request is under way.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps fails at the right line, also in its helpers"
)]

use examples::demo::USERS;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::oneshot;
use toolgate_testing::IdentityProvider;

/// An example, which cargo has built next to this test; not if it was told to build `--test shutdown` only.
fn example(name: &str) -> Command {
    let program = std::env::current_exe().unwrap();
    let program = program.ancestors().nth(2).unwrap().join("examples").join(name);
    let mut command = Command::new(program);
    command.stdout(Stdio::piped()).kill_on_drop(true);
    command
}

fn lines(child: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(child.stdout.take().unwrap()).lines()
}

/// Where an example appends its audit records. It collects them, and would lose the last if it did not flush them.
struct Audit(PathBuf);

impl Audit {
    fn new(name: &str) -> Self {
        let name = format!("toolgate-audit-{name}-{}", std::process::id());
        let audit = Self(std::env::temp_dir().join(name));
        let _ = fs::remove_file(&audit.0);
        audit
    }

    /// What became of the request with this id: its decisions and outcomes.
    fn of(&self, request: &Value) -> Vec<String> {
        let text = fs::read_to_string(&self.0).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let request = request.to_string();
        let records = records.filter(|record| record.get("jsonrpc.request.id") == Some(&json!(request)));
        let word = |record: Value| {
            let word = record.get("decision").or_else(|| record.get("outcome"));
            word.and_then(Value::as_str).map(str::to_owned)
        };
        records.filter_map(word).collect()
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

async fn terminate(child: &Child) {
    let pid = child.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    assert!(sent.success());
}

const REQUEST: &str = "the one under way";

/// A call of the public tool.
fn request(address: &str) -> (String, String) {
    let body = json!({
        "jsonrpc": "2.0", "id": REQUEST, "method": "tools/call",
        "params": {
            "name": "server_time",
            "arguments": {},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    let body = body.to_string();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n\
         Mcp-Name: server_time\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        body.len()
    );
    (head, body)
}

#[tokio::test]
async fn sigterm_lets_requests_finish_and_writes_their_records_down() {
    for name in ["notes", "notes_pmcp"] {
        let audit = Audit::new(name);
        let mut child = example(name).arg("--audit").arg(&audit.0).spawn().unwrap();
        let mut lines = lines(&mut child);
        let address = loop {
            let line = lines.next_line().await.unwrap().unwrap();
            let rest = line.strip_prefix("Serving http://");
            if let Some((address, _)) = rest.and_then(|rest| rest.split_once("/mcp ")) {
                break address.to_owned();
            }
        };
        let mut connection = TcpStream::connect(&address).await.unwrap();
        let (head, body) = request(&address);
        connection.write_all(head.as_bytes()).await.unwrap();
        // The server says so when it has begun to read the body: from now on the request is under way.
        let mut go_on = [0; 25];
        connection.read_exact(&mut go_on).await.unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100 Continue"), "{name}");

        terminate(&child).await;
        // It takes no new requests, soon.
        let mut open = true;
        for _ in 0..1000 {
            open = TcpStream::connect(&address).await.is_ok();
            if !open {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!open, "{name}");
        connection.write_all(body.as_bytes()).await.unwrap();
        let mut reply = String::new();
        connection.read_to_string(&mut reply).await.unwrap();
        assert!(reply.starts_with("HTTP/1.1 200"), "{name}: {reply}");
        assert!(child.wait().await.unwrap().success(), "{name}");
        assert_eq!(audit.of(&json!(REQUEST)), ["allow", "ok"], "{name}");
    }
}

/// The keys of an identity provider, at another address: whoever asks first has to wait.
struct HeldKeys {
    uri: String,
    asked: oneshot::Receiver<()>,
    answer: oneshot::Sender<()>,
}

impl HeldKeys {
    async fn of(provider: &IdentityProvider) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (host, path) = provider
            .jwks_uri()
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let (uri, host) = (format!("http://{address}/{path}"), host.to_owned());
        let (ask, asked) = oneshot::channel();
        let (answer, answered) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let (mut request, _) = listener.accept().await.unwrap();
            ask.send(()).unwrap();
            answered.await.unwrap();
            let mut keys = TcpStream::connect(host).await.unwrap();
            let _ = copy_bidirectional(&mut request, &mut keys).await;
        });
        Self { uri, asked, answer }
    }
}

#[tokio::test]
async fn sigterm_lets_requests_over_stdio_finish_and_writes_their_records_down() {
    const RESOURCE: &str = "https://notes.example/mcp";
    let provider = IdentityProvider::start().await.unwrap();
    let [alice, ..] = USERS;
    for sdk in ["rmcp", "pmcp"] {
        let audit = Audit::new(sdk);
        let keys = HeldKeys::of(&provider).await;
        let mut child = example("notes_stdio")
            .args(["--sdk", sdk, "--issuer", provider.issuer(), "--resource", RESOURCE])
            .args(["--jwks-uri", &keys.uri, "--audit"])
            .arg(&audit.0)
            .env("NOTES_TOKEN", alice.token(&provider, RESOURCE))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = lines(&mut child);
        let mut input = child.stdin.take().unwrap();
        let hello = json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        });
        let call = json!({"name": "whoami", "arguments": {}});
        for message in [
            json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
            json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
            json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}),
        ] {
            input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
        }
        // The call has come so far that the server asks for the keys.
        keys.asked.await.unwrap();
        terminate(&child).await;
        keys.answer.send(()).unwrap();

        let mut answers = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            answers.push(line);
        }
        assert_eq!(answers.len(), 2, "{sdk}: {answers:?}");
        let answered = answers.iter().any(|answer| answer.contains(r#""subject":"alice""#));
        assert!(answered, "{sdk}: {answers:?}");
        // Nobody has closed the input: the signal was enough.
        assert!(child.wait().await.unwrap().success(), "{sdk}");
        assert_eq!(audit.of(&json!(1)), ["allow", "ok"], "{sdk}");
        drop(input);
    }
}
