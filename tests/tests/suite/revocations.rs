//! Tokens that are revoked here, over HTTP and whatever is remembered of them.

use crate::cached::script::{GOOD, Hands, Script};
use crate::server::Sdk;
use axum::Router;
use axum::body::Body;
use http::Request;
use serde_json::json;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use toolgate::validator::JwtValidator;
use toolgate::{Cached, Caller, Gate, NoArguments, Revocations, State, Toolset, Validator, mcp_tool};
use tower_service::Service as _;

use crate::tokens::forge::{AUDIENCE, At, ISSUER, NOW, forge};

/// Where a tool leaves its caller.
type Seen = Arc<Mutex<Option<Caller>>>;

/// Remembers who calls.
#[mcp_tool(authenticated)]
async fn remember(_: NoArguments, seen: State<Seen>, caller: Caller) -> Result<String, Infallible> {
    *seen.lock().unwrap() = Some(caller);
    Ok("yes".to_owned())
}

struct App {
    router: Router,
    revocations: Revocations,
    seen: Seen,
}

impl App {
    fn new(sdk: Sdk, validator: impl Validator) -> Self {
        let (revocations, seen) = (Revocations::with_limit(10, At(NOW)), Seen::default());
        let gate = Gate::builder()
            .resource("https://mcp.example/mcp")
            .validator(validator)
            .revocations(&revocations)
            .clock(At(NOW));
        let tools = Toolset::new(Arc::clone(&seen)).tool(RememberTool);
        let protected = gate.build().unwrap().protect(tools).unwrap();
        Self {
            router: sdk.serve(&protected),
            revocations,
            seen,
        }
    }

    async fn call(&mut self, token: &str) -> u16 {
        let params = json!({"name": "remember", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let request = Request::builder()
            .method("POST")
            .uri("/mcp")
            .header("host", "mcp.example")
            .header("authorization", format!("Bearer {token}"))
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", "remember");
        let answer = self.router.call(request.body(Body::from(body.to_string())).unwrap());
        answer.await.unwrap().status().as_u16()
    }

    fn caller(&self) -> Caller {
        self.seen.lock().unwrap().clone().unwrap()
    }
}

fn jwt_validator() -> JwtValidator {
    let builder = JwtValidator::builder().issuer(ISSUER).audience(AUDIENCE);
    let builder = builder
        .algorithm(toolgate::Algorithm::Rs256)
        .static_keys(forge().jwks());
    builder.clock(At(NOW)).build().unwrap()
}

#[tokio::test]
async fn f15_a_revoked_token_is_refused_at_once_with_a_cache_and_without() {
    for sdk in Sdk::EACH {
        let cached = Cached::builder(jwt_validator()).clock(Hands::new()).build().unwrap();
        for mut app in [App::new(sdk, jwt_validator()), App::new(sdk, cached)] {
            let [one, other] = ["1", "2"].map(|id| forge().with_claims(&[("jti", &format!("\"{id}\""))]));
            assert_eq!((app.call(&other).await, app.call(&one).await), (200, 200));
            app.revocations.revoke(&app.caller()).unwrap();
            assert_eq!((app.call(&other).await, app.call(&one).await), (200, 401));
            app.revocations
                .revoke_id(ISSUER, "2", app.caller().expires_at())
                .unwrap();
            assert_eq!((app.call(&other).await, app.call(&one).await), (401, 401));
            // Without an id, it is all of its claims; the signature may be another.
            let claims = [("jti", ""), ("extra", "1")];
            let [one, other] = ["1", "2"].map(|note| {
                let header = crate::tokens::forge::header(&[("note", note)]);
                forge().seal(header, crate::tokens::forge::claims(&claims))
            });
            assert_ne!(one, other);
            assert_eq!((app.call(&other).await, app.call(&one).await), (200, 200));
            app.revocations.revoke(&app.caller()).unwrap();
            assert_eq!((app.call(&other).await, app.call(&one).await), (401, 401));
            assert_eq!(app.call(&forge().with_claims(&[])).await, 200);
        }
    }
}

#[tokio::test]
async fn no_revocation_is_forgotten_to_make_room_for_another() {
    let mut app = App::new(Sdk::Rmcp, Script::new(GOOD));
    assert_eq!(app.call("t").await, 200);
    app.revocations.revoke(&app.caller()).unwrap();
    let expires_at = app.caller().expires_at();
    let revoked: Vec<bool> = (0..20)
        .map(|id| app.revocations.revoke_id(ISSUER, &id.to_string(), expires_at).is_ok())
        .collect();
    assert_eq!(revoked.iter().filter(|revoked| **revoked).count(), 9);
    assert_eq!(app.revocations.len(), 10);
    assert_eq!(app.call("t").await, 401);
}
