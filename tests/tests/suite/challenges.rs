//! What the layer answers, and to whom.

use super::SDK;
use crate::server::{Builder, Notes, Running};
use serde_json::{Value, json};
use toolgate::{NoArguments, Toolset, mcp_tool};
use toolgate_testing::{Fault, Reply};

/// Protected.
#[mcp_tool(authenticated)]
async fn protected(_: NoArguments) -> Result<(), std::convert::Infallible> {
    Ok(())
}

/// The challenge of a reply, with the port of the test taken out.
fn challenge(server: &Running, reply: &Reply) -> String {
    let base = server.url.trim_end_matches("/mcp");
    reply.challenge.as_deref().unwrap_or("none").replace(base, "BASE")
}

fn update(id: &str) -> Value {
    json!({"resource_id": id, "text": "new"})
}

const METADATA: &str = r#"resource_metadata="BASE/.well-known/oauth-protected-resource/mcp""#;

#[tokio::test]
async fn mcp_42_43_a_missing_scope_is_a_403_that_names_all_scopes_of_the_tool() {
    let notes = Notes::start(SDK).await;
    let reply = notes
        .client_of("erin")
        .call("update_note", update("acme-1"))
        .await
        .unwrap();
    assert_eq!(reply.status, 403);
    let expected = format!(
        r#"Bearer error="insufficient_scope", error_description="the access token lacks a scope", scope="write:tools", {METADATA}"#
    );
    assert_eq!(challenge(&notes, &reply), expected);
    // What the model reads, and may tell its user.
    assert_eq!(reply.text(), "needs scope write:tools");
    assert_eq!(notes.store.text("acme-1").unwrap(), "The first text of acme-1.");
}

/// Needs several scopes.
#[mcp_tool(scopes_all = ["notes:read", "notes:write"], scopes_any = ["team:a", "team:b"])]
async fn several(_: NoArguments) -> Result<(), std::convert::Infallible> {
    Ok(())
}

/// A client that asked for what is missing only would lose what it has.
#[tokio::test]
async fn mcp_43_who_holds_some_of_the_scopes_is_told_all_and_the_record_which_are_missing() {
    let server = Running::start(SDK, Toolset::new(()).tool(SeveralTool)).await;
    let token = server.token("alice").scopes(["notes:read"]).mint();
    let reply = server.client().bearer(token).call("several", json!({})).await.unwrap();
    assert_eq!(
        (reply.status, reply.challenge_param("scope")),
        (403, Some("notes:read notes:write team:a"))
    );
    // The layer and the gate can both deny: one of them writes it down.
    let records = server.records.all();
    assert_eq!(records.len(), 1, "{}", server.records.text());
    assert_eq!(
        (
            &records[0]["gen_ai.tool.name"],
            &records[0]["reason"],
            &records[0]["missing_scopes"]
        ),
        (
            &json!("several"),
            &json!("insufficient_scope"),
            &json!(["notes:write", "team:a"])
        )
    );
}

/// For all.
#[mcp_tool(scopes_all = ["basic"], read_only = true)]
async fn basic(_: NoArguments) -> Result<(), std::convert::Infallible> {
    Ok(())
}

/// Read-only, but not for all.
#[mcp_tool(scopes_all = ["report"], roles = ["auditor"], read_only = true)]
async fn report(_: NoArguments) -> Result<(), std::convert::Infallible> {
    Ok(())
}

/// For all, but not read-only.
#[mcp_tool(scopes_all = ["write"], read_only = false)]
async fn write(_: NoArguments) -> Result<(), std::convert::Infallible> {
    Ok(())
}

/// For all, and nobody knows whether it is read-only.
#[mcp_tool(scopes_all = ["unknown"])]
async fn unknown(_: NoArguments) -> Result<(), std::convert::Infallible> {
    Ok(())
}

fn tools_of_all_kinds() -> Toolset {
    Toolset::new(())
        .tool(BasicTool)
        .tool(ReportTool)
        .tool(WriteTool)
        .tool(UnknownTool)
}

async fn metadata(server: &Running) -> Value {
    let url = server.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let reply = reqwest::get(&url).await.unwrap();
    serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn mcp_15_the_first_scopes_are_those_of_tools_that_read_and_are_for_all() {
    let server = Running::start(SDK, tools_of_all_kinds()).await;
    assert_eq!(metadata(&server).await["scopes_supported"], json!(["basic"]));
    let reply = server.client().bearer("garbage").list().await.unwrap();
    assert_eq!(reply.challenge_param("scope"), Some("basic"));
    let reply = server.client().list().await.unwrap();
    assert_eq!(reply.challenge_param("scope"), Some("basic"));
}

#[tokio::test]
async fn mcp_15_the_first_scopes_can_be_configured() {
    let scopes = ["profile", "email"].map(toolgate::ScopeToken::from_static);
    let configure = |gate: Builder| gate.baseline(scopes).name("The notes of Acme");
    let server = Running::start_with(SDK, tools_of_all_kinds(), configure).await;
    let document = metadata(&server).await;
    assert_eq!(document["scopes_supported"], json!(["email", "profile"]));
    assert_eq!(document["resource_name"], "The notes of Acme");
    let reply = server.client().bearer("garbage").list().await.unwrap();
    assert_eq!(reply.challenge_param("scope"), Some("email profile"));
    // MCP-13: besides what the tool needs.
    let reply = server.client().call("write", json!({})).await.unwrap();
    assert_eq!(
        (reply.status, reply.challenge_param("scope")),
        (401, Some("email profile write"))
    );
}

#[tokio::test]
async fn not_yours_and_not_there_are_one_answer_and_nothing_changes() {
    let notes = Notes::start(SDK).await;
    let alice = notes.client_of("alice");
    let mut answers = Vec::new();
    for id in ["globex-1", "nothing-1"] {
        let reply = alice.call("update_note", update(id)).await.unwrap();
        assert_eq!((reply.status, reply.is_error()), (200, true));
        let mut body = reply.body.clone();
        body.as_object_mut().unwrap().remove("id");
        answers.push((reply.text(), body));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, "not found or not permitted");
    assert_eq!(notes.store.text("globex-1").unwrap(), "The first text of globex-1.");
    assert_eq!(notes.store.text("nothing-1"), None);
    let reasons: Vec<_> = notes
        .records
        .of("update_note")
        .iter()
        .map(|record| record["reason"].clone())
        .collect();
    assert_eq!(reasons, ["other_tenant", "no_such_resource"]);
}

#[tokio::test]
async fn mcp_24_a_token_for_another_audience_is_a_401() {
    let notes = Notes::start(SDK).await;
    let foreign = notes
        .provider
        .token("alice")
        .audience("https://other.example/mcp")
        .mint();
    let reply = notes.client().bearer(foreign).call("whoami", json!({})).await.unwrap();
    assert_eq!(reply.status, 401);
    let expected = format!(
        r#"Bearer error="invalid_token", error_description="the access token is not valid here", scope="read:tools", {METADATA}"#
    );
    assert_eq!(challenge(&notes, &reply), expected);
}

#[tokio::test]
async fn bt_09_without_credentials_the_challenge_has_no_error() {
    let notes = Notes::start(SDK).await;
    let client = notes.client();
    let reply = client.call("update_note", update("acme-1")).await.unwrap();
    assert_eq!(reply.status, 401);
    // MCP-13: what the server wants at first, and what this tool needs.
    assert_eq!(
        challenge(&notes, &reply),
        format!(r#"Bearer scope="read:tools write:tools", {METADATA}"#)
    );
    let other = client
        .header("Authorization", "Basic YTpi")
        .call("whoami", json!({}))
        .await
        .unwrap();
    assert_eq!(other.status, 401);
    assert_eq!(
        challenge(&notes, &other),
        format!(r#"Bearer scope="read:tools", {METADATA}"#)
    );
}

#[tokio::test]
async fn bt_03_two_authorization_headers_are_a_400() {
    let notes = Notes::start(SDK).await;
    let token = notes.token_of("alice");
    let reply = reqwest::Client::new()
        .post(&notes.url)
        .header("authorization", format!("Bearer {token}"))
        .header("authorization", format!("Bearer {token}"))
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 400);
    let challenge = reply.headers()["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.starts_with(r#"Bearer error="invalid_request""#),
        "{challenge}"
    );
}

/// The scope would be of no use: a client that got a challenge would have its user log in again, and be refused again.
#[tokio::test]
async fn who_lacks_a_role_and_a_scope_is_not_sent_to_get_the_scope() {
    let notes = Notes::start(SDK).await;
    for (user, tool) in [
        ("alice", "delete_notes"),
        ("bob", "update_note"),
        ("dave", "update_note"),
    ] {
        let reply = notes.client_of(user).call(tool, update("acme-1")).await.unwrap();
        assert_eq!((reply.status, &reply.challenge), (403, &None), "{user}");
        assert_eq!(reply.body["error"]["message"], "not permitted", "{user}");
        let records = notes.records.of(tool);
        assert_eq!(records.last().unwrap()["reason"], "insufficient_role", "{user}");
    }
}

/// Editors who hold a scope, and who holds another one.
#[mcp_tool(allow = any(all(scope("write"), role("editor")), all(scope("review"), role("reviewer"))))]
async fn in_ways(_: NoArguments) -> Result<(), std::convert::Infallible> {
    Ok(())
}

/// A scope is named only of a way whose role the caller has.
#[tokio::test]
async fn who_lacks_a_role_in_every_way_gets_no_challenge() {
    let server = Running::start(SDK, Toolset::new(()).tool(InWaysTool)).await;
    for (roles, scopes, challenged, reason) in [
        (&[][..], &[][..], None, "insufficient_rights"),
        (&["admin"], &["write", "review"], None, "insufficient_rights"),
        (&["reviewer"], &[], Some("review"), "insufficient_scope"),
        (&["reviewer"], &["write"], Some("review"), "insufficient_scope"),
        (&["editor"], &["review"], Some("write"), "insufficient_scope"),
    ] {
        let token = server
            .token("alice")
            .roles(roles.iter().copied())
            .scopes(scopes.iter().copied());
        let reply = server
            .client()
            .bearer(token.mint())
            .call("in_ways", json!({}))
            .await
            .unwrap();
        assert_eq!(
            (reply.status, reply.challenge_param("scope")),
            (403, challenged),
            "{roles:?} {scopes:?}"
        );
        assert_eq!(reply.challenge.is_some(), challenged.is_some(), "{roles:?} {scopes:?}");
        let records = server.records.of("in_ways");
        assert_eq!(records.last().unwrap()["reason"], reason, "{roles:?} {scopes:?}");
    }
}

#[tokio::test]
async fn a_missing_role_is_a_403_without_a_challenge() {
    let notes = Notes::start(SDK).await;
    let token = notes
        .token("eve")
        .scopes(["write:tools"])
        .roles(["user"])
        .tenant("acme")
        .mint();
    let reply = notes
        .client()
        .bearer(token)
        .call("update_note", update("acme-1"))
        .await
        .unwrap();
    assert_eq!((reply.status, reply.challenge), (403, None));
    assert_eq!(reply.body["error"]["message"], "not permitted");
}

#[tokio::test]
async fn who_fails_the_policy_learns_nothing_about_the_arguments() {
    let notes = Notes::start(SDK).await;
    for user in ["bob", "erin"] {
        let client = notes.client_of(user);
        let good = client.call("update_note", update("acme-1")).await.unwrap();
        let bad = client.call("update_note", json!({"nonsense": true})).await.unwrap();
        assert_eq!((good.status, &good.challenge), (bad.status, &bad.challenge), "{user}");
        assert_eq!(good.body["error"], bad.body["error"], "{user}");
    }
}

#[tokio::test]
async fn mcp_65_wrong_arguments_are_an_error_result_that_says_what_is_wrong() {
    let notes = Notes::start(SDK).await;
    let alice = notes.client_of("alice");
    let reply = alice
        .call("update_note", json!({"resource_id": "acme-1"}))
        .await
        .unwrap();
    assert_eq!((reply.status, reply.is_error()), (200, true));
    assert_eq!(reply.text(), "invalid arguments: missing field `text`");
    assert_eq!(notes.records.of("update_note")[0]["reason"], "invalid_arguments");
}

#[tokio::test]
async fn r21_when_the_keys_cannot_be_had_it_is_a_503_and_never_a_401() {
    let notes = Notes::start(SDK).await;
    notes.provider.jwks_fault(Fault::Status(500));
    let reply = notes.client_of("alice").call("whoami", json!({})).await.unwrap();
    assert_eq!((reply.status, &reply.challenge), (503, &None));
    assert_eq!(reply.headers["retry-after"], "5");
    // A public tool without a token needs no keys.
    assert_eq!(notes.client().call("server_time", json!({})).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_bad_token_is_never_no_token() {
    let notes = Notes::start(SDK).await;
    let expired = notes.token("alice").expired().mint();
    for tool in ["server_time", "whoami", "no_such_tool"] {
        let reply = notes.client().bearer(&expired).call(tool, json!({})).await.unwrap();
        assert_eq!(reply.status, 401, "{tool}");
    }
    let list = notes.client().bearer("garbage").list().await.unwrap();
    assert_eq!(list.status, 401);
    assert!(notes.records.all().iter().all(|record| record["decision"] == "deny"));
}

#[tokio::test]
async fn without_a_token_only_what_is_public_passes() {
    let notes = Notes::start(SDK).await;
    let client = notes.client();
    assert_eq!(client.list().await.unwrap().tools(), ["server_time"]);
    assert_eq!(client.call("server_time", json!({})).await.unwrap().status, 200);
    assert_eq!(client.request("server/discover", json!({})).await.unwrap().status, 200);
    for method in [
        "resources/list",
        "resources/read",
        "prompts/get",
        "completion/complete",
        "subscriptions/listen",
        "x/y",
    ] {
        let reply = client.request(method, json!({})).await.unwrap();
        assert_eq!(reply.status, 401, "{method}");
    }
    assert_eq!(client.call("no_such_tool", json!({})).await.unwrap().status, 401);
}

#[tokio::test]
async fn without_public_tools_every_request_without_a_token_is_a_401() {
    let server = Running::start(SDK, Toolset::new(()).tool(ProtectedTool)).await;
    let client = server.client();
    for method in [
        "initialize",
        "server/discover",
        "ping",
        "tools/list",
        "notifications/initialized",
    ] {
        let reply = client.request(method, json!({})).await.unwrap();
        assert_eq!(reply.status, 401, "{method}");
    }
}

#[tokio::test]
async fn mcp_20_every_http_method_needs_a_token() {
    let notes = Notes::start(SDK).await;
    let http = reqwest::Client::new();
    for method in ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"] {
        let method: reqwest::Method = method.parse().unwrap();
        let status = http.request(method.clone(), &notes.url).send().await.unwrap().status();
        // A stream without a session is nobody's, and no token changes that.
        let expected = if ["GET", "HEAD"].contains(&method.as_str()) {
            405
        } else {
            401
        };
        assert_eq!(status, expected, "{method}");
        let elsewhere = notes.url.replace("/mcp", "/admin");
        let status = http
            .request(method.clone(), elsewhere)
            .bearer_auth(notes.token_of("alice"))
            .send()
            .await
            .unwrap()
            .status();
        assert_eq!(status, 404, "{method}");
    }
}

#[tokio::test]
async fn mcp_21_tokens_are_read_from_the_header_only() {
    let notes = Notes::start(SDK).await;
    let token = notes.token_of("alice");
    let client = notes
        .client()
        .header("Cookie", &format!("access_token={token}; authorization=Bearer {token}"));
    let reply = client.call("whoami", json!({"access_token": token})).await.unwrap();
    assert_eq!(reply.status, 401);
    let meta = json!({"name": "whoami", "arguments": {}, "_meta": {"authorization": format!("Bearer {token}")}});
    assert_eq!(client.request("tools/call", meta).await.unwrap().status, 401);
    let query = format!("{}?access_token={token}", notes.url);
    let reply = reqwest::Client::new().delete(query).send().await.unwrap();
    assert_eq!(reply.status(), 401);
}

/// Where nothing is public, a client without a token has to log in first.
#[tokio::test]
async fn mcp_20_where_no_tool_is_public_every_http_method_needs_a_token() {
    let server = Running::start(SDK, Toolset::new(()).tool(ProtectedTool)).await;
    for method in ["GET", "POST", "DELETE", "PUT", "HEAD"] {
        let method: reqwest::Method = method.parse().unwrap();
        let reply = reqwest::Client::new()
            .request(method.clone(), &server.url)
            .send()
            .await
            .unwrap();
        assert_eq!(reply.status(), 401, "{method}");
    }
}

#[tokio::test]
async fn r16_a_body_with_a_repeated_member_never_reaches_the_sdk() {
    let notes = Notes::start(SDK).await;
    let twice = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{
        "name":"update_note",
        "arguments":{"resource_id":"acme-1","text":"a","resource_id":"globex-1"},
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#;
    for (body, code) in [
        (twice.to_owned(), -32700),
        (format!("[{}]", twice.replacen("resource_id", "r", 1)), -32600),
    ] {
        let reply = reqwest::Client::new()
            .post(&notes.url)
            .bearer_auth(notes.token_of("alice"))
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", "update_note")
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(reply.status(), 400);
        let body: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        assert_eq!(body["error"]["code"], code);
    }
    assert_eq!(notes.store.text("globex-1").unwrap(), "The first text of globex-1.");
    assert_eq!(notes.store.text("acme-1").unwrap(), "The first text of acme-1.");
}

#[tokio::test]
async fn a_message_of_more_than_4_mib_is_refused() {
    let notes = Notes::start(SDK).await;
    let long = json!({"resource_id": "acme-1", "text": "x".repeat(4 * 1024 * 1024)});
    let reply = notes.client_of("alice").call("update_note", long).await.unwrap();
    // The words of the layer: the SDK, which has a limit as well, was not asked.
    let expected = json!({"code": -32600, "message": "the message is too long"});
    assert_eq!((reply.status, &reply.body["error"]), (413, &expected));
    let records = notes.records.all();
    assert_eq!(
        (&records[0]["reason"], &records[0]["detail"]),
        (&json!("malformed_message"), &json!("the message is too long"))
    );
}

/// Else one of them would refuse what the other takes.
#[test]
fn the_sdks_have_the_same_limit() {
    let limits = [
        rmcp::transport::streamable_http_server::StreamableHttpServerConfig::default().max_request_body_bytes,
        pmcp::server::streamable_http_server::StreamableHttpServerConfig::default().max_request_bytes,
    ];
    assert_eq!(limits, [4 * 1024 * 1024; 2]);
}

#[tokio::test]
async fn pr_01_to_07_the_metadata_document_is_served_to_everyone() {
    let notes = Notes::start(SDK).await;
    let url = notes.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let reply = reqwest::get(&url).await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["content-type"], "application/json");
    assert_eq!(reply.headers()["access-control-allow-origin"], "*");
    let document: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
    let expected = json!({
        "resource": notes.url,
        "authorization_servers": [notes.provider.issuer()],
        "bearer_methods_supported": ["header"],
        // MCP-15: what basic use needs, not all there is.
        "scopes_supported": ["read:tools"],
    });
    assert_eq!(document, expected);
    let head = reqwest::Client::new().head(&url).send().await.unwrap();
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    // Only at the place of this resource, and only to be read.
    let root = notes.url.replace("/mcp", "/.well-known/oauth-protected-resource");
    assert_eq!(reqwest::get(root).await.unwrap().status(), 404);
    assert_eq!(reqwest::Client::new().delete(url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn mcp_50_foreign_hosts_and_origins_are_a_403_without_a_challenge() {
    let allow = |gate: Builder| gate.allowed_origin("https://app.example").allowed_host("mcp.internal");
    let server = Running::start_with(SDK, Toolset::new(()).tool(ProtectedTool), allow).await;
    let client = server.client().bearer(server.token("alice").mint());
    for (header, value, status) in [
        ("Host", "evil.example", 403),
        ("Host", "mcp.internal", 200),
        ("Origin", "https://evil.example", 403),
        ("Origin", "null", 403),
        ("Origin", "https://app.example", 200),
    ] {
        let reply = client
            .clone()
            .header(header, value)
            .call("protected", json!({}))
            .await
            .unwrap();
        assert_eq!((reply.status, &reply.challenge), (status, &None), "{header}: {value}");
        // The client is not told which would do. The operator is told which did not.
        if status == 403 {
            assert!(!reply.body.to_string().contains("mcp.internal"), "{}", reply.body);
            let record = server.records.all().pop().unwrap();
            let reason = format!("foreign_{}", header.to_lowercase());
            assert_eq!(
                (&record["reason"], &record["detail"]),
                (&json!(reason), &json!(format!("\"{value}\"")))
            );
        }
    }
}

#[tokio::test]
async fn bt_12_refusals_are_not_cached() {
    let notes = Notes::start(SDK).await;
    for reply in [
        notes.client().call("whoami", json!({})).await.unwrap(),
        notes
            .client_of("erin")
            .call("update_note", update("acme-1"))
            .await
            .unwrap(),
    ] {
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert_eq!(reply.headers.get("access-control-allow-origin"), None);
    }
    let answer = notes.client_of("bob").call("whoami", json!({})).await.unwrap();
    let caching = answer.headers["cache-control"].to_str().unwrap();
    assert!(
        ["no-store", "no-cache"].iter().any(|word| caching.contains(word)),
        "{caching}"
    );
}

const PAGE: &str = "https://app.example";

async fn start_for_pages() -> Running {
    let tools = Toolset::new(()).tool(ProtectedTool);
    Running::start_with(SDK, tools, |gate| gate.allowed_origin(PAGE)).await
}

#[tokio::test]
async fn bt_14_a_page_of_a_known_origin_may_read_answers_and_challenges() {
    let server = start_for_pages().await;
    let page = server.client().header("Origin", PAGE);
    let alice = page.clone().bearer(server.token("alice").mint());
    for (reply, status) in [
        (page.call("protected", json!({})).await.unwrap(), 401),
        (alice.call("protected", json!({})).await.unwrap(), 200),
        (alice.list().await.unwrap(), 200),
    ] {
        assert_eq!(reply.status, status);
        let headers = |name: &str| reply.headers.get_all(name).iter().cloned().collect::<Vec<_>>();
        assert_eq!(headers("access-control-allow-origin"), [PAGE]);
        let readable = "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After";
        assert_eq!(headers("access-control-expose-headers"), [readable]);
        assert!(
            headers("vary").iter().any(|name| name == "Origin"),
            "{:?}",
            headers("vary")
        );
        assert_eq!(reply.headers.get("access-control-allow-credentials"), None);
    }
    // The SDKs' own words about origins do not count.
    for client in [
        server.client(),
        server.client().header("Origin", "https://evil.example"),
    ] {
        let reply = client.bearer(server.token("alice").mint()).list().await.unwrap();
        for name in ["access-control-allow-origin", "access-control-expose-headers"] {
            assert_eq!(reply.headers.get(name), None, "{name}");
        }
    }
}

async fn preflight(url: &str, origin: &str, headers: &str) -> reqwest::Response {
    let request = reqwest::Client::new().request(reqwest::Method::OPTIONS, url);
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", "POST");
    request
        .header("access-control-request-headers", headers)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn mcp_50_a_preflight_is_answered_without_a_token_for_known_origins_only() {
    let server = start_for_pages().await;
    let asked = "authorization,mcp-param-region, x-other,mcp-param-bad name";
    let reply = preflight(&server.url, PAGE, asked).await;
    assert_eq!(reply.status(), 204);
    let header = |name: &str| reply.headers()[name].to_str().unwrap();
    assert_eq!(header("access-control-allow-origin"), PAGE);
    assert_eq!(header("access-control-allow-methods"), "POST, GET, DELETE");
    assert_eq!(header("cache-control"), "no-store");
    let allowed: Vec<_> = header("access-control-allow-headers").split(", ").collect();
    for name in [
        "Authorization",
        "Content-Type",
        "MCP-Protocol-Version",
        "Mcp-Method",
        "Mcp-Name",
        "Mcp-Session-Id",
    ] {
        assert!(allowed.contains(&name), "{name}: {allowed:?}");
    }
    assert!(allowed.contains(&"mcp-param-region"), "{allowed:?}");
    assert!(
        !allowed
            .iter()
            .any(|name| name.contains("other") || name.contains("bad") || *name == "*")
    );
    assert_eq!(reply.headers().get("access-control-allow-credentials"), None);

    for origin in ["https://evil.example", "null", "https://app.example.evil.example", "*"] {
        let reply = preflight(&server.url, origin, asked).await;
        assert_eq!(reply.status(), 403, "{origin}");
        let told = reply
            .headers()
            .keys()
            .filter(|name| name.as_str().starts_with("access-control"));
        assert_eq!(told.count(), 0, "{origin}");
    }
    // What no browser asks is no preflight, and needs a token.
    let request = || reqwest::Client::new().request(reqwest::Method::OPTIONS, &server.url);
    for request in [
        request(),
        request().header("origin", PAGE),
        request().header("access-control-request-method", "POST"),
    ] {
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    let token = server.token("alice").mint();
    assert_eq!(request().bearer_auth(token).send().await.unwrap().status(), 405);
}

/// Clients ask for it with headers of MCP, from whatever page they are on.
#[tokio::test]
async fn pr_10_the_metadata_document_is_for_every_page() {
    let server = start_for_pages().await;
    let url = server.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    for origin in [PAGE, "https://elsewhere.example"] {
        let reply = preflight(&url, origin, "mcp-protocol-version").await;
        assert_eq!(reply.status(), 204, "{origin}");
        for name in ["access-control-allow-origin", "access-control-allow-headers"] {
            assert_eq!(reply.headers()[name], "*", "{origin}");
        }
        assert_eq!(reply.headers()["access-control-allow-methods"], "GET, HEAD");
        let document = reqwest::Client::new()
            .get(&url)
            .header("origin", origin)
            .send()
            .await
            .unwrap();
        assert_eq!(
            (
                document.status().as_u16(),
                &document.headers()["access-control-allow-origin"]
            ),
            (200, &"*".parse().unwrap())
        );
        assert_eq!(
            document.headers().get_all("access-control-allow-origin").iter().count(),
            1
        );
    }
}

#[tokio::test]
async fn mcp_70_errors_keep_the_id_of_the_request_and_stay_out_of_reserved_codes() {
    let notes = Notes::start(SDK).await;
    for id in [json!(7), json!("seven")] {
        let body = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "whoami"}});
        let reply = notes.client().post(body).await.unwrap();
        assert_eq!(reply.body["id"], id);
        assert_eq!(reply.body["error"]["code"], 401);
    }
}

/// The SDKs' own lists show every tool, and that of `rmcp` says that it may be cached for all (MCP-62).
#[tokio::test]
async fn mcp_62_a_filtered_list_is_private() {
    let notes = Notes::start(SDK).await;
    let reply = notes.client_of("bob").list().await.unwrap();
    let list = reply.result().unwrap();
    assert_eq!((&list["cacheScope"], &list["ttlMs"]), (&json!("private"), &json!(0)));
    assert_eq!(reply.tools(), ["server_time", "whoami", "list_notes"]);
}

/// The layer answers a denied call before the SDK, which would compare `Mcp-Param` headers with the schema of the
/// tool, and so tell that it exists.
#[tokio::test]
async fn the_schema_of_a_denied_tool_does_not_leak() {
    let notes = Notes::start(SDK).await;
    let nobody = notes.client().header("Mcp-Param-Resource-Id", "wrong");
    let reply = nobody.call("delete_notes", json!({})).await.unwrap();
    assert_eq!(reply.status, 401);
    let admin = notes.token("frank").roles(["admin"]).mint();
    let admin = notes.client().bearer(admin).header("Mcp-Param-Resource-Id", "wrong");
    let reply = admin.call("delete_notes", json!({})).await.unwrap();
    assert_eq!((reply.status, reply.challenge_param("scope")), (403, Some("admin")));
    let bob = notes.client_of("bob").header("Mcp-Param-Resource-Id", "wrong");
    let reply = bob.call("delete_notes", json!({})).await.unwrap();
    assert_eq!((reply.status, reply.challenge), (403, None));
}

/// A region's weather. Proxies send the request to the region.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Place {
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
}

/// Tells the weather.
#[mcp_tool(scopes_all = ["weather"])]
async fn weather(place: Place) -> Result<String, std::convert::Infallible> {
    Ok(place.region)
}

/// The decision is made from the body. A header that says otherwise is an error, whichever SDK is behind.
#[tokio::test]
async fn mcp_52_headers_that_contradict_the_body_are_an_error_and_do_not_decide() {
    let server = Running::start(SDK, Toolset::new(()).tool(WeatherTool).tool(ProtectedTool)).await;
    let may = server.client().bearer(server.token("alice").scopes(["weather"]).mint());
    let may = may.header("Mcp-Param-Region", "east");
    let east = || json!({"region": "east"});
    assert_eq!(may.call("weather", east()).await.unwrap().text(), "east");
    for (header, value) in [
        ("Mcp-Name", "protected"),
        ("Mcp-Name", "=?base64?d2VhdGhlcg?="),
        ("Mcp-Method", "tools/list"),
        ("Mcp-Protocol-Version", "2025-11-25"),
        ("Mcp-Param-Region", "west"),
    ] {
        let reply = may.clone().header(header, value).call("weather", east()).await.unwrap();
        let code = &reply.body["error"]["code"];
        assert_eq!((reply.status, code), (400, &json!(-32020)), "{header}: {value}");
        assert_eq!((reply.challenge.as_deref(), reply.body["id"].is_number()), (None, true));
        let without = may
            .clone()
            .without_header(header)
            .call("weather", east())
            .await
            .unwrap();
        assert_eq!(
            (without.status, &without.body["error"]["code"]),
            (400, &json!(-32020)),
            "{header}"
        );
    }
    let encoded = may.header("Mcp-Name", "=?base64?d2VhdGhlcg==?=");
    let encoded = encoded.header("Mcp-Param-Region", "=?base64?ZWFzdA==?=");
    assert_eq!(encoded.call("weather", east()).await.unwrap().text(), "east");

    let may_not = server
        .client()
        .bearer(server.token("bob").mint())
        .header("Mcp-Name", "protected");
    assert_eq!(may_not.call("weather", east()).await.unwrap().status, 400);
    // What its arguments need is for those to know who may call it.
    let may_not = may_not.header("Mcp-Name", "weather");
    assert_eq!(may_not.call("weather", east()).await.unwrap().status, 403);
    let nobody = server.client().header("Mcp-Name", "protected");
    assert_eq!(nobody.call("weather", east()).await.unwrap().status, 401);
    let reasons: Vec<_> = server
        .records
        .all()
        .iter()
        .filter(|record| record["reason"] == "header_mismatch")
        .cloned()
        .collect();
    assert_eq!(reasons.len(), 11);
    let last = reasons[10]["detail"].as_str().unwrap();
    assert!(last.starts_with("the header Mcp-Name is not there once"), "{last}");
}

/// What the guide says of statuses that are the SDK's own.
#[tokio::test]
async fn what_the_layer_lets_through_and_the_sdk_refuses_has_the_status_that_the_guide_tells() {
    let notes = Notes::start(SDK).await;
    let ask = async |method: &str, version: &str, accept: &str| {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta}});
        let request = reqwest::Client::new()
            .post(&notes.url)
            .bearer_auth(notes.token_of("alice"));
        let request = request
            .header("accept", accept)
            .header("content-type", "application/json")
            .header("mcp-protocol-version", version)
            .header("mcp-method", method);
        let reply = request.body(body.to_string()).send().await.unwrap();
        let status = reply.status().as_u16();
        let body: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap_or_default();
        (status, body["error"]["code"].as_i64())
    };
    let both = "application/json, text/event-stream";
    assert_eq!(ask("tools/list", "2026-07-28", both).await.0, 200);
    assert_eq!(ask("tools/liste", "2026-07-28", both).await, (404, Some(-32601)));
    assert_eq!(ask("tools/list", "2027-01-01", both).await, (400, Some(-32022)));
    assert_eq!(ask("tools/list", "2026-07-28", "text/html").await.0, 406);
}

/// The challenge stands only where scopes are missing; the SDK's client takes any 403 with one for that.
#[tokio::test]
async fn a_role_denial_does_not_look_like_missing_scopes() {
    let notes = Notes::start(SDK).await;
    let token = notes.token("eve").scopes(["write:tools"]).tenant("acme").mint();
    let reply = notes
        .client()
        .bearer(token)
        .call("update_note", json!({}))
        .await
        .unwrap();
    assert_eq!((reply.status, reply.challenge), (403, None));
}

/// A client that gets tokens bound to its key has to learn why they are of no use, or it gets another one.
#[tokio::test]
async fn r14_a_sender_constrained_token_is_refused_and_client_and_record_say_why() {
    let server = Running::start(SDK, Toolset::new(()).tool(ProtectedTool)).await;
    let token = server
        .token("alice")
        .claim("cnf", json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}));
    let client = server.client().bearer(token.mint());
    let reply = client.call("protected", json!({})).await.unwrap();
    let description = "sender-constrained access tokens are not accepted here";
    assert_eq!(
        (
            reply.status,
            reply.challenge_param("error"),
            reply.challenge_param("error_description")
        ),
        (401, Some("invalid_token"), Some(description))
    );
    let records = server.records.all();
    assert_eq!(
        (&records[0]["reason"], &records[0]["detail"]),
        (
            &json!("invalid_token"),
            &json!("sender-constrained token used as plain bearer")
        )
    );
}
