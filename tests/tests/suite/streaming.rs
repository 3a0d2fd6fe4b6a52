//! Answers that come bit by bit.

use crate::server::Running;
use axum::Router;
use axum::body::Body;
use futures_util::stream;
use http::Response;
use serde_json::json;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use toolgate::{NoArguments, Toolset, mcp_tool};

/// For few.
#[mcp_tool(scopes_all = ["admin"])]
async fn wipe(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// An SDK that answers with what it is given, when it is given it.
#[derive(Clone)]
struct Sdk {
    pieces: Arc<Mutex<Option<mpsc::Receiver<&'static str>>>>,
    asked: Arc<AtomicUsize>,
}

impl Sdk {
    fn answer(&self) -> Response<Body> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let pieces = self.pieces.lock().unwrap().take().unwrap();
        let pieces = stream::unfold(pieces, async |mut pieces| {
            let piece = pieces.recv().await?;
            Some((Ok::<_, Infallible>(piece), pieces))
        });
        Response::new(Body::from_stream(pieces))
    }
}

async fn start() -> (Running, Sdk, mpsc::Sender<&'static str>) {
    let (sender, receiver) = mpsc::channel(1);
    let sdk = Sdk {
        pieces: Arc::new(Mutex::new(Some(receiver))),
        asked: Arc::default(),
    };
    let behind = sdk.clone();
    let app = |protected: &toolgate::Protected| {
        let answer = move || {
            let sdk = behind.clone();
            async move { sdk.answer() }
        };
        Router::new().fallback(answer).layer(protected.layer())
    };
    let server = Running::start_app(Toolset::new(()).tool(WipeTool), |gate| gate, app).await;
    (server, sdk, sender)
}

async fn call(server: &Running, token: &str) -> reqwest::Response {
    let params = json!({"name": "wipe", "arguments": {}});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let request = reqwest::Client::new().post(&server.url).bearer_auth(token);
    let request = request
        .header("content-type", "application/json")
        .body(body.to_string());
    request.send().await.unwrap()
}

/// Each piece has to arrive before the next one is there to be sent.
#[tokio::test]
async fn nothing_of_an_answer_is_held_back() {
    let (server, _, sender) = start().await;
    let token = server.token("carol").scopes(["admin"]).mint();
    // The head comes before there is any body.
    let mut reply = call(&server, &token).await;
    assert_eq!(reply.status(), 200);
    for piece in ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"] {
        sender.send(piece).await.unwrap();
        assert_eq!(reply.chunk().await.unwrap().unwrap(), piece);
    }
    drop(sender);
    assert_eq!(reply.chunk().await.unwrap(), None);
}

#[tokio::test]
async fn mcp_25_the_decision_stands_before_the_first_byte() {
    let (server, sdk, _sender) = start().await;
    for (token, status) in [
        (server.token("bob").mint(), 403),
        (server.token("carol").scopes(["admin"]).expired().mint(), 401),
    ] {
        let reply = call(&server, &token).await;
        assert_eq!(reply.status(), status);
        // Nothing has been asked that could have begun to answer.
        assert_eq!(sdk.asked.load(Ordering::SeqCst), 0);
        assert_eq!(server.records.all().last().unwrap()["decision"], "deny");
    }
}
