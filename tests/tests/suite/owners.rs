//! Who may touch what belongs to somebody.

use super::SDK;
use crate::server::Running;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use toolgate::{State, Toolset, mcp_tool};
use toolgate_testing::{Reply, TokenBuilder};

#[derive(Deserialize, JsonSchema)]
struct Profile {
    user: String,
}

#[derive(Deserialize, JsonSchema)]
struct Inboxes {
    inboxes: Vec<Inbox>,
}

#[derive(Deserialize, JsonSchema)]
struct Inbox {
    owner: String,
}

#[derive(Clone)]
struct Users;

impl Users {
    async fn tenant_of(&self, user: &str) -> Result<Option<String>, Infallible> {
        Ok(match user {
            "alice" | "bob" | "demo" => Some("acme".to_owned()),
            "carol" => Some("globex".to_owned()),
            _ => None,
        })
    }
}

/// Shows the profile of a user, who is the caller.
#[mcp_tool(owner_field = "user", audit_fields = ["user"])]
async fn own_profile(args: Profile) -> Result<String, Infallible> {
    Ok(args.user)
}

/// Shows the profile of a user of the caller's tenant, who is the caller or does not mind.
#[mcp_tool(
    owner_field = "user",
    owner_unless = ["users:all"],
    tenant_field = "user",
    tenant_of = Users::tenant_of,
)]
async fn profile(args: Profile, _: State<Users>) -> Result<String, Infallible> {
    Ok(args.user)
}

/// Empties inboxes, all of them the caller's.
#[mcp_tool(owner_field = "inboxes[*].owner")]
async fn empty(args: Inboxes) -> Result<String, Infallible> {
    let owners: Vec<_> = args.inboxes.into_iter().map(|inbox| inbox.owner).collect();
    Ok(owners.join(" "))
}

fn tools() -> Toolset<Users> {
    Toolset::new(Users)
        .tool(OwnProfileTool)
        .tool(ProfileTool)
        .tool(EmptyTool)
}

async fn call(server: &Running, token: TokenBuilder, tool: &str, arguments: Value) -> Reply {
    server
        .client()
        .bearer(token.mint())
        .call(tool, arguments)
        .await
        .unwrap()
}

/// What became of it: the text of a result or of an error in one.
fn outcome(reply: &Reply) -> (u16, bool, String) {
    (reply.status, reply.is_error(), reply.text())
}

fn denied() -> (u16, bool, String) {
    (200, true, "not found or not permitted".to_owned())
}

fn allowed(text: &str) -> (u16, bool, String) {
    (200, false, text.to_owned())
}

#[tokio::test]
async fn the_owner_may_and_nobody_else_and_the_record_says_why() {
    let server = Running::start(SDK, tools()).await;
    for (subject, user, expected) in [
        ("alice", "alice", allowed("alice")),
        ("alice", "bob", denied()),
        ("alice", "nobody", denied()),
        ("alice", "", denied()),
        ("bob", "alice", denied()),
    ] {
        let reply = call(&server, server.token(subject), "own_profile", json!({"user": user})).await;
        assert_eq!(outcome(&reply), expected, "{subject} {user:?}");
        assert_eq!(reply.challenge, None);
    }
    server.records.wait_for("own_profile", 6).await;
    let records = server.records.of("own_profile");
    let decisions = records.iter().filter(|record| record["event"] == "decision");
    let decisions: Vec<_> = decisions
        .map(|record| (&record["decision"], &record["reason"], &record["arguments"]["user"]))
        .collect();
    let (allow, deny, other) = (json!("allow"), json!("deny"), json!("other_owner"));
    let users = ["alice", "bob", "nobody", "", "alice"].map(|user| json!(user));
    assert_eq!(
        decisions,
        [
            (&allow, &Value::Null, &users[0]),
            (&deny, &other, &users[1]),
            (&deny, &other, &users[2]),
            (&deny, &other, &users[3]),
            (&deny, &other, &users[4]),
        ]
    );
}

/// With client credentials the subject is the client's id (RFC 9068 section 5), which may be the name of a user.
#[tokio::test]
async fn at_11_a_client_in_its_own_name_is_not_the_user_of_that_name() {
    let server = Running::start(SDK, tools()).await;
    let client = || server.token("alice").client_id("alice").tenant("acme");
    let reply = call(&server, client(), "own_profile", json!({"user": "alice"})).await;
    assert_eq!(outcome(&reply), denied());
    let record = &server.records.of("own_profile")[0];
    assert_eq!(
        (&record["kind"], &record["reason"]),
        (&json!("client"), &json!("client_owns_nothing"))
    );
    // It may do what any caller may who need not be the owner.
    let excused = client().scopes(["users:all"]);
    let reply = call(&server, excused, "profile", json!({"user": "alice"})).await;
    assert_eq!(outcome(&reply), allowed("alice"));
}

#[tokio::test]
async fn who_need_not_be_the_owner_stays_within_the_tenant() {
    let server = Running::start(SDK, tools()).await;
    let alice = || server.token("alice").tenant("acme");
    for (excused, user, expected, reason) in [
        (false, "alice", allowed("alice"), None),
        (false, "bob", denied(), Some("other_owner")),
        (true, "bob", allowed("bob"), None),
        (true, "carol", denied(), Some("other_tenant")),
        (true, "nobody", denied(), Some("no_such_resource")),
    ] {
        let before = server.records.of("profile").len();
        let token = alice().scopes(
            if excused {
                &["users:all"][..]
            } else {
                &["users:al", "users"]
            }
            .iter()
            .copied(),
        );
        let reply = call(&server, token, "profile", json!({"user": user})).await;
        assert_eq!(outcome(&reply), expected, "{excused} {user}");
        let record = &server.records.of("profile")[before];
        assert_eq!(record["reason"].as_str(), reason, "{excused} {user}");
        server
            .records
            .wait_for("profile", before + 1 + usize::from(reason.is_none()))
            .await;
    }
    // One without a tenant is excused, and stays outside.
    let homeless = server.token("alice").scopes(["users:all"]);
    let reply = call(&server, homeless, "profile", json!({"user": "bob"})).await;
    assert_eq!(outcome(&reply), denied());
}

#[tokio::test]
async fn every_element_is_the_callers_and_there_is_one() {
    let server = Running::start(SDK, tools()).await;
    for (owners, expected) in [
        (&["alice"][..], allowed("alice")),
        (&["alice", "alice"], allowed("alice alice")),
        (&["alice", "bob"], denied()),
        (&["bob", "alice"], denied()),
        (&[], denied()),
    ] {
        let inboxes: Vec<_> = owners.iter().map(|owner| json!({"owner": owner})).collect();
        let reply = call(&server, server.token("alice"), "empty", json!({"inboxes": inboxes})).await;
        assert_eq!(outcome(&reply), expected, "{owners:?}");
    }
}
