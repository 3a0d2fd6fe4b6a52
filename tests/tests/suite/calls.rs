//! Calls in this process: in which order the gate takes its steps, and what it writes down on the way.

use crate::server::{Builder, Records};
use crate::stdio::Hands;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use toolgate::audit::{AuditError, AuditSink, JsonLines, Record};
use toolgate::error::Unavailable;
use toolgate::plumbing::Call;
use toolgate::{
    Algorithm, Caller, Denial, Error, FromCall, Gate, JwtValidator, NoArguments, Protected, State, Toolset, mcp_tool,
};

fn protect<S>(tools: Toolset<S>, configure: impl FnOnce(Builder) -> Builder) -> (Protected, Records) {
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("https://mcp.example")
        .algorithm(Algorithm::Rs256)
        .build();
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(validator.unwrap());
    let records = Records::default();
    let gate = configure(gate).audit(JsonLines::new(records.clone()));
    (gate.build().unwrap().protect(tools).unwrap(), records)
}

fn alice() -> Caller {
    toolgate_testing::caller("alice").tenant("acme").build()
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Noted {
    #[serde(deserialize_with = "noted")]
    text: String,
}

static READ: AtomicBool = AtomicBool::new(false);

fn noted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    READ.store(true, Ordering::SeqCst);
    String::deserialize(deserializer)
}

/// Takes arguments that note when they are read.
#[mcp_tool(scopes_all = ["read", "write"])]
async fn scoped(args: Noted) -> Result<String, Infallible> {
    Ok(args.text)
}

#[tokio::test]
async fn arguments_are_not_read_before_the_policy_has_let_the_caller_through() {
    let (protected, _) = protect(Toolset::new(()).tool(ScopedTool), |gate| gate);
    let arguments = || json!({"text": "x"});
    for caller in [None, Some(alice())] {
        let denied = protected.call("scoped", caller, arguments()).await.unwrap();
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
        assert!(!READ.load(Ordering::SeqCst));
    }
    let admitted = toolgate_testing::caller("alice").scopes(["read", "write"]).build();
    protected
        .call("scoped", Some(admitted), arguments())
        .await
        .unwrap()
        .unwrap();
    assert!(READ.load(Ordering::SeqCst));
}

#[tokio::test]
async fn the_gate_records_which_scopes_are_missing() {
    let (protected, records) = protect(Toolset::new(()).tool(ScopedTool), |gate| gate);
    let caller = toolgate_testing::caller("alice").scopes(["read"]).build();
    let denied = protected.call("scoped", Some(caller), json!({})).await.unwrap();
    let Err(Error::Denied(Denial::MissingScopes { .. })) = denied else {
        panic!("{denied:?}");
    };
    let records = records.all();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["missing_scopes"], json!(["write"]));
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Topic {
    topic: String,
    secret: String,
}

#[derive(Clone)]
struct Directory;

impl Directory {
    async fn tenant_of(&self, topic: &str) -> Result<Option<String>, Infallible> {
        if topic == "endless" {
            std::future::pending::<()>().await;
        }
        Ok(Some(topic.to_owned()))
    }
}

/// Bound to a tenant by a lookup.
#[mcp_tool(tenant_field = "topic", tenant_of = Directory::tenant_of, audit_fields = ["topic"])]
async fn bound(args: Topic) -> Result<String, Infallible> {
    Ok(args.topic + &args.secret)
}

/// The only record, less what differs between calls.
fn only_decision(records: &Records) -> Value {
    let mut all = records.all();
    assert_eq!(all.len(), 1, "{}", records.text());
    let mut record = all.remove(0);
    for changing in ["time", "id", "policy", "issuer", "kind"] {
        assert!(record.as_object_mut().unwrap().remove(changing).is_some(), "{changing}");
    }
    record
}

fn denied_because(reason: &str, topic: &str) -> Value {
    json!({
        "gen_ai.tool.name": "bound",
        "user.id": "alice",
        "tenant": "acme",
        "event": "decision",
        "decision": "deny",
        "reason": reason,
        "arguments": {"topic": topic},
    })
}

#[tokio::test]
async fn the_record_says_what_was_asked_for_when_it_is_anothers() {
    let (protected, records) = protect(Toolset::new(Directory).tool(BoundTool), |gate| gate);
    let arguments = json!({"topic": "globex", "secret": "x"});
    protected
        .call("bound", Some(alice()), arguments)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(only_decision(&records), denied_because("other_tenant", "globex"));
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_is_decided_leaves_one_denial() {
    let (protected, records) = protect(Toolset::new(Directory).tool(BoundTool), |gate| gate);
    let arguments = json!({"topic": "endless", "secret": "x"});
    tokio::select! {
        biased;
        ended = protected.call("bound", Some(alice()), arguments) => panic!("{ended:?}"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(only_decision(&records), denied_because("cancelled", "endless"));
}

/// Takes three seconds, and a quarter of an hour before that to be decided.
#[mcp_tool(tenant_field = "topic", tenant_of = Hands::tenant_of)]
async fn slow(args: Topic, clock: State<Hands>) -> Result<String, Infallible> {
    clock.go_on(3);
    Ok(args.topic)
}

impl Hands {
    async fn tenant_of(&self, topic: &str) -> Result<Option<String>, Infallible> {
        self.go_on(900);
        Ok(Some(topic.to_owned()))
    }
}

#[tokio::test]
async fn the_duration_is_that_of_the_tool() {
    let clock = Hands::default();
    let (protected, records) = protect(Toolset::new(clock.clone()).tool(SlowTool), |gate| gate.clock(clock));
    let arguments = json!({"topic": "acme", "secret": ""});
    protected.call("slow", Some(alice()), arguments).await.unwrap().unwrap();
    let records = records.all();
    assert_eq!(
        (&records[0]["time"], &records[1]["time"], &records[1]["duration"]),
        (&json!(900.0), &json!(903.0), &json!(3.0))
    );
}

/// Something that no call has.
struct Quota;

impl FromCall for Quota {
    type Needs = ();

    fn from_call(_: &Call) -> Result<Self, Error> {
        Err(Unavailable::new("the quota table is locked").into())
    }
}

/// Takes what cannot be had.
#[mcp_tool(authenticated)]
async fn metered(_: NoArguments, _: Quota) -> Result<(), Infallible> {
    Ok(())
}

#[tokio::test]
async fn what_could_not_be_taken_from_the_call_is_its_outcome() {
    let (protected, records) = protect(Toolset::new(()).tool(MeteredTool), |gate| gate);
    let result = protected.call("metered", Some(alice()), json!({})).await.unwrap();
    assert!(matches!(result, Err(Error::Unavailable(_))), "{result:?}");
    let records = records.all();
    assert_eq!(
        (&records[1]["outcome"], &records[1]["error"]),
        (&json!("tool_error"), &json!(["unavailable"]))
    );
}

/// Nothing more.
#[mcp_tool(authenticated)]
async fn plain(_: NoArguments) -> Result<String, Infallible> {
    Ok("done".to_owned())
}

struct Panics;

impl AuditSink for Panics {
    fn record(&self, _: &Record<'_>) -> Result<(), AuditError> {
        panic!("on purpose")
    }
}

/// The last record is written when a call is dropped: a panic there, on the way out of another, would end the process.
#[tokio::test]
async fn a_sink_that_panics_stops_neither_the_call_nor_the_other_sinks() {
    let tools = Toolset::new(Directory).tool(PlainTool).tool(BoundTool);
    let (protected, records) = protect(tools, |gate| gate.audit(Panics));
    protected
        .call("plain", Some(alice()), json!({}))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(records.all().len(), 2);
    let dropped = protected.call("bound", Some(alice()), json!({"topic": "endless", "secret": ""}));
    tokio::select! {
        biased;
        _ = dropped => panic!("it ended"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(records.all().len(), 3);
}

#[tokio::test]
async fn a_line_of_json_holds_nothing_that_ends_a_line_or_steers_a_terminal() {
    let (protected, records) = protect(Toolset::new(()).tool(PlainTool), |gate| gate);
    let odd = "eve \u{0}\u{1b}[2K\r\n\u{7f}\u{80}\u{85}\u{9b}2K\u{9f}\u{2028}\u{2029} \u{a0}\u{e9}\\\"";
    let eve = toolgate_testing::caller(odd).build();
    protected.call("plain", Some(eve), json!({})).await.unwrap().unwrap();
    let text = records.text();
    let is_odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    assert!(!text.chars().any(|c| is_odd(c) && c != '\n'), "{text:?}");
    // What needs no escape has none, and what has one is the same value.
    assert!(text.contains("\u{a0}\u{e9}"), "{text:?}");
    for record in records.all() {
        assert_eq!(record["user.id"], odd);
    }
}
