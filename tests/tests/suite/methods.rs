//! Tools that are methods, over HTTP: what their toolset demands, and what they demand besides.

use super::SDK;
use crate::server::Running;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use toolgate::docs::ScopeDocument;
use toolgate::{Caller, Toolset, toolset};
use toolgate_testing::{Reply, TokenBuilder};

#[derive(Clone, Default)]
struct Folders {
    runs: Arc<AtomicUsize>,
}

#[derive(Deserialize, JsonSchema)]
struct Folder {
    folder: String,
}

#[toolset(scopes_all = ["folders:read"], roles = ["user", "manager"], tenant_of = Self::tenant_of)]
impl Folders {
    /// Demands what its toolset demands.
    #[mcp_tool]
    async fn count(&self) -> Result<String, Infallible> {
        Ok(self.runs.fetch_add(1, Ordering::SeqCst).to_string())
    }

    /// Demands more.
    #[mcp_tool(scopes_all = ["folders:write"], roles = ["manager"], tenant_field = "folder", audit_fields = ["folder"])]
    async fn remove(&self, args: Folder, caller: Caller) -> Result<String, Infallible> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        Ok(format!("{} removed {}", caller.subject(), args.folder))
    }

    async fn tenant_of(&self, folder: &str) -> Result<Option<String>, Infallible> {
        Ok(folder.split_once('-').map(|(tenant, _)| tenant.to_owned()))
    }
}

struct Server {
    folders: Folders,
    running: Running,
}

async fn start() -> Server {
    let folders = Folders::default();
    let tools = Toolset::new(folders.clone()).tools::<Folders>();
    Server {
        folders,
        running: Running::start(SDK, tools).await,
    }
}

impl Server {
    /// A manager of `acme` with all scopes.
    fn alice(&self) -> TokenBuilder {
        let alice = self.running.token("alice").tenant("acme").roles(["manager"]);
        alice.scopes(["folders:read", "folders:write"])
    }

    async fn call(&self, token: TokenBuilder, tool: &str, arguments: Value) -> Reply {
        let client = self.running.client().bearer(token.mint());
        client.call(tool, arguments).await.unwrap()
    }

    fn runs(&self) -> usize {
        self.folders.runs.load(Ordering::SeqCst)
    }
}

fn text(reply: &Reply) -> (&Value, &Value) {
    let result = &reply.body["result"];
    (&result["isError"], &result["content"][0]["text"])
}

#[tokio::test]
async fn whoever_meets_the_demands_of_toolset_and_tool_runs_the_method() {
    let server = start().await;
    let user = || server.alice().roles(["user"]).scopes(["folders:read"]);
    for count in ["0", "1"] {
        let reply = server.call(user(), "count", json!({})).await;
        assert_eq!((reply.status, text(&reply)), (200, (&json!(false), &json!(count))));
    }
    let reply = server.call(server.alice(), "remove", json!({"folder": "acme-1"})).await;
    let expected = json!("alice removed acme-1");
    assert_eq!((reply.status, text(&reply)), (200, (&json!(false), &expected)));
    let records = server.running.records.wait_for("remove", 2).await;
    assert_eq!(records[0]["decision"], "allow");
    assert_eq!(records[1]["outcome"], "ok");
    assert_eq!(server.runs(), 3);
}

#[tokio::test]
async fn what_the_toolset_demands_is_demanded_of_each_tool() {
    let server = start().await;
    for tool in ["count", "remove"] {
        let arguments = || json!({"folder": "acme-1"});
        let reply = server.running.client().call(tool, arguments()).await.unwrap();
        assert_eq!(reply.status, 401, "{tool}");
        let reply = server
            .call(server.alice().scopes(["folders:write"]), tool, arguments())
            .await;
        assert_eq!(
            (reply.status, reply.challenge_param("error")),
            (403, Some("insufficient_scope")),
            "{tool}"
        );
        let reply = server.call(server.alice().roles(["guest"]), tool, arguments()).await;
        assert_eq!((reply.status, &reply.challenge), (403, &None), "{tool}");
    }
    assert_eq!(server.runs(), 0);
}

#[tokio::test]
async fn a_missing_scope_is_answered_with_those_of_toolset_and_tool() {
    let server = start().await;
    let reader = server.alice().scopes(["folders:read"]);
    let reply = server.call(reader, "remove", json!({"folder": "acme-1"})).await;
    assert_eq!(
        (reply.status, reply.challenge_param("scope")),
        (403, Some("folders:read folders:write"))
    );
    let user = server.alice().roles(["user"]);
    let reply = server.call(user, "remove", json!({"folder": "acme-1"})).await;
    assert_eq!((reply.status, &reply.challenge), (403, &None));
    assert_eq!(server.runs(), 0);
}

#[tokio::test]
async fn a_tenant_is_found_by_the_lookup_of_the_toolset() {
    let server = start().await;
    for folder in ["globex-1", "nowhere"] {
        let reply = server.call(server.alice(), "remove", json!({"folder": folder})).await;
        let expected = json!("not found or not permitted");
        assert_eq!((reply.status, text(&reply)), (200, (&json!(true), &expected)));
    }
    let reasons: Vec<_> = server
        .running
        .records
        .of("remove")
        .iter()
        .map(|record| record["reason"].clone())
        .collect();
    assert_eq!(reasons, ["other_tenant", "no_such_resource"]);
    assert_eq!(server.runs(), 0);
}

#[test]
fn the_scope_document_shows_both_demands_at_the_tool() {
    let document = ScopeDocument::new(&Toolset::new(Folders::default()).tools::<Folders>());
    let json: Value = serde_json::from_str(&document.to_json()).unwrap();
    let remove = &json["tools"][1];
    assert_eq!(remove["name"], "remove", "{json}");
    assert_eq!(remove["policy"]["scopes_all"], json!(["folders:read", "folders:write"]));
    assert_eq!(remove["policy"]["roles"], json!(["manager"]));
    assert_eq!(remove["policy"]["tenant"]["lookup"], "Folders::tenant_of");
}
