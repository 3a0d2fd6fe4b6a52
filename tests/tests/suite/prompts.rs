//! Prompts, resources and templates behind the gate, with `rmcp`, over HTTP in both eras and over stdio.

mod library;

use self::library::{Library, MANAGE, READ, declared};
use crate::legacy::Legacy;
use crate::recorded::{Does, Log, Sink};
use crate::server::{Builder, Records, Running};
use crate::stdio::{Client, Token};
use axum::Router;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::{ServiceExt as _, tool, tool_router};
use serde_json::{Value, json};
use tokio::io::{duplex, split};
use toolgate::audit::JsonLines;
use toolgate::docs::ScopeDocument;
use toolgate::policy::TenantDemand;
use toolgate::rmcp::{Guarded, Server};
use toolgate::{Algorithm, Gate, JwtValidator, Policy, Protected, RateLimit, ScopeToken, TokenSource, Toolset};
use toolgate_testing::IdentityProvider;

async fn start(library: &Library, tools: Toolset, configure: impl FnOnce(Builder) -> Builder) -> Running {
    let library = library.clone();
    let serve = |protected: &Protected| {
        let server = Guarded::new(protected, library, ToolRouter::new()).unwrap();
        Router::new().fallback_service(server.http_service())
    };
    Running::start_app(tools, configure, serve).await
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Era {
    Sessions,
    Stateless,
}

const ERAS: [Era; 2] = [Era::Sessions, Era::Stateless];

/// What came back over HTTP.
#[derive(Debug)]
struct Answer {
    status: u16,
    challenge: Option<String>,
    body: Value,
}

impl Answer {
    /// The status, with the code of an error in it.
    fn code(&self) -> (u16, i64) {
        (self.status, self.body["error"]["code"].as_i64().unwrap_or_default())
    }
}

async fn ask(server: &Running, era: Era, token: Option<&str>, method: &str, params: Value) -> Answer {
    if era == Era::Stateless {
        let mut client = server.client();
        if let Some(token) = token {
            client = client.bearer(token);
        }
        let reply = client.request(method, params).await.unwrap();
        return Answer {
            status: reply.status,
            challenge: reply.challenge,
            body: reply.body,
        };
    }
    let mut client = Legacy::new(server, None);
    client.token = token.map(str::to_owned);
    let session = match token {
        Some(_) => client.initialize().await,
        // Nobody gets a session.
        None => None,
    };
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let reply = client.post(session.as_deref(), body).await;
    let status = reply.status().as_u16();
    let challenge = reply.headers().get("www-authenticate");
    let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
    let text = reply.text().await.unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    let mut messages = data.filter_map(|data| serde_json::from_str(data).ok());
    let answer = messages.find(|message: &Value| message["id"] == 1);
    Answer {
        status,
        challenge,
        body: answer.unwrap_or_else(|| serde_json::from_str(&text).unwrap()),
    }
}

/// Each way to ask for something of each kind: method, parameters, what the handler is asked, and the name in records.
fn requests(prompt: &str, resource: &str, era: Era) -> Vec<(&'static str, Value, String)> {
    let of = |method: &'static str, params, what: &str| (method, params, format!("{method} {what}"));
    let argument = json!({"name": "id", "value": "1"});
    let mut all = vec![
        of("prompts/get", json!({"name": prompt}), prompt),
        of("resources/read", json!({"uri": resource}), resource),
        of(
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": prompt}, "argument": argument}),
            prompt,
        ),
        of(
            "completion/complete",
            json!({"ref": {"type": "ref/resource", "uri": resource}, "argument": argument}),
            resource,
        ),
    ];
    if era == Era::Stateless {
        let params = json!({"notifications": {"resourceSubscriptions": [resource]}});
        all.push(of("subscriptions/listen", params, resource));
    } else {
        all.push(of("resources/subscribe", json!({"uri": resource}), resource));
        all.push(of("resources/unsubscribe", json!({"uri": resource}), resource));
    }
    all
}

fn names(body: &Value, list: &str, member: &str) -> Vec<String> {
    let items = body["result"][list].as_array().unwrap();
    let names = items.iter().map(|item| item[member].as_str().unwrap().to_owned());
    names.collect()
}

#[tokio::test]
async fn what_is_declared_is_decided_by_its_policy_however_it_is_asked_for() {
    let library = Library::default();
    let server = start(&library, declared(), |gate| gate).await;
    let reader = server.token("alice").scopes(["read:notes"]).mint();
    let manager = server.token("bob").roles(["manager"]).mint();
    for era in ERAS {
        // Allowed: the handler is asked, once.
        for (method, params, reached) in requests("sum_up", "notes://1", era) {
            let answer = ask(&server, era, Some(&reader), method, params).await;
            assert_eq!(answer.code(), (200, 0), "{era:?} {method}: {answer:?}");
            assert_eq!(library.take(), [reached], "{era:?}");
        }
        // A scope is missing: 403, and the challenge names it.
        for (method, params, _) in requests("sum_up", "notes://1", era) {
            let answer = ask(&server, era, Some(&manager), method, params.clone()).await;
            assert_eq!(answer.code(), (403, 403), "{era:?} {method}: {answer:?}");
            let challenge = answer.challenge.unwrap();
            assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
            assert!(challenge.contains("scope=\"read:notes\""), "{challenge}");
            // No token: 401, and the challenge names the scope, too.
            let answer = ask(&server, era, None, method, params).await;
            assert_eq!(answer.code(), (401, 401), "{era:?} {method}: {answer:?}");
            assert!(answer.challenge.unwrap().contains("scope=\"read:notes\""), "{method}");
        }
        // A role is missing: 403 without a challenge.
        for (method, params, _) in requests("manage", "notes://statistics", era) {
            let answer = ask(&server, era, Some(&reader), method, params.clone()).await;
            assert_eq!(answer.code(), (403, 403), "{era:?} {method}: {answer:?}");
            assert_eq!(answer.challenge, None, "{era:?} {method}");
            let answer = ask(&server, era, Some(&manager), method, params).await;
            assert_eq!(answer.code(), (200, 0), "{era:?} {method}: {answer:?}");
        }
        assert_eq!(library.take().len(), requests("", "", era).len());
        // Not declared: as what does not exist.
        let not_found = if era == Era::Stateless { -32602 } else { -32002 };
        for (method, params, _) in requests("secret", "notes://a/secret", era) {
            let code = if params.to_string().contains("://") {
                not_found
            } else {
                -32602
            };
            let answer = ask(&server, era, Some(&reader), method, params.clone()).await;
            assert_eq!(answer.code(), (200, code), "{era:?} {method}: {answer:?}");
            // SEP-2164: of a resource it says which.
            assert_eq!(
                answer.body.pointer("/error/data/uri"),
                params
                    .get("uri")
                    .or_else(|| params.pointer("/notifications/resourceSubscriptions/0")),
                "{era:?} {method}"
            );
            let answer = ask(&server, era, None, method, params).await;
            assert_eq!(answer.code(), (401, 401), "{era:?} {method}: {answer:?}");
            let challenge = answer.challenge.unwrap();
            assert!(challenge.contains("scope=\"read:notes\""), "the baseline: {challenge}");
        }
        // Public: without a token, but for streams and what only sessions have.
        for (method, params, reached) in requests("greet", "notes://about", era) {
            let answer = ask(&server, era, None, method, params).await;
            if method == "subscriptions/listen" {
                assert_eq!(answer.code(), (401, 401), "{answer:?}");
            } else {
                assert_eq!(answer.code(), (200, 0), "{era:?} {method}: {answer:?}");
                assert_eq!(library.take(), [reached], "{era:?}");
            }
        }
    }
    assert_eq!(library.take(), Vec::<String>::new());
    let unknown = server.records.all().into_iter().filter(|record| {
        let reason = record["reason"].as_str().unwrap_or_default();
        reason == "unknown_prompt" || reason == "unknown_resource"
    });
    assert_eq!(
        unknown.count(),
        requests("", "", ERAS[0]).len() + requests("", "", ERAS[1]).len()
    );
}

#[tokio::test]
async fn two_records_tell_what_was_asked_for() {
    let library = Library::default();
    let server = start(&library, declared(), |gate| gate).await;
    let reader = server.token("alice").scopes(["read:notes"]).mint();
    let stateless = Era::Stateless;
    for (method, params, _) in requests("sum_up", "notes://1", stateless) {
        let answer = ask(&server, stateless, Some(&reader), method, params).await;
        assert_eq!(answer.code(), (200, 0), "{method}: {answer:?}");
    }
    let told = |records: &[Value]| -> Vec<Value> {
        let told = records.iter().map(|record| match record["event"].as_str() {
            Some("decision") => json!([record["decision"], record["arguments"], record["user.id"]]),
            _ => record["outcome"].clone(),
        });
        told.collect()
    };
    let prompt = server.records.wait_for("prompt:sum_up", 4).await;
    assert_eq!(
        told(&prompt),
        [
            json!(["allow", {"method": "prompts/get"}, "alice"]),
            json!("ok"),
            json!(["allow", {"method": "completion/complete"}, "alice"]),
            json!("ok"),
        ]
    );
    assert_eq!(prompt[0]["id"], prompt[1]["id"]);
    assert_eq!(prompt[0]["policy"], json!(READ.fingerprint()));
    let template = server.records.wait_for("template:notes://{id}", 6).await;
    let uri = |method: &str| json!(["allow", {"method": method, "uri": "notes://1"}, "alice"]);
    assert_eq!(
        told(&template),
        [
            uri("resources/read"),
            json!("ok"),
            uri("completion/complete"),
            json!("ok"),
            uri("subscriptions/listen"),
            json!("ok"),
        ]
    );

    // A denial, and a handler that fails.
    let answer = ask(
        &server,
        stateless,
        Some(&reader),
        "resources/read",
        json!({"uri": "notes://statistics"}),
    )
    .await;
    assert_eq!(answer.code(), (403, 403));
    let denied = server.records.wait_for("resource:notes://statistics", 1).await;
    assert_eq!(
        (&denied[0]["decision"], &denied[0]["reason"]),
        (&json!("deny"), &json!("insufficient_role"))
    );
    let params = json!({"name": "sum_up", "arguments": {"a": "b"}});
    let answer = ask(&server, stateless, Some(&reader), "prompts/get", params).await;
    assert_eq!(answer.code(), (200, -32602), "{answer:?}");
    let failed = server.records.wait_for("prompt:sum_up", 6).await;
    assert_eq!(
        (&failed[4]["decision"], &failed[5]["outcome"]),
        (&json!("allow"), &json!("tool_error"))
    );
    assert_eq!(server.records.of("read_note"), Vec::<Value>::new());
}

/// What a caller sees of prompts, resources and templates.
type Listed = [&'static [&'static str]; 3];

#[tokio::test]
async fn lists_have_what_the_caller_gets_to_see() {
    let obtainable = |gate: Builder| gate.obtainable_scopes([ScopeToken::from_static("read:notes")]);
    let library = Library::default();
    let server = start(&library, declared(), obtainable).await;
    let reader = server.token("alice").scopes(["read:notes"]).mint();
    let manager = server.token("bob").roles(["manager"]).mint();
    let closed = start(&library, declared(), |gate| gate).await;
    let closed_manager = closed.token("bob").roles(["manager"]).mint();
    let of_reader: Listed = [&["greet", "sum_up"], &["notes://about", "notes://1"], &["notes://{id}"]];
    let of_manager: Listed = [
        &["greet", "sum_up", "manage"],
        &["notes://about", "notes://statistics", "notes://1"],
        &["notes://{id}", "notes://archive/{id}"],
    ];
    let of_closed: Listed = [
        &["greet", "manage"],
        &["notes://about", "notes://statistics"],
        &["notes://archive/{id}"],
    ];
    let of_nobody: Listed = [&["greet"], &["notes://about"], &[]];
    for era in ERAS {
        for (server, token, listed) in [
            (&server, Some(&reader), of_reader),
            (&server, Some(&manager), of_manager),
            (&closed, Some(&closed_manager), of_closed),
            (&server, None, of_nobody),
        ] {
            let lists = [
                ("prompts/list", "prompts", "name"),
                ("resources/list", "resources", "uri"),
                ("resources/templates/list", "resourceTemplates", "uriTemplate"),
            ];
            for ((method, list, member), listed) in lists.into_iter().zip(listed) {
                let answer = ask(server, era, token.map(String::as_str), method, json!({})).await;
                assert_eq!(answer.code(), (200, 0), "{era:?} {method}: {answer:?}");
                assert_eq!(names(&answer.body, list, member), listed, "{era:?} {method}");
                let result = &answer.body["result"];
                let scope = (result.get("cacheScope"), result.get("ttlMs"));
                let private = (era == Era::Stateless).then(|| (json!("private"), json!(0)));
                let private = private.as_ref();
                assert_eq!(
                    scope,
                    (private.map(|(scope, _)| scope), private.map(|(_, ttl)| ttl)),
                    "{method}"
                );
            }
        }
    }
    // What not everyone may read is kept for nobody else.
    for (uri, scope) in [("notes://1", "private"), ("notes://about", "public")] {
        let answer = ask(
            &server,
            Era::Stateless,
            Some(&reader),
            "resources/read",
            json!({"uri": uri}),
        )
        .await;
        assert_eq!(answer.body["result"]["cacheScope"], scope, "{uri}");
    }
}

#[tokio::test]
async fn a_hidden_prompt_or_resource_is_as_one_that_does_not_exist() {
    let library = Library::default();
    let server = start(&library, declared(), Builder::hide_denied_tools).await;
    let reader = server.token("alice").scopes(["read:notes"]).mint();
    for era in ERAS {
        let hidden = requests("manage", "notes://statistics", era);
        let unknown = requests("nothing", "notes://a/nothing", era);
        for ((method, hidden, _), (_, unknown, _)) in hidden.into_iter().zip(unknown) {
            for token in [Some(reader.as_str()), None] {
                let hidden = ask(&server, era, token, method, hidden.clone()).await;
                let unknown = ask(&server, era, token, method, unknown.clone()).await;
                let without_id = |mut body: Value| {
                    body["id"] = Value::Null;
                    // The URI that was asked for, which differs: the test before this one looks at it.
                    if let Some(uri) = body.pointer_mut("/error/data/uri") {
                        *uri = Value::Null;
                    }
                    body
                };
                assert_eq!(hidden.code(), unknown.code(), "{era:?} {method}");
                assert_eq!(hidden.challenge, unknown.challenge, "{era:?} {method}");
                assert_eq!(without_id(hidden.body), without_id(unknown.body), "{era:?} {method}");
            }
        }
    }
    assert_eq!(library.take(), Vec::<String>::new());
    assert_eq!(server.records.of("prompt:manage")[0]["reason"], "insufficient_role");
}

#[tokio::test]
async fn a_stream_is_of_no_resource_that_the_caller_may_not_read() {
    let library = Library::default();
    let server = start(&library, declared(), |gate| gate).await;
    let reader = server.token("alice").scopes(["read:notes"]).mint();
    let listen = async |uris: &[&str]| {
        let params = json!({"notifications": {"resourceSubscriptions": uris}});
        ask(&server, Era::Stateless, Some(&reader), "subscriptions/listen", params).await
    };
    assert_eq!(listen(&["notes://1", "notes://about"]).await.code(), (200, 0));
    assert_eq!(library.take(), ["subscriptions/listen notes://1 notes://about"]);
    assert_eq!(listen(&["notes://1", "notes://statistics"]).await.code(), (403, 403));
    assert_eq!(listen(&["notes://a/secret", "notes://1"]).await.code(), (200, -32602));
    assert_eq!(listen(&["notes://1"; 257]).await.status, 413);
    assert_eq!(library.take(), Vec::<String>::new());
}

#[tokio::test]
async fn where_nothing_is_declared_a_valid_token_is_enough() {
    let library = Library::default();
    let server = start(&library, Toolset::new(()).prompt("sum_up", READ), |gate| gate).await;
    let nobody_special = server.token("carol").mint();
    for era in ERAS {
        let read = async |token| {
            ask(
                &server,
                era,
                token,
                "resources/read",
                json!({"uri": "notes://a/secret"}),
            )
            .await
        };
        let answer = read(Some(nobody_special.as_str())).await;
        assert_eq!(answer.code(), (200, 0));
        // The handler said that everyone may be given it. Versions without sessions know of caches.
        let scope = &answer.body["result"]["cacheScope"];
        assert!(scope == "private" || era == Era::Sessions, "{answer:?}");
        assert_ne!(scope, "public", "{answer:?}");
        assert_eq!(read(None).await.code(), (401, 401));
        let list = async |token| ask(&server, era, token, "resources/list", json!({})).await;
        let listed = list(Some(nobody_special.as_str())).await;
        assert_eq!(names(&listed.body, "resources", "uri").len(), 4);
        assert_eq!(list(None).await.code(), (401, 401));
    }
    assert_eq!(library.take(), ["resources/read notes://a/secret"; 2]);
}

#[tokio::test]
async fn a_list_is_open_where_something_of_its_kind_is_public() {
    let library = Library::default();
    let tools = Toolset::new(())
        .prompt("greet", Policy::PUBLIC)
        .resource("notes://1", READ);
    let server = start(&library, tools, |gate| gate).await;
    for era in ERAS {
        for (method, status) in [
            ("prompts/list", 200),
            ("resources/list", 401),
            ("resources/templates/list", 401),
            ("tools/list", 200),
        ] {
            let answer = ask(&server, era, None, method, json!({})).await;
            assert_eq!(answer.status, status, "{era:?} {method}: {answer:?}");
        }
    }
}

#[test]
fn the_scope_document_tells_of_prompts_and_resources() {
    let document = ScopeDocument::new(&declared());
    let names: Vec<_> = document.entries.iter().map(|entry| entry.name.as_str()).collect();
    let declared = [
        "prompt:greet",
        "prompt:sum_up",
        "prompt:manage",
        "resource:notes://about",
        "resource:notes://statistics",
        "template:notes://{id}",
        "template:notes://archive/{id}",
    ];
    assert_eq!(names, declared);
    assert_eq!(document.public, ["prompt:greet", "resource:notes://about"]);
    let read = document
        .scopes
        .iter()
        .find(|scope| scope.scope == "read:notes")
        .unwrap();
    assert_eq!(read.tools, ["read_note", "prompt:sum_up", "template:notes://{id}"]);
    let markdown = document.to_markdown();
    let section = "## Prompts and resources\n\n### `prompt:greet`\n\nNeeds:\n\n- nothing";
    assert!(markdown.contains(section), "{markdown}");
    assert!(!markdown.contains("read-only"), "{markdown}");
    assert!(document.to_json().contains("\"template:notes://archive/{id}\""));
}

const LIMITED: Policy = READ.rate_limit(RateLimit::per_minute(2));

#[tokio::test]
async fn a_rate_holds_for_prompts_and_resources() {
    let library = Library::default();
    let tools = Toolset::new(())
        .prompt("sum_up", LIMITED)
        .resource("notes://1", LIMITED.fresh());
    let server = start(&library, tools, |gate| gate).await;
    let reader = server.token("alice").scopes(["read:notes"]).mint();
    for (method, params) in [
        ("prompts/get", json!({"name": "sum_up"})),
        ("resources/read", json!({"uri": "notes://1"})),
    ] {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            let answer = ask(&server, Era::Stateless, Some(&reader), method, params.clone()).await;
            statuses.push(answer.status);
        }
        assert_eq!(statuses, [200, 200, 429], "{method}");
    }
}

/// A server over stdio whose caller has this token, if there is one.
async fn over_stdio(library: &Library, tools: Toolset, token: &Token, provider: &IdentityProvider) -> Client {
    over_stdio_with(library, tools, token, provider, |gate| gate).await
}

async fn over_stdio_with(
    library: &Library,
    tools: Toolset,
    token: &Token,
    provider: &IdentityProvider,
    configure: impl FnOnce(Builder) -> Builder,
) -> Client {
    const RESOURCE: &str = "https://notes.example/mcp";
    let validator = JwtValidator::builder()
        .issuer(provider.issuer())
        .audience(RESOURCE)
        .algorithm(Algorithm::Rs256);
    let gate = Gate::builder().resource(RESOURCE).validator(validator.build().unwrap());
    let protected = configure(gate).build().unwrap().protect(tools).unwrap();
    let protected = protected.with_token(TokenSource::file(&token.0));
    let server = Guarded::new(&protected, library.clone(), ToolRouter::new()).unwrap();
    let (near, far) = duplex(4096);
    tokio::spawn(async move {
        let running = server.serve(split(near)).await;
        running.unwrap().waiting().await.unwrap();
    });
    Client::greet(far).await
}

async fn code(client: &mut Client, method: &str, params: &Value) -> i64 {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    client.send(&message).await;
    let answer = client.next().await.unwrap();
    let code = answer["error"]["code"].as_i64().unwrap_or_default();
    if code == -32002 {
        // SEP-2164: of a resource it says which.
        assert_eq!(answer.pointer("/error/data/uri"), params.get("uri"), "{method}");
    }
    code
}

/// What the protocol has no more is no method, also where something is declared about resources.
#[tokio::test]
async fn since_2026_07_28_nobody_subscribes_as_before() {
    let server = start(&Library::default(), declared(), |gate| gate).await;
    let token = server.token("alice").scopes(["read:notes"]).mint();
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let answer = ask(&server, Era::Stateless, Some(&token), method, json!({})).await;
        assert_eq!(answer.code(), (404, -32601), "{method}: {answer:?}");
        let answer = ask(&server, Era::Sessions, Some(&token), method, json!({})).await;
        assert_eq!(answer.code(), (200, -32602), "{method}: {answer:?}");
    }
}

/// Here the gate alone decides: there is no layer.
#[tokio::test]
async fn over_stdio_the_gate_decides_alone() {
    let library = Library::default();
    let provider = IdentityProvider::start().await.unwrap();
    let audience = "https://notes.example/mcp";
    let reader = Token::new("prompts-reader");
    reader.write(&provider.token("alice").audience(audience).scopes(["read:notes"]).mint());
    let nobody = Token::new("prompts-nobody");
    let mut reader = over_stdio(&library, declared(), &reader, &provider).await;
    let mut nobody = over_stdio(&library, declared(), &nobody, &provider).await;
    let era = Era::Sessions;
    for (method, params, reached) in requests("sum_up", "notes://1", era) {
        assert_eq!(code(&mut reader, method, &params).await, 0, "{method}");
        assert_eq!(library.take(), [reached]);
        assert_eq!(code(&mut nobody, method, &params).await, 401, "{method}");
    }
    for (method, params, _) in requests("manage", "notes://statistics", era) {
        assert_eq!(code(&mut reader, method, &params).await, 403, "{method}");
    }
    for (method, params, _) in requests("secret", "notes://a/secret", era) {
        let not_found = if params.to_string().contains("://") {
            -32002
        } else {
            -32602
        };
        assert_eq!(code(&mut reader, method, &params).await, not_found, "{method}");
        assert_eq!(code(&mut nobody, method, &params).await, not_found, "{method}");
    }
    assert_eq!(library.take(), Vec::<String>::new());
    for (method, params, reached) in requests("greet", "notes://about", era) {
        assert_eq!(code(&mut nobody, method, &params).await, 0, "{method}");
        assert_eq!(library.take(), [reached]);
    }
    for (client, prompts) in [(&mut reader, &["greet", "sum_up"][..]), (&mut nobody, &["greet"])] {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/list"});
        client.send(&message).await;
        assert_eq!(names(&client.next().await.unwrap(), "prompts", "name"), prompts);
    }
    assert_eq!(reader.names().await, ["read_note"]);
    assert_eq!(nobody.names().await, Vec::<String>::new());
}

#[tokio::test]
async fn over_stdio_what_is_not_declared_needs_a_caller() {
    let library = Library::default();
    let provider = IdentityProvider::start().await.unwrap();
    let caller = Token::new("prompts-caller");
    caller.write(&provider.token("carol").audience("https://notes.example/mcp").mint());
    let nobody = Token::new("prompts-no-caller");
    let mut caller = over_stdio(&library, Toolset::new(()), &caller, &provider).await;
    let mut nobody = over_stdio(&library, Toolset::new(()), &nobody, &provider).await;
    let mut all = requests("sum_up", "notes://1", Era::Sessions);
    all.push(("own/method", json!({}), "custom own/method".to_owned()));
    for (method, params, reached) in all {
        assert_eq!(code(&mut nobody, method, &params).await, 401, "{method}");
        assert_eq!(library.take(), Vec::<String>::new(), "{method}");
        assert_eq!(code(&mut caller, method, &params).await, 0, "{method}");
        assert_eq!(library.take(), [reached]);
    }
    for method in ["prompts/list", "resources/list", "resources/templates/list"] {
        assert_eq!(code(&mut nobody, method, &json!({})).await, 401, "{method}");
        assert_eq!(code(&mut caller, method, &json!({})).await, 0, "{method}");
    }
    // What the handler has no words for is not a matter of who calls.
    for (method, mut params) in [
        ("logging/setLevel", json!({"level": "info"})),
        ("tasks/get", json!({"taskId": "1"})),
        ("tasks/update", json!({"taskId": "1", "inputResponses": {}})),
        ("tasks/cancel", json!({"taskId": "1"})),
    ] {
        if method.starts_with("tasks/") {
            params["_meta"] = meta(&json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
        }
        assert_eq!(code(&mut nobody, method, &params).await, 401, "{method}");
        assert_ne!(code(&mut caller, method, &params).await, 401, "{method}");
    }
    // The SDK reads these as requests of another method.
    for method in [
        "prompts/get",
        "resources/read",
        "completion/complete",
        "resources/subscribe",
    ] {
        assert_eq!(
            code(&mut caller, method, &json!({"name": 1, "uri": 1})).await,
            -32602,
            "{method}"
        );
    }
    assert_eq!(library.take(), Vec::<String>::new());
    assert_eq!(code(&mut nobody, "ping", &json!({})).await, 0);
}

/// The layer, which would say so, is not there.
#[tokio::test]
async fn r22_over_stdio_what_does_not_exist_is_recorded_too() {
    let (library, records) = (Library::default(), Records::default());
    let provider = IdentityProvider::start().await.unwrap();
    let nobody = Token::new("prompts-recorded");
    let configure = |gate: Builder| gate.audit(JsonLines::new(records.clone()));
    let mut nobody = over_stdio_with(&library, declared(), &nobody, &provider, configure).await;
    for (method, params, reason) in [
        ("prompts/get", json!({"name": "secret"}), "unknown_prompt"),
        ("resources/read", json!({"uri": "notes://a/secret"}), "unknown_resource"),
    ] {
        assert_ne!(code(&mut nobody, method, &params).await, 0, "{method}");
        let record = records.all().pop().unwrap();
        assert_eq!(
            (&record["decision"], &record["reason"]),
            (&json!("deny"), &json!(reason))
        );
    }
    assert_eq!(library.take(), Vec::<String>::new());
}

/// What a request says of its client in the protocol version without sessions.
fn meta(capabilities: &Value) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    })
}

fn listen(uris: &[&str]) -> Value {
    let params = json!({"notifications": {"resourceSubscriptions": uris}, "_meta": meta(&json!({}))});
    json!({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params})
}

/// It lasts, whatever it is of.
#[tokio::test]
async fn over_stdio_a_stream_needs_a_caller_also_if_it_is_of_nothing() {
    let library = Library::default();
    let provider = IdentityProvider::start().await.unwrap();
    let nobody = Token::new("prompts-stream-of-nobody");
    let mut nobody = over_stdio(&library, declared(), &nobody, &provider).await;
    for uris in [&[][..], &["notes://about"]] {
        nobody.send(&listen(uris)).await;
        let answer = loop {
            let message = nobody.next().await.unwrap();
            if message["id"] == 1 {
                break message;
            }
        };
        assert_eq!(answer["error"]["code"], 401, "{uris:?}: {answer}");
        assert_eq!(library.take(), Vec::<String>::new());
    }
}

/// The protocol version without sessions, over stdio: nothing is sent before the gate has decided, and what the SDK acknowledges before
/// that does not tell what is declared.
#[tokio::test]
async fn over_stdio_a_stream_is_decided_before_it_begins() {
    let library = Library::default();
    let provider = IdentityProvider::start().await.unwrap();
    let reader = Token::new("prompts-listener");
    let token = provider.token("alice").audience("https://notes.example/mcp");
    reader.write(&token.scopes(["read:notes"]).mint());
    for (uri, hides, code) in [
        ("notes://1", false, 0),
        ("notes://statistics", false, 403),
        ("notes://statistics", true, -32602),
        ("notes://a/secret", false, -32602),
        ("notes://a/secret", true, -32602),
    ] {
        let configure = |gate: Builder| if hides { gate.hide_denied_tools() } else { gate };
        let mut client = over_stdio_with(&library, declared(), &reader, &provider, configure).await;
        client.send(&listen(&[uri])).await;
        let first = client.next().await.unwrap();
        assert!(first.to_string().contains(uri), "{first}");
        let answer = client.next().await.unwrap();
        assert_eq!(answer["error"]["code"].as_i64().unwrap_or_default(), code, "{answer}");
        assert_eq!(library.take().len(), usize::from(code == 0));
    }
}

#[derive(Debug)]
struct Tools;

#[tool_router]
impl Tools {
    #[tool(description = "A tool without a policy")]
    fn stock(&self) -> String {
        String::new()
    }
}

impl rmcp::ServerHandler for Tools {}

#[test]
fn what_cannot_be_kept_is_refused_at_construction() {
    const TENANT: Policy = Policy::AUTHENTICATED.tenant(TenantDemand {
        field: "tenant",
        lookup: None,
    });
    let gate = Gate::public_only().unwrap();
    let refused = |tools: Toolset| gate.protect(tools).unwrap_err().to_string();
    let new = || Toolset::new(());
    assert!(refused(new().prompt("a", TENANT)).contains("is not public, and this gate cannot tell who calls"));
    assert!(refused(new().resource_template("a:{+b}", Policy::PUBLIC)).contains("cannot be matched"));
    assert!(refused(new().resource("a:b", MANAGE.shadow())).contains("is not public"));

    let protected = gate.protect(new().prompt("a", Policy::PUBLIC)).unwrap();
    let server = Server::new(&protected, "test", "1").unwrap_err().to_string();
    assert!(
        server.contains("help: serve them with `toolgate::rmcp::Guarded"),
        "{server}"
    );
    let router = toolgate::rmcp::Router::new(&protected, Tools::tool_router())
        .unwrap_err()
        .to_string();
    assert!(router.contains("a router has nothing but tools"), "{router}");
    let pmcp = toolgate::pmcp::Tools::new(&protected).unwrap_err().to_string();
    assert!(pmcp.contains("cannot be checked with `pmcp`"), "{pmcp}");
    let stdio = toolgate::pmcp::Tools::for_stdio(&protected).unwrap_err().to_string();
    assert!(stdio.contains("cannot be checked with `pmcp`"), "{stdio}");
    let guarded = Guarded::new(&protected, Tools, Tools::tool_router())
        .unwrap_err()
        .to_string();
    assert!(guarded.contains("nothing says who may call `stock`"), "{guarded}");
}

#[tokio::test]
async fn f27_what_needs_its_record_is_a_503_without_and_the_handler_is_not_asked() {
    for (does, code) in [(Does::Write, (200, 0)), (Does::Fail, (503, 503))] {
        let library = Library::default();
        let tools = Toolset::new(())
            .prompt("sum_up", READ.audit_required())
            .resource_template("notes://{id}", READ.audit_required());
        let sink = Sink::new(&Log::default(), does.clone());
        let server = start(&library, tools, |gate| gate.audit(sink)).await;
        let reader = server.token("alice").scopes(["read:notes"]).mint();
        for era in ERAS {
            for (method, params, reached) in requests("sum_up", "notes://1", era) {
                let answer = ask(&server, era, Some(&reader), method, params).await;
                assert_eq!(answer.code(), code, "{does:?} {era:?} {method}: {answer:?}");
                let reached: Vec<_> = (code.0 == 200).then_some(reached).into_iter().collect();
                assert_eq!(library.take(), reached, "{does:?} {era:?} {method}");
            }
        }
    }
}
