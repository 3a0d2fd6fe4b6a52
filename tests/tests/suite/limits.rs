//! How much anybody may send, and what of it is repeated.

use super::SDK;
use crate::server::Notes;
use serde_json::{Value, json};

fn padded(length: usize) -> Value {
    json!({"padding": "x".repeat(length)})
}

#[tokio::test]
async fn without_a_token_nobody_may_send_more_than_64_kib() {
    let notes = Notes::start(SDK).await;
    let short = notes.client().call("server_time", padded(63 * 1024)).await.unwrap();
    assert_eq!(short.status, 200);
    // Not that it is too long: with a token it would not be.
    let long = notes.client().call("server_time", padded(65 * 1024)).await.unwrap();
    assert_eq!((long.status, long.challenge_param("scope")), (401, Some("read:tools")));
    let known = notes
        .client_of("bob")
        .call("server_time", padded(65 * 1024))
        .await
        .unwrap();
    assert_eq!(known.status, 200);
}

#[tokio::test]
async fn what_is_no_id_is_neither_repeated_nor_recorded() {
    let notes = Notes::start(SDK).await;
    let mark = "x".repeat(257);
    for id in [json!(mark), json!({"x": mark}), json!([mark]), Value::Null, json!(true)] {
        let body = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "server_time"}});
        let nobody = notes.client().post(body.clone()).await.unwrap();
        assert_eq!(nobody.status, 401, "{id}");
        let alice = notes.client_of("alice").post(body).await.unwrap();
        assert_eq!(
            (alice.status, &alice.body["error"]["code"]),
            (400, &json!(-32600)),
            "{id}"
        );
        for reply in [nobody, alice] {
            assert_eq!(reply.body["id"], Value::Null);
        }
    }
    assert!(!notes.records.text().contains("xxx"));
    for record in notes.records.all() {
        assert_eq!(record["jsonrpc.request.id"], Value::Null);
        assert_eq!(record["decision"], "deny");
    }
    let longest = json!("x".repeat(256));
    let body = json!({"jsonrpc": "2.0", "id": longest, "method": "tools/call", "params": {"name": "whoami"}});
    assert_eq!(notes.client().post(body).await.unwrap().body["id"], longest);
}

#[tokio::test]
async fn mcp_65_arguments_that_are_no_object_are_an_error_result_and_recorded() {
    let notes = Notes::start(SDK).await;
    for arguments in [json!(["acme-1", "new"]), json!("acme-1"), json!(1), json!(true)] {
        let before = notes.records.all().len();
        let reply = notes
            .client_of("alice")
            .call("update_note", arguments.clone())
            .await
            .unwrap();
        assert_eq!((reply.status, reply.is_error()), (200, true), "{arguments}");
        assert_eq!(reply.text(), "invalid arguments: expected an object", "{arguments}");
        let records = notes.records.all().split_off(before);
        let short: Vec<_> = records
            .iter()
            .map(|record| json!([record["gen_ai.tool.name"], record["decision"], record["reason"]]))
            .collect();
        assert_eq!(
            short,
            [json!(["update_note", "deny", "invalid_arguments"])],
            "{arguments}"
        );
        // Who may not call it learns nothing about that.
        let erin = notes.client_of("erin").call("update_note", arguments).await.unwrap();
        assert_eq!((erin.status, erin.challenge_param("scope")), (403, Some("write:tools")));
    }
    assert_eq!(notes.store.text("acme-1").unwrap(), "The first text of acme-1.");
}
