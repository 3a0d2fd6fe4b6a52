//! Whether challenges are what parsers of the standards take (BT-05 to BT-07), whatever stands in them.

use crate::server::{Builder, Running, Sdk};
use serde_json::json;
use std::collections::BTreeMap;
use std::convert::Infallible;
use toolgate::{NoArguments, ScopeToken, Toolset, mcp_tool};
use toolgate_testing::Reply;

/// All that a scope may be made of, and what would end a text if it could stand there.
#[mcp_tool(scopes_all = ["!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "error=invalid_token,realm=x", "offline_access:read", "a,b"])]
async fn odd(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Asks for a login that is named oddly, and newer.
#[mcp_tool(scopes_all = ["a,b"], acr = ["urn:example:gold!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "silver"], max_age = "5min")]
async fn login(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// The parameters of a challenge: the scheme and one space, then names with quoted values, with commas between them
/// (RFC 9110 section 11.6.1). Fails at anything else.
fn parse(challenge: &str) -> BTreeMap<String, String> {
    let mut rest = challenge.strip_prefix("Bearer ").unwrap();
    let mut parameters = BTreeMap::new();
    loop {
        let (name, after) = rest.split_once("=\"").unwrap();
        assert!(
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{name}"
        );
        let (value, after) = after.split_once('"').unwrap();
        assert!(
            parameters.insert(name.to_owned(), value.to_owned()).is_none(),
            "twice: {name}"
        );
        match after {
            "" => return parameters,
            _ => rest = after.strip_prefix(", ").unwrap(),
        }
    }
}

/// BT-07: `scope` %x21 / %x23-5B / %x5D-7E and the space, the others %x20-21 / %x23-5B / %x5D-7E.
fn check(reply: &Reply) -> BTreeMap<String, String> {
    let headers = reply.headers.get_all("www-authenticate").iter().count();
    assert_eq!(headers, 1, "one challenge, in one header");
    let parameters = parse(reply.challenge.as_deref().unwrap());
    for (name, value) in &parameters {
        let fits = |byte: u8| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
        assert!(!value.is_empty() && value.bytes().all(fits), "{name}: {value}");
    }
    if let Some(scope) = parameters.get("scope") {
        assert!(scope.split(' ').all(|scope| !scope.is_empty()), "{scope}");
    }
    parameters
}

const ODD: &str = "!#$%&'()*+,-./:;<=>?@[]^_`{|}~";

#[tokio::test]
async fn bt_05_06_07_a_challenge_is_well_formed_whatever_scopes_are_called() {
    for sdk in Sdk::EACH {
        let baseline = |gate: Builder| gate.baseline([ScopeToken::from_static("x=y,error=z")]);
        let tools = Toolset::new(()).tool(OddTool).tool(LoginTool);
        let server = Running::start_with(sdk, tools, baseline).await;
        let client = server.client();
        let call = async |client: &toolgate_testing::McpClient, tool: &str| client.call(tool, json!({})).await.unwrap();

        let nobody = check(&call(&client, "odd").await);
        assert_eq!(nobody.get("error"), None);
        assert!(nobody["scope"].split(' ').any(|scope| scope == ODD), "{nobody:?}");
        assert!(nobody["scope"].contains("x=y,error=z"), "{nobody:?}");

        // BT-08, BT-10: whatever is wrong with the token, the words are the same.
        let forged = server.token("\"\\\r\nalice, error=\"none\"").expired().mint();
        let mut refusals = Vec::new();
        for token in ["abc".to_owned(), forged, server.token("alice").foreign().mint()] {
            let reply = call(&client.clone().bearer(token), "odd").await;
            assert_eq!(reply.status, 401);
            refusals.push(check(&reply));
        }
        assert_eq!(refusals[0]["error"], "invalid_token");
        assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:?}");

        let alice = client.clone().bearer(server.token("alice").mint());
        let lacking = check(&call(&alice, "odd").await);
        assert_eq!(lacking["error"], "insufficient_scope");
        let mut named: Vec<_> = lacking["scope"].split(' ').collect();
        named.sort_unstable();
        assert_eq!(
            named,
            [ODD, "a,b", "error=invalid_token,realm=x", "offline_access:read"]
        );

        let holder = client.bearer(server.token("alice").scopes(["a,b"]).mint());
        let weak = check(&call(&holder, "login").await);
        assert_eq!(weak["error"], "insufficient_user_authentication");
        assert_eq!(weak["acr_values"], format!("urn:example:gold{ODD} silver"));
        assert_eq!((weak["max_age"].as_str(), weak["scope"].as_str()), ("300", "a,b"));
    }
}

#[tokio::test]
async fn mcp_56_what_a_client_says_of_itself_decides_nothing() {
    for sdk in Sdk::EACH {
        let server = Running::start(sdk, Toolset::new(()).tool(OddTool)).await;
        let client = server.client().bearer(server.token("alice").mint());
        let params = json!({"name": "odd", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "admin", "version": "1", "scope": ODD, "sub": "root"},
            "io.modelcontextprotocol/clientCapabilities": {"scopes": [ODD]},
            "scope": ODD, "authorization": "Bearer admin",
        }});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        assert_eq!(client.post(body).await.unwrap().status, 403);
        let record = server.records.all().pop().unwrap();
        assert_eq!(
            (&record["user.id"], &record["decision"]),
            (&json!("alice"), &json!("deny"))
        );
    }
}
