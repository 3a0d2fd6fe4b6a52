//! The client of the `rmcp` crate, in both protocol eras that it speaks.

use super::SDK;
use crate::server::{Notes, Running};
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientLifecycleMode, ClientServiceExt};
use serde_json::{Value, json};

type Client = RunningService<RoleClient, ()>;

async fn connect(server: &Running, token: Option<String>, lifecycle: ClientLifecycleMode) -> Client {
    let mut config = StreamableHttpClientTransportConfig::with_uri(server.url.clone());
    if let Some(token) = token {
        config = config.auth_header(token);
    }
    let transport = StreamableHttpClientTransport::from_config(config);
    ().serve_with_lifecycle(transport, lifecycle).await.unwrap()
}

fn eras() -> [ClientLifecycleMode; 2] {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    [
        ClientLifecycleMode::Initialize,
        ClientLifecycleMode::Discover { preferred_versions },
    ]
}

fn call(tool: &'static str, arguments: &Value) -> CallToolRequestParams {
    CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone())
}

async fn names(client: &Client) -> Vec<String> {
    let tools = client.list_all_tools().await.unwrap();
    tools.into_iter().map(|tool| tool.name.into_owned()).collect()
}

#[tokio::test]
async fn the_right_caller_gets_through_in_both_eras() {
    for era in eras() {
        let notes = Notes::start(SDK).await;
        let alice = connect(&notes, Some(notes.token_of("alice")), era).await;

        let me = alice.call_tool(call("whoami", &json!({}))).await.unwrap();
        let expected = json!({
            "subject": "alice",
            "tenant": "acme",
            "scopes": ["read:tools", "write:tools"],
            "roles": ["manager"],
        });
        assert_eq!(me.structured_content, Some(expected));

        let update = call("update_note", &json!({"resource_id": "acme-1", "text": "by alice"}));
        let updated = alice.call_tool(update).await.unwrap();
        assert_eq!(updated.is_error, Some(false));
        assert_eq!(notes.store.text("acme-1").unwrap(), "by alice");

        // MCP-60, MCP-61: what she may call, in the order of the toolset.
        assert_eq!(
            names(&alice).await,
            ["server_time", "whoami", "list_notes", "update_note"]
        );
        alice.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn the_wrong_caller_does_not_in_either_era() {
    for era in eras() {
        let notes = Notes::start(SDK).await;
        let update = || call("update_note", &json!({"resource_id": "acme-1", "text": "by another"}));
        // The one lacks a scope, the other a role besides, and is told of neither.
        for (user, told) in [("erin", true), ("bob", false)] {
            let client = connect(&notes, Some(notes.token_of(user)), era.clone()).await;
            let error = format!("{:?}", client.call_tool(update()).await.unwrap_err());
            assert_eq!(error.contains("write:tools"), told, "{user}: {error}");
            assert!(error.contains("403") || told, "{user}: {error}");
            // Over HTTP it shows, so that the client can ask for the scope.
            let mut listed = vec!["server_time", "whoami", "list_notes"];
            listed.extend(told.then_some("update_note"));
            assert_eq!(names(&client).await, listed, "{user}");
        }

        let nobody = connect(&notes, None, era).await;
        assert!(nobody.call_tool(update()).await.is_err());
        assert_eq!(names(&nobody).await, ["server_time"]);
        assert_eq!(notes.store.text("acme-1").unwrap(), "The first text of acme-1.");
    }
}
