//! Tools that run only once the record of the call is written: `audit_required`.

use crate::legacy::Legacy;
use crate::metrics::counted;
use crate::server::{Builder, Records, Running, Sdk};
use crate::stdio::{Client, serve};
use futures_util::future::pending;
use futures_util::poll;
use metrics_util::debugging::DebuggingRecorder;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use toolgate::audit::{AuditError, AuditSink, Event, JsonLines, QueuedLines, Record, Writing};
use toolgate::{
    Algorithm, Caller, Error, Gate, JwtValidator, NoArguments, Policies, Policy, Protected, State, Toolset, mcp_tool,
};

/// What was done, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Destroys everything.
#[mcp_tool(authenticated, audit_required, destructive = true)]
async fn wipe(_: NoArguments, log: State<Log>) -> Result<&'static str, Infallible> {
    log.add("wipe ran");
    Ok("wiped")
}

/// Destroys nothing.
#[mcp_tool(authenticated)]
async fn look(_: NoArguments, log: State<Log>) -> Result<&'static str, Infallible> {
    log.add("look ran");
    Ok("seen")
}

/// Is to need a scope.
#[mcp_tool(scopes_all = ["admin"], shadow, audit_required)]
async fn tried_out(_: NoArguments, log: State<Log>) -> Result<&'static str, Infallible> {
    log.add("tried_out ran");
    Ok("done")
}

/// Needs a token that is validated anew.
#[mcp_tool(authenticated, fresh, audit_required)]
async fn critical(_: NoArguments, log: State<Log>) -> Result<&'static str, Infallible> {
    log.add("critical ran");
    Ok("done")
}

/// Is for everyone.
#[mcp_tool(public, audit_required)]
async fn vote(_: NoArguments, log: State<Log>) -> Result<&'static str, Infallible> {
    log.add("vote ran");
    Ok("counted")
}

fn tools(log: &Log) -> Toolset<Log> {
    Toolset::new(log.clone())
        .tool(WipeTool)
        .tool(LookTool)
        .tool(TriedOutTool)
        .tool(CriticalTool)
        .tool(VoteTool)
}

/// What a sink makes of a record that a call waits for. It takes any other.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    Write,
    /// Once it is allowed to.
    WriteThen(Arc<Semaphore>),
    Fail,
    FailLater,
    Panic,
    PanicLater,
    Nothing,
}

#[derive(Clone)]
pub(crate) struct Sink {
    log: Log,
    does: Does,
    confirms: bool,
}

impl Sink {
    pub(crate) fn new(log: &Log, does: Does) -> Self {
        Self {
            log: log.clone(),
            does,
            confirms: true,
        }
    }
}

fn failure() -> AuditError {
    io::Error::other("disk full").into()
}

impl AuditSink for Sink {
    fn record(&self, record: &Record<'_>) -> Result<(), AuditError> {
        self.log.add(match &record.event {
            Event::Decision { decision, reason, .. } => format!("{decision:?} {}", reason.unwrap_or("none")),
            Event::Outcome { outcome, .. } => format!("{outcome:?}"),
            other => format!("{other:?}"),
        });
        Ok(())
    }

    fn record_required(&self, record: &Record<'_>) -> Writing {
        self.log.add(match &record.event {
            Event::Decision { decision, .. } => format!("{decision:?} is asked for"),
            other => format!("{other:?}"),
        });
        let log = self.log.clone();
        match self.does.clone() {
            Does::Write => Box::pin(ready(Ok(()))),
            Does::WriteThen(allowed) => Box::pin(async move {
                allowed.acquire().await.unwrap().forget();
                log.add("written");
                Ok(())
            }),
            Does::Fail => Box::pin(ready(Err(failure()))),
            Does::FailLater => Box::pin(async {
                tokio::task::yield_now().await;
                Err(failure())
            }),
            Does::Panic => panic!("on purpose"),
            Does::PanicLater => Box::pin(async { panic!("on purpose") }),
            Does::Nothing => Box::pin(pending()),
        }
    }

    fn confirms(&self) -> bool {
        self.confirms
    }
}

fn builder() -> Builder {
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("https://mcp.example")
        .algorithm(Algorithm::Rs256)
        .build();
    Gate::builder()
        .resource("https://mcp.example")
        .validator(validator.unwrap())
        .allow_shadow()
}

/// The tools behind a gate with these sinks, and one that writes at once and takes every record.
fn protect(log: &Log, sinks: impl IntoIterator<Item = Sink>) -> (Protected, Records) {
    let records = Records::default();
    let gate = builder().audit(JsonLines::new(records.clone()));
    let gate = sinks.into_iter().fold(gate, Builder::audit);
    (gate.build().unwrap().protect(tools(log)).unwrap(), records)
}

fn alice() -> Caller {
    toolgate_testing::caller("alice").build()
}

/// The decision, its reason, and whether each record has the id of the first.
fn short(records: &[Value]) -> Vec<(&str, &str, bool)> {
    let word = |record: &'_ Value| record.get("decision").or_else(|| record.get("outcome")).cloned();
    let words: Vec<_> = records.iter().map(|record| word(record).unwrap()).collect();
    let known = ["allow", "would_deny", "deny", "ok"];
    let word = |said: &Value| *known.iter().find(|known| said == **known).unwrap();
    let reason = |record: &'_ Value| {
        let reasons = ["unrecorded", "cancelled", "insufficient_scope"];
        let said = record.get("reason");
        reasons
            .into_iter()
            .find(|known| said == Some(&json!(known)))
            .unwrap_or("")
    };
    let all = records.iter().zip(&words);
    all.map(|(record, said)| (word(said), reason(record), record["id"] == records[0]["id"]))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn f27_a_tool_runs_only_after_every_sink_has_its_record() {
    let log = Log::default();
    let allowed = Arc::new(Semaphore::new(0));
    let sinks = [Does::Write, Does::WriteThen(Arc::clone(&allowed)), Does::Write].map(|does| Sink::new(&log, does));
    let (protected, _) = protect(&log, sinks);
    let mut call = pin!(protected.call("wipe", Some(alice()), json!({})));
    assert!(poll!(call.as_mut()).is_pending());
    assert_eq!(log.take(), ["Allow is asked for"; 3]);
    assert!(poll!(call.as_mut()).is_pending());
    assert_eq!(log.take(), Vec::<String>::new());
    allowed.add_permits(1);
    call.await.unwrap().unwrap();
    assert_eq!(log.take(), ["written", "wipe ran", "Ok", "Ok", "Ok"]);
    // Without a token likewise, where none is needed.
    allowed.add_permits(1);
    protected.call("vote", None, json!({})).await.unwrap().unwrap();
    assert_eq!(log.take()[3..5], ["written", "vote ran"]);
}

#[tokio::test(start_paused = true)]
async fn f27_a_sink_that_fails_panics_or_never_answers_denies_within_a_second() {
    for (does, beside, lost, why) in [
        (Does::Fail, Does::Write, 1, "disk full"),
        (Does::FailLater, Does::Write, 1, "disk full"),
        (Does::Panic, Does::Write, 1, "the sink panicked"),
        (Does::PanicLater, Does::Write, 1, "the sink panicked"),
        (Does::Nothing, Does::Write, 0, "timed out"),
        (Does::Fail, Does::Nothing, 1, "timed out"),
    ] {
        let recorder = DebuggingRecorder::new();
        let guard = metrics::set_default_local_recorder(&recorder);
        let log = Log::default();
        let (protected, records) = protect(&log, [Sink::new(&log, does.clone()), Sink::new(&log, beside)]);
        let start = Instant::now();
        let denied = protected.call("wipe", Some(alice()), json!({})).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(1), "{does:?}");
        let Err(error @ Error::Unrecorded(_)) = denied else {
            panic!("{does:?}: {denied:?}");
        };
        assert_eq!(
            error.to_string(),
            "permission cannot be checked right now, try again later"
        );
        assert_eq!(error.reason(), "unrecorded");
        // Every sink was asked, and told afterwards. The tool did not run.
        let all = [
            "Allow is asked for",
            "Allow is asked for",
            "Deny unrecorded",
            "Deny unrecorded",
        ];
        assert_eq!(log.take(), all, "{does:?}");
        let records = records.all();
        assert_eq!(
            short(&records),
            [("allow", "", true), ("deny", "unrecorded", true)],
            "{does:?}"
        );
        assert!(
            records[1]["detail"].as_str().unwrap().contains(why),
            "{does:?}: {records:?}"
        );
        drop(guard);
        let counted = counted(&recorder);
        let decisions = |of: &str| {
            counted
                .get(&format!("toolgate_decisions_total tool=wipe decision={of}"))
                .copied()
        };
        assert_eq!(decisions("deny reason=unrecorded"), Some(1), "{counted:?}");
        assert_eq!(decisions("allow reason=none"), None, "{counted:?}");
        let lost_records = counted.get("toolgate_audit_records_lost_total").copied();
        assert_eq!(lost_records.unwrap_or_default(), lost, "{does:?}: {counted:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn f27_other_tools_go_on_meanwhile() {
    let log = Log::default();
    let (protected, _) = protect(&log, [Sink::new(&log, Does::Nothing)]);
    let mut waiting = pin!(protected.call("wipe", Some(alice()), json!({})));
    assert!(poll!(waiting.as_mut()).is_pending());
    let start = Instant::now();
    protected.call("look", Some(alice()), json!({})).await.unwrap().unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(log.take(), ["Allow is asked for", "Allow none", "look ran", "Ok"]);
}

/// Who has not got so far makes nobody wait, and is told why.
#[tokio::test]
async fn f27_a_call_that_is_denied_anyway_waits_for_no_record() {
    let log = Log::default();
    let (protected, records) = protect(&log, [Sink::new(&log, Does::Nothing)]);
    let mut call = pin!(protected.call("wipe", None, json!({})));
    assert!(matches!(poll!(call.as_mut()), Poll::Ready(Some(Err(Error::Denied(_))))));
    assert_eq!(log.take(), ["Deny unauthenticated"]);
    assert_eq!(records.all().len(), 1);
}

#[tokio::test]
async fn f27_a_sink_that_only_takes_records_has_to_take_this_one() {
    let log = Log::default();
    let taking = Sink {
        confirms: false,
        ..Sink::new(&log, Does::Fail)
    };
    let (protected, _) = protect(&log, [Sink::new(&log, Does::Write), taking]);
    let denied = protected.call("wipe", Some(alice()), json!({})).await.unwrap();
    assert!(matches!(denied, Err(Error::Unrecorded(_))), "{denied:?}");
}

#[tokio::test]
async fn f27_what_is_tried_out_or_fresh_waits_for_its_record_too() {
    for (does, runs) in [(Does::Write, true), (Does::Fail, false)] {
        let log = Log::default();
        let (protected, records) = protect(&log, [Sink::new(&log, does)]);
        let tried = protected.call("tried_out", Some(alice()), json!({})).await.unwrap();
        assert_eq!(tried.is_ok(), runs);
        let would = ("would_deny", "insufficient_scope", true);
        let rest = if runs {
            ("ok", "", true)
        } else {
            ("deny", "unrecorded", true)
        };
        assert_eq!(short(&records.of("tried_out")), [would, rest]);
        let fresh = protected.call_fresh("critical", alice(), json!({})).await.unwrap();
        assert_eq!(fresh.is_ok(), runs);
        let ran = log.take().into_iter().filter(|line| line.ends_with("ran"));
        assert_eq!(ran.count(), if runs { 2 } else { 0 });
    }
}

#[tokio::test]
async fn f27_a_client_that_goes_away_before_the_record_is_written_runs_nothing() {
    let log = Log::default();
    let allowed = Arc::new(Semaphore::new(0));
    let (protected, records) = protect(&log, [Sink::new(&log, Does::WriteThen(Arc::clone(&allowed)))]);
    {
        let mut call = pin!(protected.call("wipe", Some(alice()), json!({})));
        assert!(poll!(call.as_mut()).is_pending());
    }
    allowed.add_permits(1);
    assert_eq!(log.take(), ["Allow is asked for", "Deny cancelled"]);
    assert_eq!(
        short(&records.all()),
        [("allow", "", true), ("deny", "cancelled", true)]
    );
}

#[test]
fn f27_a_gate_without_a_sink_that_can_tell_does_not_take_such_a_tool() {
    let log = Log::default();
    let taking = || Sink {
        confirms: false,
        ..Sink::new(&log, Does::Write)
    };
    let (lines, queued) = (JsonLines::new(io::sink()), QueuedLines::new(io::sink()).unwrap());
    let gates = [
        (builder(), false),
        (builder().audit(lines), false),
        (builder().audit(taking()), false),
        (builder().audit(queued), true),
        (builder().audit(taking()).audit(Sink::new(&log, Does::Write)), true),
    ];
    for (gate, takes) in gates {
        let gate = gate.build().unwrap();
        let entry = Toolset::new(()).resource("notes://statistics", Policy::AUTHENTICATED.audit_required());
        assert_eq!(gate.protect(entry).is_ok(), takes);
        match gate.protect(tools(&log)) {
            Ok(_) => assert!(takes),
            Err(error) => {
                assert!(!takes, "{error}");
                let error = error.to_string();
                assert!(
                    error.contains("`wipe` (") && error.contains("is `audit_required`"),
                    "{error}"
                );
                assert!(error.contains("help: give the gate one"), "{error}");
            }
        }
    }
    let open = Toolset::new(log).tool(VoteTool);
    assert!(Gate::public_only().unwrap().protect(open).is_err());
}

/// A policy by name is one like any other.
#[tokio::test]
async fn f27_a_tool_that_a_server_already_has_waits_for_its_record_too() {
    use rmcp::{tool, tool_router};

    #[derive(Clone)]
    struct Stock(Log);

    #[toolgate::policies]
    #[tool_router]
    impl Stock {
        #[tool(description = "Destroys everything")]
        #[policy(authenticated, audit_required)]
        fn destroy(&self) -> String {
            self.0.add("destroy ran");
            "destroyed".to_owned()
        }

        #[tool(description = "Destroys nothing")]
        #[policy(authenticated, audit_required = false)]
        fn keep(&self) -> String {
            self.0.add("keep ran");
            "kept".to_owned()
        }
    }

    let by_hand = || {
        Policies::new()
            .tool("destroy", Policy::AUTHENTICATED.audit_required())
            .tool("keep", Policy::AUTHENTICATED)
    };
    for policies in [Stock::tool_policies(), by_hand()] {
        let log = Log::default();
        let router = Stock::tool_router();
        let tools = Toolset::new(()).stock_tools_by_name(&router, policies);
        let stock = Stock(log.clone());
        let serve = |protected: &Protected| {
            let server = toolgate::rmcp::Server::with_router(protected, "test", "1", stock, router).unwrap();
            axum::Router::new().fallback_service(server.http_service())
        };
        let sink = Sink::new(&Log::default(), Does::Fail);
        let server = Running::start_app(tools, |gate| gate.audit(sink), serve).await;
        let client = server.client().bearer(server.token("alice").mint());
        assert_eq!(client.call("destroy", json!({})).await.unwrap().status, 503);
        assert_eq!(client.call("keep", json!({})).await.unwrap().text(), "kept");
        assert_eq!(log.take(), ["keep ran"]);
    }
}

#[tokio::test]
async fn f27_over_http_it_is_a_503_that_says_nothing_of_records() {
    for sdk in Sdk::EACH {
        let recorder = DebuggingRecorder::new();
        let guard = metrics::set_default_local_recorder(&recorder);
        let log = Log::default();
        let sink = Sink::new(&log, Does::Fail);
        let server = Running::start_with(sdk, tools(&log), |gate| gate.allow_shadow().audit(sink)).await;
        let token = server.token("alice").mint();
        let client = server.client().bearer(&token);
        let reply = client.call("wipe", json!({})).await.unwrap();
        assert_eq!(reply.status, 503, "{sdk:?}: {reply:?}");
        assert_eq!(reply.challenge, None, "{sdk:?}");
        assert_eq!(
            (&reply.headers["retry-after"], &reply.headers["cache-control"]),
            (&"5".parse().unwrap(), &"no-store".parse().unwrap())
        );
        let error = json!({"code": 503, "message": "permission cannot be checked right now"});
        assert_eq!(reply.body["error"], error, "{sdk:?}");
        assert!(!reply.body["id"].is_null(), "{sdk:?}");
        // Without a token, where none is needed.
        let reply = server.client().call("vote", json!({})).await.unwrap();
        assert_eq!(reply.status, 503, "{sdk:?}: {reply:?}");
        // With a session, where the SDK may have begun to answer before it calls the tool.
        let mut legacy = Legacy::new(&server, None);
        legacy.token = Some(token.clone());
        let session = legacy.initialize().await;
        let params = json!({"name": "wipe", "arguments": {}});
        let body = json!({"jsonrpc": "2.0", "id": "x", "method": "tools/call", "params": params});
        let reply = legacy.post(session.as_deref(), body).await;
        assert_eq!(reply.status(), 503, "{sdk:?}");
        let body: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
        assert_eq!((&body["id"], &body["error"]), (&json!("x"), &error), "{sdk:?}");
        // Others go on, and the records tell once what came of each.
        assert_eq!(client.call("look", json!({})).await.unwrap().text(), "seen", "{sdk:?}");
        assert!(
            !log.take()
                .iter()
                .any(|line| line.ends_with("ran") && line != "look ran")
        );
        let unrecorded = [("allow", "", true), ("deny", "unrecorded", true)];
        assert_eq!(short(&server.records.of("vote")), unrecorded, "{sdk:?}");
        let wipes = server.records.of("wipe");
        assert_eq!(short(&wipes[..2]), unrecorded, "{sdk:?}");
        assert_eq!(short(&wipes[2..]), unrecorded, "{sdk:?}");
        drop(guard);
        let counted = counted(&recorder);
        assert_eq!(
            counted.get("toolgate_refusals_total reason=unrecorded"),
            Some(&3),
            "{sdk:?}: {counted:?}"
        );
    }
}

/// An answer that has begun as a stream would be a 200, whatever comes of the call.
#[tokio::test]
async fn f27_an_answer_is_held_back_until_the_record_is_written() {
    for sdk in Sdk::EACH {
        let log = Log::default();
        let allowed = Arc::new(Semaphore::new(0));
        let sink = Sink::new(&log, Does::WriteThen(Arc::clone(&allowed)));
        let server = Running::start_with(sdk, tools(&log), |gate| gate.allow_shadow().audit(sink)).await;
        let mut legacy = Legacy::new(&server, None);
        legacy.token = Some(server.token("alice").mint());
        let session = legacy.initialize().await;
        let call = |tool: &str| {
            let params = json!({"name": tool, "arguments": {}});
            json!({"jsonrpc": "2.0", "id": tool, "method": "tools/call", "params": params})
        };
        let mut held = pin!(legacy.post(session.as_deref(), call("wipe")));
        assert!(poll!(held.as_mut()).is_pending());
        while log.0.lock().unwrap().is_empty() {
            assert!(poll!(held.as_mut()).is_pending());
            tokio::task::yield_now().await;
        }
        // Another call there and back: what had been sent before would be here.
        assert_eq!(legacy.post(session.as_deref(), call("look")).await.status(), 200);
        assert!(poll!(held.as_mut()).is_pending(), "{sdk:?}");
        assert!(!log.take().contains(&"wipe ran".to_owned()));
        allowed.add_permits(1);
        let reply = held.await;
        assert_eq!(reply.status(), 200, "{sdk:?}");
        server.records.wait_for("wipe", 2).await;
        assert!(log.take().contains(&"wipe ran".to_owned()), "{sdk:?}");
    }
}

#[tokio::test]
async fn f27_a_connection_that_ends_before_the_record_is_written_runs_nothing() {
    let log = Log::default();
    let allowed = Arc::new(Semaphore::new(0));
    let sink = Sink::new(&log, Does::WriteThen(Arc::clone(&allowed)));
    let server = Running::start_with(Sdk::Rmcp, tools(&log), |gate| gate.allow_shadow().audit(sink)).await;
    let client = server.client().bearer(server.token("alice").mint());
    {
        let mut call = pin!(client.call("wipe", json!({})));
        while log.0.lock().unwrap().is_empty() {
            assert!(poll!(call.as_mut()).is_pending());
            tokio::task::yield_now().await;
        }
    }
    let records = server.records.wait_for("wipe", 2).await;
    allowed.add_permits(1);
    assert_eq!(short(&records), [("allow", "", true), ("deny", "cancelled", true)]);
    client.call("look", json!({})).await.unwrap();
    assert!(!log.take().contains(&"wipe ran".to_owned()));
}

#[tokio::test]
async fn f27_over_stdio_it_is_an_error_result() {
    for sdk in Sdk::EACH {
        let log = Log::default();
        let (protected, records) = protect(&log, [Sink::new(&log, Does::Fail)]);
        let (stream, server) = serve(sdk, &protected, pending());
        let mut client = Client::greet(stream).await;
        client.call(&json!(1), "vote").await;
        let answer = client.next().await.unwrap();
        assert_eq!(answer["result"]["isError"], true, "{sdk:?}: {answer}");
        let text = &answer["result"]["content"][0]["text"];
        assert_eq!(
            text, "permission cannot be checked right now, try again later",
            "{sdk:?}"
        );
        assert_eq!(
            short(&records.all()),
            [("allow", "", true), ("deny", "unrecorded", true)]
        );
        assert!(!log.take().contains(&"vote ran".to_owned()));
        server.abort();
    }
}
