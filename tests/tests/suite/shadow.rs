//! Scopes and roles that are tried out and not enforced.

use crate::legacy::Legacy;
use crate::server::{Builder, Records, Running, Sdk};
use crate::stdio::{Client, Token, serve};
use crate::with_rmcp::audit::traced;
use futures_util::future::pending;
use metrics_util::debugging::DebuggingRecorder;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use toolgate::audit::JsonLines;
use toolgate::docs::ScopeDocument;
use toolgate::{
    Algorithm, Caller, Decision, Denial, Error, Gate, JwtValidator, NoArguments, Policy, Protected, ScopeToken,
    TokenSource, Toolset, mcp_tool,
};
use toolgate_testing::IdentityProvider;

#[derive(Debug, Deserialize, JsonSchema)]
struct Note {
    tenant: String,
}

/// Is to need a scope and a role.
#[mcp_tool(scopes_all = ["notes:write", "notes:read"], roles = ["manager"], tenant_field = "tenant", shadow)]
async fn write(args: Note) -> Result<String, Infallible> {
    Ok(format!("written for {}", args.tenant))
}

/// Is to need one of two scopes.
#[mcp_tool(scopes_any = ["notes:read", "notes:all"], shadow)]
async fn read(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("read")
}

/// Is to need a role, and a token that is validated anew.
#[mcp_tool(roles = ["manager"], fresh, shadow)]
async fn wipe(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("wiped")
}

/// Needs a role.
#[mcp_tool(roles = ["manager"])]
async fn manage(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("managed")
}

fn tools() -> Toolset {
    Toolset::new(())
        .tool(WriteTool)
        .tool(ReadTool)
        .tool(WipeTool)
        .tool(ManageTool)
}

fn short(record: &Value) -> (Value, Value, Value) {
    let word = record.get("decision").or_else(|| record.get("outcome"));
    let missing = record.get("missing_scopes").cloned().unwrap_or_default();
    (word.cloned().unwrap_or_default(), record["reason"].clone(), missing)
}

fn gate(configure: impl FnOnce(Builder) -> Builder) -> Gate {
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("https://mcp.example")
        .algorithm(Algorithm::Rs256)
        .build();
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(validator.unwrap());
    configure(gate).build().unwrap()
}

#[tokio::test]
async fn who_lacks_scopes_or_the_role_is_let_through_and_recorded() {
    let missing = json!(["notes:write", "notes:read"]);
    let some = json!(["notes:write"]);
    let scope = json!("insufficient_scope");
    let cases = [
        (&[][..], &["manager"][..], ("would_deny", &scope, &missing)),
        // The record names what no scope could bring.
        (
            &[],
            &["user"],
            ("would_deny", &json!("insufficient_role"), &Value::Null),
        ),
        (
            &["notes:read"],
            &["manager"],
            ("would_deny", &json!("insufficient_scope"), &some),
        ),
        (
            &["notes:read", "notes:write"],
            &["user"],
            ("would_deny", &json!("insufficient_role"), &Value::Null),
        ),
        (
            &["notes:read", "notes:write"],
            &["manager"],
            ("allow", &Value::Null, &Value::Null),
        ),
    ];
    for sdk in Sdk::EACH {
        let server = Running::start_with(sdk, tools(), Builder::allow_shadow).await;
        for (number, (scopes, roles, (verdict, reason, missing))) in cases.iter().enumerate() {
            let token = server.token("alice").tenant("acme");
            let token = token.scopes(scopes.iter().copied()).roles(roles.iter().copied()).mint();
            let client = server.client().bearer(&token);
            let reply = client.call("write", json!({"tenant": "acme"})).await.unwrap();
            assert_eq!(
                (reply.status, reply.challenge.as_ref()),
                (200, None),
                "{sdk:?} {scopes:?}"
            );
            assert_eq!(
                reply.body["result"]["content"][0]["text"], "written for acme",
                "{sdk:?} {scopes:?}"
            );
            assert!(!reply.is_error(), "{sdk:?} {scopes:?}");
            let records = server.records.wait_for("write", 2 * (number + 1)).await;
            let records = &records[2 * number..];
            let expected = (json!(verdict), (*reason).clone(), (*missing).clone());
            assert_eq!(short(&records[0]), expected, "{sdk:?} {scopes:?} {roles:?}");
            assert_eq!(records[1]["outcome"], "ok");
            assert_eq!(records[0]["id"], records[1]["id"]);
            assert_eq!(records.len(), 2);
            // A list has what can be called.
            let names = client.list().await.unwrap().tools();
            let mut expected = vec!["write", "read", "wipe"];
            expected.extend(roles.contains(&"manager").then_some("manage"));
            assert_eq!(names, expected, "{sdk:?}");
        }
    }
}

#[tokio::test]
async fn in_a_session_it_is_the_same() {
    for sdk in Sdk::EACH {
        let server = Running::start_with(sdk, tools(), Builder::allow_shadow).await;
        let mut client = Legacy::new(&server, None);
        client.token = Some(server.token("bob").mint());
        let session = client.open().await;
        let params = json!({"name": "read", "arguments": {}});
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let reply = client.post(Some(&session), call).await;
        assert_eq!(reply.status(), 200, "{sdk:?}");
        let text = reply.text().await.unwrap();
        assert!(text.contains(r#""text":"read""#), "{sdk:?}: {text}");
        let records = server.records.wait_for("read", 2).await;
        let expected = (json!("would_deny"), json!("insufficient_scope"), json!(["notes:read"]));
        assert_eq!(short(&records[0]), expected, "{sdk:?}");
    }
}

#[tokio::test]
async fn nothing_else_is_weakened() {
    for sdk in Sdk::EACH {
        let server = Running::start_with(sdk, tools(), Builder::allow_shadow).await;
        let own = json!({"tenant": "acme"});
        let nobody = server.client().call("write", own.clone()).await.unwrap();
        // What a client should ask for is what will be needed.
        assert_eq!(
            (nobody.status, nobody.challenge_param("scope")),
            (401, Some("notes:read notes:write")),
            "{sdk:?}"
        );
        let expired = server.token("alice").tenant("acme").expired().mint();
        let expired = server
            .client()
            .bearer(expired)
            .call("write", own.clone())
            .await
            .unwrap();
        assert_eq!(expired.status, 401, "{sdk:?}");
        for tenant in [Some("globex"), None] {
            let eve = || server.token("eve");
            let token = tenant.map_or_else(eve, |tenant| eve().tenant(tenant)).mint();
            let eve = server.client().bearer(token);
            let reply = eve.call("write", own.clone()).await.unwrap();
            assert_eq!(
                (reply.is_error(), reply.text().as_str()),
                (true, "not found or not permitted"),
                "{sdk:?} {tenant:?}"
            );
        }
        let eve = server.client().bearer(server.token("eve").mint());
        assert_eq!(eve.call("manage", json!({})).await.unwrap().status, 403, "{sdk:?}");
        let records: Vec<_> = server.records.all().iter().map(short).collect();
        let reasons = [
            "unauthenticated",
            "invalid_token",
            "other_tenant",
            "caller_without_tenant",
            "insufficient_role",
        ];
        let expected: Vec<_> = reasons
            .iter()
            .map(|reason| (json!("deny"), json!(reason), Value::Null))
            .collect();
        assert_eq!(records, expected, "{sdk:?}");
    }
}

#[tokio::test]
async fn a_token_that_was_not_validated_anew_is_not_enough() {
    let protected = gate(Builder::allow_shadow).protect(tools()).unwrap();
    let alice = || toolgate_testing::caller("alice").build();
    let stale = protected.call("wipe", Some(alice()), json!({})).await.unwrap();
    assert!(matches!(stale, Err(Error::Denied(Denial::NotFresh))), "{stale:?}");
    let fresh = protected.call_fresh("wipe", alice(), json!({})).await.unwrap();
    assert!(fresh.is_ok(), "{fresh:?}");
    let nobody = protected.call("wipe", None, json!({})).await.unwrap();
    assert!(
        matches!(nobody, Err(Error::Denied(Denial::Unauthenticated))),
        "{nobody:?}"
    );
}

/// A server over stdio, whose one caller is bob.
async fn local(sdk: Sdk) -> (Protected, Records, IdentityProvider, Token) {
    let provider = IdentityProvider::start().await.unwrap();
    let token = provider.token("bob").audience("https://mcp.example").mint();
    let file = Token::new(&format!("shadow-{sdk:?}"));
    file.write(&token);
    let validator = JwtValidator::builder()
        .issuer(provider.issuer())
        .audience("https://mcp.example")
        .algorithm(Algorithm::Rs256);
    let records = Records::default();
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(validator.build().unwrap())
        .audit(JsonLines::new(records.clone()));
    let protected = gate.allow_shadow().build().unwrap().protect(tools()).unwrap();
    let protected = protected.with_token(TokenSource::file(&file.0));
    (protected, records, provider, file)
}

#[tokio::test]
async fn over_stdio_it_is_the_same() {
    for sdk in Sdk::EACH {
        let (protected, records, _provider, _file) = local(sdk).await;
        let (client, running) = serve(sdk, &protected, pending());
        let mut client = Client::greet(client).await;
        assert_eq!(client.names().await, ["write", "read", "wipe"], "{sdk:?}");
        for (tool, text) in [("read", "read"), ("wipe", "wiped")] {
            client.call(&json!(tool), tool).await;
            let answer = client.next().await.unwrap();
            assert_eq!(answer["result"]["content"][0]["text"], text, "{sdk:?}: {answer}");
        }
        let read = records.wait_for("read", 2).await;
        let expected = (json!("would_deny"), json!("insufficient_scope"), json!(["notes:read"]));
        assert_eq!(short(&read[0]), expected, "{sdk:?}");
        let wiped = records.wait_for("wipe", 2).await;
        let expected = (json!("would_deny"), json!("insufficient_role"), Value::Null);
        assert_eq!(short(&wiped[0]), expected, "{sdk:?}");
        drop(client);
        running.await.unwrap();
    }
}

#[test]
fn without_a_word_on_the_gate_no_shadow_is_served() {
    const TRIED: Policy = Policy::AUTHENTICATED.roles(&["manager"]).shadow();
    let error = gate(|gate| gate).protect(tools()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "scopes and roles of `write`, `read`, `wipe` would not be enforced: `shadow`\n\
         help: take `shadow` away, or add `.allow_shadow()` to the gate for as long as you try them out"
    );
    assert!(gate(|gate| gate).protect(Toolset::new(()).tool(ManageTool)).is_ok());

    let prompt = || Toolset::new(()).tool(ManageTool).prompt("sum_up", TRIED);
    let error = gate(|gate| gate).protect(prompt()).unwrap_err().to_string();
    assert!(
        error.starts_with("scopes and roles of `prompt:sum_up` would not be enforced"),
        "{error}"
    );
    assert!(gate(Builder::allow_shadow).protect(prompt()).is_ok());
}

#[tokio::test]
async fn every_start_warns_once_and_names_the_tools() {
    let text = traced(true, async {
        let gate = gate(Builder::allow_shadow);
        gate.protect(Toolset::new(()).tool(ManageTool)).unwrap();
        for _ in 0..2 {
            gate.protect(tools()).unwrap();
        }
    })
    .await;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    for line in &lines {
        assert_eq!(
            (&line["level"], &line["target"]),
            (&json!("WARN"), &json!("toolgate::shadow"))
        );
        assert_eq!(line["fields"]["tools"], "write read wipe");
        assert_eq!(
            line["fields"]["message"],
            "scopes and roles of these tools are NOT enforced"
        );
    }
}

#[tokio::test]
async fn what_would_be_denied_is_counted_apart() {
    let recorder = DebuggingRecorder::new();
    let guard = metrics::set_default_local_recorder(&recorder);
    let protected = gate(Builder::allow_shadow).protect(tools()).unwrap();
    let alice = toolgate_testing::caller("alice").build();
    protected.call("read", Some(alice), json!({})).await.unwrap().unwrap();
    drop(guard);
    let counted = crate::metrics::counted(&recorder);
    let decisions: Vec<_> = counted.keys().filter(|key| key.contains("decisions")).collect();
    assert_eq!(
        decisions,
        ["toolgate_decisions_total tool=read decision=would_deny reason=insufficient_scope"]
    );
}

#[test]
fn reviewers_see_what_is_not_enforced() {
    let document = ScopeDocument::new(&tools());
    assert_eq!(document.shadow, ["write", "read", "wipe"]);
    assert_eq!(
        document.tools[0].demands,
        [
            "a valid token",
            "all of the scopes `notes:write`, `notes:read` (**not enforced**)",
            "the role `manager` (**not enforced**)",
            "`tenant` is the caller's tenant",
        ]
    );
    let text = document.to_markdown();
    assert!(text.contains("## Not enforced\n\n"), "{text}");
    assert!(text.contains("\n`write`, `read`, `wipe`\n"), "{text}");
    let json: Value = serde_json::from_str(&document.to_json()).unwrap();
    assert_eq!(
        (
            &json["tools"][0]["policy"]["shadow"],
            &json["tools"][3]["policy"].get("shadow")
        ),
        (&json!(true), &None)
    );
    let without = ScopeDocument::new(&Toolset::new(()).tool(ManageTool));
    assert!(!without.to_markdown().contains("enforced\n") && !without.to_json().contains("\"shadow\":"));
}

const SCOPE: ScopeToken = ScopeToken::from_static("a");

#[test]
fn a_shadow_is_another_policy_and_needs_something_to_fall_on() {
    let policy = Policy::AUTHENTICATED.scopes_all(&[SCOPE]);
    assert_ne!(policy.fingerprint(), policy.shadow().fingerprint());
    for empty in [Policy::PUBLIC, Policy::AUTHENTICATED, Policy::AUTHENTICATED.fresh()] {
        assert!(std::panic::catch_unwind(|| empty.shadow()).is_err(), "{empty:?}");
    }
    // Nor does it open what admits no one.
    let nobody = Policy::NOBODY.scopes_all(&[SCOPE]).shadow();
    let alice = toolgate_testing::caller("alice").scopes(["a"]).build();
    assert!(nobody.admit(Some(&alice)).into_result().is_err());
}

/// Is to need a rule to be met, and needs everything else.
#[mcp_tool(
    allow = any(all(scope("notes:write"), role("editor")), role("manager")),
    acr = ["urn:strong"],
    owner_field = "tenant",
    check = Drafts::may_write,
    shadow,
)]
async fn draft(args: Note) -> Result<String, Infallible> {
    Ok(args.tenant)
}

#[derive(Clone)]
struct Drafts;

impl Drafts {
    async fn may_write(&self, caller: &Caller, _: &Note) -> Decision {
        match caller.tenant() {
            Some("closed") => Decision::deny("closed"),
            _ => Decision::Allow,
        }
    }
}

#[tokio::test]
async fn a_shadow_falls_on_a_rule_and_on_no_login_owner_or_check() {
    let tools = || Toolset::new(Drafts).tool(DraftTool);
    let protected = gate(Builder::allow_shadow).protect(tools()).unwrap();
    let alice = || toolgate_testing::caller("alice").acr("urn:strong");
    for (caller, owner, runs) in [
        (alice(), "alice", true),
        (alice().roles(["manager"]), "alice", true),
        (alice().acr("urn:weak"), "alice", false),
        (alice(), "bob", false),
        (alice().tenant("closed"), "alice", false),
    ] {
        let call = protected.call("draft", Some(caller.build()), json!({"tenant": owner}));
        assert_eq!(call.await.unwrap().is_ok(), runs, "{owner}");
    }
    assert_eq!(
        ScopeDocument::new(&tools()).tools[0].demands,
        [
            "a valid token",
            "one of (all of (the scope `notes:write`, the role `editor`), the role `manager`) (**not enforced**)",
            "a login of one of the classes `urn:strong`",
            "`tenant` is the caller",
            "`Drafts::may_write` allows it",
        ]
    );
}
