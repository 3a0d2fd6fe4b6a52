//! Every demand where there is no HTTP: a denial is an error result, with the same words as in a result over HTTP.

use crate::server::{Records, Sdk};
use crate::stdio::{Hands, RESOURCE, Token, serve};
use futures_util::future::pending;
use rmcp::ServiceExt as _;
use rmcp::model::CallToolRequestParams;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use toolgate::audit::JsonLines;
use toolgate::{Algorithm, Caller, Decision, Gate, JwtValidator, TokenSource, Toolset, mcp_tool};
use toolgate_testing::{IdentityProvider, TokenBuilder};

#[derive(Deserialize, JsonSchema)]
struct Note {
    user: String,
}

#[derive(Clone)]
struct Notes;

impl Notes {
    async fn may_read(&self, caller: &Caller, args: &Note) -> Decision {
        if caller.subject() == args.user {
            Decision::Allow
        } else {
            Decision::deny("only one's own")
        }
    }
}

/// Needs a strong login.
#[mcp_tool(acr = ["urn:strong", "urn:hardware"])]
async fn strong(args: Note) -> Result<String, Infallible> {
    Ok(args.user)
}

/// Needs a login of the last quarter of an hour.
#[mcp_tool(max_age = "15min")]
async fn recent(args: Note) -> Result<String, Infallible> {
    Ok(args.user)
}

/// Needs the owner.
#[mcp_tool(owner_field = "user")]
async fn owned(args: Note) -> Result<String, Infallible> {
    Ok(args.user)
}

/// Asks the notes.
#[mcp_tool(check = Notes::may_read)]
async fn checked(args: Note) -> Result<String, Infallible> {
    Ok(args.user)
}

/// What came of calls of all tools by a caller, as text, and what the records say of them.
async fn outcomes(sdk: Sdk, token: impl FnOnce(TokenBuilder) -> TokenBuilder, user: &str) -> Vec<(String, Value)> {
    let provider = IdentityProvider::start().await.unwrap();
    let name = format!("toolgate-demands-{sdk:?}-{user}-{}", uuid());
    let file = Token(std::env::temp_dir().join(name));
    file.write(&token(provider.token("alice").audience(RESOURCE)).mint());
    let validator = JwtValidator::builder()
        .issuer(provider.issuer())
        .audience(RESOURCE)
        .algorithm(Algorithm::Rs256);
    let records = Records::default();
    let gate = Gate::builder()
        .resource(RESOURCE)
        .validator(validator.build().unwrap())
        .clock(Hands::at_this_moment())
        .audit(JsonLines::new(records.clone()))
        .build()
        .unwrap();
    let tools = Toolset::new(Notes)
        .tool(StrongTool)
        .tool(RecentTool)
        .tool(OwnedTool)
        .tool(CheckedTool);
    let protected = gate.protect(tools).unwrap().with_token(TokenSource::file(&file.0));
    let (client, running) = serve(sdk, &protected, pending());
    let client = ().serve(client).await.unwrap();
    let mut outcomes = Vec::new();
    for tool in ["strong", "recent", "owned", "checked"] {
        let arguments = json!({"user": user}).as_object().unwrap().clone();
        let call = CallToolRequestParams::new(tool).with_arguments(arguments);
        let result = serde_json::to_value(client.call_tool(call).await.unwrap()).unwrap();
        let text = result["content"][0]["text"].as_str().unwrap().to_owned();
        let denied = result["isError"] == json!(true);
        let record = &records.of(tool)[0];
        assert_eq!(record["decision"], if denied { "deny" } else { "allow" }, "{text}");
        outcomes.push((text, record["reason"].clone()));
    }
    client.cancel().await.unwrap();
    running.await.unwrap();
    outcomes
}

fn uuid() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test]
async fn who_meets_a_demand_is_let_through() {
    for sdk in Sdk::EACH {
        let token = |token: TokenBuilder| token.claim("acr", "urn:hardware").claim("auth_time", now());
        let allowed = ("alice".to_owned(), Value::Null);
        assert_eq!(outcomes(sdk, token, "alice").await, vec![allowed; 4], "{sdk:?}");
    }
}

#[tokio::test]
async fn who_does_not_is_told_no_more_than_helps() {
    let old = Duration::from_hours(1).as_secs();
    for sdk in Sdk::EACH {
        let token = |token: TokenBuilder| token.claim("acr", "urn:weak").claim("auth_time", now() - old);
        let expected = [
            (
                "needs a login of the class urn:strong or urn:hardware",
                "insufficient_user_authentication",
            ),
            ("needs a login not older than 900 s", "insufficient_user_authentication"),
            ("not found or not permitted", "other_owner"),
            ("not found or not permitted", "check"),
        ];
        let expected = expected.map(|(text, reason)| (text.to_owned(), json!(reason)));
        assert_eq!(outcomes(sdk, token, "bob").await, expected, "{sdk:?}");
    }
}
