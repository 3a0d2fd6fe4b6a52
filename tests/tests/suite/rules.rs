//! Scopes and roles in more than one way, and which of them a client is asked for.

use super::SDK;
use crate::server::Running;
use serde_json::{Value, json};
use std::convert::Infallible;
use toolgate::{RoleCatalog, ScopeCatalog, Toolset, mcp_tool};
use toolgate_testing::Reply;

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads notes.
    #[scope("notes:read")]
    Read,
    /// Writes notes.
    #[scope("notes:write")]
    Write,
}

#[derive(RoleCatalog)]
enum Role {
    /// Edits what others wrote.
    #[role("editor")]
    Editor,
}

/// Needs an editor who may write, or an admin.
#[mcp_tool(
    allow = any(all(scope(Scope::Write), role(Role::Editor)), role("admin")),
    catalog = Scope,
)]
async fn edit() -> Result<&'static str, Infallible> {
    Ok("done")
}

/// Needs one scope, or another with a role.
#[mcp_tool(allow = any(all(scope("notes:write"), role("editor")), scope("notes:read")), read_only = true)]
async fn look() -> Result<&'static str, Infallible> {
    Ok("done")
}

/// Needs a role, whatever else.
#[mcp_tool(allow = all(role("admin"), any(scope("notes:all"), role("owner"))), read_only = true)]
async fn rule() -> Result<&'static str, Infallible> {
    Ok("done")
}

async fn start() -> Running {
    Running::start(SDK, Toolset::new(()).tool(EditTool).tool(LookTool).tool(RuleTool)).await
}

async fn call(server: &Running, tool: &str, scopes: &[&str], roles: &[&str]) -> Reply {
    let token = server.token("alice").scopes(scopes.iter().copied());
    let token = token.roles(roles.iter().copied()).mint();
    server.client().bearer(token).call(tool, json!({})).await.unwrap()
}

#[tokio::test]
async fn each_way_to_meet_a_rule_lets_in() {
    let server = start().await;
    for (tool, scopes, roles) in [
        ("edit", &["notes:write"][..], &["editor"][..]),
        ("edit", &[], &["admin"]),
        ("look", &["notes:read"], &[]),
        ("look", &["notes:write"], &["editor"]),
        ("rule", &["notes:all"], &["admin"]),
        ("rule", &[], &["admin", "owner"]),
    ] {
        let reply = call(&server, tool, scopes, roles).await;
        let answer = (reply.status, reply.is_error(), reply.text());
        assert_eq!(answer, (200, false, "done".to_owned()), "{tool} {scopes:?} {roles:?}");
    }
    let records = server.records.wait_for("edit", 4).await;
    assert_eq!(
        (&records[0]["decision"], &records[1]["outcome"]),
        (&json!("allow"), &json!("ok"))
    );
}

#[tokio::test]
async fn mcp_43_a_scope_is_asked_for_only_if_it_lets_in() {
    let server = start().await;
    let none = Value::Null;
    for (tool, scopes, roles, challenge, reason, missing) in [
        (
            "edit",
            &["notes:read"][..],
            &["editor"][..],
            Some("notes:write"),
            "insufficient_scope",
            json!(["notes:write"]),
        ),
        // A scope alone does not help who lacks the role, and none is named: not even those that would with it.
        ("edit", &[], &[], None, "insufficient_rights", none.clone()),
        (
            "edit",
            &["notes:write"],
            &["reader"],
            None,
            "insufficient_rights",
            none.clone(),
        ),
        (
            "look",
            &[],
            &[],
            Some("notes:read"),
            "insufficient_scope",
            json!(["notes:read"]),
        ),
        (
            "look",
            &["notes:write"],
            &[],
            Some("notes:read"),
            "insufficient_scope",
            json!(["notes:read"]),
        ),
        (
            "look",
            &[],
            &["editor"],
            Some("notes:write"),
            "insufficient_scope",
            json!(["notes:write"]),
        ),
        ("rule", &[], &[], None, "insufficient_rights", none.clone()),
        (
            "rule",
            &["notes:all"],
            &["owner"],
            None,
            "insufficient_rights",
            none.clone(),
        ),
        (
            "rule",
            &[],
            &["admin"],
            Some("notes:all"),
            "insufficient_scope",
            json!(["notes:all"]),
        ),
    ] {
        let before = server.records.all().len();
        let reply = call(&server, tool, scopes, roles).await;
        assert_eq!(reply.status, 403, "{tool} {scopes:?} {roles:?}");
        assert_eq!(reply.challenge_param("scope"), challenge, "{tool} {scopes:?} {roles:?}");
        assert_eq!(reply.challenge.is_some(), challenge.is_some());
        let records = server.records.all();
        assert_eq!(records.len(), before + 1);
        let record = &records[before];
        assert_eq!(
            (&record["reason"], &record["missing_scopes"]),
            (&json!(reason), &missing)
        );
    }
}

#[tokio::test]
async fn mcp_15_what_no_scope_alone_lets_in_asks_for_none_at_first() {
    let server = start().await;
    let url = server.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let metadata = reqwest::get(&url).await.unwrap().bytes().await.unwrap();
    let metadata: Value = serde_json::from_slice(&metadata).unwrap();
    assert_eq!(metadata["scopes_supported"], json!(["notes:read"]));
    // MCP-13: and without a token, the first way of the tool.
    let reply = server.client().call("edit", json!({})).await.unwrap();
    assert_eq!(
        (reply.status, reply.challenge_param("scope")),
        (401, Some("notes:read notes:write"))
    );
}
