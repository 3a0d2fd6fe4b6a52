//! What a token grants by implication, over HTTP.

use super::SDK;
use crate::server::{Builder, Running};
use serde_json::{Value, json};
use std::convert::Infallible;
use toolgate::{Caller, NoArguments, RoleCatalog, ScopeCatalog, Toolset, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads notes.
    #[scope("notes:read", baseline)]
    Read,
    /// Lists notes.
    #[scope("notes:list", baseline)]
    List,
    /// Writes notes.
    #[scope("notes:write", implies(Read))]
    Write,
    /// Does everything with notes.
    #[scope("notes:admin", implies(Write), sensitive, admin_consent)]
    Admin,
}

#[derive(RoleCatalog)]
enum Role {
    /// Manages.
    #[role("manager")]
    Manager,
    /// Administers.
    #[role("admin", implies(Manager))]
    Admin,
}

/// Reads.
#[mcp_tool(scopes_all = [Scope::Read])]
async fn read(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Writes, on the strength of a token that is still good.
#[mcp_tool(scopes_all = [Scope::Write], fresh)]
async fn write(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Administers.
#[mcp_tool(scopes_all = [Scope::Admin, Scope::List])]
async fn administer(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Manages.
#[mcp_tool(roles = [Role::Manager])]
async fn manage(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Tells what the caller holds.
#[mcp_tool(authenticated)]
async fn held(_: NoArguments, caller: Caller) -> Result<String, Infallible> {
    let list = |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<_>>().join(" ");
    Ok(format!(
        "{} | {} | {} | {}",
        list(&mut caller.scopes()),
        list(&mut caller.granted_scopes()),
        list(&mut caller.roles()),
        list(&mut caller.granted_roles()),
    ))
}

fn tools() -> Toolset {
    Toolset::new(())
        .tool(ReadTool)
        .tool(WriteTool)
        .tool(AdministerTool)
        .tool(ManageTool)
        .tool(HeldTool)
}

async fn start() -> Running {
    let tools = tools().scopes::<Scope>().roles::<Role>();
    Running::start_with(SDK, tools, |gate| gate.scopes::<Scope>().roles::<Role>()).await
}

async fn status(server: &Running, token: &str, tool: &str) -> u16 {
    let client = server.client().bearer(token.to_owned());
    client.call(tool, json!({})).await.unwrap().status
}

#[tokio::test]
async fn mcp_45_a_broad_scope_is_enough_for_what_it_implies_by_way_of_others_too() {
    let server = start().await;
    let admin = server.token("alice").scopes(["notes:admin"]).mint();
    for (tool, expected) in [("read", 200), ("write", 200), ("administer", 403), ("manage", 403)] {
        assert_eq!(status(&server, &admin, tool).await, expected, "{tool}");
    }
    // Not the other way round.
    let reader = server.token("bob").scopes(["notes:read"]).mint();
    for (tool, expected) in [("read", 200), ("write", 403), ("administer", 403)] {
        assert_eq!(status(&server, &reader, tool).await, expected, "{tool}");
    }
    let boss = server.token("carol").roles(["admin"]).mint();
    assert_eq!(status(&server, &boss, "manage").await, 200);
}

#[tokio::test]
async fn mcp_45_without_a_catalogue_nothing_is_implied() {
    let server = Running::start(SDK, tools()).await;
    let admin = server.token("alice").scopes(["notes:admin"]).roles(["admin"]).mint();
    for tool in ["read", "write", "manage"] {
        assert_eq!(status(&server, &admin, tool).await, 403, "{tool}");
    }
}

#[tokio::test]
async fn what_the_token_says_can_still_be_read() {
    let server = start().await;
    let token = server
        .token("alice")
        .scopes(["notes:admin", "of:another", "notes:read"])
        .roles(["stranger", "admin"])
        .mint();
    let reply = server.client().bearer(token).call("held", json!({})).await.unwrap();
    let expected = "notes:admin notes:read notes:write of:another | notes:admin notes:read of:another \
                    | admin manager stranger | admin stranger";
    assert_eq!(reply.text(), expected);
}

#[tokio::test]
async fn mcp_60_the_list_shows_what_is_implied() {
    let server = start().await;
    let admin = server.token("alice").scopes(["notes:admin"]).roles(["admin"]).mint();
    let reply = server.client().bearer(admin).list().await.unwrap();
    // For `administer` she lacks a scope that a client can get.
    assert_eq!(reply.tools(), ["read", "write", "administer", "manage", "held"]);
}

#[tokio::test]
async fn mcp_43_the_challenge_names_what_the_tool_declares_and_not_what_it_implies() {
    let server = start().await;
    let token = server.token("alice").scopes(["notes:write"]).mint();
    let reply = server
        .client()
        .bearer(token)
        .call("administer", json!({}))
        .await
        .unwrap();
    assert_eq!(
        (reply.status, reply.challenge_param("scope")),
        (403, Some("notes:admin notes:list"))
    );
    assert_eq!(
        server.records.all()[0]["missing_scopes"],
        json!(["notes:admin", "notes:list"])
    );
}

async fn supported(server: &Running) -> Value {
    let url = server.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let reply = reqwest::get(&url).await.unwrap();
    let document: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
    document["scopes_supported"].clone()
}

#[derive(ScopeCatalog)]
enum Unmarked {
    /// Reads notes.
    #[scope("notes:read")]
    Read,
}

/// Reads.
#[mcp_tool(scopes_all = [Unmarked::Read], read_only = true)]
async fn look(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

#[tokio::test]
async fn mcp_15_the_first_scopes_are_those_that_the_catalogue_marks() {
    let server = start().await;
    assert_eq!(supported(&server).await, json!(["notes:list", "notes:read"]));
    let reply = server.client().bearer("garbage").list().await.unwrap();
    assert_eq!(reply.challenge_param("scope"), Some("notes:list notes:read"));
    // What is said to the gate comes first.
    let server = Running::start_with(SDK, tools().scopes::<Scope>(), |gate| {
        gate.scopes::<Scope>().baseline([Scope::List.token()])
    });
    assert_eq!(supported(&server.await).await, json!(["notes:list"]));
    // A catalogue that marks none leaves it to the tools.
    let tools = Toolset::new(()).scopes::<Unmarked>().tool(LookTool);
    let server = Running::start_with(SDK, tools, Builder::scopes::<Unmarked>).await;
    assert_eq!(supported(&server).await, json!(["notes:read"]));
}
