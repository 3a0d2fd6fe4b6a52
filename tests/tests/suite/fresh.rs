//! Tools that are `fresh`: their calls need a token that was validated for them, and not from anything kept.

mod streams;

use crate::legacy::Legacy;
use crate::server::{Records, Running, Sdk, pmcp_builder};
use crate::stdio::Hands;
use async_trait::async_trait;
use axum::Router;
use pmcp::axum::RouterConfig;
use pmcp::server::workflow::{SequentialWorkflow, ToolHandle, WorkflowStep};
use pmcp::{RequestHandlerExtra, ToolHandler};
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::model::{CallToolRequestParams, CallToolResponse, ServerCapabilities, ServerConfig};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt as _, tool, tool_router};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::Notify;
use toolgate::audit::JsonLines;
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{
    BearerToken, Caller, Claims, Denial, Error, Gate, NoArguments, Policy, Protected, ScopeToken, State, TokenSource,
    Toolset, Unavailable, Validator, mcp_tool,
};

type Runs = Arc<AtomicUsize>;

/// Wipes everything.
#[mcp_tool(scopes_all = ["admin"], fresh)]
async fn wipe(_: NoArguments, caller: Caller, runs: State<Runs>) -> Result<String, Infallible> {
    runs.fetch_add(1, Ordering::SeqCst);
    Ok(format!("wiped {}", caller.tenant().unwrap_or("nothing")))
}

/// Burns everything.
#[mcp_tool(authenticated, fresh)]
async fn burn(_: NoArguments, runs: State<Runs>) -> Result<&'static str, Infallible> {
    runs.fetch_add(1, Ordering::SeqCst);
    Ok("burnt")
}

/// Looks.
#[mcp_tool(authenticated)]
async fn look(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("seen")
}

/// Says what it is told to, and counts how often it is asked.
#[derive(Clone)]
struct Issuer(Arc<Inner>);

struct Inner {
    /// Wakes whoever waits for a question that is not answered.
    asked: Notify,
    plain: Mutex<Claims>,
    anew: Mutex<Result<Claims, ValidateError>>,
    asked_plain: AtomicUsize,
    asked_anew: AtomicUsize,
}

impl Issuer {
    fn new() -> Self {
        Self(Arc::new(Inner {
            asked: Notify::new(),
            plain: Mutex::new(admin()),
            anew: Mutex::new(Ok(admin())),
            asked_plain: AtomicUsize::new(0),
            asked_anew: AtomicUsize::new(0),
        }))
    }

    fn says(&self, claims: Claims) {
        *self.0.plain.lock().unwrap() = claims;
    }

    fn says_anew(&self, answer: Result<Claims, ValidateError>) {
        *self.0.anew.lock().unwrap() = answer;
    }

    /// How often it was asked anew since the last time.
    fn asked_anew(&self) -> usize {
        self.0.asked_anew.swap(0, Ordering::SeqCst)
    }
}

impl Validator for Issuer {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        self.0.asked_plain.fetch_add(1, Ordering::SeqCst);
        Ok(self.0.plain.lock().unwrap().clone())
    }

    async fn validate_anew(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        self.0.asked_anew.fetch_add(1, Ordering::SeqCst);
        let answer = self.0.anew.lock().unwrap().clone();
        if answer.as_ref().is_err_and(|error| error.to_string() == SILENCE) {
            self.0.asked.notify_one();
            pending::<()>().await;
        }
        assert!(
            !answer.as_ref().is_err_and(|error| error.to_string() == PANIC),
            "on purpose"
        );
        answer
    }

    fn issuers(&self) -> Vec<String> {
        vec!["https://idp.example".to_owned()]
    }
}

fn claims(subject: &str) -> Claims {
    Claims::assert("https://idp.example", subject)
}

fn admin() -> Claims {
    claims("carol").with_scopes(["admin"])
}

fn down() -> ValidateError {
    Unavailable::new("the issuer does not answer").into()
}

/// What the issuer is told to say, and does not: it never answers, it panics.
const SILENCE: &str = "silence";
const PANIC: &str = "panic";

struct App {
    server: Running,
    issuer: Issuer,
    runs: Runs,
}

impl App {
    async fn start(sdk: Sdk) -> Self {
        let (issuer, runs) = (Issuer::new(), Runs::default());
        let tools = tools(&runs);
        let server = Running::start_with(sdk, tools, |gate| gate.validator(issuer.clone())).await;
        Self { server, issuer, runs }
    }

    async fn call(&self, tool: &str) -> toolgate_testing::Reply {
        let client = self.server.client().bearer("token");
        client.call(tool, json!({})).await.unwrap()
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    fn last_denial(&self, tool: &str) -> (Value, Value) {
        let record = self.server.records.of(tool).pop().unwrap();
        assert_eq!(record["decision"], "deny");
        (record["reason"].clone(), record["detail"].clone())
    }
}

fn tools(runs: &Runs) -> Toolset<Runs> {
    Toolset::new(Arc::clone(runs))
        .tool(WipeTool)
        .tool(BurnTool)
        .tool(LookTool)
}

#[tokio::test]
async fn each_call_of_a_fresh_tool_has_its_token_validated_anew_once_and_no_other_call_has() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        for runs in 1..=3 {
            let reply = app.call("wipe").await;
            assert_eq!((reply.status, reply.text().as_str()), (200, "wiped nothing"), "{sdk:?}");
            assert_eq!((app.issuer.asked_anew(), app.runs()), (1, runs));
        }
        assert_eq!(app.call("look").await.text(), "seen");
        let client = app.server.client().bearer("token");
        assert_eq!(client.list().await.unwrap().tools(), ["wipe", "burn", "look"]);
        assert_eq!(app.issuer.asked_anew(), 0);
    }
}

#[tokio::test]
async fn a_token_that_is_not_active_any_more_is_refused_though_it_was_just_accepted() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        for (error, detail) in [(TokenError::Inactive, "not active"), (TokenError::Revoked, "revoked")] {
            app.issuer.says_anew(Err(error.into()));
            let reply = app.call("wipe").await;
            assert_eq!(
                (reply.status, reply.challenge_param("error")),
                (401, Some("invalid_token"))
            );
            assert_eq!((app.issuer.asked_anew(), app.runs()), (1, 0));
            assert_eq!(app.last_denial("wipe"), (json!("invalid_token"), json!(detail)));
        }
        assert_eq!(app.call("look").await.status, 200);
    }
}

#[tokio::test]
async fn what_cannot_be_found_out_lets_nobody_in() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        app.issuer.says_anew(Err(down()));
        let reply = app.call("wipe").await;
        assert_eq!((reply.status, reply.headers.contains_key("retry-after")), (503, true));
        assert_eq!(reply.challenge, None);
        assert_eq!((app.issuer.asked_anew(), app.runs()), (1, 0));
        let detail = json!("the issuer does not answer");
        assert_eq!(app.last_denial("wipe"), (json!("unavailable"), detail));
    }
}

#[tokio::test]
async fn a_client_that_goes_away_while_its_token_is_validated_anew_leaves_a_record() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        app.issuer.says_anew(Err(Unavailable::new(SILENCE).into()));
        tokio::select! {
            reply = app.call("wipe") => panic!("{sdk:?}: {}", reply.body),
            () = app.issuer.0.asked.notified() => {}
        }
        let records = app.server.records.wait_for("wipe", 1).await;
        assert_eq!(
            (&records[0]["reason"], &records[0]["user.id"]),
            (&json!("cancelled"), &json!("carol")),
            "{sdk:?}"
        );
        assert!(records[0]["jsonrpc.request.id"].is_string(), "{sdk:?}");
        assert_eq!(app.runs(), 0);
    }
}

/// Panics when it validates.
struct Panicking;

impl Validator for Panicking {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        panic!("on purpose")
    }

    fn issuers(&self) -> Vec<String> {
        Vec::new()
    }
}

#[tokio::test]
async fn r22_a_validator_that_panics_lets_nobody_in() {
    let panicked = (json!("unavailable"), json!("the validator panicked"));
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        app.issuer.says_anew(Err(Unavailable::new(PANIC).into()));
        assert_eq!(app.call("wipe").await.status, 503, "{sdk:?}");
        assert_eq!((app.last_denial("wipe"), app.runs()), (panicked.clone(), 0), "{sdk:?}");

        let tools = Toolset::new(Runs::default()).tool(LookTool);
        let server = Running::start_with(sdk, tools, |gate| gate.validator(Panicking)).await;
        let reply = server.client().bearer("token").call("look", json!({})).await.unwrap();
        assert_eq!(reply.status, 503, "{sdk:?}");
        let record = server.records.all().pop().unwrap();
        assert_eq!(
            (record["reason"].clone(), record["detail"].clone()),
            panicked,
            "{sdk:?}"
        );
    }
}

/// Only validates.
struct Forgetful;

impl Validator for Forgetful {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        Ok(admin())
    }

    fn issuers(&self) -> Vec<String> {
        Vec::new()
    }
}

#[tokio::test]
async fn r22_a_validator_that_cannot_validate_anew_lets_nobody_in() {
    for sdk in Sdk::EACH {
        let runs = Runs::default();
        let server = Running::start_with(sdk, tools(&runs), |gate| gate.validator(Forgetful)).await;
        let client = server.client().bearer("token");
        assert_eq!(client.call("wipe", json!({})).await.unwrap().status, 503);
        assert_eq!(client.call("look", json!({})).await.unwrap().status, 200);
        assert_eq!(runs.load(Ordering::SeqCst), 0);
    }
}

/// Whoever may not call the tool anyway must not be able to make us ask the issuer.
#[tokio::test]
async fn who_is_turned_away_anyway_makes_nobody_ask_the_issuer() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        app.issuer.says(claims("bob"));
        assert_eq!(app.call("wipe").await.status, 403);
        assert_eq!(app.last_denial("wipe").0, "insufficient_scope");
        let client = app.server.client().bearer("token");
        assert_eq!(client.list().await.unwrap().tools(), ["burn", "look"]);

        app.issuer.says(admin());
        assert_eq!(app.server.client().call("wipe", json!({})).await.unwrap().status, 401);
        assert!(app.call("no_such_tool").await.is_error());
        assert!(client.call("wipe", json!(["no object"])).await.unwrap().is_error());
        // The body says what is called, and never a header.
        let header = client.clone().header("mcp-name", "wipe");
        header.call("look", json!({})).await.unwrap();
        // A prompt of that name is no tool.
        client.request("prompts/get", json!({"name": "wipe"})).await.unwrap();
        let foreign = app
            .server
            .client()
            .bearer("token")
            .header("origin", "https://evil.example");
        assert_eq!(foreign.call("wipe", json!({})).await.unwrap().status, 403);
        assert_eq!((app.issuer.asked_anew(), app.runs()), (0, 0), "{sdk:?}");
    }
}

#[tokio::test]
async fn the_caller_is_who_the_token_says_now() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        app.issuer.says(admin().with_tenant("old"));
        app.issuer.says_anew(Ok(admin().with_tenant("new")));
        assert_eq!(app.call("wipe").await.text(), "wiped new");
        let records = app.server.records.wait_for("wipe", 2).await;
        assert_eq!(
            (&records[0]["tenant"], &records[1]["tenant"]),
            (&json!("new"), &json!("new"))
        );

        // It may have lost what the tool demands.
        app.issuer.says_anew(Ok(claims("carol")));
        let reply = app.call("wipe").await;
        assert_eq!(
            (
                reply.status,
                reply.challenge_param("error"),
                reply.challenge_param("scope")
            ),
            (403, Some("insufficient_scope"), Some("admin"))
        );
        // A validator may forget to look at the time.
        app.issuer.says_anew(Ok(admin().with_expiry(Duration::from_secs(1))));
        assert_eq!(app.call("wipe").await.status, 401);
        assert_eq!(app.last_denial("wipe"), (json!("invalid_token"), json!("expired")));
        assert_eq!((app.issuer.asked_anew(), app.runs()), (3, 1));
    }
}

#[tokio::test]
async fn a_token_that_is_somebody_elses_by_now_is_a_denial() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        for other in [claims("mallory"), Claims::assert("https://other.example", "carol")] {
            app.issuer.says_anew(Ok(other.with_scopes(["admin"])));
            let reply = app.call("wipe").await;
            assert_eq!((reply.status, reply.challenge), (403, None));
            assert_eq!(app.last_denial("wipe").0, "not_fresh");
            assert_eq!(app.server.records.of("wipe").pop().unwrap()["user.id"], "carol");
        }
        assert_eq!((app.issuer.asked_anew(), app.runs()), (2, 0));
    }
}

async fn call_in(client: &Legacy<'_>, session: &str, tool: &str) -> (u16, String) {
    let params = json!({"name": tool, "arguments": {}});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let reply = client.post(Some(session), body).await;
    (reply.status().as_u16(), reply.text().await.unwrap())
}

#[tokio::test]
async fn in_a_session_too_every_call_has_its_own() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        let mut client = Legacy::new(&app.server, None);
        client.token = Some("token".to_owned());
        let session = client.open().await;
        assert_eq!(app.issuer.asked_anew(), 0);
        for runs in 1..=2 {
            let (status, body) = call_in(&client, &session, "wipe").await;
            assert!(status == 200 && body.contains("wiped"), "{sdk:?} {status} {body}");
            assert_eq!((app.issuer.asked_anew(), app.runs()), (1, runs));
        }
        app.issuer.says_anew(Err(TokenError::Inactive.into()));
        assert_eq!(call_in(&client, &session, "wipe").await.0, 401);
        // MCP-58: the session is that of the tenant it was opened for.
        app.issuer.says_anew(Ok(admin().with_tenant("new")));
        assert_eq!(call_in(&client, &session, "wipe").await.0, 404);
        assert_eq!((app.issuer.asked_anew(), app.runs()), (2, 2));
    }
}

#[tokio::test]
async fn in_process_there_is_no_fact_unless_it_is_asserted() {
    let runs = Runs::default();
    let gate = Gate::builder().resource("https://mcp.example").validator(Issuer::new());
    let protected = gate.build().unwrap().protect(tools(&runs)).unwrap();
    let carol = || toolgate_testing::caller("carol").scopes(["admin"]).build();
    let denied = protected.call("wipe", Some(carol()), json!({})).await.unwrap();
    assert!(matches!(denied, Err(Error::Denied(Denial::NotFresh))), "{denied:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 0);
    protected.call_fresh("wipe", carol(), json!({})).await.unwrap().unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    // Who fails the policy learns of nothing else.
    let bob = toolgate_testing::caller("bob").build();
    let denied = protected.call("wipe", Some(bob), json!({})).await.unwrap();
    assert!(
        matches!(denied, Err(Error::Denied(Denial::MissingScopes { .. }))),
        "{denied:?}"
    );
}

/// A service of `rmcp` that calls another tool than the one it was asked for, and the right one twice.
struct Misrouting {
    router: toolgate::rmcp::Router<Self>,
}

impl ServerHandler for Misrouting {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let mut answer = None;
        for tool in ["burn", "wipe", "wipe"] {
            let mut request = request.clone();
            request.name = tool.into();
            let call = ToolCallContext::new(self, request, context.clone());
            let reply = self.router.call(call).await;
            answer.get_or_insert(reply);
        }
        answer.unwrap()
    }
}

fn reasons(records: &Records, tool: &str) -> Vec<Value> {
    let decisions = records.of(tool).into_iter();
    let decisions = decisions.filter(|record| record["event"] == "decision");
    decisions.map(|record| record["reason"].clone()).collect()
}

#[tokio::test]
async fn a_fact_is_about_one_call_of_one_tool() {
    let (issuer, runs) = (Issuer::new(), Runs::default());
    let serve = |protected: &Protected| {
        let protected = protected.clone();
        let layer = protected.layer();
        let service = rmcp::transport::streamable_http_server::StreamableHttpService::new(
            move || {
                let router =
                    toolgate::rmcp::Router::new(&protected, rmcp::handler::server::router::tool::ToolRouter::new());
                Ok(Misrouting {
                    router: router.unwrap(),
                })
            },
            Arc::<rmcp::transport::streamable_http_server::session::local::LocalSessionManager>::default(),
            rmcp::transport::streamable_http_server::StreamableHttpServerConfig::default(),
        );
        Router::new().fallback_service(service).layer(layer)
    };
    let server = Running::start_app(tools(&runs), |gate| gate.validator(issuer.clone()), serve).await;
    let client = server.client().bearer("token");
    assert!(client.call("wipe", json!({})).await.unwrap().is_error());
    assert_eq!((issuer.asked_anew(), runs.load(Ordering::SeqCst)), (1, 1));
    assert_eq!(reasons(&server.records, "burn"), [json!("not_fresh")]);
    assert_eq!(reasons(&server.records, "wipe"), [Value::Null, json!("not_fresh")]);
}

/// A service of `rmcp` that takes its time before it calls the tool.
struct Slow {
    router: toolgate::rmcp::Router<Self>,
    clock: Hands,
    seconds: u64,
}

impl ServerHandler for Slow {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.clock.go_on(self.seconds);
        self.router.call(ToolCallContext::new(self, request, context)).await
    }
}

#[tokio::test]
async fn a_fact_that_is_older_than_ten_seconds_is_none() {
    for (seconds, admitted) in [(0, true), (10, true), (11, false)] {
        let (issuer, runs, clock) = (Issuer::new(), Runs::default(), Hands::default());
        let configure = |gate: crate::server::Builder| gate.validator(issuer.clone()).clock(clock.clone());
        let serve = |protected: &Protected| {
            let (protected, clock) = (protected.clone(), clock.clone());
            let layer = protected.layer();
            let service = rmcp::transport::streamable_http_server::StreamableHttpService::new(
                move || {
                    let stock = rmcp::handler::server::router::tool::ToolRouter::new();
                    let router = toolgate::rmcp::Router::new(&protected, stock).unwrap();
                    Ok(Slow {
                        router,
                        clock: clock.clone(),
                        seconds,
                    })
                },
                Arc::<rmcp::transport::streamable_http_server::session::local::LocalSessionManager>::default(),
                rmcp::transport::streamable_http_server::StreamableHttpServerConfig::default(),
            );
            Router::new().fallback_service(service).layer(layer)
        };
        let server = Running::start_app(tools(&runs), configure, serve).await;
        let reply = server.client().bearer("token").call("wipe", json!({})).await.unwrap();
        assert_eq!(reply.is_error(), !admitted, "{seconds}: {}", reply.body);
        assert_eq!(runs.load(Ordering::SeqCst), usize::from(admitted), "{seconds}");
        let reason = if admitted { Value::Null } else { json!("not_fresh") };
        assert_eq!(reasons(&server.records, "wipe"), [reason], "{seconds}");
    }
}

/// Written for `pmcp`: calls other tools of the server.
#[derive(Clone, Default)]
struct Calling(Arc<OnceLock<Arc<pmcp::Server>>>);

#[async_trait]
impl ToolHandler for Calling {
    async fn handle(&self, _: Value, extra: RequestHandlerExtra) -> pmcp::Result<Value> {
        let server = self.0.get().unwrap();
        for tool in ["burn", "wipe"] {
            let called = server.get_tool(tool).unwrap().handle(json!({}), extra.clone()).await;
            assert!(called.is_err(), "{tool}");
        }
        Ok(json!("called"))
    }
}

/// A workflow calls handlers directly, and so may a tool of one's own.
#[tokio::test]
async fn with_pmcp_a_handler_that_is_called_some_other_way_has_no_fact() {
    let (issuer, runs, calling) = (Issuer::new(), Runs::default(), Calling::default());
    let step = WorkflowStep::new("wipe", ToolHandle::new("wipe"));
    let workflow = SequentialWorkflow::new("clean", "Cleans up").step(step);
    let tools = tools(&runs).stock_pmcp_tool("calling", Arc::new(calling.clone()), Policy::AUTHENTICATED.fresh());
    let serve = |protected: &Protected| {
        let tools = toolgate::pmcp::Tools::new(protected).unwrap();
        let builder = pmcp_builder().mcp_server(&tools).prompt_workflow(workflow).unwrap();
        let server = toolgate::pmcp::Server::new(&tools, builder).unwrap();
        calling.0.set(Arc::clone(server.sdk())).ok().unwrap();
        server.router(RouterConfig::default())
    };
    let server = Running::start_app(tools, |gate| gate.validator(issuer.clone()), serve).await;
    let client = server.client().bearer("token");
    let reply = client.call("calling", json!({})).await.unwrap();
    assert!(reply.text().contains("called"), "{}", reply.body);
    assert_eq!((issuer.asked_anew(), runs.load(Ordering::SeqCst)), (1, 0));
    client.request("prompts/get", json!({"name": "clean"})).await.unwrap();
    assert_eq!((issuer.asked_anew(), runs.load(Ordering::SeqCst)), (0, 0));
    assert_eq!(reasons(&server.records, "burn"), [json!("not_fresh")]);
    assert_eq!(
        reasons(&server.records, "wipe"),
        [json!("not_fresh"), json!("not_fresh")]
    );
}

struct Stock(Runs);

#[tool_router]
impl Stock {
    #[tool(description = "A tool written for the SDK")]
    fn stock(&self) -> String {
        self.0.fetch_add(1, Ordering::SeqCst);
        "stock".to_owned()
    }
}

#[async_trait]
impl ToolHandler for Stock {
    async fn handle(&self, _: Value, _: RequestHandlerExtra) -> pmcp::Result<Value> {
        Ok(json!(self.stock()))
    }
}

#[tokio::test]
async fn a_stock_tool_is_fresh_if_its_policy_says_so() {
    const FRESH: Policy = Policy::AUTHENTICATED
        .scopes_all(&[ScopeToken::from_static("admin")])
        .fresh();
    for sdk in Sdk::EACH {
        let (issuer, runs) = (Issuer::new(), Runs::default());
        let configure = |gate: crate::server::Builder| gate.validator(issuer.clone());
        let server = match sdk {
            Sdk::Rmcp => {
                let tools = Toolset::new(()).stock_tools(&Stock::tool_router(), FRESH);
                let service = Stock(Arc::clone(&runs));
                let serve = |protected: &Protected| {
                    let router = Stock::tool_router();
                    let server = toolgate::rmcp::Server::with_router(protected, "test", "1", service, router).unwrap();
                    Router::new().fallback_service(server.http_service())
                };
                Running::start_app(tools, configure, serve).await
            }
            Sdk::Pmcp => {
                let stock = Arc::new(Stock(Arc::clone(&runs)));
                let tools = Toolset::new(()).stock_pmcp_tool("stock", stock, FRESH);
                Running::start_with(sdk, tools, configure).await
            }
        };
        let client = server.client().bearer("token");
        assert!(client.call("stock", json!({})).await.unwrap().text().contains("stock"));
        assert_eq!((issuer.asked_anew(), runs.load(Ordering::SeqCst)), (1, 1));
        issuer.says_anew(Err(TokenError::Inactive.into()));
        assert_eq!(client.call("stock", json!({})).await.unwrap().status, 401);
        assert_eq!((issuer.asked_anew(), runs.load(Ordering::SeqCst)), (1, 1));
    }
}

/// A client at the other end of a server over stdio.
pub(crate) struct Pipe {
    lines: tokio::io::Lines<BufReader<tokio::io::ReadHalf<tokio::io::DuplexStream>>>,
    write: tokio::io::WriteHalf<tokio::io::DuplexStream>,
}

impl Pipe {
    pub(crate) async fn open(protected: &Protected) -> Self {
        let server = toolgate::rmcp::Server::new(protected, "test", "1").unwrap();
        let (near, far) = tokio::io::duplex(4096);
        tokio::spawn(async move { server.serve(near).await.unwrap().waiting().await });
        let (read, write) = tokio::io::split(far);
        let mut pipe = Self {
            lines: BufReader::new(read).lines(),
            write,
        };
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        pipe.request("initialize", hello).await;
        pipe.send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            .await;
        pipe
    }

    async fn send(&mut self, message: Value) {
        self.write.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn request(&mut self, method: &str, params: Value) -> Value {
        self.send(json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
            .await;
        serde_json::from_str(&self.lines.next_line().await.unwrap().unwrap()).unwrap()
    }

    pub(crate) async fn call(&mut self, tool: &str) -> String {
        let reply = self.request("tools/call", json!({"name": tool, "arguments": {}})).await;
        reply["result"]["content"][0]["text"].as_str().unwrap().to_owned()
    }
}

/// What is the same over stdio with each SDK, for somebody who can call a tool and gets its text.
async fn over_stdio(
    issuer: &Issuer,
    runs: &Runs,
    records: &Records,
    mut call: impl AsyncFnMut(&'static str) -> String,
) {
    assert_eq!(call("wipe").await, "wiped nothing");
    assert_eq!(call("look").await, "seen");
    assert_eq!((issuer.asked_anew(), runs.load(Ordering::SeqCst)), (1, 1));
    for (answer, reason) in [
        (Err(TokenError::Inactive.into()), "not_fresh"),
        (Err(down()), "unavailable"),
        (Ok(claims("mallory").with_scopes(["admin"])), "not_fresh"),
        (Ok(claims("carol")), "insufficient_scope"),
    ] {
        issuer.says_anew(answer);
        call("wipe").await;
        assert_eq!((issuer.asked_anew(), runs.load(Ordering::SeqCst)), (1, 1), "{reason}");
        assert_eq!(reasons(records, "wipe").pop().unwrap(), reason);
    }
    issuer.says(claims("bob"));
    assert!(call("wipe").await.contains("needs scope admin"));
    assert_eq!((issuer.asked_anew(), runs.load(Ordering::SeqCst)), (0, 1));
}

/// A toolset whose one caller has a token in a private file.
fn local(name: &str) -> (Issuer, Runs, Records, Protected, tempfile::Private) {
    let (issuer, runs, records) = (Issuer::new(), Runs::default(), Records::default());
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(issuer.clone())
        .audit(JsonLines::new(records.clone()));
    let file = tempfile::Private::new(name);
    let protected = gate.build().unwrap().protect(tools(&runs)).unwrap();
    let protected = protected.with_token(TokenSource::file(&file.0));
    (issuer, runs, records, protected, file)
}

pub(crate) mod tempfile {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::PathBuf;

    /// A file with a token that is its owner's alone. It goes when dropped.
    pub(crate) struct Private(pub(crate) PathBuf);

    impl Private {
        pub(crate) fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("toolgate-{name}-{}", std::process::id()));
            let mut options = std::fs::OpenOptions::new();
            let options = options.create(true).write(true).truncate(true).mode(0o600);
            options.open(&path).unwrap().write_all(b"token").unwrap();
            Self(path)
        }
    }

    impl Drop for Private {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

#[tokio::test]
async fn over_stdio_with_rmcp_the_token_is_validated_anew_too() {
    let (issuer, runs, records, protected, _file) = local("fresh-rmcp");
    let mut pipe = Pipe::open(&protected).await;
    over_stdio(&issuer, &runs, &records, async |tool| pipe.call(tool).await).await;
}

/// The handlers are what the SDK calls, whatever its transport.
#[tokio::test]
async fn over_stdio_with_pmcp_the_token_is_validated_anew_too() {
    let (issuer, runs, records, protected, _file) = local("fresh-pmcp");
    let tools = toolgate::pmcp::Tools::for_stdio(&protected).unwrap();
    let sdk = pmcp_builder().mcp_server(&tools).build().unwrap();
    let call = async |tool| {
        let called = sdk
            .get_tool(tool)
            .unwrap()
            .handle(json!({}), RequestHandlerExtra::default())
            .await;
        called.map_or_else(|error| error.to_string(), |value| value.as_str().unwrap().to_owned())
    };
    over_stdio(&issuer, &runs, &records, call).await;
}
