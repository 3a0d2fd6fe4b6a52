//! What the developer's own check decides, and who learns of it.

use super::SDK;
use crate::server::Running;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;
use toolgate::{Caller, Decision, NoArguments, State, Toolset, mcp_tool};
use toolgate_testing::Reply;

#[derive(Deserialize, JsonSchema)]
struct Publish {
    note: String,
    tenant: String,
}

#[derive(Clone, Default)]
struct Notes {
    asked: Arc<AtomicUsize>,
    waits: Arc<Notify>,
}

impl Notes {
    async fn may_publish(&self, caller: &Caller, args: &Publish) -> Result<Decision, std::io::Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match args.note.as_str() {
            "draft" if caller.has_role("editor") => Ok(Decision::Allow),
            "draft" => Ok(Decision::deny("only editors publish")),
            "lost" => Err(std::io::Error::other("the store is gone")),
            "bad" => panic!("on purpose"),
            "endless" => {
                self.waits.notify_one();
                std::future::pending().await
            }
            _ => Ok(Decision::deny(format!("`{}` is no draft", args.note))),
        }
    }

    async fn is_open(&self, _: &Caller, _: &NoArguments) -> Decision {
        Decision::Allow
    }
}

/// Publishes a note.
#[mcp_tool(tenant_field = "tenant", check = Notes::may_publish, audit_fields = ["note"])]
async fn publish(args: Publish) -> Result<String, std::convert::Infallible> {
    Ok(format!("{} of {}", args.note, args.tenant))
}

/// Needs no arguments.
#[mcp_tool(check = Notes::is_open)]
async fn enter(_: NoArguments, _: State<Notes>) -> Result<&'static str, std::convert::Infallible> {
    Ok("in")
}

/// Takes no arguments.
#[mcp_tool(check = Notes::is_open)]
async fn enter_plainly() -> Result<&'static str, std::convert::Infallible> {
    Ok("in")
}

async fn start() -> (Running, Notes) {
    let notes = Notes::default();
    let tools = Toolset::new(notes.clone())
        .tool(PublishTool)
        .tool(EnterTool)
        .tool(EnterPlainlyTool);
    (Running::start(SDK, tools).await, notes)
}

async fn publish_as(server: &Running, role: &str, note: &str, tenant: &str) -> Reply {
    let token = server.token("alice").tenant("acme").roles([role]).mint();
    let arguments = json!({"note": note, "tenant": tenant});
    server.client().bearer(token).call("publish", arguments).await.unwrap()
}

#[tokio::test]
async fn what_a_check_allows_runs() {
    let (server, notes) = start().await;
    let reply = publish_as(&server, "editor", "draft", "acme").await;
    assert_eq!(
        (reply.status, reply.is_error(), reply.text()),
        (200, false, "draft of acme".to_owned())
    );
    assert_eq!(notes.asked.load(Ordering::SeqCst), 1);
    let records = server.records.wait_for("publish", 2).await;
    assert_eq!(
        (&records[0]["decision"], &records[1]["outcome"]),
        (&json!("allow"), &json!("ok"))
    );
    let client = server.client().bearer(server.token("alice").mint());
    for tool in ["enter", "enter_plainly"] {
        assert_eq!(client.call(tool, json!({})).await.unwrap().text(), "in");
    }
}

#[tokio::test]
async fn the_reason_of_a_check_stands_in_the_record_and_not_on_the_wire() {
    let (server, _) = start().await;
    for (note, tenant, text, reason, detail) in [
        ("draft", "acme", DENIED, "check", json!("only editors publish")),
        ("final", "acme", DENIED, "check", json!("`final` is no draft")),
        (
            "lost",
            "acme",
            UNKNOWN,
            "unavailable",
            json!("the check failed: the store is gone"),
        ),
        ("bad", "acme", "the tool failed", "panic", Value::Null),
        ("draft", "globex", DENIED, "other_tenant", Value::Null),
    ] {
        let before = server.records.all().len();
        let reply = publish_as(&server, "reader", note, tenant).await;
        assert_eq!(
            (reply.status, reply.is_error(), reply.text().as_str()),
            (200, true, text),
            "{note}"
        );
        assert_eq!(reply.challenge, None);
        let records = server.records.all();
        assert_eq!(records.len(), before + 1, "{note}");
        let record = &records[before];
        assert_eq!(
            (
                &record["decision"],
                &record["reason"],
                &record["detail"],
                &record["arguments"]
            ),
            (&json!("deny"), &json!(reason), &detail, &json!({"note": note})),
        );
    }
}

const DENIED: &str = "not found or not permitted";
const UNKNOWN: &str = "permission cannot be checked right now, try again later";

/// A check may look into a store, which is nothing for those who are turned away anyway.
#[tokio::test]
async fn a_check_is_asked_last() {
    let (server, notes) = start().await;
    publish_as(&server, "editor", "draft", "globex").await;
    let wrong = server.token("alice").tenant("acme").roles(["editor"]).mint();
    let reply = server
        .client()
        .bearer(wrong)
        .call("publish", json!({"note": 7}))
        .await
        .unwrap();
    assert!(reply.text().starts_with("invalid arguments"), "{}", reply.text());
    assert_eq!(notes.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_call_that_is_given_up_during_its_check_leaves_one_denial() {
    let (server, notes) = start().await;
    tokio::select! {
        reply = publish_as(&server, "editor", "endless", "acme") => panic!("{reply:?}"),
        () = notes.waits.notified() => {}
    }
    let records = server.records.wait_for("publish", 1).await;
    assert_eq!(
        (&records[0]["decision"], &records[0]["reason"]),
        (&json!("deny"), &json!("cancelled"))
    );
}
