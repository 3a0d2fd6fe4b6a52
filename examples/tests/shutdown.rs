//! The HTTP examples, asked to stop while a request is under way.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps fails at the right line, also in its helpers"
)]

use serde_json::json;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};

/// Starts an example, which cargo has built next to this test, and waits until it serves. Gives its address.
async fn start(example: &str) -> (Child, Lines<BufReader<ChildStdout>>, String) {
    let program = std::env::current_exe().unwrap();
    let program = program.ancestors().nth(2).unwrap().join("examples").join(example);
    let mut child = Command::new(program)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().unwrap();
        if let Some(address) = line
            .strip_prefix("Serving http://")
            .and_then(|rest| rest.split_once("/mcp "))
        {
            return (child, lines, address.0.to_owned());
        }
    }
}

/// A call of the public tool.
fn request(address: &str) -> (String, String) {
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
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
async fn sigterm_lets_requests_finish_and_records_them() {
    for example in ["notes", "notes_pmcp"] {
        let (mut child, mut lines, address) = start(example).await;
        let mut connection = TcpStream::connect(&address).await.unwrap();
        let (head, body) = request(&address);
        connection.write_all(head.as_bytes()).await.unwrap();
        // The server says so when it has begun to read the body: from now on the request is under way.
        let mut go_on = [0; 25];
        connection.read_exact(&mut go_on).await.unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100 Continue"), "{example}");

        let pid = child.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .await
                .unwrap()
                .success()
        );
        // It takes no new requests, soon.
        let mut open = true;
        for _ in 0..1000 {
            open = TcpStream::connect(&address).await.is_ok();
            if !open {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!open, "{example}");
        connection.write_all(body.as_bytes()).await.unwrap();
        let mut reply = String::new();
        connection.read_to_string(&mut reply).await.unwrap();
        assert!(reply.starts_with("HTTP/1.1 200"), "{example}: {reply}");
        assert!(child.wait().await.unwrap().success(), "{example}");

        let mut records = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            records.push(line);
        }
        let of_call = records.iter().filter(|record| record.contains("server_time"));
        assert_eq!(of_call.count(), 2, "{example}: {records:?}");
    }
}
