//! Which tools a caller gets to see, and what becomes of calls of those that it does not.

use crate::legacy::Legacy;
use crate::server::{Builder, Records, Running, Sdk};
use crate::stdio::{Client, Token, serve};
use async_trait::async_trait;
use axum::Router;
use futures_util::future::pending;
use reqwest::Method;
use rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use toolgate::audit::JsonLines;
use toolgate::rmcp::Server;
use toolgate::validator::ValidateError;
use toolgate::{
    Algorithm, BearerToken, Caller, Claims, Denial, Error, Gate, GateBuilder, JwtValidator, NoArguments, Policy,
    Protected, ScopeCatalog, ScopeToken, State, TokenSource, Toolset, Validator, mcp_tool,
};
use toolgate_testing::{IdentityProvider, McpClient, TokenBuilder};

#[derive(Debug, Deserialize, JsonSchema)]
struct Note {
    id: String,
}

/// How often something was done that costs time.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Count {
    async fn tenant_of(&self, _: &str) -> Result<Option<String>, Infallible> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Some("acme".to_owned()))
    }
}

/// For everyone.
#[mcp_tool(public)]
async fn open(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// For callers.
#[mcp_tool(authenticated)]
async fn own(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Needs a scope that can be got.
#[mcp_tool(scopes_all = ["read"])]
async fn read(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Needs a scope that only an administrator grants, besides.
#[mcp_tool(scopes_all = ["read", "admin"])]
async fn admin(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Needs a role, and a scope that can be got.
#[mcp_tool(scopes_all = ["read"], roles = ["manager"])]
async fn manage(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Needs a role, a look at the note, and a token that is validated anew.
#[mcp_tool(roles = ["manager"], tenant_field = "id", tenant_of = Count::tenant_of, fresh)]
async fn wipe(args: Note, _: State<Count>) -> Result<(), Infallible> {
    drop(args);
    Ok(())
}

const TOOLS: [&str; 6] = ["open", "own", "read", "admin", "manage", "wipe"];

fn tools(lookups: &Count) -> Toolset<Count> {
    Toolset::new(lookups.clone())
        .tool(OpenTool)
        .tool(OwnTool)
        .tool(ReadTool)
        .tool(AdminTool)
        .tool(ManageTool)
        .tool(WipeTool)
}

const OBTAINABLE: [ScopeToken; 2] = [ScopeToken::from_static("read"), ScopeToken::from_static("write")];

fn obtainable(gate: Builder) -> Builder {
    gate.obtainable_scopes(OBTAINABLE)
}

/// The scopes there are.
#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("read")]
    Read,
    /// Is granted by an administrator only.
    #[scope("admin", admin_consent)]
    Admin,
}

/// Those who call.
const CALLERS: [&str; 4] = ["plain", "reader", "manager", "administrator"];

fn rights(token: TokenBuilder, caller: &str) -> TokenBuilder {
    let token = token.tenant("acme");
    match caller {
        "reader" => token.scopes(["read"]),
        "manager" => token.roles(["manager"]),
        "administrator" => token.scopes(["read", "admin"]).roles(["manager"]),
        _ => token,
    }
}

fn client(server: &Running, caller: &str) -> McpClient {
    match caller {
        "nobody" => server.client(),
        _ => server.client().bearer(rights(server.token(caller), caller).mint()),
    }
}

/// What can be called; what can be called with more scopes that can be got.
fn expected(caller: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    match caller {
        "nobody" => (vec!["open"], vec![]),
        "plain" => (vec!["open", "own"], vec!["read"]),
        "reader" => (vec!["open", "own", "read"], vec![]),
        "manager" => (vec!["open", "own", "wipe"], vec!["read", "manage"]),
        _ => (vec!["open", "own", "read", "admin", "manage", "wipe"], vec![]),
    }
}

fn in_order(callable: &[&str], obtainable: &[&str]) -> Vec<&'static str> {
    let listed = TOOLS.into_iter();
    listed
        .filter(|tool| callable.contains(tool) || obtainable.contains(tool))
        .collect()
}

#[tokio::test]
async fn mcp_60_listed_is_what_can_be_called_or_could_be_with_scopes_that_can_be_got() {
    for sdk in Sdk::EACH {
        let tools = tools(&Count::default()).scopes::<Scope>();
        let server = Running::start_with(sdk, tools, GateBuilder::scopes::<Scope>).await;
        for caller in ["nobody"].into_iter().chain(CALLERS) {
            let client = client(&server, caller);
            let list = client.list().await.unwrap();
            let (callable, in_reach) = expected(caller);
            assert_eq!(list.tools(), in_order(&callable, &in_reach), "{sdk:?} {caller}");
            let result = list.result().unwrap();
            // MCP-62: unsaid is private with the SDK `rmcp`.
            let scope = result.get("cacheScope").cloned().unwrap_or(json!("private"));
            assert_eq!(scope, "private", "{sdk:?} {caller}");
            for tool in TOOLS {
                let reply = client.call(tool, json!({"id": "1"})).await.unwrap();
                let is_called = reply.status == 200 && !reply.is_error();
                assert_eq!(
                    is_called,
                    callable.contains(&tool),
                    "{sdk:?} {caller} {tool}: {}",
                    reply.body
                );
                // A step-up is possible for exactly the others.
                let asked = reply.challenge_param("error") == Some("insufficient_scope");
                let asked_for = reply.challenge_param("scope").unwrap_or_default().to_owned();
                let gives_all = asked && !asked_for.contains("admin") && !(tool == "manage" && caller != "manager");
                assert_eq!(gives_all, in_reach.contains(&tool), "{sdk:?} {caller} {tool}");
            }
        }
    }
}

#[tokio::test]
async fn in_a_session_the_list_is_the_same() {
    for sdk in Sdk::EACH {
        let server = Running::start_with(sdk, tools(&Count::default()), obtainable).await;
        let mut legacy = Legacy::new(&server, None);
        legacy.token = Some(rights(server.token("manager"), "manager").mint());
        let session = legacy.open().await;
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let text = legacy.post(Some(&session), list).await.text().await.unwrap();
        let data = text.lines().rev().find_map(|line| line.strip_prefix("data: "));
        let answer: Value = serde_json::from_str(data.unwrap_or(&text)).unwrap();
        let tools = answer["result"]["tools"].as_array().unwrap();
        let names: Vec<_> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        let (callable, in_reach) = expected("manager");
        assert_eq!(names, in_order(&callable, &in_reach), "{sdk:?}");
    }
}

#[tokio::test]
async fn without_obtainable_scopes_or_on_demand_the_list_has_what_can_be_called() {
    type Configure = fn(Builder) -> Builder;

    for sdk in Sdk::EACH {
        let plain = || tools(&Count::default());
        let settings: [(Toolset<Count>, Configure); 3] = [
            (plain(), |gate| gate),
            (plain(), |gate| obtainable(gate).list_callable_only()),
            (plain().scopes::<Scope>(), |gate| {
                gate.scopes::<Scope>().obtainable_scopes([])
            }),
        ];
        for (tools, configure) in settings {
            let server = Running::start_with(sdk, tools, configure).await;
            for caller in ["plain", "manager"] {
                let list = client(&server, caller).list().await.unwrap();
                assert_eq!(list.tools(), expected(caller).0, "{sdk:?} {caller}");
            }
        }
    }
}

/// Counts how often a token is validated anew.
struct Counting {
    validator: JwtValidator,
    anew: Count,
}

impl Validator for Counting {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.validator.validate(token).await
    }

    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.anew.0.fetch_add(1, Ordering::SeqCst);
        self.validator.validate_anew(token).await
    }

    fn issuers(&self) -> Vec<String> {
        self.validator.issuers()
    }
}

/// All that a client gets, but for the time.
#[derive(Debug, Eq, PartialEq)]
struct Whole {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// A call, byte for byte the same but for the name; without a session in the protocol version that has none.
async fn whole(legacy: &Legacy<'_>, session: Option<&str>, tool: &str, arguments: &Value) -> Whole {
    let mut params = json!({"name": tool});
    if !arguments.is_null() {
        params["arguments"] = arguments.clone();
    }
    let mut request = legacy.request(Method::POST, session);
    if session.is_none() {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        request = request
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", tool);
    }
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params});
    let reply = request.body(body.to_string()).send().await.unwrap();
    let headers = reply.headers().iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    Whole {
        status: reply.status().as_u16(),
        headers: headers.collect(),
        body: reply.text().await.unwrap(),
    }
}

const UNKNOWN: &str = "nosuch";

#[tokio::test]
async fn a_hidden_tool_cannot_be_told_from_one_that_does_not_exist() {
    for sdk in Sdk::EACH {
        let (lookups, anew) = (Count::default(), Count::default());
        let counted = anew.clone();
        let provider = IdentityProvider::start().await.unwrap();
        let issuer = provider.issuer().to_owned();
        let configure = move |gate: Builder| {
            // Of another provider: only the tokens of this test are for it.
            let validator = JwtValidator::builder()
                .issuer(issuer)
                .audience("https://mcp.example")
                .algorithm(Algorithm::Rs256);
            let validator = validator.build().unwrap();
            let anew = counted;
            obtainable(gate)
                .validator(Counting { validator, anew })
                .hide_denied_tools()
        };
        let server = Running::start_with(sdk, tools(&lookups), configure).await;
        for caller in ["nobody"].into_iter().chain(CALLERS) {
            let token = || rights(provider.token(caller).audience("https://mcp.example"), caller).mint();
            let mut legacy = Legacy::new(&server, None);
            legacy.token = (caller != "nobody").then(token);
            let session = legacy.initialize().await.filter(|_| caller != "nobody");
            let (callable, in_reach) = expected(caller);
            let listed = in_order(&callable, &in_reach);
            for session in [None, session.as_deref()] {
                for arguments in [json!({}), json!({"id": "1"}), json!("odd"), Value::Null] {
                    let unknown = whole(&legacy, session, UNKNOWN, &arguments).await;
                    for tool in TOOLS.into_iter().filter(|tool| !listed.contains(tool)) {
                        let before = server.records.all().len();
                        let hidden = whole(&legacy, session, tool, &arguments).await;
                        assert_eq!(hidden, unknown, "{sdk:?} {caller} {tool} {arguments}");
                        // The record says what really happened.
                        let record = server.records.all().remove(before);
                        let reason = match (caller, tool) {
                            ("nobody", _) => "unauthenticated",
                            ("plain" | "reader", "manage" | "wipe") => "insufficient_role",
                            _ => "insufficient_scope",
                        };
                        assert_eq!(
                            (&record["gen_ai.tool.name"], &record["reason"]),
                            (&json!(tool), &json!(reason)),
                            "{sdk:?} {caller}"
                        );
                        assert_eq!(server.records.all().len(), before + 1);
                    }
                    let words = if caller == "nobody" {
                        (401, "an access token is needed")
                    } else {
                        (200, "tool not found")
                    };
                    assert!(
                        unknown.status == words.0 && unknown.body.contains(words.1),
                        "{sdk:?} {caller}: {unknown:?}"
                    );
                    assert!(!format!("{unknown:?}").contains("scope="), "{unknown:?}");
                }
                // What is in reach says how to reach it.
                for tool in &in_reach {
                    let reply = whole(&legacy, session, tool, &json!({})).await;
                    let challenge = reply.headers.iter().find(|(name, _)| name == "www-authenticate");
                    assert_eq!(reply.status, 403, "{sdk:?} {caller} {tool}");
                    assert!(challenge.unwrap().1.contains(r#"scope="read""#), "{challenge:?}");
                }
            }
        }
        let done = |count: &Count| count.0.load(Ordering::SeqCst);
        // Of those who see it, the manager did not call `wipe`; of those who called it, nobody sees it.
        assert_eq!((done(&lookups), done(&anew)), (0, 0), "{sdk:?}: steps for hidden tools");
    }
}

#[tokio::test]
async fn without_the_setting_a_denial_says_so() {
    for sdk in Sdk::EACH {
        let server = Running::start(sdk, tools(&Count::default())).await;
        let plain = client(&server, "plain");
        let admin = plain.call("admin", json!({})).await.unwrap();
        assert_eq!(
            (admin.status, admin.challenge_param("scope")),
            (403, Some("admin read")),
            "{sdk:?}"
        );
        assert_eq!(plain.call("wipe", json!({})).await.unwrap().status, 403, "{sdk:?}");
        let nobody = server.client().call("admin", json!({})).await.unwrap();
        assert_eq!(
            (nobody.status, nobody.challenge_param("scope")),
            (401, Some("admin read")),
            "{sdk:?}"
        );
    }
}

/// A gate for one caller in this process, of these rights.
async fn local(sdk: Sdk, caller: &str, anew: &Count) -> (Protected, Records, IdentityProvider, Token) {
    let provider = IdentityProvider::start().await.unwrap();
    let token = rights(provider.token(caller).audience("https://mcp.example"), caller).mint();
    let file = Token::new(&format!("listing-{sdk:?}-{caller}"));
    file.write(&token);
    let validator = JwtValidator::builder()
        .issuer(provider.issuer())
        .audience("https://mcp.example")
        .algorithm(Algorithm::Rs256);
    let validator = validator.build().unwrap();
    let anew = anew.clone();
    let records = Records::default();
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(Counting { validator, anew })
        .audit(JsonLines::new(records.clone()));
    let gate = obtainable(gate).hide_denied_tools().build().unwrap();
    let protected = gate.protect(tools(&Count::default())).unwrap();
    let protected = protected.with_token(TokenSource::file(&file.0));
    (protected, records, provider, file)
}

#[tokio::test]
async fn over_stdio_exactly_what_can_be_called_exists() {
    for sdk in Sdk::EACH {
        let anew = Count::default();
        let (protected, records, _provider, _file) = local(sdk, "plain", &anew).await;
        let (stream, running) = serve(sdk, &protected, pending());
        let mut client = Client::greet(stream).await;
        assert_eq!(client.names().await, expected("plain").0, "{sdk:?}");
        let mut answers = Vec::new();
        for tool in [UNKNOWN, "read", "admin", "manage", "wipe"] {
            client.call(&json!(1), tool).await;
            answers.push(client.next().await.unwrap());
        }
        assert_eq!(
            answers[0]["error"],
            json!({"code": -32602, "message": "tool not found"}),
            "{sdk:?}"
        );
        for answer in &answers {
            assert_eq!(answer, &answers[0], "{sdk:?}");
        }
        let records: Vec<_> = records
            .all()
            .iter()
            .map(|record| (record["gen_ai.tool.name"].clone(), record["reason"].clone()))
            .collect();
        let expected = [
            (Value::Null, json!("unknown_tool")),
            (json!("read"), json!("insufficient_scope")),
            (json!("admin"), json!("insufficient_scope")),
            (json!("manage"), json!("insufficient_role")),
            (json!("wipe"), json!("insufficient_role")),
        ];
        assert_eq!(records, expected, "{sdk:?}");
        assert_eq!(anew.0.load(Ordering::SeqCst), 0, "{sdk:?}");
        client.call(&json!(2), "own").await;
        assert!(client.next().await.unwrap().get("result").is_some(), "{sdk:?}");
        drop(client);
        running.await.unwrap();
    }
}

/// It cannot be found out who calls: that must not tell which tools there are either.
#[tokio::test]
async fn over_stdio_an_outage_tells_of_no_tool() {
    for sdk in Sdk::EACH {
        let (protected, records, provider, _file) = local(sdk, "manager", &Count::default()).await;
        provider.jwks_fault(toolgate_testing::Fault::Status(500));
        let (stream, running) = serve(sdk, &protected, pending());
        let mut client = Client::greet(stream).await;
        assert_eq!(client.names().await, ["open"], "{sdk:?}");
        client.call(&json!(1), UNKNOWN).await;
        let unknown = client.next().await.unwrap();
        client.call(&json!(1), "own").await;
        assert_eq!(client.next().await.unwrap(), unknown, "{sdk:?}");
        assert_eq!(records.of("own")[0]["reason"], "unavailable", "{sdk:?}");
        drop(client);
        running.await.unwrap();
    }
}

#[tokio::test]
async fn in_this_process_too() {
    let (protected, records, ..) = local(Sdk::Rmcp, "nobody", &Count::default()).await;
    let caller = || Some(toolgate_testing::caller("alice").tenant("acme").build());
    for tool in [UNKNOWN, "read", "admin", "wipe"] {
        let answer = protected.call(tool, caller(), json!({"id": "1"})).await;
        assert!(answer.is_none(), "{tool}: {answer:?}");
    }
    assert!(protected.call("own", None, json!({})).await.is_none());
    let expired = Claims::assert("https://idp.example", "alice").with_expiry(Duration::ZERO);
    let expired = Caller::assert(expired);
    let hidden = protected.call("wipe", Some(expired.clone()), json!({"id": "1"})).await;
    assert!(hidden.is_none(), "{hidden:?}");
    let own = protected.call("own", Some(expired), json!({})).await.unwrap();
    assert!(matches!(own, Err(Error::Denied(Denial::Expired))), "{own:?}");
    assert!(protected.call("own", caller(), json!({})).await.unwrap().is_ok());
    let reasons: Vec<_> = records.all().iter().map(|record| record["reason"].clone()).collect();
    let expected = [
        "insufficient_scope",
        "insufficient_scope",
        "insufficient_role",
        "unauthenticated",
        "expired",
        "expired",
    ];
    assert_eq!(&reasons[..6], expected);
    // Who sees a tool is told why a call of it is denied.
    let manager = toolgate_testing::caller("bob").roles(["manager"]).build();
    let stale = protected.call("wipe", Some(manager), json!({"id": "1"})).await.unwrap();
    assert!(matches!(stale, Err(Error::Denied(_))), "{stale:?}");
}

const LONG: usize = 1000;

/// Who may call the tool of this number: in turns everyone, every caller, who has a scope that can be got, one that cannot, a role.
fn policy_of(number: usize) -> Policy {
    match number % 5 {
        0 => Policy::PUBLIC,
        1 => Policy::AUTHENTICATED,
        2 => Policy::AUTHENTICATED.scopes_all(&OBTAINABLE),
        3 => Policy::AUTHENTICATED.scopes_all(const { &[ScopeToken::from_static("admin")] }),
        _ => Policy::AUTHENTICATED.roles(&["manager"]),
    }
}

/// In another order than that of the numbers, or of the alphabet.
fn names() -> impl Iterator<Item = (usize, String)> {
    (0..LONG).map(|place| {
        let number = place * 7 % LONG;
        (number, format!("tool_{number}"))
    })
}

fn listed(kinds: &[usize]) -> Vec<String> {
    let listed = names().filter(|(number, _)| kinds.contains(&(number % 5)));
    listed.map(|(_, name)| name).collect()
}

struct Numbered(usize);

#[async_trait]
impl pmcp::ToolHandler for Numbered {
    async fn handle(&self, _: Value, _: pmcp::RequestHandlerExtra) -> pmcp::Result<Value> {
        Ok(json!(self.0))
    }

    fn metadata(&self) -> Option<pmcp::types::ToolInfo> {
        let description = format!("Is number {}", self.0);
        let schema = json!({"type": "object", "properties": {"n": {"type": "integer", "const": self.0}}});
        Some(pmcp::types::ToolInfo::new("", Some(description), schema))
    }
}

fn route(number: usize, name: String) -> ToolRoute<()> {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer", "const": number}}});
    let schema = schema.as_object().cloned().unwrap();
    let tool = rmcp::model::Tool::new(name, format!("Is number {number}"), schema);
    ToolRoute::new_dyn(tool, move |_| {
        Box::pin(async move { Ok(rmcp::model::CallToolResult::structured(json!(number)).into()) })
    })
}

async fn start_long(sdk: Sdk) -> Running {
    match sdk {
        Sdk::Rmcp => {
            let tools = names().fold(Toolset::new(()), |tools, (number, name)| {
                let router = ToolRouter::new().with_route(route(number, name));
                tools.stock_tools(&router, policy_of(number))
            });
            let routes = names().fold(ToolRouter::new(), |router, (number, name)| {
                router.with_route(route(number, name))
            });
            let serve = |protected: &Protected| {
                let server = Server::with_router(protected, "test", "1", (), routes).unwrap();
                Router::new().fallback_service(server.http_service())
            };
            Running::start_app(tools, obtainable, serve).await
        }
        Sdk::Pmcp => {
            let tools = names().fold(Toolset::new(()), |tools, (number, name)| {
                tools.stock_pmcp_tool(&name, Arc::new(Numbered(number)), policy_of(number))
            });
            Running::start_with(sdk, tools, obtainable).await
        }
    }
}

#[tokio::test]
async fn mcp_61_a_long_list_is_whole_and_in_order() {
    for sdk in Sdk::EACH {
        let server = start_long(sdk).await;
        for (caller, kinds) in [
            ("nobody", &[0][..]),
            ("plain", &[0, 1, 2]),
            ("manager", &[0, 1, 2, 4]),
            ("administrator", &[0, 1, 2, 3, 4]),
        ] {
            let list = client(&server, caller).list().await.unwrap();
            assert_eq!(list.tools(), listed(kinds), "{sdk:?} {caller}");
            for tool in list.result().unwrap()["tools"].as_array().unwrap() {
                let number = tool["name"].as_str().unwrap().strip_prefix("tool_").unwrap();
                assert_eq!(tool["description"], format!("Is number {number}"), "{sdk:?}");
                assert_eq!(
                    tool["inputSchema"]["properties"]["n"]["const"].to_string(),
                    number,
                    "{sdk:?}"
                );
            }
        }
    }
}
