//! The table. What an SDK, an era or a transport does in its own way stands in the case.

use super::{Case, Era, Sdk, Transport, Who, call, case};
use serde_json::{Value, json};
use toolgate_testing::IdentityProvider;

/// What those are told over stdio who may not, and those who ask for what is not there.
const NO: &str = "not found or not permitted";

fn update(id: &str) -> Value {
    json!({"resource_id": id, "text": "new"})
}

fn expired(provider: &IdentityProvider, resource: &str) -> String {
    let alice = provider.token("alice").audience(resource).tenant("acme");
    alice.expired().mint()
}

/// In this order: the last ones change what the others find.
#[must_use]
pub fn cases() -> Vec<Case> {
    [
        open_tools(),
        refused_at_the_door(),
        lists_and_other_methods(),
        decided_by_arguments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Tools for everyone, or for every caller.
#[rustfmt::skip]
fn open_tools() -> Vec<Case> {
    use Who::{Nobody, User};
    vec![
        call("a public tool is for everyone", Nobody, "server_time", json!({}))
            .body("/result/isError", false)
            .records(&["server_time allow", "server_time ok"]),
        call("and for callers", User("bob"), "server_time", json!({}))
            .body("/result/isError", false)
            .records(&["server_time allow", "server_time ok"]),
        call("a tool knows its caller", User("bob"), "whoami", json!({}))
            .body("/result/isError", false)
            .body("/result/structuredContent", json!({"subject": "bob", "tenant": "acme", "scopes": ["read:tools"], "roles": ["user"]}))
            .body("/result/content/0/type", "text")
            .body("/result/content/1", Value::Null)
            .records(&["whoami allow", "whoami ok"]),
        call("arguments may be left out", User("bob"), "list_notes", Value::Null)
            .body("/result/structuredContent/notes/0/id", "acme-1")
            .body("/result/structuredContent/notes/2", Value::Null)
            .records(&["list_notes allow", "list_notes ok"]),
    ]
}

/// Calls that HTTP answers. Over stdio a token that is no good is none.
#[rustfmt::skip]
fn refused_at_the_door() -> Vec<Case> {
    use Who::{Holder, Nobody, Thief, User};
    let foreign = |provider: &IdentityProvider, _: &str| provider.token("alice").audience("https://other.example/mcp").mint();
    let garbage = |_: &IdentityProvider, _: &str| "garbage".to_owned();
    let admin_without_scope = |provider: &IdentityProvider, resource: &str| {
        provider.token("frank").audience(resource).tenant("acme").scopes(["read:tools"]).roles(["admin"]).mint()
    };
    let without_role = |provider: &IdentityProvider, resource: &str| {
        provider.token("eve").audience(resource).tenant("acme").scopes(["write:tools"]).mint()
    };
    vec![
        call("without a token a tool for callers is a 401", Nobody, "whoami", json!({}))
            .status(401).challenge(None, "read:tools")
            .body("/error/code", 401).body("/result", Value::Null)
            .records(&["whoami deny unauthenticated"])
            .over_stdio(|answer| answer.error(NO)),
        call("that names the scopes of the tool", Nobody, "update_note", update("acme-1"))
            .status(401).challenge(None, "read:tools write:tools")
            .records(&["update_note deny unauthenticated"])
            .over_stdio(|answer| answer.error(NO)),
        call("an expired token is a 401", Thief(expired), "whoami", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"])
            .over_stdio(|answer| answer.error(NO).records(&["whoami deny unauthenticated"])),
        call("on a public tool too", Thief(expired), "server_time", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"])
            .over_stdio(|answer| answer.body("/result/isError", false).records(&["server_time allow", "server_time ok"])),
        call("a token for another server is a 401", Thief(foreign), "whoami", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"])
            .over_stdio(|answer| answer.error(NO).records(&["whoami deny unauthenticated"])),
        call("what is no token is a 401", Thief(garbage), "whoami", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"])
            .over_stdio(|answer| answer.error(NO).records(&["whoami deny unauthenticated"])),

        call("a missing scope is a 403 that names it", User("erin"), "update_note", update("acme-1"))
            .status(403).challenge(Some("insufficient_scope"), "write:tools")
            .body("/error/code", 403)
            .records(&["update_note deny insufficient_scope"])
            .over_stdio(|answer| answer.error("needs scope write:tools")),
        call("whatever the arguments", User("erin"), "update_note", json!({"nonsense": true}))
            .status(403).challenge(Some("insufficient_scope"), "write:tools")
            .records(&["update_note deny insufficient_scope"])
            .over_stdio(|answer| answer.error("needs scope write:tools")),
        call("and for an admin too", Holder(admin_without_scope), "delete_notes", json!({}))
            .status(403).challenge(Some("insufficient_scope"), "admin")
            .records(&["delete_notes deny insufficient_scope"])
            .over_stdio(|answer| answer.error("needs scope admin")),
        call("a missing role is a 403 without a challenge", Holder(without_role), "update_note", update("acme-1"))
            .status(403)
            .body("/error/message", "not permitted")
            .records(&["update_note deny insufficient_role"])
            .over_stdio(|answer| answer.error(NO)),
        call("also where a scope is missing, which would not help", User("bob"), "update_note", update("acme-1"))
            .status(403)
            .body("/error/message", "not permitted")
            .records(&["update_note deny insufficient_role"])
            .over_stdio(|answer| answer.error(NO)),
    ]
}

/// What is no call.
#[rustfmt::skip]
fn lists_and_other_methods() -> Vec<Case> {
    use Who::{Nobody, Thief, User};
    vec![
        case("a list is what the caller may call", User("bob"), "tools/list", json!({}))
            .lists(&["server_time", "whoami", "list_notes"]),
        case("and is private", User("bob"), "tools/list", json!({})).within(Era::Stateless)
            .body("/result/cacheScope", "private")
            .body("/result/ttlMs", 0),
        case("where there is caching", User("bob"), "tools/list", json!({})).within(Era::Sessions)
            .body("/result/cacheScope", Value::Null)
            .body("/result/ttlMs", Value::Null),
        case("nobody may call what is public", Nobody, "tools/list", json!({}))
            .lists(&["server_time"]),
        case("who has everything sees everything", User("carol"), "tools/list", json!({}))
            .lists(&["server_time", "whoami", "list_notes", "update_note", "delete_notes"])
            .body("/result/tools/3/inputSchema/required", json!(["resource_id", "text"]))
            .body("/result/tools/3/outputSchema/type", "object")
            .body("/result/tools/4/annotations/destructiveHint", true)
            .body("/result/tools/3/description", "Replaces the text of a note."),
        case("a bad token gets no list", Thief(expired), "tools/list", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"])
            .over_stdio(|answer| answer.lists(&["server_time"]).records(&[])),

        case("other methods need a token", Nobody, "resources/list", json!({})).over(Transport::Http)
            .status(401).challenge(None, "read:tools")
            .records(&["- deny unauthenticated"]),
        // A server without resources: to one SDK the method is unknown, to the other the list is empty.
        case("with one they are the SDK's business", User("alice"), "resources/list", json!({})).with(Sdk::Pmcp)
            .body("/result/resources", json!([])),
        case("with one they are the SDK's business", User("alice"), "resources/list", json!({})).with(Sdk::Rmcp).within(Era::Sessions)
            .body("/error/code", -32601),
        case("with one they are the SDK's business", User("alice"), "resources/list", json!({})).with(Sdk::Rmcp).within(Era::Stateless)
            .status(404)
            .body("/error/code", -32601),
    ]
}

/// Calls that get as far as the tool's arguments, or to none.
#[rustfmt::skip]
fn decided_by_arguments() -> Vec<Case> {
    use Who::{Nobody, User};
    vec![
        call("who may, may", User("alice"), "update_note", update("acme-1"))
            .body("/result/isError", false)
            .body("/result/structuredContent/text", "new")
            .records(&["update_note allow", "update_note ok"]),
        call("not in another tenant", User("alice"), "update_note", update("globex-1"))
            .error(NO)
            .records(&["update_note deny other_tenant"]),
        call("which is the same as not there", User("alice"), "update_note", update("nothing-1"))
            .error(NO)
            .records(&["update_note deny no_such_resource"]),
        call("wrong arguments are an error that says what is wrong", User("alice"), "update_note", json!({"resource_id": "acme-1"}))
            .error("invalid arguments: missing field `text`")
            .records(&["update_note deny invalid_arguments"]),

        call("an unknown tool is an error of the protocol", User("alice"), "no_such_tool", json!({}))
            .body("/error/code", -32602).body("/error/message", "tool not found")
            .records(&["- deny unknown_tool"]),
        call("for those who have a token", Nobody, "no_such_tool", json!({}))
            .status(401).challenge(None, "read:tools")
            .records(&["- deny unauthenticated"])
            .over_stdio(|answer| {
                let answer = answer.body("/error/code", -32602).body("/error/message", "tool not found");
                answer.records(&["- deny unknown_tool"])
            }),

        call("a destructive tool for those who may", User("carol"), "delete_notes", json!({}))
            .body("/result/structuredContent/count", 1)
            .records(&["delete_notes allow", "delete_notes ok"]),
        call("and for nobody else", User("alice"), "delete_notes", json!({}))
            .status(403)
            .body("/error/message", "not permitted")
            .records(&["delete_notes deny insufficient_role"])
            .over_stdio(|answer| answer.error(NO)),
        // Over stdio each case has a server of its own, and nobody calls it too often.
        call("who may, may again", User("carol"), "delete_notes", json!({})).over(Transport::Http)
            .body("/result/structuredContent/count", 0)
            .records(&["delete_notes allow", "delete_notes ok"]),
        call("but not too often", User("carol"), "delete_notes", json!({})).over(Transport::Http)
            .status(429)
            .body("/error/code", 429).body("/error/message", "too many calls")
            .records(&["delete_notes deny rate_limited"]),
    ]
}
