//! The table of cases, over HTTP: with each SDK, in both protocol eras.

use crate::legacy::Legacy;
use crate::server::{Notes, Running, Sdk};
use examples::cases::{self, Case, Era, Transport, Who, cases, short};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;
use toolgate_testing::{McpClient, Reply};

#[tokio::test]
async fn every_case_comes_out_as_written_over_http() {
    let mut wrong = String::new();
    for (sdk, named) in [(Sdk::Rmcp, cases::Sdk::Rmcp), (Sdk::Pmcp, cases::Sdk::Pmcp)] {
        for era in [Era::Sessions, Era::Stateless] {
            let notes = Notes::start(sdk).await;
            for case in cases().iter().filter(|case| case.is_for(named, era, Transport::Http)) {
                let before = notes.records.all().len();
                let reply = ask(&notes, era, case).await;
                let answer = case.answer(Transport::Http);
                let records = records_since(&notes, before, answer.records.len()).await;
                let mut differences = differences(case, &reply);
                differences.extend(answer.differences(&reply.body, &records));
                for difference in differences {
                    writeln!(wrong, "{sdk:?} {era:?}: {}: {difference}", case.name).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

async fn ask(server: &Running, era: Era, case: &Case) -> Reply {
    let token = match case.who {
        Who::Nobody => None,
        Who::User(name) => Some(server.token_of(name)),
        Who::Thief(mint) | Who::Holder(mint) => Some(mint(&server.provider, &server.url)),
    };
    let mut client = server.client();
    if let Some(token) = &token {
        client = client.bearer(token);
    }
    if era == Era::Stateless {
        return client.request(case.method, case.params()).await.unwrap();
    }
    let owner = match case.who {
        Who::Thief(_) => Some(server.token_of("alice")),
        _ => token,
    };
    let session = open(server, owner).await;
    let client = in_session(client, session.as_deref());
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": case.method, "params": case.params()});
    client.post(body).await.unwrap()
}

/// Callers get a session with each SDK. Whether nobody gets one is the SDK's business.
async fn open(server: &Running, token: Option<String>) -> Option<String> {
    let mut opener = Legacy::new(server, None);
    opener.token = token;
    let session = opener.initialize().await;
    assert!(session.is_some() || opener.token.is_none());
    session
}

fn in_session(client: McpClient, session: Option<&str>) -> McpClient {
    let client = client.without_header("Mcp-Method").without_header("Mcp-Name");
    let client = client.header("MCP-Protocol-Version", "2025-06-18");
    match session {
        Some(session) => client.header("Mcp-Session-Id", session),
        None => client,
    }
}

/// The records that came since, in short; an outcome may be written a moment after the client has its answer.
async fn records_since(server: &Running, before: usize, expected: usize) -> Vec<String> {
    for _ in 0..200 {
        if server.records.all().len() >= before + expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.records.all()[before..].iter().map(short).collect()
}

/// What only HTTP has.
fn differences(case: &Case, reply: &Reply) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, found: Value, expected: Value| {
        if found != expected {
            differences.push(format!("{what} is {found}, not {expected}"));
        }
    };
    compare("the status", json!(reply.status), json!(case.status));
    if case.challenge.is_empty() {
        compare("the challenge", json!(reply.challenge), Value::Null);
    }
    for (name, value) in &case.challenge {
        compare(name, json!(reply.challenge_param(name)), json!(value));
    }
    differences
}
