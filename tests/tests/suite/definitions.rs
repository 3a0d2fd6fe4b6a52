//! What a client is told about a tool.

use super::SDK;
use crate::server::{Notes, Running};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::convert::Infallible;
use toolgate::{Json, Toolset, mcp_tool};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Search {
    /// What to look for.
    search_text: String,
    #[serde(default)]
    limit: Option<u8>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Hits {
    found: u64,
}

/// Looks for a text.
///
/// Upper and lower case are one.
#[mcp_tool(
    public,
    name = "notes.search",
    title = "Search notes",
    read_only = true,
    destructive = false,
    idempotent = true,
    open_world = false
)]
async fn search(args: Search) -> Result<Json<Hits>, Infallible> {
    Ok(Json(Hits {
        found: u64::from(args.limit.unwrap_or(10)) + args.search_text.len() as u64,
    }))
}

/// Answers with text.
#[mcp_tool(public)]
async fn plain() -> Result<String, Infallible> {
    Ok("text".to_owned())
}

/// Answers nothing.
#[mcp_tool(public)]
async fn silent() -> Result<(), Infallible> {
    Ok(())
}

async fn start() -> Running {
    Running::start(SDK, Toolset::new(()).tool(SearchTool).tool(PlainTool).tool(SilentTool)).await
}

#[tokio::test]
async fn a_tool_is_defined_by_its_declaration_and_its_types() {
    let server = start().await;
    let list = server.client().list().await.unwrap();
    let tools = list.result().unwrap()["tools"].as_array().unwrap();
    let expected = json!({
        "name": "notes.search",
        "title": "Search notes",
        "description": "Looks for a text.\n\nUpper and lower case are one.",
        "inputSchema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Search",
            "type": "object",
            "properties": {
                "searchText": {"type": "string", "description": "What to look for."},
                "limit": {"type": ["integer", "null"], "format": "uint8", "minimum": 0, "maximum": 255, "default": null},
            },
            "required": ["searchText"],
        },
        "outputSchema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Hits",
            "type": "object",
            "properties": {"found": {"type": "integer", "format": "uint64", "minimum": 0}},
            "required": ["found"],
        },
        "annotations": {"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false},
    });
    assert_eq!(tools[0], expected);
    assert_eq!(tools[1]["inputSchema"]["type"], "object");
    assert_eq!(
        (&tools[1]["outputSchema"], &tools[1]["annotations"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn answers_come_as_structured_content_text_or_nothing() {
    let server = start().await;
    let client = server.client();
    let structured = client.call("notes.search", json!({"searchText": "ab"})).await.unwrap();
    assert_eq!(structured.result().unwrap()["structuredContent"], json!({"found": 12}));
    // For clients that know text only.
    assert_eq!(structured.text(), r#"{"found":12}"#);
    assert_eq!(client.call("plain", json!({})).await.unwrap().text(), "text");
    let silent = client
        .call("silent", json!({"unknown": "members are passed over"}))
        .await
        .unwrap();
    assert_eq!(
        (silent.is_error(), &silent.result().unwrap()["content"]),
        (false, &json!([]))
    );
}

#[tokio::test]
async fn mcp_65_an_unknown_tool_is_an_error_of_the_protocol() {
    let notes = Notes::start(SDK).await;
    let reply = notes.client_of("alice").call("no_such_tool", json!({})).await.unwrap();
    assert_eq!((reply.status, &reply.body["error"]["code"]), (200, &json!(-32602)));
    // R22: whoever tries names is seen.
    let records = notes.records.all();
    assert_eq!(records.len(), 1, "{}", notes.records.text());
    assert_eq!(
        (&records[0]["decision"], &records[0]["reason"], &records[0]["user.id"]),
        (&json!("deny"), &json!("unknown_tool"), &json!("alice"))
    );
}
