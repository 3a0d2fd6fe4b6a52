//! The stdio examples, started as a client starts them: as a child process that speaks over its standard streams.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps fails at the right line, also in its helpers"
)]

mod cases;

use examples::demo::USERS;
use rmcp::model::CallToolRequestParams;
use rmcp::service::{RoleClient, RunningService, ServiceExt as _};
use rmcp::transport::TokioChildProcess;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;
use tokio::process::Command;
use toolgate_testing::IdentityProvider;

const RESOURCE: &str = "https://notes.example/mcp";
const SDKS: [&str; 2] = ["rmcp", "pmcp"];

type Client = RunningService<RoleClient, ()>;

/// The server; cargo has built it next to this test, unless it was told to build `--test stdio` only.
fn server(sdk: &str, provider: &IdentityProvider) -> Command {
    let program = std::env::current_exe().unwrap();
    let program = program.ancestors().nth(2).unwrap().join("examples/notes_stdio");
    let mut command = Command::new(program);
    command
        .args(["--sdk", sdk, "--issuer", provider.issuer(), "--resource", RESOURCE])
        .env_remove("NOTES_TOKEN");
    command
}

async fn start(sdk: &str, provider: &IdentityProvider, token: impl FnOnce(&mut Command)) -> Client {
    let mut command = server(sdk, provider);
    token(&mut command);
    ().serve(TokioChildProcess::new(command).unwrap()).await.unwrap()
}

fn token(provider: &IdentityProvider, user: &str) -> String {
    let user = USERS.iter().find(|known| known.name == user).unwrap();
    user.token(provider, RESOURCE)
}

async fn call(client: &Client, tool: &'static str, arguments: Value) -> (bool, String) {
    let call = CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone());
    let result = client.call_tool(call).await.unwrap();
    let text = result
        .content
        .first()
        .and_then(|content| content.as_text())
        .map(|text| text.text.clone());
    (result.is_error == Some(true), text.unwrap_or_default())
}

async fn names(client: &Client) -> Vec<String> {
    let tools = client.list_all_tools().await.unwrap();
    tools.into_iter().map(|tool| tool.name.into_owned()).collect()
}

/// A file that only its owner may read. It is deleted when dropped.
struct TokenFile(PathBuf);

impl TokenFile {
    fn new(name: &str, token: &str) -> Self {
        let path = std::env::temp_dir().join(format!("toolgate-{name}-{}", std::process::id()));
        let file = Self(path);
        file.write(token);
        file
    }

    fn write(&self, token: &str) {
        use std::io::Write as _;
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.0)
            .unwrap();
        writeln!(file, "{token}").unwrap();
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn the_caller_is_who_the_token_in_the_environment_is_of() {
    let provider = IdentityProvider::start().await.unwrap();
    for sdk in SDKS {
        let bob = token(&provider, "bob");
        let client = start(sdk, &provider, |command| {
            command.env("NOTES_TOKEN", bob);
        })
        .await;
        // Exactly what he may call: there is no way to ask for more scopes over stdio.
        assert_eq!(names(&client).await, ["server_time", "whoami", "list_notes"]);
        let (failed, text) = call(&client, "whoami", json!({})).await;
        assert!(!failed && text.contains(r#""subject":"bob""#), "{text}");
        let update = json!({"resource_id": "acme-1", "text": "by bob"});
        assert_eq!(
            call(&client, "update_note", update).await,
            (true, "not found or not permitted".to_owned())
        );
        client.cancel().await.unwrap();

        // Whom a scope would let in is told of it.
        let erin = token(&provider, "erin");
        let client = start(sdk, &provider, |command| {
            command.env("NOTES_TOKEN", erin);
        })
        .await;
        let update = json!({"resource_id": "acme-1", "text": "by erin"});
        assert_eq!(
            call(&client, "update_note", update).await,
            (true, "needs scope write:tools".to_owned())
        );
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn without_a_valid_token_only_public_tools_run() {
    let provider = IdentityProvider::start().await.unwrap();
    for sdk in SDKS {
        let foreign = provider.token("alice").audience("https://other.example").mint();
        for token in [None, Some("garbage".to_owned()), Some(foreign)] {
            let client = start(sdk, &provider, |command| {
                if let Some(token) = token {
                    command.env("NOTES_TOKEN", token);
                }
            })
            .await;
            assert_eq!(names(&client).await, ["server_time"]);
            assert_eq!(
                call(&client, "whoami", json!({})).await,
                (true, "not found or not permitted".to_owned())
            );
            assert!(!call(&client, "server_time", json!({})).await.0);
            client.cancel().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_token_file_is_read_again_when_its_token_is_no_longer_valid() {
    let provider = IdentityProvider::start().await.unwrap();
    for sdk in SDKS {
        let file = TokenFile::new("expired", &provider.token("alice").audience(RESOURCE).expired().mint());
        let client = start(sdk, &provider, |command| {
            command.arg("--token-file").arg(&file.0);
        })
        .await;
        assert_eq!(names(&client).await, ["server_time"]);
        file.write(&token(&provider, "alice"));
        assert_eq!(
            names(&client).await,
            ["server_time", "whoami", "list_notes", "update_note"]
        );
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn a_token_file_that_others_may_read_is_not_used() {
    let provider = IdentityProvider::start().await.unwrap();
    for sdk in SDKS {
        let file = TokenFile::new("open", &token(&provider, "alice"));
        fs::set_permissions(&file.0, fs::Permissions::from_mode(0o644)).unwrap();
        let client = start(sdk, &provider, |command| {
            command.arg("--token-file").arg(&file.0);
        })
        .await;
        assert_eq!(names(&client).await, ["server_time"]);
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn an_unknown_tool_is_an_error_of_the_protocol() {
    let provider = IdentityProvider::start().await.unwrap();
    for sdk in SDKS {
        let alice = token(&provider, "alice");
        let client = start(sdk, &provider, |command| {
            command.env("NOTES_TOKEN", alice);
        })
        .await;
        let error = client
            .call_tool(CallToolRequestParams::new("no_such_tool"))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("tool not found"), "{sdk}: {error}");
        client.cancel().await.unwrap();
    }
}
