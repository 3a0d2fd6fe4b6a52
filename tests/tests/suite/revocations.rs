//! Tokens that are revoked here, over HTTP and whatever is remembered of them.

use crate::cached::script::{GOOD, Hands, Script};
use crate::server::Sdk;
use axum::Router;
use axum::body::Body;
use futures_util::future::BoxFuture;
use http::Request;
use serde_json::json;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use toolgate::fetch::{Answer, Document, Fetch, FetchError, Form};
use toolgate::validator::JwtValidator;
use toolgate::validator::introspection::{ClientCredentials, ClientSecret};
use toolgate::{
    Cached, Caller, Clock, Gate, IntrospectionValidator, NoArguments, RevocationError, Revocations, State, Toolset,
    Validator, mcp_tool,
};
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

pub(crate) struct App {
    router: Router,
    pub(crate) revocations: Revocations,
    seen: Seen,
}

impl App {
    pub(crate) fn new(sdk: Sdk, validator: impl Validator) -> Self {
        Self::at(At(NOW), sdk, validator)
    }

    fn at(clock: impl Clock + Clone, sdk: Sdk, validator: impl Validator) -> Self {
        let (revocations, seen) = (Revocations::with_limit(10, clock.clone()), Seen::default());
        let gate = Gate::builder()
            .resource("https://mcp.example/mcp")
            .validator(validator)
            .revocations(&revocations)
            .clock(clock);
        let tools = Toolset::new(Arc::clone(&seen)).tool(RememberTool);
        let protected = gate.build().unwrap().protect(tools).unwrap();
        Self {
            router: sdk.serve(&protected),
            revocations,
            seen,
        }
    }

    pub(crate) async fn call(&mut self, token: &str) -> u16 {
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

/// An endpoint that says of every token that it is active, until it is not any more, and something else each time.
struct Varies {
    members: &'static str,
    answers: AtomicU64,
}

impl Fetch for Varies {
    fn get<'a>(&'a self, _: &'a reqwest::Url) -> BoxFuture<'a, Result<Document, FetchError>> {
        Box::pin(async { Err(FetchError::new("there are no documents here")) })
    }

    fn post<'a>(&'a self, _: &'a reqwest::Url, _: &'a Form) -> BoxFuture<'a, Result<Answer, FetchError>> {
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let members = self.members;
        let text = format!(r#"{{"active":true,"aud":"{AUDIENCE}","sub":"alice","idle":{number}{members}}}"#);
        Box::pin(async move { Ok(Answer::new(200, "application/json", text)) })
    }
}

/// Asks an endpoint whose answers have these members, too.
fn opaque_validator(clock: impl Clock, members: &'static str) -> IntrospectionValidator {
    let builder = IntrospectionValidator::builder().issuer(ISSUER).audience(AUDIENCE);
    let builder = builder.client(ClientCredentials::secret_basic("notes", ClientSecret::from("secret")));
    let builder = builder.endpoint("https://idp.example/introspect").clock(clock);
    let answers = AtomicU64::new(0);
    builder.fetch(Varies { members, answers }).build().unwrap()
}

#[tokio::test]
async fn f15_a_revoked_token_that_does_not_say_when_it_expires_is_refused_for_ever() {
    let clock = Hands::new();
    let mut app = App::at(clock.clone(), Sdk::Rmcp, opaque_validator(clock.clone(), ""));
    assert_eq!(app.call("opaque").await, 200);
    app.revocations.revoke(&app.caller()).unwrap();
    for _ in 0..3 {
        clock.pass(24 * 3600);
        // Whatever has expired is forgotten to make room for these.
        let expires_at = clock.unix_time();
        for id in 0..9 {
            app.revocations
                .revoke_id(ISSUER, &format!("{expires_at:?} {id}"), expires_at)
                .unwrap();
        }
        assert_eq!(app.revocations.len(), 10);
        assert_eq!(app.call("opaque").await, 401);
    }
    // They do not pile up without a limit either.
    for id in ["a", "b"] {
        assert_eq!(app.call(id).await, 200);
        let full = app.revocations.revoke(&app.caller()).is_err();
        assert!(full, "{id}");
    }
}

#[tokio::test]
async fn f15_a_token_that_was_asked_about_is_known_by_its_text_whatever_is_told_of_it() {
    let mut app = App::new(Sdk::Rmcp, opaque_validator(At(NOW), r#","exp":1800000600"#));
    assert_eq!((app.call("one").await, app.call("other").await), (200, 200));
    app.revocations.revoke(&app.caller()).unwrap();
    for _ in 0..3 {
        assert_eq!((app.call("one").await, app.call("other").await), (200, 401));
    }
    // The signature of a JWT may be another, and nothing else.
    let jwt = forge().with_claims(&[]);
    let signed = jwt.rsplit_once('.').unwrap().0;
    assert_eq!(
        (app.call(&jwt).await, app.call(&format!("{signed}.AAAA")).await),
        (200, 200)
    );
    app.revocations.revoke(&app.caller()).unwrap();
    assert_eq!(
        (app.call(&jwt).await, app.call(&format!("{signed}.BBBB")).await),
        (401, 401)
    );
    assert_eq!(app.call(&forge().with_claims(&[("extra", "1")])).await, 200);
}

#[tokio::test]
async fn f15_a_token_that_was_asked_about_is_known_by_the_jti_of_the_answer() {
    let mut app = App::new(Sdk::Rmcp, opaque_validator(At(NOW), r#","exp":1800000600,"jti":"1""#));
    assert_eq!(app.call("one").await, 200);
    app.revocations.revoke_id(ISSUER, "1", Duration::MAX).unwrap();
    assert_eq!(
        app.revocations.revoke_id(ISSUER, "", Duration::MAX),
        Err(RevocationError::NoId)
    );
    // Both are one token, by the issuer's word.
    assert_eq!((app.call("one").await, app.call("other").await), (401, 401));
}
