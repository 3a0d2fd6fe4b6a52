//! When a token's time is over, whatever its validator says; and a session's.

use crate::server::{Records, Sdk};
use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use toolgate::audit::JsonLines;
use toolgate::rmcp::Server;
use toolgate::validator::ValidateError;
use toolgate::{BearerToken, Caller, Claims, Clock, Denial, Error, Gate, NoArguments, Toolset, Validator, mcp_tool};
use tower_service::Service as _;

/// Tells who calls, after a while: the head of the answer may be on its way by then.
#[mcp_tool(authenticated)]
async fn name(_: NoArguments, caller: Caller) -> Result<String, Infallible> {
    tokio::time::sleep(Duration::from_secs(10)).await;
    Ok(caller.subject().to_owned())
}

/// Accepts every token: it is alice's, and expires then. Its leeway is the longest there is.
struct Lenient(Duration);

impl Validator for Lenient {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        Ok(Claims::assert("https://idp.example", "alice")
            .with_expiry(self.0)
            .with_leeway(Duration::from_mins(5)))
    }

    fn issuers(&self) -> Vec<String> {
        vec!["https://idp.example".to_owned()]
    }
}

const NOW: Duration = Duration::from_hours(500_000);

fn ago(time: Duration) -> Duration {
    NOW.checked_sub(time).unwrap()
}

/// The wall clock of these tests stands until it is set. The time that passes is tokio's, which passes at once.
#[derive(Clone)]
struct Standing(Arc<AtomicU64>);

impl Standing {
    fn at(time: Duration) -> Self {
        Self(Arc::new(AtomicU64::new(time.as_secs())))
    }

    fn set(&self, time: Duration) {
        self.0.store(time.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for Standing {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

struct App {
    router: Router,
    records: Records,
    clock: Standing,
    /// When the body of a request has arrived, if later than its head.
    arrives: Option<Duration>,
}

impl App {
    fn new(sdk: Sdk, expires_at: Duration) -> Self {
        let clock = Standing::at(NOW);
        let records = Records::default();
        let gate = Gate::builder()
            .resource("https://mcp.example/mcp")
            .validator(Lenient(expires_at))
            .audit(JsonLines::new(records.clone()))
            .clock(clock.clone());
        let protected = gate.build().unwrap().protect(Toolset::new(()).tool(NameTool)).unwrap();
        Self {
            router: match sdk {
                // Its keep-alives look at another clock than that of the runtime, and never stop when that one is ahead.
                Sdk::Rmcp => {
                    let server = Server::new(&protected, "test", "1").unwrap();
                    let config = StreamableHttpServerConfig::default().with_sse_keep_alive(None);
                    Router::new().fallback_service(server.http_service_with(config))
                }
                Sdk::Pmcp => sdk.serve(&protected),
            },
            records,
            clock,
            arrives: None,
        }
    }

    async fn send(&mut self, method: &str, headers: &[(&str, &str)], body: &Value) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri("/mcp")
            .header("host", "mcp.example")
            .header("authorization", "Bearer x")
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match method {
            "POST" => {
                let (clock, arrives, text) = (self.clock.clone(), self.arrives, body.to_string());
                Body::from_stream(futures_util::stream::once(async move {
                    if let Some(time) = arrives {
                        clock.set(time);
                    }
                    Ok::<_, Infallible>(text)
                }))
            }
            _ => Body::empty(),
        };
        self.router.call(request.body(body).unwrap()).await.unwrap()
    }

    async fn call(&mut self) -> (u16, String) {
        let params = json!({"name": "name", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let headers = [
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "name"),
        ];
        let reply = self.send("POST", &headers, &body).await;
        let status = reply.status().as_u16();
        let body = reply.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Opens a session of an older version.
    async fn session(&mut self) -> String {
        let params = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        let body = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
        let reply = self.send("POST", &[], &body).await;
        let session = reply.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        reply.into_body().collect().await.unwrap();
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(self.send("POST", &of(&session), &initialized).await.status(), 202);
        session
    }

    /// Opens a session, and its stream.
    async fn stream(&mut self) -> Body {
        let session = self.session().await;
        let reply = self.send("GET", &of(&session), &Value::Null).await;
        assert_eq!(reply.status(), 200);
        reply.into_body()
    }
}

/// The headers of a request of this session.
fn of(session: &str) -> [(&str, &str); 2] {
    [("mcp-session-id", session), ("mcp-protocol-version", "2025-06-18")]
}

/// A validator of one's own, say a cache around another, may forget to look again.
#[tokio::test(start_paused = true)]
async fn r14_a_token_that_expired_five_minutes_ago_is_never_accepted() {
    for sdk in Sdk::EACH {
        for expired_at in [Duration::ZERO, ago(Duration::from_mins(5))] {
            let mut app = App::new(sdk, expired_at);
            assert_eq!(app.call().await.0, 401, "{expired_at:?}");
            let records = app.records.all();
            assert_eq!(records.len(), 1);
            assert_eq!(
                (&records[0]["reason"], &records[0]["detail"]),
                (&json!("invalid_token"), &json!("expired"))
            );
        }
    }
}

/// A validator may have a leeway of up to five minutes, which is longer than the one of streams.
#[tokio::test(start_paused = true)]
async fn who_is_let_in_with_leeway_gets_the_answer() {
    for sdk in Sdk::EACH {
        for seconds in [0, 60, 299] {
            let mut app = App::new(sdk, ago(Duration::from_secs(seconds)));
            let (status, body) = app.call().await;
            assert_eq!(status, 200, "{seconds}");
            assert!(body.contains("alice"), "{sdk:?} {seconds}: {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_when_the_token_does() {
    for sdk in Sdk::EACH {
        let mut app = App::new(sdk, NOW + Duration::from_secs(30));
        let mut stream = app.stream().await;
        let start = Instant::now();
        let whole = async { while stream.frame().await.is_some() {} };
        timeout(Duration::from_mins(4), whole).await.unwrap();
        // With the minute that clocks may differ.
        assert_eq!(start.elapsed().as_secs(), 90, "{sdk:?}");
    }
}

/// `exp` is by the wall clock, wherever that goes.
#[tokio::test(start_paused = true)]
async fn f26_a_wall_clock_that_is_set_counts_from_the_next_request_on() {
    const HOUR: Duration = Duration::from_hours(1);
    for sdk in Sdk::EACH {
        let mut app = App::new(sdk, NOW + Duration::from_mins(10));
        for (time, status) in [(NOW, 200), (NOW + HOUR, 401), (ago(HOUR), 200), (NOW + HOUR, 401)] {
            app.clock.set(time);
            assert_eq!(app.call().await.0, status, "{sdk:?} {time:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f26_a_token_that_expired_while_the_body_was_on_its_way_is_refused() {
    for sdk in Sdk::EACH {
        let mut app = App::new(sdk, NOW);
        app.arrives = Some(NOW + Duration::from_mins(5));
        assert_eq!(app.call().await.0, 401);
        let records = app.records.all();
        assert_eq!(records.len(), 1);
        assert_eq!(
            (&records[0]["reason"], &records[0]["detail"]),
            (&json!("invalid_token"), &json!("expired"))
        );
    }
}

/// Is for everyone.
#[mcp_tool(public)]
async fn open(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Whatever a transport or an SDK did in between.
#[tokio::test]
async fn f26_the_gate_lets_nobody_in_whose_token_has_expired() {
    let clock = Standing::at(NOW);
    let gate = Gate::builder()
        .resource("https://mcp.example/mcp")
        .validator(Lenient(NOW))
        .clock(clock.clone());
    let tools = Toolset::new(()).tool(OpenTool).tool(NameTool);
    let protected = gate.build().unwrap().protect(tools).unwrap();
    let claims = Claims::assert("https://idp.example", "alice")
        .with_expiry(NOW)
        .with_leeway(Duration::from_mins(1));
    let alice = Caller::assert(claims);
    for (seconds, admitted) in [(0, true), (59, true), (60, false), (3600, false)] {
        clock.set(NOW + Duration::from_secs(seconds));
        let result = protected.call("open", Some(alice.clone()), json!({})).await.unwrap();
        match result {
            Ok(_) => assert!(admitted, "{seconds}"),
            Err(error) => {
                assert!(matches!(error, Error::Denied(Denial::Expired)), "{error:?}");
                assert!(!admitted, "{seconds}");
            }
        }
    }
    let denied = protected.call("name", Some(alice), json!({})).await.unwrap();
    assert!(matches!(denied, Err(Error::Denied(Denial::Expired))), "{denied:?}");
    protected.call("open", None, json!({})).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn f26_a_stream_ends_soon_after_the_wall_clock_was_set_forward() {
    for sdk in Sdk::EACH {
        let mut app = App::new(sdk, NOW + Duration::from_mins(10));
        let mut stream = app.stream().await;
        let start = Instant::now();
        app.clock.set(NOW + Duration::from_hours(1));
        let whole = async { while stream.frame().await.is_some() {} };
        timeout(Duration::from_mins(4), whole).await.unwrap();
        assert!(start.elapsed().as_secs() <= 30, "{sdk:?} {:?}", start.elapsed());
    }
}

/// In a session, going away cancels nothing. But what nobody can hear of any more does not go on for ever.
#[tokio::test(start_paused = true)]
async fn a_call_whose_client_went_away_ends_with_its_session() {
    let mut app = App::new(Sdk::Rmcp, NOW + Duration::from_hours(1));
    let session = app.session().await;
    let params = json!({"name": "name", "arguments": {}});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let answer = app.send("POST", &of(&session), &call).await;
    assert_eq!(answer.status(), 200);
    app.records.wait_for("name", 1).await;
    drop(answer);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(app.records.of("name").len(), 1, "it goes on");
    let ended = app.send("DELETE", &of(&session), &Value::Null).await;
    assert!(ended.status().is_success());
    let start = Instant::now();
    let outcome = async {
        while app.records.of("name").len() < 2 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    timeout(Duration::from_mins(1), outcome).await.unwrap();
    assert_eq!(app.records.of("name")[1]["outcome"], "cancelled");
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "the tool would have been done"
    );
}
