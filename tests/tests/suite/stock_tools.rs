//! Tools that a server already has, next to guarded ones.

use crate::server::Running;
use axum::Router;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, tool, tool_router};
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use toolgate::policy::{OwnerDemand, TenantDemand};
use toolgate::rmcp::Server;
use toolgate::{Gate, Policy, ScopeToken, Toolset, mcp_tool};

/// Guarded.
#[mcp_tool(public)]
async fn guarded() -> Result<&'static str, Infallible> {
    Ok("guarded")
}

#[derive(Clone, Debug, Default)]
struct Stock {
    runs: Arc<AtomicUsize>,
}

#[tool_router]
impl Stock {
    #[tool(description = "A tool written for the SDK")]
    fn stock(&self) -> String {
        self.runs.fetch_add(1, Ordering::SeqCst);
        "stock".to_owned()
    }
}

/// Other tools for the SDK.
struct Failing;

#[tool_router]
impl Failing {
    #[tool(description = "A tool that gives a result")]
    fn working(&self) -> String {
        "done".to_owned()
    }

    #[tool(description = "A tool that gives a result which is an error")]
    fn failing(&self) -> CallToolResult {
        CallToolResult::error(vec![ContentBlock::text("no")])
    }

    #[tool(description = "A tool that gives an error")]
    fn broken(&self) -> Result<String, ErrorData> {
        Err(ErrorData::internal_error("no", None))
    }
}

const WRITE: Policy = Policy::AUTHENTICATED
    .scopes_all(&[ScopeToken::from_static("write:tools")])
    .roles(&["manager"]);

async fn start(stock: &Stock, policy: Policy) -> Running {
    let service = stock.clone();
    let tools = Toolset::new(())
        .tool(GuardedTool)
        .stock_tools(&Stock::tool_router(), policy);
    let serve = |protected: &toolgate::Protected| {
        let server = Server::with_router(protected, "test", "1", service, Stock::tool_router()).unwrap();
        let config = StreamableHttpServerConfig::default();
        let sessions = Arc::new(LocalSessionManager::default());
        let mcp = StreamableHttpService::new(move || Ok(server.clone()), sessions, config);
        Router::new().route_service("/mcp", mcp).layer(protected.layer())
    };
    Running::start_app(tools, |gate| gate, serve).await
}

#[tokio::test]
async fn a_stock_tool_runs_under_its_policy_only() {
    let stock = Stock::default();
    let server = start(&stock, WRITE).await;
    let writer = server.token("alice").scopes(["write:tools"]).roles(["manager"]).mint();
    let writer = server.client().bearer(writer);
    let reply = writer.call("stock", json!({})).await.unwrap();
    assert_eq!((reply.status, reply.text().as_str()), (200, "stock"));
    assert_eq!(writer.list().await.unwrap().tools(), ["guarded", "stock"]);
    let records = server.records.wait_for("stock", 2).await;
    assert_eq!(
        (&records[0]["decision"], &records[1]["outcome"]),
        (&json!("allow"), &json!("ok"))
    );

    let reader = server
        .client()
        .bearer(server.token("bob").scopes(["read:tools"]).roles(["manager"]).mint());
    let reply = reader.call("stock", json!({})).await.unwrap();
    assert_eq!(
        (reply.status, reply.challenge_param("scope")),
        (403, Some("write:tools"))
    );
    assert_eq!(reader.list().await.unwrap().tools(), ["guarded"]);
    assert_eq!(server.client().call("stock", json!({})).await.unwrap().status, 401);
    assert_eq!(
        server.client().call("guarded", json!({})).await.unwrap().text(),
        "guarded"
    );
    assert_eq!(stock.runs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_outcome_of_a_stock_tool_is_what_its_answer_says() {
    let tools = Toolset::new(()).stock_tools(&Failing::tool_router(), Policy::PUBLIC);
    let serve = |protected: &toolgate::Protected| {
        let server = Server::with_router(protected, "test", "1", Failing, Failing::tool_router()).unwrap();
        Router::new().fallback_service(server.http_service())
    };
    let server = Running::start_app(tools, |gate| gate, serve).await;
    for (tool, outcome) in [("working", "ok"), ("failing", "tool_error"), ("broken", "tool_error")] {
        let reply = server.client().call(tool, json!({})).await.unwrap();
        assert_eq!(reply.is_error(), outcome != "ok", "{tool}");
        let records = server.records.wait_for(tool, 2).await;
        assert_eq!(
            (&records[0]["decision"], &records[1]["outcome"]),
            (&json!("allow"), &json!(outcome)),
            "{tool}"
        );
    }
}

#[test]
fn r22_a_stock_tool_without_a_policy_is_refused() {
    let protected = Gate::public_only()
        .unwrap()
        .protect(Toolset::new(()).tool(GuardedTool))
        .unwrap();
    let error = Server::with_router(&protected, "test", "1", Stock::default(), Stock::tool_router()).unwrap_err();
    assert!(
        error.to_string().contains("nothing says who may call `stock`"),
        "{error}"
    );
    assert!(error.to_string().contains("help: add `.stock_tools("), "{error}");
}

/// Has the name of a stock tool.
#[mcp_tool(public, name = "stock")]
async fn impostor() -> Result<(), Infallible> {
    Ok(())
}

#[test]
fn a_stock_tool_cannot_take_the_place_of_a_guarded_one() {
    let gate = Gate::public_only().unwrap();
    let protected = gate.protect(Toolset::new(()).tool(ImpostorTool)).unwrap();
    let error = toolgate::rmcp::Router::new(&protected, Stock::tool_router()).unwrap_err();
    assert!(
        error.to_string().contains("a guarded tool and a tool of the router"),
        "{error}"
    );
    let both = Toolset::new(())
        .tool(ImpostorTool)
        .stock_tools(&Stock::tool_router(), Policy::PUBLIC);
    assert!(
        gate.protect(both)
            .unwrap_err()
            .to_string()
            .contains("two tools are called `stock`")
    );
}

#[test]
fn a_demand_on_arguments_that_cannot_be_checked_is_refused_for_stock_tools() {
    let tenant = |field, lookup| Policy::AUTHENTICATED.tenant(TenantDemand { field, lookup });
    let owner = OwnerDemand {
        field: "[*]",
        unless: &[],
    };
    for (policy, message) in [
        (
            tenant("id", Some("Notes::tenant_of")),
            "has `Notes::tenant_of` look up a tenant",
        ),
        (
            tenant("a..b", None),
            "`a..b` in the policy of `stock` is not the path of a field",
        ),
        (tenant("", None), "is not the path of a field"),
        (
            Policy::AUTHENTICATED.owner(owner),
            "`[*]` in the policy of `stock` is not the path of a field",
        ),
        (
            Policy::AUTHENTICATED.check("Notes::may"),
            "asks `Notes::may`, which nobody does",
        ),
    ] {
        let gate = crate::traps::other_gate();
        let tools = Toolset::new(()).stock_tools(&Stock::tool_router(), policy);
        let error = toolgate::rmcp::Router::<Stock>::new(&gate.protect(tools).unwrap(), Stock::tool_router());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");

        let tools = Toolset::new(()).stock_pmcp_tool("stock", crate::adopted::handler(), policy);
        let error = toolgate::pmcp::Tools::new(&gate.protect(tools).unwrap());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_router_type_without_tools_needs_no_policy() {
    let protected = Gate::public_only()
        .unwrap()
        .protect(Toolset::new(()).tool(GuardedTool))
        .unwrap();
    assert!(
        toolgate::rmcp::Router::<Stock>::new(&protected, ToolRouter::new())
            .unwrap()
            .get("guarded")
            .is_some()
    );
}
