//! Hosts over HTTP/2, where a request names its host before the headers, and may name another in them.

use crate::server::{Running, Sdk};
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use std::convert::Infallible;
use toolgate::{NoArguments, Protected, Toolset, mcp_tool};
use tower_service::Service as _;

/// For those who have a token.
#[mcp_tool(authenticated)]
async fn own(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("ran")
}

#[tokio::test]
async fn mcp_50_over_http_2_every_host_that_a_request_names_has_to_be_known() {
    for sdk in Sdk::EACH {
        let mut app = None;
        let serve = |protected: &Protected| app.insert(sdk.serve(protected)).clone();
        let server = Running::start_app(Toolset::new(()).tool(OwnTool), |gate| gate, serve).await;
        let app = app.unwrap();
        let service = service_fn(move |request: Request<hyper::body::Incoming>| {
            let mut app = app.clone();
            async move { app.call(request.map(Body::new)).await }
        });
        let (near, far) = tokio::io::duplex(1 << 16);
        let http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        tokio::spawn(http2.serve_connection(TokioIo::new(far), service));
        let client = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(near));
        let (mut client, connection) = client.await.unwrap();
        tokio::spawn(connection);

        let known = server.url.trim_start_matches("http://").trim_end_matches("/mcp");
        let token = server.token("alice").mint();
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "own", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }}});
        for (authority, headers, status) in [
            (known, &[][..], 200),
            (known, &[known][..], 200),
            ("evil.example", &[], 403),
            ("evil.example", &[known], 403),
            (known, &["evil.example"], 403),
            (known, &[known, known], 403),
        ] {
            let mut request = Request::post(format!("http://{authority}/mcp"))
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", "tools/call")
                .header("mcp-name", "own");
            for host in headers {
                request = request.header("host", *host);
            }
            let reply = client
                .send_request(request.body(body.to_string()).unwrap())
                .await
                .unwrap();
            let case = format!("{sdk:?}: {authority}, {headers:?}");
            assert_eq!(reply.status(), status, "{case}");
            let text = reply.into_body().collect().await.unwrap().to_bytes();
            let ran = text.windows(3).any(|word| word == b"ran");
            assert_eq!(ran, status == 200, "{case}: {text:?}");
        }
    }
}
