//! What goes wrong with the `pmcp` SDK if nobody takes care. Each test fails without the measure that it names.
//!
//! The traps that show over HTTP with every SDK are in the files that are run with each of them: GET and DELETE without a
//! token and the session of another caller in `sessions`, lists and denials in `challenges`, going away in `audit`.

use crate::legacy::Legacy;
use crate::server::{Running, pmcp_builder};
use async_trait::async_trait;
use axum::Router;
use pmcp::axum::{RouterConfig, concurrent_router};
use pmcp::server::ToolOutput;
use pmcp::server::auth::{AuthContext, ToolAuthorizer};
use pmcp::server::http_middleware::{
    ServerHttpContext, ServerHttpMiddleware, ServerHttpMiddlewareChain, ServerHttpRequest,
};
use pmcp::server::task_store::{InMemoryTaskStore, TaskStore as _};
use pmcp::server::workflow::{SequentialWorkflow, ToolHandle, WorkflowStep};
use pmcp::types::{CallToolResult, ToolInfo};
use pmcp::{RequestHandlerExtra, ServerBuilder, ToolHandler};
use reqwest::Method;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;
use toolgate::pmcp::{Server, Tools};
use toolgate::{Caller, NoArguments, Policy, Protected, ScopeToken, State, Toolset, mcp_tool};

/// Wipes everything.
#[mcp_tool(scopes_all = ["admin"])]
async fn wipe(_: NoArguments, wiped: State<Arc<AtomicUsize>>) -> Result<String, Infallible> {
    wiped.fetch_add(1, Ordering::SeqCst);
    Ok("wiped".to_owned())
}

/// Tells who calls.
#[mcp_tool(public)]
async fn name(_: NoArguments, caller: Option<Caller>) -> Result<String, Infallible> {
    Ok(caller.map_or("nobody".to_owned(), |caller| caller.subject().to_owned()))
}

/// Waits until it is dropped.
#[mcp_tool(authenticated)]
async fn wait(_: NoArguments, never: State<Arc<Notify>>) -> Result<(), Infallible> {
    never.notified().await;
    Ok(())
}

/// Written for the SDK: tells what the SDK lets a tool know, and counts its runs.
#[derive(Clone, Default)]
struct Stock {
    runs: Arc<AtomicUsize>,
    hidden: bool,
}

#[async_trait]
impl ToolHandler for Stock {
    async fn handle(&self, _: Value, extra: RequestHandlerExtra) -> pmcp::Result<Value> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        let auth = extra.auth_context.as_ref();
        Ok(json!({
            "subject": auth.map(|auth| &auth.subject),
            "authenticated": auth.map(|auth| auth.authenticated),
            "scopes": auth.map(|auth| &auth.scopes),
            "tenant": auth.and_then(AuthContext::tenant_id),
            "all": format!("{auth:?} {:?} {:?} {:?}", extra.auth_info, extra.metadata, extra.request_meta),
        }))
    }

    fn metadata(&self) -> Option<ToolInfo> {
        let info = ToolInfo::new("another name", Some("Stock.".to_owned()), json!({"type": "object"}));
        (!self.hidden).then_some(info)
    }
}

impl Stock {
    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    fn handler(&self) -> Arc<dyn ToolHandler> {
        Arc::new(self.clone())
    }
}

fn finish(protected: &Protected, more: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Server {
    let tools = Tools::new(protected).unwrap();
    Server::new(&tools, more(pmcp_builder().mcp_server(&tools))).unwrap()
}

async fn start<S>(tools: Toolset<S>, more: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Running {
    let serve = |protected: &Protected| finish(protected, more).router(RouterConfig::default());
    Running::start_app(tools, |gate| gate, serve).await
}

/// Measure: the gate is in `handle`, which workflows call past `tools/call`.
#[tokio::test]
async fn an_admin_tool_in_a_workflow_needs_the_admin() {
    let wiped = Arc::new(AtomicUsize::new(0));
    let step = WorkflowStep::new("wipe", ToolHandle::new("wipe"));
    let workflow = SequentialWorkflow::new("clean", "Cleans up").step(step);
    let tools = Toolset::new(Arc::clone(&wiped)).tool(WipeTool);
    let server = start(tools, |builder| builder.prompt_workflow(workflow).unwrap()).await;
    let bob = server.client().bearer(server.token("bob").mint());
    let reply = bob.request("prompts/get", json!({"name": "clean"})).await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.body.to_string().contains("needs scope admin"), "{}", reply.body);
    assert_eq!(wiped.load(Ordering::SeqCst), 0);
    let records = server.records.of("wipe");
    assert_eq!(
        (&records[0]["decision"], &records[0]["reason"], &records[0]["user.id"]),
        (&json!("deny"), &json!("insufficient_scope"), &json!("bob"))
    );
    let nobody = server
        .client()
        .request("prompts/get", json!({"name": "clean"}))
        .await
        .unwrap();
    assert_eq!(nobody.status, 401);

    let admin = server.client().bearer(server.token("carol").scopes(["admin"]).mint());
    let reply = admin.request("prompts/get", json!({"name": "clean"})).await.unwrap();
    assert!(reply.body.to_string().contains("wiped"), "{}", reply.body);
    assert_eq!(wiped.load(Ordering::SeqCst), 1);
    assert_eq!(server.records.of("wipe").len(), 3);
}

/// Denies everyone, if it is asked.
struct DenyAll;

#[async_trait]
impl ToolAuthorizer for DenyAll {
    async fn can_access_tool(&self, _: &AuthContext, _: &str) -> pmcp::Result<bool> {
        Ok(false)
    }

    async fn required_scopes_for_tool(&self, _: &str) -> pmcp::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// Measure: the provider never answers "no context". The SDK does not ask its authorizer about one.
#[tokio::test]
async fn the_authorizer_of_the_sdk_is_always_asked() {
    let tools = Toolset::new(()).tool(NameTool);
    let server = start(tools, |builder| builder.tool_authorizer(DenyAll)).await;
    let alice = server.client().bearer(server.token("alice").mint());
    for client in [server.client(), alice] {
        let reply = client.call("name", json!({})).await.unwrap();
        assert!(reply.text().contains("Access denied"), "{}", reply.body);
    }
    assert_eq!(server.records.of("name").len(), 0);
}

/// Notes which headers reach the SDK.
#[derive(Default)]
struct Spy(Mutex<Vec<String>>);

#[async_trait]
impl ServerHttpMiddleware for Spy {
    async fn on_request(&self, request: &mut ServerHttpRequest, _: &ServerHttpContext) -> pmcp::Result<()> {
        let names = request.headers.iter().map(|(name, value)| format!("{name}: {value:?}"));
        self.0.lock().unwrap().extend(names);
        Ok(())
    }
}

/// Measures: the SDK's provider is ours, and the layer removes the headers (MCP-28).
#[tokio::test]
async fn mcp_28_the_sdk_sees_neither_the_token_nor_a_forged_identity() {
    let stock = Stock::default();
    let spy = Arc::new(Spy::default());
    let mut chain = ServerHttpMiddlewareChain::new();
    chain.add(Arc::clone(&spy) as Arc<dyn ServerHttpMiddleware>);
    for chain in [None, Some(Arc::new(chain))] {
        let tools = Toolset::new(()).stock_pmcp_tool("stock", stock.handler(), Policy::PUBLIC);
        let serve = |protected: &Protected| {
            let mut config = RouterConfig::default();
            config.server_config.http_middleware = chain;
            finish(protected, |builder| builder).router(config)
        };
        let server = Running::start_app(tools, |gate| gate, serve).await;
        let token = server.token("bob").tenant("acme").scopes(["read"]).mint();
        let forged = ["User-Id", "User-Email", "Tenant-Id", "User-Groups", "Claim-Custom-Role"]
            .iter()
            .fold(server.client(), |client, name| {
                client.header(&format!("X-Pmcp-{name}"), "forged")
            });
        let nobody = forged.call("stock", json!({})).await.unwrap();
        let bob = forged.bearer(&token).call("stock", json!({})).await.unwrap();
        let signature = token.rsplit('.').next().unwrap();
        for (reply, subject) in [(&nobody, "no caller"), (&bob, "bob")] {
            let seen: Value = serde_json::from_str(&reply.text()).unwrap();
            assert_eq!(seen["subject"], subject);
            assert_eq!(seen["authenticated"], subject == "bob");
            let text = reply.text();
            assert!(!text.contains("forged") && !text.contains(signature), "{text}");
        }
        assert!(bob.text().contains(r#""tenant":"acme""#), "{}", bob.text());
    }
    let headers = spy.0.lock().unwrap().join("\n");
    assert!(headers.contains("mcp-protocol-version"), "{headers}");
    for absent in ["x-pmcp-", "forged", "authorization", "Bearer"] {
        assert!(!headers.contains(absent), "{headers}");
    }
}

/// A server of these tools, and how many sessions it has stored.
async fn start_counting<S>(tools: Toolset<S>) -> (Running, Arc<AtomicUsize>) {
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    let serve = |protected: &Protected| {
        let mut config = RouterConfig::default();
        let generate = config.server_config.session_id_generator.take().unwrap();
        config.server_config.session_id_generator = Some(Box::new(move || {
            count.fetch_add(1, Ordering::SeqCst);
            generate()
        }));
        finish(protected, |builder| builder).router(config)
    };
    (Running::start_app(tools, |gate| gate, serve).await, opened)
}

/// Measure: the layer answers before the SDK, which stores a session before it asks who calls.
#[tokio::test]
async fn a_401_stores_no_session() {
    let (server, opened) = start_counting(Toolset::new(Arc::new(AtomicUsize::new(0))).tool(WipeTool)).await;
    let mut client = Legacy::new(&server, None);
    let initialize = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}});
    for token in [
        None,
        Some("garbage".to_owned()),
        Some(server.token("bob").expired().mint()),
    ] {
        client.token = token;
        assert_eq!(client.post(None, initialize.clone()).await.status(), 401);
        for method in [Method::GET, Method::HEAD, Method::DELETE, Method::PUT, Method::OPTIONS] {
            let reply = client.request(method.clone(), None).send().await.unwrap();
            assert_eq!(reply.status(), 401, "{method}");
        }
    }
    assert_eq!(opened.load(Ordering::SeqCst), 0);
    client.token = Some(server.token("bob").mint());
    client.open().await;
    assert_eq!(opened.load(Ordering::SeqCst), 1);
}

/// Measure: requests without a caller go to an SDK without sessions. It would keep each for as long as it runs.
#[tokio::test]
async fn nobody_gets_no_session_and_needs_none() {
    let (server, opened) = start_counting(Toolset::new(()).tool(NameTool)).await;
    let nobody = Legacy::new(&server, None);
    assert_eq!(nobody.initialize().await, None);
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "name", "arguments": {}}});
    let reply = nobody.post(None, call).await;
    assert_eq!(reply.status(), 200);
    assert!(reply.text().await.unwrap().contains("nobody"));
    assert_eq!(opened.load(Ordering::SeqCst), 0);
}

/// Reads a stream up to the first event with a message.
async fn first_message(stream: &mut reqwest::Response) -> Value {
    let mut text = String::new();
    loop {
        let chunk = tokio::time::timeout(std::time::Duration::from_secs(5), stream.chunk());
        text += std::str::from_utf8(&chunk.await.unwrap().unwrap().unwrap()).unwrap();
        let data = text.lines().find_map(|line| line.strip_prefix("data: "));
        if let Some(data) = data.filter(|_| text.contains("\n\n")) {
            return serde_json::from_str(data).unwrap();
        }
    }
}

/// Measure: in sessions the SDK is told to answer with JSON, whatever it was configured to do. It would send the answer to the stream
/// that the session has open, or had.
#[tokio::test]
async fn an_answer_goes_to_who_asked_and_not_to_the_stream_of_the_session() {
    let tools = Toolset::new(Arc::new(AtomicUsize::new(0)))
        .tool(WipeTool)
        .tool(NameTool);
    let server = start(tools, |builder| builder).await;
    let mut bob = Legacy::new(&server, None);
    bob.token = Some(server.token("bob").mint());
    let session = bob.open().await;
    let stream = bob.ask(Method::GET, Some(&session)).await;
    assert_eq!(stream.status(), 200);
    let answer = bob
        .post(
            Some(&session),
            json!({"jsonrpc": "2.0", "id": 7, "method": "tools/list"}),
        )
        .await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    let list: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let names: Vec<_> = list["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| &tool["name"])
        .collect();
    assert_eq!((&list["id"], names), (&json!(7), vec![&json!("name")]));
    // These protocol versions know no caching.
    assert_eq!(list["result"].get("cacheScope"), None);
}

/// Written for the SDK: tells on the stream of the session how far it is.
struct Telling;

#[async_trait]
impl ToolHandler for Telling {
    async fn handle(&self, _: Value, extra: RequestHandlerExtra) -> pmcp::Result<Value> {
        extra.report_progress(1.0, None, None).await?;
        Ok(json!({}))
    }
}

/// Measure: there is no event store. The SDK's replays the events of all sessions to whoever asks.
#[tokio::test]
async fn nobody_gets_the_events_of_another_session() {
    let tools = Toolset::new(()).stock_pmcp_tool("tell", Arc::new(Telling), Policy::AUTHENTICATED);
    let server = start(tools, |builder| builder).await;
    for name in ["alice", "bob"] {
        let mut client = Legacy::new(&server, None);
        client.token = Some(server.token(name).mint());
        let session = client.open().await;
        let request = client.request(Method::GET, Some(&session)).header("last-event-id", "0");
        let mut stream = request.send().await.unwrap();
        let params = json!({"name": "tell", "arguments": {}, "_meta": {"progressToken": name}});
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        assert_eq!(client.post(Some(&session), call).await.status(), 200);
        let first = first_message(&mut stream).await;
        assert_eq!(first["params"]["progressToken"], name, "{first}");
    }
}

/// Measure: the SDK is told a name that no other caller has. It keeps tasks apart by it.
#[tokio::test]
async fn mcp_67_69_a_task_is_its_owners_alone() {
    let store = Arc::new(InMemoryTaskStore::new());
    let task = store.create("alice", None).await.unwrap().task_id;
    let server = start(Toolset::new(()).tool(NameTool), |builder| builder.task_store(store)).await;
    let ask = async |token: String, method: &str| {
        let mut client = Legacy::new(&server, None);
        client.token = Some(token);
        let session = client.open().await;
        let params = json!({"taskId": task});
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        client.post(Some(&session), body).await.text().await.unwrap()
    };
    let alice = || server.token("alice");
    let hers = ask(alice().mint(), "tasks/get").await;
    assert!(hers.contains(r#""status":"working""#), "{hers}");
    // Another one, and a client that calls in its own name and has hers.
    for token in [server.token("bob").mint(), alice().client_id("alice").mint()] {
        for method in ["tasks/get", "tasks/cancel", "tasks/result"] {
            let answer = ask(token.clone(), method).await;
            assert!(
                answer.contains(r#""error""#) && !answer.contains("working"),
                "{method}: {answer}"
            );
        }
    }
    let still = ask(alice().mint(), "tasks/get").await;
    assert!(still.contains(r#""status":"working""#), "{still}");
}

/// Measure: the provider fails without the layer's word.
#[tokio::test]
async fn without_the_layer_the_sdk_answers_nobody() {
    let wiped = Arc::new(AtomicUsize::new(0));
    let tools = Toolset::new(Arc::clone(&wiped)).tool(WipeTool).tool(NameTool);
    let serve = |protected: &Protected| {
        let sdk = Arc::clone(finish(protected, |builder| builder).sdk());
        Router::new().nest("/mcp", concurrent_router(sdk))
    };
    let server = Running::start_app(tools, |gate| gate, serve).await;
    let admin = server.client().bearer(server.token("carol").scopes(["admin"]).mint());
    let admin = admin.header("X-Pmcp-User-Id", "carol");
    for tool in ["wipe", "name"] {
        assert_eq!(admin.call(tool, json!({})).await.unwrap().status, 401, "{tool}");
    }
    assert_eq!(wiped.load(Ordering::SeqCst), 0);
}

/// Measure: a call of a tool that has no policy ends before the SDK, which does not show all the tools it has (R22).
#[tokio::test]
async fn r22_a_tool_that_the_sdk_hides_is_not_called() {
    let hidden = Stock {
        hidden: true,
        ..Stock::default()
    };
    let raw = hidden.handler();
    let server = start(Toolset::new(()).tool(NameTool), |builder| builder.tool_arc("raw", raw)).await;
    let alice = server.client().bearer(server.token("alice").mint());
    let reply = alice.call("raw", json!({})).await.unwrap();
    let unknown = alice.call("no_such_tool", json!({})).await.unwrap();
    assert_eq!((reply.status, &reply.body["error"]), (200, &unknown.body["error"]));
    assert_eq!(reply.body["error"]["code"], -32602);
    assert_eq!(alice.list().await.unwrap().tools(), ["name"]);
    assert_eq!(hidden.runs(), 0);
}

fn protected(tools: Toolset) -> Protected {
    crate::traps::other_gate().protect(tools).unwrap()
}

/// Measure: the finished server is looked through.
#[test]
fn r22_a_server_with_other_tools_is_refused() {
    let protected = protected(Toolset::new(()).tool(NameTool));
    let tools = Tools::new(&protected).unwrap();
    let raw = || Stock::default().handler();
    for (builder, message) in [
        (pmcp_builder(), "has no guarded tool `name`"),
        (pmcp_builder().tool_arc("name", raw()), "has no guarded tool `name`"),
        (
            pmcp_builder().mcp_server(&tools).tool_arc("name", raw()),
            "has no guarded tool `name`",
        ),
        (
            pmcp_builder().mcp_server(&tools).tool_arc("raw", raw()),
            "nothing says who may call `raw`",
        ),
        (pmcp::Server::builder().mcp_server(&tools), "the server cannot be built"),
    ] {
        let error = Server::new(&tools, builder).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        assert!(error.contains("help: "), "{error}");
    }
}

struct Routed;

#[rmcp::tool_router]
impl Routed {
    #[rmcp::tool(description = "A tool written for another SDK")]
    fn routed() -> String {
        String::new()
    }
}

#[test]
fn a_tool_that_cannot_be_guarded_here_is_refused() {
    let routed = Toolset::new(()).stock_tools(&Routed::tool_router(), Policy::PUBLIC);
    let error = Tools::new(&protected(routed)).unwrap_err().to_string();
    assert!(error.contains("`routed` is a tool of an `rmcp` router"), "{error}");
}

const WRITE: Policy = Policy::AUTHENTICATED.scopes_all(&[ScopeToken::from_static("write")]);

#[tokio::test]
async fn a_stock_tool_runs_under_its_policy_only() {
    let (one, two) = (Stock::default(), Stock::default());
    let existing = pmcp_builder().tool_arc("two", two.handler()).build().unwrap();
    let tools = Toolset::new(())
        .tool(NameTool)
        .stock_pmcp_tool("one", one.handler(), WRITE)
        .stock_pmcp_tools(&existing, Policy::AUTHENTICATED);
    let server = start(tools, |builder| builder).await;
    let writer = server.client().bearer(server.token("alice").scopes(["write"]).mint());
    assert!(!writer.call("one", json!({})).await.unwrap().is_error());
    assert_eq!(writer.list().await.unwrap().tools(), ["name", "one", "two"]);
    let records = server.records.wait_for("one", 2).await;
    assert_eq!(
        (&records[0]["decision"], &records[1]["outcome"]),
        (&json!("allow"), &json!("ok"))
    );

    let reader = server.client().bearer(server.token("bob").mint());
    let reply = reader.call("one", json!({})).await.unwrap();
    assert_eq!((reply.status, reply.challenge_param("scope")), (403, Some("write")));
    assert!(!reader.call("two", json!({})).await.unwrap().is_error());
    assert_eq!(reader.list().await.unwrap().tools(), ["name", "two"]);
    assert_eq!(server.client().call("two", json!({})).await.unwrap().status, 401);
    assert_eq!((one.runs(), two.runs()), (1, 1));
}

/// Written for the SDK: fails, by an error or by a result that says so.
#[derive(Clone, Copy)]
enum Failing {
    Error,
    Result,
}

#[async_trait]
impl ToolHandler for Failing {
    async fn handle(&self, _: Value, _: RequestHandlerExtra) -> pmcp::Result<Value> {
        Err(pmcp::Error::internal("no"))
    }

    async fn handle_output(&self, arguments: Value, extra: RequestHandlerExtra) -> pmcp::Result<ToolOutput> {
        match self {
            Self::Error => self.handle(arguments, extra).await.map(ToolOutput::Payload),
            Self::Result => Ok(ToolOutput::Result(CallToolResult::error(Vec::new()))),
        }
    }
}

#[tokio::test]
async fn the_outcome_of_a_stock_tool_is_what_its_answer_says() {
    let tools = Toolset::new(())
        .stock_pmcp_tool("error", Arc::new(Failing::Error), Policy::PUBLIC)
        .stock_pmcp_tool("result", Arc::new(Failing::Result), Policy::PUBLIC);
    let steps = ["result", "error"].map(|tool| WorkflowStep::new(tool, ToolHandle::new(tool)));
    let workflow = steps
        .into_iter()
        .fold(SequentialWorkflow::new("both", "Both"), SequentialWorkflow::step);
    let server = start(tools, |builder| builder.prompt_workflow(workflow).unwrap()).await;
    for tool in ["error", "result"] {
        assert!(server.client().call(tool, json!({})).await.unwrap().is_error());
        let records = server.records.wait_for(tool, 2).await;
        assert_eq!(
            (&records[0]["decision"], &records[1]["outcome"]),
            (&json!("allow"), &json!("tool_error")),
            "{tool}"
        );
    }
    // A workflow asks for a value only, and not for what a client would get.
    let client = server.client().bearer(server.token("alice").mint());
    client.request("prompts/get", json!({"name": "both"})).await.unwrap();
    let records = server.records.wait_for("result", 4).await;
    assert_eq!(records[3]["outcome"], "tool_error");
}

/// Measure: the call is raced with the SDK's token.
#[tokio::test]
async fn a_call_that_the_server_cancels_leaves_an_outcome() {
    let sdk = Arc::new(Mutex::new(None));
    let serve = |protected: &Protected| {
        let server = finish(protected, |builder| builder);
        *sdk.lock().unwrap() = Some(Arc::clone(server.sdk()));
        server.router(RouterConfig::default())
    };
    let tools = Toolset::new(Arc::new(Notify::new())).tool(WaitTool);
    let server = Running::start_app(tools, |gate| gate, serve).await;
    let client = server.client().bearer(server.token("alice").mint());
    let call = tokio::spawn(async move { client.call("wait", json!({})).await });
    let id = server.records.wait_for("wait", 1).await[0]["jsonrpc.request.id"].clone();
    let sdk = sdk.lock().unwrap().clone().unwrap();
    let id = id.as_str().map_or(id.to_string(), str::to_owned);
    sdk.cancel_request(id, None).await.unwrap();
    let records = server.records.wait_for("wait", 2).await;
    assert_eq!(records[1]["outcome"], "cancelled");
    assert!(call.await.unwrap().unwrap().is_error());
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Pair {
    a: String,
    b: String,
}

/// Joins.
#[mcp_tool(public)]
async fn join(args: Pair) -> Result<String, Infallible> {
    Ok(args.a + &args.b)
}

/// Measure: the adapter looks at the arguments' type, which the SDK does not. A list would be read as a struct's fields in order.
#[tokio::test]
async fn arguments_that_are_no_object_are_wrong() {
    let tools = Toolset::new(()).tool(JoinTool).tool(NameTool);
    let client = start(tools, |builder| builder).await;
    let (server, client) = (&client, client.client());
    assert_eq!(
        client.call("join", json!({"a": "x", "b": "y"})).await.unwrap().text(),
        "xy"
    );
    let reply = client.call("join", json!(["x", "y"])).await.unwrap();
    assert_eq!(
        (reply.is_error(), reply.text().as_str()),
        (true, "invalid arguments: expected an object")
    );
    assert_eq!(server.records.of("join").last().unwrap()["reason"], "invalid_arguments");
    let without = client.request("tools/call", json!({"name": "name"})).await.unwrap();
    assert_eq!(without.text(), "nobody");
}

/// Measure: tools that take every call for one of the environment's caller go to a server over stdio, and to no other.
#[test]
fn tools_for_stdio_and_for_requests_are_not_mixed_up() {
    let protected = protected(Toolset::new(()).tool(NameTool));
    let (requests, stdio) = (Tools::new(&protected).unwrap(), Tools::for_stdio(&protected).unwrap());
    let error = Server::new(&stdio, pmcp_builder().mcp_server(&stdio)).unwrap_err();
    assert!(error.to_string().contains("these tools are for stdio"), "{error}");
    let error = toolgate::pmcp::StdioServer::new(&requests, pmcp_builder().mcp_server(&requests)).unwrap_err();
    assert!(error.to_string().contains("for requests over HTTP"), "{error}");
    // Nor do the handlers of the one pass for those of the other.
    assert!(Server::new(&requests, pmcp_builder().mcp_server(&stdio)).is_err());
}
