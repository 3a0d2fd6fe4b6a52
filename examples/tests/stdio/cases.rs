//! The table of cases, over stdio: with each SDK, in each protocol era that it has there, each in a process of its own.

use super::{RESOURCE, server, token};
use examples::cases::{Case, Era, Sdk, Transport, Who, cases, short};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use toolgate_testing::IdentityProvider;

#[tokio::test]
async fn every_case_comes_out_as_written_over_stdio() {
    let provider = IdentityProvider::start().await.unwrap();
    let run = async |sdk, era| {
        let mut wrong = String::new();
        for case in cases().iter().filter(|case| case.is_for(sdk, era, Transport::Stdio)) {
            let (message, records) = ask(&provider, sdk, era, case).await;
            for difference in case.answer(Transport::Stdio).differences(&message, &records) {
                writeln!(wrong, "{sdk:?} {era:?}: {}: {difference}", case.name).unwrap();
            }
        }
        wrong
    };
    let (one, two, three) = tokio::join!(
        run(Sdk::Rmcp, Era::Sessions),
        run(Sdk::Rmcp, Era::Stateless),
        // Over stdio this SDK has no other.
        run(Sdk::Pmcp, Era::Sessions),
    );
    let wrong = [one, two, three].concat();
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Asks a server that is started for this, as long as it takes. Gives the answer, and what was written down.
async fn ask(provider: &IdentityProvider, sdk: Sdk, era: Era, case: &Case) -> (Value, Vec<String>) {
    let name = format!("toolgate-case-{sdk:?}-{era:?}-{}", std::process::id());
    let audit = std::env::temp_dir().join(name);
    let mut command = server(if sdk == Sdk::Rmcp { "rmcp" } else { "pmcp" }, provider);
    command.arg("--audit").arg(&audit);
    match case.who {
        Who::Nobody => &mut command,
        Who::User(user) => command.env("NOTES_TOKEN", token(provider, user)),
        Who::Thief(mint) | Who::Holder(mint) => command.env("NOTES_TOKEN", mint(provider, RESOURCE)),
    };
    let message = converse(command, &conversation(era, case)).await;
    let records = records(&audit);
    fs::remove_file(audit).unwrap();
    (message, records)
}

const ID: i64 = 7;

/// The messages of the client, the last one being the request.
fn conversation(era: Era, case: &Case) -> Vec<Value> {
    let mut params = case.params();
    let client = json!({"name": "test", "version": "1"});
    let before = match era {
        Era::Sessions => {
            let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
            vec![
                json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
                json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
            ]
        }
        Era::Stateless => {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": client,
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            params.as_object_mut().unwrap().insert("_meta".to_owned(), meta);
            Vec::new()
        }
    };
    let request = json!({"jsonrpc": "2.0", "id": ID, "method": case.method, "params": params});
    before.into_iter().chain([request]).collect()
}

/// Says all this, closes the input, and gives the answer to the request. Then the server ends by itself.
async fn converse(mut command: Command, conversation: &[Value]) -> Value {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    for message in conversation {
        input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }
    drop(input);
    let mut answers = Vec::new();
    while let Some(line) = output.next_line().await.unwrap() {
        let message: Value = serde_json::from_str(&line).unwrap();
        if message.get("id") == Some(&json!(ID)) {
            answers.push(message);
        }
    }
    assert!(child.wait().await.unwrap().success());
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

fn records(audit: &Path) -> Vec<String> {
    let text = fs::read_to_string(audit).unwrap();
    let records = text.lines().map(|line| serde_json::from_str(line).unwrap());
    records.map(|record| short(&record)).collect()
}
