//! How strong a login has to be and how fresh, and what a client is told about it.

use super::SDK;
use crate::server::{Builder, Running};
use crate::stdio::Hands;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use toolgate::{NoArguments, Toolset, mcp_tool};
use toolgate_testing::{Reply, TokenBuilder};

/// Needs a strong login.
#[mcp_tool(scopes_all = ["notes:write"], acr = ["urn:strong", "urn:hardware"])]
async fn strong() -> Result<&'static str, Infallible> {
    Ok("done")
}

/// Needs a login of the last quarter of an hour.
#[mcp_tool(max_age = "15min")]
async fn recent() -> Result<&'static str, Infallible> {
    Ok("done")
}

/// Needs both, and a role.
#[mcp_tool(scopes_all = ["notes:write"], roles = ["admin"], acr = ["urn:strong"], max_age = "15min")]
async fn both(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("done")
}

fn tools() -> Toolset {
    Toolset::new(()).tool(StrongTool).tool(RecentTool).tool(BothTool)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

async fn call(server: &Running, tool: &str, token: TokenBuilder) -> Reply {
    server
        .client()
        .bearer(token.mint())
        .call(tool, json!({}))
        .await
        .unwrap()
}

fn challenge(server: &Running, reply: &Reply) -> String {
    let base = server.url.trim_end_matches("/mcp");
    reply.challenge.as_deref().unwrap_or("none").replace(base, "BASE")
}

const METADATA: &str = r#"resource_metadata="BASE/.well-known/oauth-protected-resource/mcp""#;
const PROBLEM: &str =
    r#"error="insufficient_user_authentication", error_description="a stronger or a newer login is needed""#;

/// The only record of a denial: the layer and the gate can both deny, one of them writes it down.
fn denial(server: &Running) -> (Value, Value) {
    let records = server.records.all();
    assert_eq!(records.len(), 1, "{}", server.records.text());
    assert_eq!(records[0]["decision"], "deny");
    (records[0]["reason"].clone(), records[0]["detail"].clone())
}

#[tokio::test]
async fn su_01_02_a_weak_login_is_a_401_that_names_the_classes_in_order() {
    let weak = [
        (Some("urn:weak"), "the `acr` of the token is none of those demanded"),
        (Some("urn:STRONG"), "the `acr` of the token is none of those demanded"),
        (None, "the token has no `acr`"),
    ];
    for (acr, detail) in weak {
        let server = Running::start(SDK, tools()).await;
        let mut token = server.token("alice").scopes(["notes:write"]);
        if let Some(acr) = acr {
            token = token.claim("acr", acr);
        }
        let reply = call(&server, "strong", token).await;
        assert_eq!(reply.status, 401);
        assert_eq!(
            challenge(&server, &reply),
            format!(r#"Bearer {PROBLEM}, acr_values="urn:strong urn:hardware", scope="notes:write", {METADATA}"#)
        );
        let expected = (json!("insufficient_user_authentication"), json!(detail));
        assert_eq!(denial(&server), expected);
    }
}

#[tokio::test]
async fn a_login_of_either_class_is_let_through_and_recorded() {
    for acr in ["urn:strong", "urn:hardware"] {
        let server = Running::start(SDK, tools()).await;
        let token = server.token("alice").scopes(["notes:write"]).claim("acr", acr);
        let reply = call(&server, "strong", token).await;
        assert_eq!(
            (reply.status, reply.is_error(), reply.text()),
            (200, false, "done".to_owned())
        );
        let records = server.records.wait_for("strong", 2).await;
        assert_eq!(
            (&records[0]["decision"], &records[1]["outcome"]),
            (&json!("allow"), &json!("ok"))
        );
    }
}

#[tokio::test]
async fn su_01_02_an_old_login_is_a_401_that_says_how_old_it_may_be() {
    let old = [
        (Some(now() - 3600), "the `auth_time` of the token is too long ago"),
        (Some(now() + 3600), "the `auth_time` of the token has not come yet"),
        (None, "the token has no `auth_time`"),
    ];
    for (auth_time, detail) in old {
        let server = Running::start(SDK, tools()).await;
        let mut token = server.token("alice");
        if let Some(auth_time) = auth_time {
            token = token.claim("auth_time", auth_time);
        }
        let reply = call(&server, "recent", token).await;
        assert_eq!(reply.status, 401);
        assert_eq!(
            challenge(&server, &reply),
            format!(r#"Bearer {PROBLEM}, max_age="900", {METADATA}"#)
        );
        let expected = (json!("insufficient_user_authentication"), json!(detail));
        assert_eq!(denial(&server), expected);
    }
}

/// The token does not change, the time does. The tool stays in the list: else no client would ever be told to log in again.
#[tokio::test]
async fn a_login_grows_old_by_the_clock_of_the_gate() {
    let clock = Hands::at_this_moment();
    let server = Running::start_with(SDK, tools(), |gate| gate.clock(clock.clone())).await;
    let token = server
        .token("alice")
        .claim("auth_time", now())
        .expires_in(Duration::from_hours(2))
        .mint();
    let client = server.client().bearer(token);
    assert_eq!(client.call("recent", json!({})).await.unwrap().text(), "done");
    assert_eq!(client.list().await.unwrap().tools(), ["recent"]);
    // A quarter of an hour, and a minute by which clocks may differ.
    clock.go_on(900 + 60 + 2);
    assert_eq!(client.call("recent", json!({})).await.unwrap().status, 401);
    assert_eq!(client.list().await.unwrap().tools(), ["recent"]);
}

#[tokio::test]
async fn a_list_of_what_can_be_called_is_without_what_needs_another_login() {
    let clock = Hands::at_this_moment();
    let configure = |gate: Builder| gate.clock(clock.clone()).list_callable_only();
    let server = Running::start_with(SDK, tools(), configure).await;
    let token = server
        .token("alice")
        .claim("auth_time", now())
        .expires_in(Duration::from_hours(2))
        .mint();
    let client = server.client().bearer(token);
    assert_eq!(client.list().await.unwrap().tools(), ["recent"]);
    clock.go_on(900 + 60 + 2);
    assert_eq!(client.list().await.unwrap().tools(), Vec::<String>::new());
}

/// The next token needs the scopes again, and who lacks a right that no login gives is not sent to log in.
#[tokio::test]
async fn su_03_scopes_and_roles_come_before_the_login() {
    let server = Running::start(SDK, tools()).await;
    let token = || {
        server
            .token("alice")
            .claim("acr", "urn:weak")
            .claim("auth_time", now() - 3600)
    };
    let reply = call(&server, "both", token().roles(["admin"])).await;
    assert_eq!(
        (reply.status, reply.challenge_param("error")),
        (403, Some("insufficient_scope"))
    );
    for without_role in [token(), token().scopes(["notes:write"])] {
        let reply = call(&server, "both", without_role).await;
        assert_eq!((reply.status, reply.challenge.as_deref()), (403, None));
    }
    let rights = || token().scopes(["notes:write"]).roles(["admin"]);
    let reply = call(&server, "both", rights()).await;
    assert_eq!(reply.status, 401);
    assert_eq!(
        challenge(&server, &reply),
        format!(r#"Bearer {PROBLEM}, acr_values="urn:strong", max_age="900", scope="notes:write", {METADATA}"#)
    );
    let reply = call(&server, "both", rights().claim("acr", "urn:strong")).await;
    assert_eq!(reply.status, 401);
    let reply = call(
        &server,
        "both",
        rights().claim("acr", "urn:strong").claim("auth_time", now()),
    )
    .await;
    assert_eq!((reply.status, reply.text()), (200, "done".to_owned()));
}
