//! Addresses of which too many tokens were refused.

use crate::rates::Hands;
use crate::server::{Running, Sdk};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use toolgate::layer::PeerAddress;
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{BearerToken, Claims, NoArguments, RateLimit, Toolset, Unavailable, Validator, mcp_tool};
use toolgate_testing::Reply;

/// Looks.
#[mcp_tool(authenticated)]
async fn look(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("seen")
}

/// Burns.
#[mcp_tool(authenticated, fresh)]
async fn burn(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("burnt")
}

/// Tells the time.
#[mcp_tool(public)]
async fn time(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("late")
}

#[derive(Clone, Copy, Debug)]
enum Says {
    Good,
    Bad,
    Unavailable,
    /// Good, but for tools that are `fresh`.
    Stale,
}

/// Says what it is told to of every token, and counts.
#[derive(Clone)]
struct Script(Arc<(std::sync::Mutex<Says>, AtomicUsize)>);

impl Script {
    fn says(&self, says: Says) {
        *self.0.0.lock().unwrap() = says;
    }

    /// How often it was asked since the last time.
    fn asked(&self) -> usize {
        self.0.1.swap(0, Ordering::SeqCst)
    }

    fn answer(&self, anew: bool) -> Result<Claims, ValidateError> {
        self.0.1.fetch_add(1, Ordering::SeqCst);
        let says = *self.0.0.lock().unwrap();
        match says {
            Says::Good => Ok(Claims::assert("https://idp.example", "alice")),
            Says::Stale if !anew => Ok(Claims::assert("https://idp.example", "alice")),
            Says::Bad | Says::Stale => Err(TokenError::Inactive.into()),
            Says::Unavailable => Err(Unavailable::new("down").into()),
        }
    }
}

impl Validator for Script {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        self.answer(false)
    }

    async fn validate_anew(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        self.answer(true)
    }

    fn issuers(&self) -> Vec<String> {
        vec!["https://idp.example".to_owned()]
    }
}

struct App {
    server: Running,
    issuer: Script,
    clock: Hands,
}

/// Stands for what the server knows of connections.
async fn note_address(mut request: Request, next: Next) -> axum::response::Response {
    if let Some(address) = request.headers().get("x-connection") {
        let address = address.to_str().unwrap().parse().unwrap();
        request.extensions_mut().insert(PeerAddress(address));
    }
    next.run(request).await
}

impl App {
    async fn start(sdk: Sdk, rate: Option<RateLimit>) -> Self {
        Self::start_behind(sdk, rate, &[]).await
    }

    async fn start_behind(sdk: Sdk, rate: Option<RateLimit>, proxies: &[&str]) -> Self {
        let clock = Hands::default();
        let issuer = Script(Arc::new((std::sync::Mutex::new(Says::Bad), AtomicUsize::new(0))));
        let configure = |gate: crate::server::Builder| {
            let gate = gate.validator(issuer.clone()).clock(clock.clone());
            let gate = proxies.iter().fold(gate, |gate, network| gate.trusted_proxy(*network));
            match rate {
                Some(rate) => gate.refused_tokens(rate),
                None => gate,
            }
        };
        let tools = Toolset::new(()).tool(LookTool).tool(BurnTool).tool(TimeTool);
        let serve = |protected: &toolgate::Protected| sdk.serve(protected).layer(from_fn(note_address));
        let server = Running::start_app(tools, configure, serve).await;
        Self { server, issuer, clock }
    }

    async fn call(&self, address: &str, token: &str, tool: &str) -> Reply {
        let client = self.server.client().bearer(token).header("x-connection", address);
        client.call(tool, json!({})).await.unwrap()
    }

    async fn status(&self, address: &str, token: &str) -> u16 {
        self.call(address, token, "look").await.status
    }
}

const RATE: RateLimit = RateLimit::per_minute(6).burst(3);

#[tokio::test]
async fn after_too_many_refused_tokens_the_validator_is_not_asked() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk, Some(RATE)).await;
        for number in 0..3 {
            assert_eq!(app.status("192.0.2.1", &format!("bad{number}")).await, 401, "{sdk:?}");
        }
        assert_eq!(app.issuer.asked(), 3);
        app.clock.advance(Duration::from_millis(1));
        let reply = app.call("192.0.2.1", "bad", "look").await;
        assert_eq!((reply.status, reply.challenge.as_deref()), (429, None));
        assert_eq!(reply.headers["retry-after"], "10");
        let error = json!({"code": 429, "message": "too many access tokens were refused that came from there"});
        assert_eq!(reply.body, json!({"jsonrpc": "2.0", "id": null, "error": error}));
        let record = app.server.records.all().pop().unwrap();
        assert_eq!(
            (&record["decision"], &record["reason"]),
            (&json!("deny"), &json!("refused_too_often"))
        );
        assert_eq!(record["user.id"], Value::Null);
        // By whatever name, and whatever it says of itself.
        assert_eq!(app.status("::ffff:192.0.2.1", "bad").await, 429);
        let client = app.server.client().bearer("bad").header("x-connection", "192.0.2.1");
        let liar = client
            .header("x-forwarded-for", "192.0.2.9")
            .header("forwarded", "for=192.0.2.9");
        assert_eq!(liar.call("look", json!({})).await.unwrap().status, 429);
        assert_eq!(app.issuer.asked(), 0);
        // Others are not concerned, and neither is who brings no token.
        assert_eq!(app.status("192.0.2.2", "bad").await, 401);
        let nobody = app.server.client().header("x-connection", "192.0.2.1");
        assert_eq!(nobody.call("time", json!({})).await.unwrap().status, 200);
        assert_eq!(app.issuer.asked(), 1);
        // It does not last.
        app.clock.advance(Duration::from_millis(9999));
        assert_eq!(app.status("192.0.2.1", "bad").await, 401);
        assert_eq!(app.status("192.0.2.1", "bad").await, 429);
    }
}

#[tokio::test]
async fn who_was_let_in_is_not_shut_out_by_others_at_the_same_address() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk, Some(RATE)).await;
        app.issuer.says(Says::Good);
        assert_eq!(app.status("192.0.2.7", "good").await, 200);
        app.issuer.says(Says::Bad);
        for _ in 0..3 {
            assert_eq!(app.status("192.0.2.1", "bad").await, 401, "{sdk:?}");
        }
        assert_eq!(app.status("192.0.2.1", "bad").await, 429);
        app.issuer.says(Says::Good);
        // It was good somewhere else. It is asked about all the same.
        app.issuer.asked();
        assert_eq!(app.status("192.0.2.1", "good").await, 200);
        assert_eq!(app.issuer.asked(), 1);
        // One that nobody knows is not, however good it may be.
        assert_eq!(app.status("192.0.2.1", "new").await, 429);
        assert_eq!(app.issuer.asked(), 0);
        // One that is not good any more is like all the others.
        app.issuer.says(Says::Bad);
        assert_eq!(app.status("192.0.2.1", "good").await, 401);
        assert_eq!(app.status("192.0.2.1", "good").await, 429);
        assert_eq!(app.issuer.asked(), 1);
    }
}

/// Who keeps bringing a revoked token that a cache still knows must not make us ask the issuer each time.
#[tokio::test]
async fn what_is_refused_anew_is_counted_too() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk, Some(RATE)).await;
        app.issuer.says(Says::Stale);
        for _ in 0..3 {
            assert_eq!(app.call("192.0.2.1", "revoked", "burn").await.status, 401, "{sdk:?}");
        }
        assert_eq!(app.issuer.asked(), 6);
        assert_eq!(app.call("192.0.2.1", "revoked", "burn").await.status, 429);
        assert_eq!(app.issuer.asked(), 0);
    }
}

#[tokio::test]
async fn what_could_not_be_found_out_is_held_against_nobody() {
    for sdk in Sdk::EACH {
        let app = App::start(sdk, Some(RATE)).await;
        app.issuer.says(Says::Unavailable);
        for _ in 0..5 {
            assert_eq!(app.status("192.0.2.1", "token").await, 503, "{sdk:?}");
        }
        app.issuer.says(Says::Good);
        assert_eq!(app.status("192.0.2.1", "token").await, 200);
    }
}

/// Who says it is believed only if it is a proxy of ours, and only about the last one that is none.
#[tokio::test]
async fn behind_a_proxy_of_ours_the_address_is_the_one_that_it_saw() {
    for sdk in Sdk::EACH {
        let app = App::start_behind(sdk, Some(RATE), &["10.0.0.0/8"]).await;
        let status = async |connection: &str, forwarded: &str| {
            let client = app.server.client().bearer("bad").header("x-connection", connection);
            let client = client
                .header("x-forwarded-for", forwarded)
                .header("forwarded", "for=192.0.2.99");
            client.call("look", json!({})).await.unwrap().status
        };
        for made_up in ["198.51.100.1", "198.51.100.2", "198.51.100.3"] {
            assert_eq!(
                status("10.0.0.1", &format!("{made_up}, 192.0.2.1")).await,
                401,
                "{sdk:?}"
            );
        }
        assert_eq!(status("10.0.0.2", "198.51.100.4, 192.0.2.1, 10.0.0.1").await, 429);
        assert_eq!(
            status("192.0.2.1", "198.51.100.4").await,
            429,
            "whoever connects directly speaks for nobody else"
        );
        assert_eq!(status("10.0.0.1", "192.0.2.2").await, 401);
        assert_eq!(status("192.0.2.3", "192.0.2.1").await, 401);
    }
}

#[tokio::test]
async fn f22_of_ipv6_a_network_is_one_address() {
    let app = App::start(Sdk::Rmcp, Some(RATE)).await;
    for number in 0..3 {
        assert_eq!(app.status(&format!("2001:db8:1:2::{number}"), "bad").await, 401);
    }
    assert_eq!(app.status("2001:db8:1:2:ffff::", "bad").await, 429);
    assert_eq!(app.status("2001:db8:1:3::", "bad").await, 401);
}

#[tokio::test]
async fn nobody_is_limited_unless_it_is_set_and_there_are_addresses() {
    for (rate, address) in [(None, true), (Some(RATE), false)] {
        let app = App::start(Sdk::Rmcp, rate).await;
        for _ in 0..10 {
            let mut client = app.server.client().bearer("bad");
            if address {
                client = client.header("x-connection", "192.0.2.1");
            }
            assert_eq!(client.call("look", json!({})).await.unwrap().status, 401);
        }
        assert_eq!(app.issuer.asked(), 10);
    }
}
