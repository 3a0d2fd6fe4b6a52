//! Tools that a server already has, each under a policy of its own.

use crate::server::{Running, Sdk, pmcp_builder};
use async_trait::async_trait;
use axum::Router;
use pmcp::axum::RouterConfig;
use pmcp::types::ToolInfo;
use pmcp::{RequestHandlerExtra, ToolHandler};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::{tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use toolgate::policy::{OwnerDemand, TenantDemand};
use toolgate::rmcp::Server;
use toolgate::{Policies, Policy, Protected, ScopeToken, Toolset, policies};

/// Tools that would take any arguments: whatever they are not called with, the gate did not let through.
#[derive(Clone, Default)]
struct Existing {
    runs: Arc<AtomicUsize>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "read by the SDK")]
struct Anything {
    tenant: Option<Value>,
    items: Option<Value>,
    owner: Option<Value>,
}

impl Existing {
    fn ran(&self) -> String {
        self.runs.fetch_add(1, Ordering::SeqCst);
        "done".to_owned()
    }
}

#[policies(table = policies, vis = "pub(crate)")]
#[tool_router]
impl Existing {
    #[tool(description = "Counts")]
    #[policy(public)]
    fn count(&self) -> String {
        self.ran()
    }

    #[tool(description = "Reads")]
    #[policy(scopes_all = ["read"], tenant_field = "tenant")]
    async fn read(&self, Parameters(_): Parameters<Anything>) -> String {
        self.ran()
    }

    #[tool(name = "move", description = "Moves")]
    #[toolgate::policy(roles = ["manager"], tenant_field = "items[*].owner.tenant")]
    async fn move_notes(&self, Parameters(_): Parameters<Anything>) -> String {
        self.ran()
    }

    #[tool(description = "Keeps")]
    #[policy(tenant_field = "tenant", owner_field = "owner.id", owner_unless = ["support"])]
    async fn keep(&self, Parameters(_): Parameters<Anything>) -> String {
        self.ran()
    }

    /// No tool.
    #[expect(dead_code, reason = "only there to be handed on")]
    const NAME: &str = "existing";
}

#[async_trait]
impl ToolHandler for Existing {
    async fn handle(&self, _: Value, _: RequestHandlerExtra) -> pmcp::Result<Value> {
        Ok(self.ran().into())
    }

    fn metadata(&self) -> Option<ToolInfo> {
        Some(ToolInfo::new("existing", None, json!({"type": "object"})))
    }
}

pub(crate) fn handler() -> Arc<dyn ToolHandler> {
    Arc::new(Existing::default())
}

const fn tenant(field: &'static str) -> TenantDemand {
    TenantDemand { field, lookup: None }
}

const READ: Policy = Policy::AUTHENTICATED
    .scopes_all(&[ScopeToken::from_static("read")])
    .tenant(tenant("tenant"));
const MOVE: Policy = Policy::AUTHENTICATED
    .roles(&["manager"])
    .tenant(tenant("items[*].owner.tenant"));
const KEEP: Policy = Policy::AUTHENTICATED.tenant(tenant("tenant")).owner(OwnerDemand {
    field: "owner.id",
    unless: &[ScopeToken::from_static("support")],
});

/// What stands above the methods, by hand.
fn by_hand() -> Policies {
    Policies::new()
        .tool("keep", KEEP)
        .tool("move", MOVE)
        .tool("count", Policy::PUBLIC)
        .tool("read", READ)
}

/// A `pmcp` server with the same tools.
fn existing_server(existing: &Existing) -> pmcp::Server {
    let builder = ["read", "move", "keep", "count"]
        .into_iter()
        .fold(pmcp_builder(), |builder, name| {
            builder.tool_arc(name, Arc::new(existing.clone()))
        });
    builder.build().unwrap()
}

async fn start_rmcp(existing: &Existing, policies: Policies) -> Running {
    let service = existing.clone();
    let tools = Toolset::new(()).stock_tools_by_name(&Existing::tool_router(), policies);
    let serve = |protected: &Protected| {
        let server = Server::with_router(protected, "test", "1", service, Existing::tool_router()).unwrap();
        Router::new().fallback_service(server.http_service())
    };
    Running::start_app(tools, |gate| gate, serve).await
}

async fn start_pmcp(existing: &Existing) -> Running {
    let tools = Toolset::new(()).stock_pmcp_tools_by_name(&existing_server(existing), by_hand());
    let serve = |protected: &Protected| {
        let tools = toolgate::pmcp::Tools::new(protected).unwrap();
        let server = toolgate::pmcp::Server::new(&tools, pmcp_builder().mcp_server(&tools)).unwrap();
        server.router(RouterConfig::default())
    };
    Running::start_app(tools, |gate| gate, serve).await
}

/// The same tools, adopted in every way there is.
async fn each() -> Vec<(Sdk, Existing, Running)> {
    let [one, two, three] = [(); 3].map(|()| Existing::default());
    vec![
        (Sdk::Rmcp, one.clone(), start_rmcp(&one, Existing::policies()).await),
        (Sdk::Rmcp, two.clone(), start_rmcp(&two, by_hand()).await),
        (Sdk::Pmcp, three.clone(), start_pmcp(&three).await),
    ]
}

#[tokio::test]
async fn each_adopted_tool_runs_under_the_policy_of_its_name() {
    for (sdk, existing, server) in each().await {
        let reader = server
            .client()
            .bearer(server.token("alice").tenant("acme").scopes(["read"]).mint());
        let manager = server
            .client()
            .bearer(server.token("mia").tenant("acme").roles(["manager"]).mint());

        let mine = json!({"tenant": "acme"});
        let reply = reader.call("read", mine.clone()).await.unwrap();
        assert_eq!((reply.status, reply.is_error()), (200, false), "{sdk:?} {}", reply.body);
        let records = server.records.wait_for("read", 2).await;
        assert_eq!(
            (&records[0]["decision"], &records[1]["outcome"]),
            (&json!("allow"), &json!("ok")),
            "{sdk:?}"
        );

        let reply = manager.call("read", mine.clone()).await.unwrap();
        assert_eq!(
            (reply.status, reply.challenge_param("scope")),
            (403, Some("read")),
            "{sdk:?}"
        );
        let reply = reader.call("move", json!({"items": []})).await.unwrap();
        assert_eq!((reply.status, reply.challenge.is_some()), (403, false), "{sdk:?}");
        assert_eq!(server.client().call("read", mine).await.unwrap().status, 401, "{sdk:?}");
        assert!(
            !server.client().call("count", json!({})).await.unwrap().is_error(),
            "{sdk:?}"
        );

        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let list = |client: toolgate_testing::McpClient| async move { sorted(client.list().await.unwrap().tools()) };
        assert_eq!(list(reader).await, ["count", "keep", "read"], "{sdk:?}");
        assert_eq!(list(manager).await, ["count", "keep", "move"], "{sdk:?}");
        assert_eq!(list(server.client()).await, ["count"], "{sdk:?}");
        assert_eq!(existing.runs.load(Ordering::SeqCst), 2, "{sdk:?}");
    }
}

#[tokio::test]
async fn r22_arguments_of_an_adopted_tool_that_do_not_name_what_they_have_to_are_denied() {
    let item = |tenant: Value| json!({"owner": {"tenant": tenant}});
    for (sdk, existing, server) in each().await {
        let token = |user| server.token(user).scopes(["read"]).roles(["manager"]);
        let alice = server.client().bearer(token("alice").tenant("acme").mint());
        let astray = server.client().bearer(token("astray").mint());
        let support = token("sue").tenant("acme").scopes(["support"]).mint();
        let support = server.client().bearer(support);
        let keep = |tenant: &str, owner: &str| json!({"tenant": tenant, "owner": {"id": owner}});
        let mut expected = 0;
        for (client, tool, arguments, reason) in [
            (&alice, "read", json!({"tenant": "acme"}), None),
            (&alice, "read", json!({"tenant": "other"}), Some("other_tenant")),
            (&alice, "read", json!({"tenant": "acme "}), Some("other_tenant")),
            (&alice, "read", json!({"tenant": ""}), Some("other_tenant")),
            (&alice, "read", json!({}), Some("no_tenant_named")),
            (&alice, "read", json!({"Tenant": "acme"}), Some("no_tenant_named")),
            (&alice, "read", json!({"tenant": null}), Some("no_tenant_named")),
            (&alice, "read", json!({"tenant": 7}), Some("no_tenant_named")),
            (&alice, "read", json!({"tenant": ["acme"]}), Some("no_tenant_named")),
            (
                &astray,
                "read",
                json!({"tenant": "acme"}),
                Some("caller_without_tenant"),
            ),
            (&astray, "read", json!({}), Some("caller_without_tenant")),
            (
                &alice,
                "move",
                json!({"items": [item(json!("acme")), item(json!("acme"))]}),
                None,
            ),
            (
                &alice,
                "move",
                json!({"items": [item(json!("acme")), item(json!("other"))]}),
                Some("other_tenant"),
            ),
            (
                &alice,
                "move",
                json!({"items": [item(json!("acme")), item(json!(null))]}),
                Some("no_tenant_named"),
            ),
            (
                &alice,
                "move",
                json!({"items": [item(json!("acme")), {}]}),
                Some("no_tenant_named"),
            ),
            (&alice, "move", json!({"items": []}), Some("no_tenant_named")),
            (
                &alice,
                "move",
                json!({"items": item(json!("acme"))}),
                Some("no_tenant_named"),
            ),
            (&alice, "move", json!({}), Some("no_tenant_named")),
            (&alice, "keep", keep("acme", "alice"), None),
            (&alice, "keep", keep("acme", "bob"), Some("other_owner")),
            (&alice, "keep", keep("other", "alice"), Some("other_tenant")),
            (
                &alice,
                "keep",
                json!({"tenant": "acme", "owner": "alice"}),
                Some("no_owner_named"),
            ),
            (&alice, "keep", json!({"tenant": "acme"}), Some("no_owner_named")),
            (&support, "keep", keep("acme", "bob"), None),
            (&support, "keep", keep("other", "bob"), Some("other_tenant")),
            (&support, "keep", json!({"tenant": "acme"}), Some("no_owner_named")),
        ] {
            let before = server.records.of(tool).len();
            let reply = client.call(tool, arguments.clone()).await.unwrap();
            let case = format!("{sdk:?} {tool} {arguments}: {}", reply.body);
            assert_eq!((reply.status, reply.is_error()), (200, reason.is_some()), "{case}");
            let records = server.records.wait_for(tool, before + 1).await;
            match reason {
                None => {
                    expected += 1;
                    server.records.wait_for(tool, before + 2).await;
                    assert_eq!(records[before]["decision"], "allow", "{case}");
                }
                Some(reason) => {
                    assert_eq!(reply.text(), "not found or not permitted", "{case}");
                    assert_eq!(records[before]["decision"], "deny", "{case}");
                    assert_eq!(records[before]["reason"], reason, "{case}");
                }
            }
            assert_eq!(existing.runs.load(Ordering::SeqCst), expected, "{case}");
        }
    }
}

/// The policies that are collected are those that would be written by hand, and the scope document says where they stand.
#[test]
fn a_collected_policy_is_the_one_that_is_written() {
    let document = |policies| {
        let tools = Toolset::new(()).stock_tools_by_name(&Existing::tool_router(), policies);
        serde_json::to_value(toolgate::docs::ScopeDocument::new(&tools)).unwrap()
    };
    let policies = |policies| {
        let document: Value = document(policies);
        let tools = document["tools"].as_array().unwrap().clone();
        tools
            .into_iter()
            .map(|tool| (tool["name"].clone(), tool["policy"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(policies(Existing::policies()), policies(by_hand()));
}

#[test]
fn r22_a_table_that_does_not_fit_its_tools_is_refused() {
    let without_move = || {
        Policies::new()
            .tool("count", Policy::PUBLIC)
            .tool("read", READ)
            .tool("keep", KEEP)
    };
    let existing = Existing::default();
    for (policies, message) in [
        (without_move as fn() -> Policies, "nothing says who may call `move`"),
        (Policies::new, "nothing says who may call `"),
        (
            || by_hand().tool("move_notes", MOVE),
            "there is a policy of `move_notes` (",
        ),
        (
            || by_hand().and(Policies::new().tool("read", Policy::PUBLIC)),
            "two policies are of the tool `read`",
        ),
    ] {
        let router = Toolset::new(()).stock_tools_by_name(&Existing::tool_router(), policies());
        let server = Toolset::new(()).stock_pmcp_tools_by_name(&existing_server(&existing), policies());
        for tools in [router, server] {
            let error = crate::traps::other_gate().protect(tools).unwrap_err().to_string();
            assert!(error.contains(message) && error.contains("help: "), "{error}");
        }
    }
}

/// A tool that is switched off has a policy for when it is switched on.
#[test]
fn a_policy_of_a_disabled_tool_is_one_of_a_tool() {
    let router = || Existing::tool_router().with_disabled("move");
    let tools = Toolset::new(()).stock_tools_by_name(&router(), Existing::policies());
    let protected = crate::traps::other_gate().protect(tools).unwrap();
    let guarded = toolgate::rmcp::Router::<Existing>::new(&protected, router()).unwrap();
    assert!(guarded.get("read").is_some());
    assert!(guarded.get("move").is_none());
    // Switched on behind the gate's back, it has no policy there.
    assert!(toolgate::rmcp::Router::<Existing>::new(&protected, Existing::tool_router()).is_err());
}

struct Generic<T>(T);

#[policies]
#[tool_router]
impl<T: Send + Sync + 'static> Generic<T> {
    #[tool(description = "Answers")]
    #[policy(allow = any(scope("a"), all(role("b"), scope("c"))), max_age = "10min", fresh, rate_limit = "30/min")]
    fn answer(&self) -> String {
        let _ = &self.0;
        String::new()
    }
}

#[test]
fn a_generic_server_has_policies_too() {
    let router = Generic::<u8>::tool_router;
    let tools = Toolset::new(()).stock_tools_by_name(&router(), Generic::<u8>::tool_policies());
    let protected = crate::traps::other_gate().protect(tools).unwrap();
    let guarded = toolgate::rmcp::Router::<Generic<u8>>::new(&protected, router()).unwrap();
    assert!(guarded.get("answer").is_some());
}
