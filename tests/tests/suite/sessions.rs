//! Sessions of the protocol versions that have them.

use super::SDK;
use crate::legacy::Legacy;
use crate::server::Notes;
use serde_json::json;

#[tokio::test]
async fn mcp_58_a_session_works_for_its_owner_and_for_nobody_else() {
    let notes = Notes::start(SDK).await;
    let (alice, bob) = (Legacy::new(&notes, Some("alice")), Legacy::new(&notes, Some("bob")));
    let session = alice.open().await;
    let (status, text) = alice.whoami(&session).await;
    assert_eq!(status, 200);
    assert!(text.contains(r#""subject":"alice""#), "{text}");

    assert_eq!(bob.whoami(&session).await.0, 404);
    for method in [reqwest::Method::GET, reqwest::Method::DELETE] {
        let stolen = bob.request(method.clone(), Some(&session)).send().await.unwrap();
        assert_eq!(stolen.status(), 404, "{method}");
    }
    // The thief did not even end it.
    assert_eq!(alice.whoami(&session).await.0, 200);
    let ended = alice.ask(reqwest::Method::DELETE, Some(&session)).await;
    assert!(ended.status().is_success());
    assert_eq!(alice.whoami(&session).await.0, 404);
}

#[tokio::test]
async fn mcp_58_the_sdks_own_session_id_is_worth_nothing() {
    let notes = Notes::start(SDK).await;
    let alice = Legacy::new(&notes, Some("alice"));
    let session = alice.open().await;
    let (own, _) = session.split_once('.').unwrap();
    for forged in [own, &format!("{own}.r.AAAA"), session.strip_suffix(|_| true).unwrap()] {
        assert_eq!(alice.whoami(forged).await.0, 404, "{forged}");
    }
}

#[tokio::test]
async fn a_session_begun_without_a_token_is_never_adopted() {
    let notes = Notes::start(SDK).await;
    let (nobody, alice) = (Legacy::new(&notes, None), Legacy::new(&notes, Some("alice")));
    // There is none: SDKs keep sessions for long, and anyone could open any number of them.
    assert_eq!(nobody.initialize().await, None);
    let owned = alice.open().await;
    assert_eq!(nobody.whoami(&owned).await.0, 401);
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    assert_eq!(nobody.post(Some(&owned), list).await.status(), 404);
}

#[tokio::test]
async fn mcp_20_a_session_is_no_credential() {
    let notes = Notes::start(SDK).await;
    let session = Legacy::new(&notes, Some("alice")).open().await;
    let nobody = Legacy::new(&notes, None);
    for method in [reqwest::Method::GET, reqwest::Method::DELETE] {
        let reply = nobody.request(method.clone(), Some(&session)).send().await.unwrap();
        assert!(
            matches!(reply.status().as_u16(), 401 | 404),
            "{method}: {}",
            reply.status()
        );
    }
    let mut expired = Legacy::new(&notes, None);
    expired.token = Some(notes.token("alice").tenant("acme").expired().mint());
    assert_eq!(expired.whoami(&session).await.0, 401);
}

/// SDKs ask for a stream as soon as they are connected. At a 401 they have their user log in, before anything needs it.
#[tokio::test]
async fn where_some_tool_is_public_a_client_without_a_token_is_told_that_there_is_no_stream() {
    let notes = Notes::start(SDK).await;
    let nobody = Legacy::new(&notes, None);
    for method in [reqwest::Method::GET, reqwest::Method::HEAD] {
        let reply = nobody.request(method, None).send().await.unwrap();
        assert_eq!(
            (reply.status().as_u16(), reply.headers().get("www-authenticate")),
            (405, None)
        );
    }
    let session = Legacy::new(&notes, Some("alice")).open().await;
    let lost = nobody.ask(reqwest::Method::GET, Some(&session)).await;
    assert_eq!(lost.status(), 401, "whoever has a session has had a token");
}

#[tokio::test]
async fn a_stream_is_only_for_sessions() {
    let notes = Notes::start(SDK).await;
    let alice = Legacy::new(&notes, Some("alice"));
    let session = alice.open().await;
    let without = alice
        .request(reqwest::Method::GET, None)
        .header("last-event-id", "0")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (without.status().as_u16(), without.headers()["allow"].to_str().unwrap()),
        (405, "POST")
    );
    // A router may answer HEAD as it does GET: that would open the stream of a session, and nobody would read it.
    for session in [None, Some(session.as_str())] {
        let head = alice.ask(reqwest::Method::HEAD, session).await;
        assert_eq!(head.status(), 405, "{session:?}");
        assert_eq!(head.headers().get("mcp-session-id"), None);
    }
    // With a protocol version that knows no sessions, the SDK would look up the events by their id alone.
    let stateless = alice
        .request(reqwest::Method::GET, None)
        .header("mcp-session-id", &session)
        .header("mcp-protocol-version", "2026-07-28")
        .header("last-event-id", "0")
        .send()
        .await
        .unwrap();
    assert_eq!(stateless.status(), 405);
    let stream = alice.ask(reqwest::Method::GET, Some(&session)).await;
    assert_eq!(stream.status(), 200);
}

/// An SDK may send the answers of a session to its stream, also if that was lost: then the tool runs, and nobody hears of it.
#[tokio::test]
async fn a_call_is_answered_to_who_made_it_whatever_becomes_of_the_stream_of_its_session() {
    let notes = Notes::start(SDK).await;
    let alice = Legacy::new(&notes, Some("alice"));
    let session = alice.open().await;
    let head = alice.ask(reqwest::Method::HEAD, Some(&session)).await;
    assert_eq!(head.status(), 405);
    let stream = alice.ask(reqwest::Method::GET, Some(&session)).await;
    assert_eq!(stream.status(), 200);
    let answered = async |case: &str| {
        let (status, text) = alice.whoami(&session).await;
        assert_eq!(status, 200, "{case}");
        assert!(text.contains(r#""subject":"alice""#), "{case}: {text}");
    };
    answered("beside the stream").await;
    drop(stream);
    answered("after it was lost").await;
}

#[tokio::test]
async fn mcp_58_a_foreign_session_is_recorded_once() {
    let notes = Notes::start(SDK).await;
    let session = Legacy::new(&notes, Some("alice")).open().await;
    let before = notes.records.all().len();
    assert_eq!(Legacy::new(&notes, Some("bob")).whoami(&session).await.0, 404);
    let records = notes.records.all().split_off(before);
    let short: Vec<_> = records
        .iter()
        .map(|record| {
            json!([
                record["decision"],
                record["reason"],
                record["user.id"],
                record["gen_ai.tool.name"]
            ])
        })
        .collect();
    assert_eq!(short, [json!(["deny", "foreign_session", "bob", "whoami"])]);
}

/// Which of them the SDK would take is its own affair.
#[tokio::test]
async fn mcp_58_two_session_headers_are_no_session() {
    let notes = Notes::start(SDK).await;
    let alice = Legacy::new(&notes, Some("alice"));
    let session = alice.open().await;
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    for second in [session.as_str(), "other", ""] {
        let request = alice.request(reqwest::Method::POST, Some(&session)).body(body.clone());
        let reply = request.header("mcp-session-id", second).send().await.unwrap();
        assert_eq!(reply.status(), 404, "{second}");
    }
    let reply = alice.request(reqwest::Method::POST, Some(&session)).body(body).send();
    assert_eq!(reply.await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_session_means_nothing_to_a_message_of_the_version_without_sessions() {
    let notes = Notes::start(SDK).await;
    let owned = Legacy::new(&notes, Some("bob")).open().await;
    for session in ["garbage", owned.as_str()] {
        let alice = notes.client_of("alice").header("Mcp-Session-Id", session);
        let reply = alice.call("whoami", json!({})).await.unwrap();
        assert_eq!(reply.status, 200, "{session}");
        assert_eq!(reply.result().unwrap()["structuredContent"]["subject"], "alice");
    }
}

/// Which of them the SDK reads is its own affair: any that knows no sessions is enough.
#[tokio::test]
async fn a_second_version_header_counts_too() {
    let notes = Notes::start(SDK).await;
    let alice = Legacy::new(&notes, Some("alice"));
    let session = alice.open().await;
    for version in ["2026-07-28", "2027-01-01"] {
        let request = alice.request(reqwest::Method::GET, Some(&session));
        let reply = request.header("mcp-protocol-version", version).send().await.unwrap();
        assert_eq!(reply.status(), 405, "{version}");
    }
}

#[tokio::test]
async fn a_client_that_began_without_a_token_goes_on_with_one() {
    let notes = Notes::start(SDK).await;
    assert_eq!(Legacy::new(&notes, None).initialize().await, None);
    let alice = Legacy::new(&notes, Some("alice"));
    let params = json!({"name": "whoami", "arguments": {}});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let reply = alice.post(None, call).await;
    assert_eq!(reply.status(), 200);
    let text = reply.text().await.unwrap();
    assert!(text.contains(r#""subject":"alice""#), "{text}");
}
