//! The records of calls.

use super::SDK;
use crate::server::{Running, Sdk};
use http_body_util::BodyExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use toolgate::audit::{AuditError, AuditSink, Record};
use toolgate::{CallContext, Caller, NoArguments, State, ToolError, Toolset, mcp_tool};
use tower_service::Service as _;
use tracing::Instrument as _;
use tracing_subscriber::layer::SubscriberExt as _;

#[derive(Debug, Deserialize, JsonSchema)]
struct Message {
    topic: String,
    body: String,
}

/// Sends a message.
#[mcp_tool(authenticated, audit_fields = ["topic"])]
async fn send(args: Message, _: Caller) -> Result<String, ToolError> {
    match args.body.as_str() {
        "fail" => Err(std::io::Error::other("secret path /var/db").into()),
        "refuse" => Err(ToolError::public("the topic is closed").because("quota table says 0")),
        "panic" => panic!("on purpose"),
        _ => Ok("sent".to_owned()),
    }
}

/// Waits until the test says so.
#[mcp_tool(authenticated)]
async fn wait(_: NoArguments, gate: State<Arc<tokio::sync::Notify>>) -> Result<(), Infallible> {
    gate.notified().await;
    Ok(())
}

#[derive(Clone)]
struct Lookup;

impl Lookup {
    #[expect(clippy::unused_async, reason = "lookups are async")]
    async fn tenant_of(&self, topic: &str) -> Result<Option<String>, std::io::Error> {
        match topic {
            "panic" => panic!("on purpose"),
            "broken" => Err(std::io::Error::other("no connection to db-7")),
            other => Ok(Some(other.to_owned())),
        }
    }
}

/// Bound to a tenant by a lookup.
#[mcp_tool(tenant_field = "topic", tenant_of = Lookup::tenant_of)]
async fn bound(args: Message) -> Result<String, Infallible> {
    Ok(args.topic)
}

async fn start() -> Running {
    Running::start(SDK, Toolset::new(()).tool(SendTool)).await
}

fn message(body: &str) -> Value {
    json!({"topic": "news", "body": body})
}

#[tokio::test]
async fn a_call_has_a_decision_and_an_outcome_with_one_id() {
    let server = start().await;
    let token = server.token("alice").tenant("acme").client_id("web").mint();
    let client = server.client().bearer(&token);
    client.call("send", message("hello")).await.unwrap();
    let records = server.records.wait_for("send", 2).await;
    let decision = json!({
        "time": records[0]["time"],
        "id": records[0]["id"],
        "gen_ai.tool.name": "send",
        "policy": records[0]["policy"],
        "jsonrpc.request.id": records[0]["jsonrpc.request.id"],
        "issuer": server.provider.issuer(),
        "user.id": "alice",
        "kind": "user",
        "client": "web",
        "tenant": "acme",
        "event": "decision",
        "decision": "allow",
        "arguments": {"topic": "news"},
    });
    assert_eq!(records[0], decision);
    assert_eq!(
        (&records[1]["event"], &records[1]["outcome"]),
        (&json!("outcome"), &json!("ok"))
    );
    assert!(records[1]["duration"].as_f64().unwrap() >= 0.0);
    assert_eq!(records[0]["id"], records[1]["id"]);
    assert_eq!(records[0]["policy"].as_str().unwrap().len(), 16);
    // Never a token, no arguments but those that were declared.
    let text = server.records.text();
    let signature = token.rsplit('.').next().unwrap();
    assert!(!text.contains(signature) && !text.contains("hello"), "{text}");
}

/// Tells what it knows of its call.
#[mcp_tool(public)]
async fn context(_: NoArguments, context: CallContext) -> Result<String, Infallible> {
    let request_id = context.request_id().unwrap_or("none");
    Ok(format!("{} {} {request_id}", context.id(), context.tool()))
}

#[tokio::test]
async fn a_tool_knows_the_ids_that_stand_in_its_records() {
    let server = Running::start(SDK, Toolset::new(()).tool(ContextTool)).await;
    for (id, as_text) in [(json!(7), "7"), (json!("seven"), r#""seven""#)] {
        let params = json!({"name": "context", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }});
        let before = server.records.all().len();
        let body = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        let reply = server.client().post(body).await.unwrap();
        let records = server.records.wait_for("context", before + 2).await.split_off(before);
        assert_eq!(records.len(), 2);
        for record in records {
            assert_eq!(record["jsonrpc.request.id"], as_text);
            assert_eq!(
                reply.text(),
                format!("{} context {as_text}", record["id"].as_str().unwrap())
            );
        }
    }
}

#[tokio::test]
async fn a_denial_says_why_in_the_record_only() {
    let server = start().await;
    let expired = server.client().bearer(server.token("alice").expired().mint());
    expired.call("send", message("hello")).await.unwrap();
    // The token is looked at before the message, so the record does not know the tool.
    let records = server.records.all();
    assert_eq!(
        (&records[0]["reason"], &records[0]["detail"]),
        (&json!("invalid_token"), &json!("expired"))
    );
    assert_eq!(records.len(), 1);
}

#[tokio::test]
async fn the_outcome_of_a_failed_tool_has_the_chain_that_the_client_does_not_see() {
    let server = start().await;
    let client = server.client().bearer(server.token("alice").mint());
    let failed = client.call("send", message("fail")).await.unwrap();
    assert_eq!((failed.is_error(), failed.text().as_str()), (true, "the tool failed"));
    let refused = client.call("send", message("refuse")).await.unwrap();
    assert_eq!(
        (refused.is_error(), refused.text().as_str()),
        (true, "the topic is closed")
    );
    let records = server.records.wait_for("send", 4).await;
    assert_eq!(records[1]["error"], json!(["secret path /var/db"]));
    assert_eq!(
        records[3]["error"],
        json!(["the topic is closed", "quota table says 0"])
    );
    assert_eq!(records[3]["outcome"], "tool_error");
}

#[tokio::test]
async fn a_panic_is_an_error_of_that_call_and_has_its_outcome() {
    let server = start().await;
    let client = server.client().bearer(server.token("alice").mint());
    let reply = client.call("send", message("panic")).await.unwrap();
    assert_eq!(
        (reply.status, reply.is_error(), reply.text().as_str()),
        (200, true, "the tool failed")
    );
    let records = server.records.wait_for("send", 2).await;
    assert_eq!(records[1]["outcome"], "panic");
    let after = client.call("send", message("hello")).await.unwrap();
    assert_eq!(after.text(), "sent");
}

#[tokio::test]
async fn a_lookup_that_panics_or_fails_never_lets_the_call_through() {
    let server = Running::start(SDK, Toolset::new(Lookup).tool(BoundTool)).await;
    let client = server.client().bearer(server.token("alice").tenant("acme").mint());
    for (topic, text, reason, detail) in [
        ("panic", "the tool failed", "panic", Value::Null),
        (
            "broken",
            "permission cannot be checked right now, try again later",
            "unavailable",
            json!("the tenant lookup failed: no connection to db-7"),
        ),
    ] {
        let reply = client.call("bound", json!({"topic": topic, "body": ""})).await.unwrap();
        assert_eq!((reply.is_error(), reply.text().as_str()), (true, text));
        let record = server.records.of("bound").pop().unwrap();
        assert_eq!(
            (&record["decision"], &record["reason"]),
            (&json!("deny"), &json!(reason))
        );
        assert_eq!(record["detail"], detail);
    }
    let reply = client
        .call("bound", json!({"topic": "acme", "body": ""}))
        .await
        .unwrap();
    assert_eq!(reply.text(), "acme");
}

#[tokio::test]
async fn a_client_that_goes_away_stops_the_tool_and_leaves_an_outcome() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let server = Running::start(SDK, Toolset::new(Arc::clone(&gate)).tool(WaitTool)).await;
    let client = server.client().bearer(server.token("alice").mint());
    let call = tokio::spawn(async move { client.call("wait", json!({})).await });
    server.records.wait_for("wait", 1).await;
    call.abort();
    let records = server.records.wait_for("wait", 2).await;
    assert_eq!(records[1]["outcome"], "cancelled");
    // Nobody is left to be notified: the permit stays.
    gate.notify_one();
    tokio::time::timeout(Duration::from_secs(5), gate.notified())
        .await
        .unwrap();
}

/// Before 2026-07-28 a lost connection cancels nothing, only the client's word does. `pmcp` works in the task of the connection, and stops
/// with it, also without a gate.
#[tokio::test]
async fn a_client_of_a_session_that_goes_away_does_not_stop_the_tool_but_its_word_does() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let mut app = None;
    let serve = |protected: &toolgate::Protected| app.insert(SDK.serve(protected)).clone();
    let tools = Toolset::new(Arc::clone(&gate)).tool(WaitTool);
    let server = Running::start_app(tools, |gate| gate, serve).await;
    let mut legacy = crate::legacy::Legacy::new(&server, None);
    legacy.token = Some(server.token("alice").mint());
    let session = legacy.open().await;
    // In this process, so that the connection has been lost when the next thing happens.
    let mut app = app.unwrap();
    let mut call = |id: u8| {
        let params = json!({"name": "wait", "arguments": {}});
        let body = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        let request = legacy
            .request(reqwest::Method::POST, Some(&session))
            .body(body.to_string());
        let request = http::Request::try_from(request.build().unwrap()).unwrap();
        let answer = app.call(request.map(axum::body::Body::new));
        tokio::spawn(async move { answer.await.unwrap().into_body().collect().await })
    };

    let lost = call(1);
    server.records.wait_for("wait", 1).await;
    lost.abort();
    assert!(lost.await.is_err());
    gate.notify_one();
    let records = server.records.wait_for("wait", 2).await;
    let outcome = match SDK {
        Sdk::Rmcp => "ok",
        Sdk::Pmcp => "cancelled",
    };
    assert_eq!(records[1]["outcome"], outcome);

    if SDK == Sdk::Rmcp {
        let lost = call(2);
        server.records.wait_for("wait", 3).await;
        lost.abort();
        let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}});
        assert_eq!(legacy.post(Some(&session), cancel).await.status(), 202);
        assert_eq!(server.records.wait_for("wait", 4).await[3]["outcome"], "cancelled");
    }
}

#[tokio::test]
async fn names_from_tokens_cannot_forge_lines() {
    let server = start().await;
    let subject = "eve\r\n{\"decision\":\"allow\"}\u{2028}\u{1b}[31m\u{0}";
    let client = server.client().bearer(server.token(subject).mint());
    client.call("send", message("hello")).await.unwrap();
    let records = server.records.wait_for("send", 2).await;
    assert_eq!(records[0]["user.id"], subject);
    let text = server.records.text();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

/// A tool that looks at the span it runs in.
#[mcp_tool(public)]
async fn spanned() -> Result<String, Infallible> {
    tracing::info!(target: "test", "inside");
    Ok(String::new())
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// `tracing` as most servers set it up. Calls made in this process stay on this thread, where the subscriber is.
pub(crate) async fn traced<F: Future>(json: bool, future: F) -> String {
    let buffer = Buffer::default();
    let writer = buffer.clone();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || writer.clone());
    let layer = if json { Err(layer.json()) } else { Ok(layer) };
    let subscriber: Box<dyn tracing::Subscriber + Send + Sync> = match layer {
        Ok(text) => Box::new(tracing_subscriber::registry().with(text)),
        Err(json) => Box::new(tracing_subscriber::registry().with(json)),
    };
    let guard = crate::listening::to(subscriber);
    future.await;
    drop(guard);
    let bytes = buffer.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn tracing_has_both_records_in_a_span_under_the_requests_own() {
    let protected = toolgate::Gate::public_only()
        .unwrap()
        .protect(Toolset::new(()).tool(SpannedTool))
        .unwrap();
    let request = async {
        let span = tracing::info_span!("http_request");
        protected
            .call("spanned", None, json!({}))
            .instrument(span)
            .await
            .unwrap()
            .unwrap();
    };
    let text = traced(true, request).await;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let messages: Vec<_> = lines
        .iter()
        .map(|line| line["fields"]["message"].as_str().unwrap())
        .collect();
    assert_eq!(messages, ["decision", "inside", "outcome"]);
    for line in &lines {
        let spans: Vec<_> = line["spans"]
            .as_array()
            .unwrap()
            .iter()
            .map(|span| span["name"].clone())
            .collect();
        assert_eq!(spans, ["http_request", "execute_tool"]);
        assert_eq!(line["spans"][1]["gen_ai.tool.name"], "spanned");
        assert_eq!(line["spans"][1]["id"], lines[0]["fields"]["id"]);
    }
    assert_eq!(lines[0]["target"], "toolgate::audit");
    assert_eq!(lines[0]["fields"]["decision"], "allow");
    assert_eq!(lines[2]["fields"]["outcome"], "ok");
}

/// The SDK runs tools in a task of their own, where the span of the HTTP request is not the current one.
#[tokio::test]
async fn over_http_the_span_of_the_request_is_the_parent_too() {
    let serve = |protected: &toolgate::Protected| {
        let in_span = |request: axum::extract::Request, next: axum::middleware::Next| {
            next.run(request).instrument(tracing::info_span!("http_request"))
        };
        SDK.serve(protected).layer(axum::middleware::from_fn(in_span))
    };
    let text = traced(true, async {
        let server = Running::start_app(Toolset::new(()).tool(SpannedTool), |gate| gate, serve).await;
        server.client().call("spanned", json!({})).await.unwrap();
        server.records.wait_for("spanned", 2).await;
    })
    .await;
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let inside = lines.filter(|line| line["target"] == "test").collect::<Vec<_>>();
    let spans: Vec<_> = inside[0]["spans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|span| span["name"].clone())
        .collect();
    assert_eq!(spans, ["http_request", "execute_tool"]);
}

#[tokio::test]
async fn names_from_tokens_cannot_forge_lines_of_tracing_either() {
    let caller = toolgate_testing::caller("eve\nINFO forged decision=\"allow\"\u{1b}[2K")
        .tenant("a\r\nb")
        .build();
    let protected = toolgate::Gate::public_only()
        .unwrap()
        .protect(Toolset::new(()).tool(SpannedTool))
        .unwrap();
    let text = traced(false, protected.call("spanned", Some(caller), json!({}))).await;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

struct Full;

impl AuditSink for Full {
    fn record(&self, _: &Record<'_>) -> Result<(), AuditError> {
        Err(std::io::Error::other("disk full").into())
    }
}

#[tokio::test]
async fn a_sink_that_fails_stops_no_call_and_is_logged() {
    let gate = gate_with(Full);
    let protected = gate.protect(Toolset::new(()).tool(SpannedTool)).unwrap();
    let text = traced(false, async {
        protected.call("spanned", None, json!({})).await.unwrap().unwrap();
    })
    .await;
    assert_eq!(text.matches("audit record lost").count(), 2, "{text}");
    assert!(text.contains("disk full"), "{text}");
}

fn gate_with(sink: impl AuditSink) -> toolgate::Gate {
    let validator = toolgate::JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("https://mcp.example")
        .algorithm(toolgate::Algorithm::Rs256)
        .build();
    toolgate::Gate::builder()
        .resource("https://mcp.example")
        .validator(validator.unwrap())
        .audit(sink)
        .build()
        .unwrap()
}
