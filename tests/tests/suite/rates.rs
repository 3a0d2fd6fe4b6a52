//! Tools with a rate: that each call is counted once, for whom, and what those are told who call too often.

use crate::legacy::Legacy;
use crate::server::{Records, Running, Sdk, pmcp_builder};
use axum::Router;
use pmcp::RequestHandlerExtra;
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::model::{CallToolRequestParams, CallToolResponse, ServerCapabilities, ServerConfig};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use toolgate::audit::JsonLines;
use toolgate::docs::{RateDescription, ScopeDocument};
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{
    BearerToken, Caller, Claims, Clock, Error, Gate, NoArguments, Policy, Protected, RateLimit, Rates, SystemClock,
    Toolset, Validator, mcp_tool,
};
use toolgate_testing::{McpClient, Reply};

/// Writes a note.
#[mcp_tool(scopes_all = ["write"], rate_limit = "30/min, burst 3")]
async fn write(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("written")
}

/// Sends a note.
#[mcp_tool(authenticated, rate_limit = "6/min per client, burst 2")]
async fn send(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("sent")
}

/// Searches.
#[mcp_tool(public, rate_limit = "2/h per tool")]
async fn search(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("found")
}

/// Wipes everything.
#[mcp_tool(scopes_all = ["write"], fresh, rate_limit = "1/h")]
async fn wipe(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("wiped")
}

/// Looks, as often as one likes.
#[mcp_tool(authenticated)]
async fn look(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("seen")
}

fn tools() -> Toolset {
    Toolset::new(())
        .tool(WriteTool)
        .tool(SendTool)
        .tool(SearchTool)
        .tool(WipeTool)
        .tool(LookTool)
}

/// The date of the machine, and besides it hands that are moved.
#[derive(Clone, Default)]
pub(crate) struct Hands(Arc<AtomicU64>);

impl Hands {
    pub(crate) fn advance(&self, by: Duration) {
        self.0
            .fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn unix_time(&self) -> Duration {
        SystemClock::default().unix_time()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// `subject.tenant.client.scope`; a part may be empty.
const ALICE: &str = "alice.acme.app.write";

struct App {
    server: Running,
    clock: Hands,
}

impl App {
    async fn start(sdk: Sdk) -> Self {
        let clock = Hands::default();
        let server = Running::start_with(sdk, tools(), |gate| gate.clock(clock.clone())).await;
        Self { server, clock }
    }

    fn token(&self, caller: &str) -> String {
        let mut parts = caller.split('.');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let mut token = self.server.token(part().unwrap());
        if let Some(tenant) = part() {
            token = token.tenant(tenant);
        }
        token = match part() {
            Some(client) => token.client_id(client),
            None => token.without("client_id"),
        };
        token.scopes(part()).mint()
    }

    fn client(&self, caller: &str) -> McpClient {
        self.server.client().bearer(self.token(caller))
    }

    async fn call(&self, caller: &str, tool: &str) -> Reply {
        self.client(caller).call(tool, json!({})).await.unwrap()
    }

    /// How many calls are let through one after the other, of ten.
    async fn granted(&self, caller: &str, tool: &str) -> usize {
        let client = self.client(caller);
        let mut granted = 0;
        for _ in 0..10 {
            match client.call(tool, json!({})).await.unwrap().status {
                200 => granted += 1,
                429 => {}
                status => panic!("{status}"),
            }
        }
        granted
    }
}

/// Believes everybody to be Alice, and anew only while it is told to.
#[derive(Clone, Default)]
struct Gullible {
    is_inactive: Arc<AtomicBool>,
    asked_anew: Arc<AtomicUsize>,
}

impl Validator for Gullible {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        let alice = Claims::assert("https://idp.example", "alice").with_tenant("acme");
        Ok(alice.with_scopes(["write"]))
    }

    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.asked_anew.fetch_add(1, Ordering::SeqCst);
        if self.is_inactive.load(Ordering::SeqCst) {
            return Err(TokenError::Inactive.into());
        }
        self.validate(token).await
    }

    fn issuers(&self) -> Vec<String> {
        vec!["https://idp.example".to_owned()]
    }
}

fn reasons(records: &Records, tool: &str) -> Vec<Value> {
    let decisions = records.of(tool).into_iter();
    let decisions = decisions.filter(|record| record["event"] == "decision");
    decisions.map(|record| record["reason"].clone()).collect()
}

#[tokio::test]
async fn who_calls_too_often_is_told_when_to_come_again() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        for _ in 0..3 {
            let reply = app.call(ALICE, "write").await;
            assert_eq!((reply.status, reply.text().as_str()), (200, "written"), "{sdk:?}");
        }
        app.clock.advance(Duration::from_millis(500));
        let body = json!({"jsonrpc": "2.0", "id": "seven", "method": "tools/call", "params": {"name": "write", "arguments": {}}});
        let reply = app.client(ALICE).post(body).await.unwrap();
        assert_eq!((reply.status, reply.challenge.as_deref()), (429, None), "{sdk:?}");
        // Not 1.5 s: whole seconds, rounded up.
        assert_eq!(reply.headers["retry-after"], "2");
        let error = json!({"code": 429, "message": "too many calls"});
        assert_eq!(reply.body, json!({"jsonrpc": "2.0", "id": "seven", "error": error}));

        let records = app.server.records.wait_for("write", 7).await;
        let last = records.last().unwrap();
        assert_eq!(
            (&last["decision"], &last["reason"]),
            (&json!("deny"), &json!("rate_limited"))
        );
        assert_eq!(
            (&last["user.id"], &last["jsonrpc.request.id"]),
            (&json!("alice"), &json!("\"seven\""))
        );

        app.clock.advance(Duration::from_millis(1499));
        assert_eq!(app.call(ALICE, "write").await.status, 429);
        app.clock.advance(Duration::from_millis(1));
        assert_eq!(app.call(ALICE, "write").await.status, 200);
        assert_eq!(app.call(ALICE, "write").await.status, 429);
        // Nothing else is limited by it.
        assert_eq!(app.call(ALICE, "look").await.status, 200);
        let shown = app.client(ALICE).list().await.unwrap();
        assert_eq!(shown.tools(), ["write", "send", "search", "wipe", "look"]);
    }
}

#[tokio::test]
async fn f25_each_subject_of_each_tenant_has_its_own() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        assert_eq!(app.granted(ALICE, "write").await, 3);
        for other in ["alice.globex.app.write", "alice..app.write", "bob.acme.app.write"] {
            assert_eq!(app.granted(other, "write").await, 3, "{other}");
        }
        // By another client it is the same subject.
        assert_eq!(app.granted("alice.acme.other.write", "write").await, 0);
    }
}

#[tokio::test]
async fn f25_those_of_one_client_share_theirs_within_a_tenant() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        assert_eq!(app.granted("alice.acme.app", "send").await, 2);
        assert_eq!(app.granted("bob.acme.app", "send").await, 0);
        for other in ["bob.acme.other", "bob.globex.app", "bob..app"] {
            assert_eq!(app.granted(other, "send").await, 2, "{other}");
        }
        // Who came through no client that is known is counted for itself.
        assert_eq!(app.granted("carol.acme", "send").await, 2);
        assert_eq!(app.granted("dave.acme", "send").await, 2);
    }
}

#[tokio::test]
async fn what_is_counted_as_a_whole_is_counted_for_nobody_too() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        let nobody = app.server.client();
        assert_eq!(nobody.call("search", json!({})).await.unwrap().status, 200);
        assert_eq!(app.granted(ALICE, "search").await, 1);
        let reply = nobody.call("search", json!({})).await.unwrap();
        assert_eq!(
            (reply.status, reply.headers["retry-after"].to_str().unwrap()),
            (429, "1800")
        );
        assert_eq!(reasons(&app.server.records, "search").pop().unwrap(), "rate_limited");
        app.clock.advance(Duration::from_mins(30));
        assert_eq!(nobody.call("search", json!({})).await.unwrap().status, 200);
    }
}

/// Whoever may not call the tool must not be able to use up what is another's, or their own.
#[tokio::test]
async fn a_call_that_is_refused_for_another_reason_is_not_counted() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        for _ in 0..5 {
            // The scope is missing.
            assert_eq!(app.call("alice.acme.app", "write").await.status, 403);
            // The arguments are no object.
            let client = app.client(ALICE);
            assert!(client.call("write", json!(["no object"])).await.unwrap().is_error());
            // The page is not known.
            let foreign = client.clone().header("origin", "https://evil.example");
            assert_eq!(foreign.call("write", json!({})).await.unwrap().status, 403);
            // There is no token.
            assert_eq!(app.server.client().call("write", json!({})).await.unwrap().status, 401);
            // It is no tool.
            client.request("prompts/get", json!({"name": "write"})).await.unwrap();
            // The session is nobody's.
            let mut session = Legacy::new(&app.server, None);
            session.token = Some(app.token(ALICE));
            let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "write", "arguments": {}}});
            assert_eq!(session.post(Some("forged.a.b"), body).await.status(), 404, "{sdk:?}");
        }
        assert_eq!(app.granted(ALICE, "write").await, 3, "{sdk:?}");
    }
}

/// The issuer is asked first, so that a token that was revoked uses up nothing of its subject's.
#[tokio::test]
async fn a_call_whose_token_is_not_valid_any_more_is_not_counted() {
    for sdk in Sdk::EACH {
        let issuer = Gullible::default();
        let server = Running::start_with(sdk, tools(), |gate| {
            gate.validator(issuer.clone()).clock(Hands::default())
        })
        .await;
        let client = server.client().bearer("token");
        issuer.is_inactive.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            assert_eq!(client.call("wipe", json!({})).await.unwrap().status, 401);
        }
        issuer.is_inactive.store(false, Ordering::SeqCst);
        assert_eq!(client.call("wipe", json!({})).await.unwrap().text(), "wiped");
        let reply = client.call("wipe", json!({})).await.unwrap();
        assert_eq!(
            (reply.status, &reply.headers["retry-after"]),
            (429, &"3600".parse().unwrap())
        );
        assert_eq!(issuer.asked_anew.load(Ordering::SeqCst), 4, "not for the one too many");
    }
}

#[tokio::test]
async fn in_a_session_each_call_is_counted_once_too() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk).await;
        let mut client = Legacy::new(&app.server, None);
        client.token = Some(app.token(ALICE));
        let session = client.open().await;
        let body =
            json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "write", "arguments": {}}});
        for status in [200, 200, 200, 429] {
            let reply = client.post(Some(&session), body.clone()).await;
            assert_eq!(reply.status(), status, "{sdk:?}");
            let text = reply.text().await.unwrap();
            assert!(
                text.contains(if status == 200 { "written" } else { "too many calls" }),
                "{text}"
            );
        }
        // One count, whatever the way.
        assert_eq!(app.granted(ALICE, "write").await, 0);
    }
}

fn in_process() -> (Gate, Protected, Hands, Records) {
    let (clock, records) = (Hands::default(), Records::default());
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(Gullible::default())
        .audit(JsonLines::new(records.clone()))
        .clock(clock.clone());
    let gate = gate.build().unwrap();
    let protected = gate.protect(tools()).unwrap();
    (gate, protected, clock, records)
}

fn alice() -> Caller {
    let alice = toolgate_testing::caller("alice").tenant("acme").scopes(["write"]);
    alice.build()
}

async fn call(protected: &Protected, caller: Option<Caller>, tool: &str) -> Result<toolgate::Output, Error> {
    protected.call(tool, caller, json!({})).await.unwrap()
}

/// Writes a note, in another version of the server.
#[mcp_tool(name = "write", scopes_all = ["write"], rate_limit = "1/h")]
async fn write_seldom(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("written")
}

#[tokio::test]
async fn another_rate_of_a_tool_of_the_same_name_is_another_count() {
    let (gate, often, ..) = in_process();
    let seldom = gate.protect(Toolset::new(()).tool(WriteSeldomTool)).unwrap();
    call(&seldom, Some(alice()), "write").await.unwrap();
    let error = call(&seldom, Some(alice()), "write").await.unwrap_err();
    assert_eq!(error.to_string(), "too many calls, try again in 3600 s");
    for _ in 0..3 {
        call(&often, Some(alice()), "write").await.unwrap();
    }
    let error = call(&often, Some(alice()), "write").await.unwrap_err();
    assert_eq!(error.to_string(), "too many calls, try again in 2 s");
}

#[tokio::test]
async fn in_process_the_gate_counts() {
    let (gate, protected, clock, records) = in_process();
    for _ in 0..3 {
        call(&protected, Some(alice()), "write").await.unwrap();
    }
    clock.advance(Duration::from_millis(100));
    let error = call(&protected, Some(alice()), "write").await.unwrap_err();
    assert_eq!(error.to_string(), "too many calls, try again in 2 s");
    let Error::Limited(limited) = error else {
        panic!("{error:?}")
    };
    assert_eq!((limited.wait(), limited.seconds()), (Duration::from_millis(1900), 2));
    assert_eq!(reasons(&records, "write").pop().unwrap(), "rate_limited");
    // To protect the tools once more gives nobody another burst.
    let again = gate.protect(tools()).unwrap();
    assert!(matches!(
        call(&again, Some(alice()), "write").await,
        Err(Error::Limited(_))
    ));
    // Who fails the policy is not counted, and learns nothing of rates.
    let bob = || Some(toolgate_testing::caller("bob").build());
    for _ in 0..5 {
        assert!(matches!(call(&protected, bob(), "write").await, Err(Error::Denied(_))));
        assert!(matches!(call(&protected, None, "write").await, Err(Error::Denied(_))));
        assert!(matches!(
            call(&protected, Some(alice()), "wipe").await,
            Err(Error::Denied(_))
        ));
    }
    assert!(protected.call_fresh("wipe", alice(), json!({})).await.unwrap().is_ok());
    // Nobody in particular is counted as well.
    assert!(call(&protected, None, "search").await.is_ok());
    assert!(call(&protected, Some(alice()), "search").await.is_ok());
    assert!(matches!(call(&protected, None, "search").await, Err(Error::Limited(_))));
}

/// Trying out arguments must not be free.
#[tokio::test]
async fn a_call_with_wrong_arguments_is_counted() {
    let (_, protected, ..) = in_process();
    for _ in 0..3 {
        let wrong = protected.call("write", Some(alice()), json!([1])).await.unwrap();
        assert!(matches!(wrong, Err(Error::Arguments(_))), "{wrong:?}");
    }
    assert!(matches!(
        call(&protected, Some(alice()), "write").await,
        Err(Error::Limited(_))
    ));
}

/// A service of `rmcp` that calls tools twice for one request, and another one than it was asked for.
struct Repeating {
    router: toolgate::rmcp::Router<Self>,
}

impl ServerHandler for Repeating {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let mut answer = None;
        for tool in ["send", "write", "write"] {
            let mut request = request.clone();
            request.name = tool.into();
            let call = ToolCallContext::new(self, request, context.clone());
            answer = Some(self.router.call(call).await);
        }
        answer.unwrap()
    }
}

#[tokio::test]
async fn a_permit_is_for_one_call_of_one_tool() {
    let clock = Hands::default();
    let serve = |protected: &Protected| {
        let (protected, layer) = (protected.clone(), protected.layer());
        let service = rmcp::transport::streamable_http_server::StreamableHttpService::new(
            move || {
                let router =
                    toolgate::rmcp::Router::new(&protected, rmcp::handler::server::router::tool::ToolRouter::new());
                Ok(Repeating {
                    router: router.unwrap(),
                })
            },
            Arc::<rmcp::transport::streamable_http_server::session::local::LocalSessionManager>::default(),
            rmcp::transport::streamable_http_server::StreamableHttpServerConfig::default(),
        );
        Router::new().fallback_service(service).layer(layer)
    };
    let configure = |gate: crate::server::Builder| gate.validator(Gullible::default()).clock(clock.clone());
    let server = Running::start_app(tools(), configure, serve).await;
    let client = server.client().bearer("token");
    // The permit is for `write`: its first call has it, its second takes another, and so does that of `send`.
    for _ in 0..2 {
        client.call("write", json!({})).await.unwrap();
    }
    let limited = json!("rate_limited");
    assert_eq!(reasons(&server.records, "send"), [Value::Null, Value::Null]);
    assert_eq!(
        reasons(&server.records, "write"),
        [Value::Null, Value::Null, Value::Null, limited.clone()]
    );
    // The layer knows of one tool, and the gate of all.
    let reply = client.call("look", json!({})).await.unwrap();
    assert_eq!((reply.status, reply.is_error()), (200, true));
    assert_eq!(reply.text(), "too many calls, try again in 2 s");
    assert_eq!(reasons(&server.records, "send").pop().unwrap(), limited);
}

/// A server whose one caller has a token in a private file.
fn local(name: &str) -> (Protected, Hands, Records, crate::fresh::tempfile::Private) {
    let (_, protected, clock, records) = in_process();
    let file = crate::fresh::tempfile::Private::new(name);
    (
        protected.with_token(toolgate::TokenSource::file(&file.0)),
        clock,
        records,
        file,
    )
}

/// What is the same over stdio with each SDK, for somebody who can call a tool and gets its text.
async fn over_stdio(clock: &Hands, records: &Records, mut call: impl AsyncFnMut(&'static str) -> String) {
    for _ in 0..3 {
        assert_eq!(call("write").await, "written");
    }
    assert!(call("write").await.contains("too many calls, try again in 2 s"));
    assert_eq!(reasons(records, "write").pop().unwrap(), "rate_limited");
    assert_eq!(call("look").await, "seen");
    clock.advance(Duration::from_secs(2));
    assert_eq!(call("write").await, "written");
    assert!(call("write").await.contains("too many calls"));
}

#[tokio::test]
async fn over_stdio_with_rmcp_the_gate_counts() {
    let (protected, clock, records, _file) = local("rates-rmcp");
    let mut pipe = crate::fresh::Pipe::open(&protected).await;
    over_stdio(&clock, &records, async |tool| pipe.call(tool).await).await;
}

/// The handlers are what the SDK calls, whatever its transport.
#[tokio::test]
async fn over_stdio_with_pmcp_the_gate_counts() {
    let (protected, clock, records, _file) = local("rates-pmcp");
    let tools = toolgate::pmcp::Tools::for_stdio(&protected).unwrap();
    let sdk = pmcp_builder().mcp_server(&tools).build().unwrap();
    let call = async |tool| {
        let called = sdk.get_tool(tool).unwrap();
        let called = called.handle(json!({}), RequestHandlerExtra::default()).await;
        called.map_or_else(|error| error.to_string(), |value| value.as_str().unwrap().to_owned())
    };
    over_stdio(&clock, &records, call).await;
}

#[test]
fn the_scope_document_shows_rates() {
    let document = ScopeDocument::new(&tools());
    let demands: Vec<_> = document
        .tools
        .iter()
        .map(|tool| tool.demands.last().unwrap().as_str())
        .collect();
    assert_eq!(
        demands,
        [
            "not more than 30 calls a minute of each subject of a tenant, 3 at once",
            "not more than 6 calls a minute of each client of a tenant, 2 at once",
            "not more than 2 calls an hour of all callers together",
            "not more than 1 call an hour of each subject of a tenant",
            "a valid token",
        ]
    );
    let json: Value = serde_json::from_str(&document.to_json()).unwrap();
    let rate = json!({"count": 30, "unit": "min", "burst": 3, "per": "subject"});
    assert_eq!(json["tools"][0]["policy"]["rate_limit"], rate);
    assert_eq!(json["tools"][4]["policy"]["rate_limit"], Value::Null);
    assert!(
        document
            .to_markdown()
            .contains("- not more than 2 calls an hour of all callers together\n")
    );
}

#[test]
fn the_macro_writes_what_one_would_write() {
    let rates: Vec<_> = ScopeDocument::new(&tools())
        .tools
        .iter()
        .map(|tool| tool.policy.rate_limit.clone())
        .collect();
    assert_eq!(
        rates,
        [
            Some(RateLimit::per_minute(30).burst(3)),
            Some(RateLimit::per_minute(6).burst(2).per_client()),
            Some(RateLimit::per_hour(2).per_tool()),
            Some(RateLimit::per_hour(1)),
            None,
        ]
        .map(|rate| rate.map(RateDescription::from))
    );
    for (rate, text) in [
        (RateLimit::per_second(5), "5/s"),
        (RateLimit::per_minute(30).burst(3), "30/min, burst 3"),
        (RateLimit::per_hour(6).burst(2).per_client(), "6/h per client, burst 2"),
        (RateLimit::per_hour(2).per_tool(), "2/h per tool"),
    ] {
        assert_eq!(rate.to_string(), text);
    }
    assert!(!Policy::PUBLIC.rate_limit(RateLimit::per_hour(1)).is_public());
}

#[test]
fn without_place_to_count_in_there_is_no_gate() {
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(Gullible::default());
    let error = gate.rates(Rates::new().max_counted(0)).build().unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("there is no place to count calls in\nhelp: "),
        "{error}"
    );
}
