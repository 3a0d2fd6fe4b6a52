//! What a server does last: its audit sinks write down what they hold back.

use serde_json::json;
use std::convert::Infallible;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Runtime;
use toolgate::audit::{AuditError, AuditSink, Event, JsonLines, Outcome, Record};
use toolgate::{Algorithm, Gate, JwtValidator, Toolset, mcp_tool};

/// What was done with a writer or a sink, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn add(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add("write");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.add("flush");
        Ok(())
    }
}

/// A sink whose flush ends like this.
struct Sink(Log, &'static str);

impl AuditSink for Sink {
    fn record(&self, _: &Record<'_>) -> Result<(), AuditError> {
        Ok(())
    }

    fn flush(&self) -> Result<(), AuditError> {
        self.0.add(self.1);
        match self.1 {
            "ok" => Ok(()),
            "panic" => panic!("on purpose"),
            error => Err(io::Error::other(error).into()),
        }
    }
}

fn gate(sinks: impl IntoIterator<Item = impl AuditSink>) -> Gate {
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("https://mcp.example")
        .algorithm(Algorithm::Rs256);
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(validator.build().unwrap());
    sinks
        .into_iter()
        .fold(gate, toolgate::GateBuilder::audit)
        .build()
        .unwrap()
}

#[test]
fn every_sink_is_flushed_and_the_first_failure_is_given() {
    let log = Log::default();
    let endings = ["ok", "disk full", "panic", "no connection", "ok"];
    let error = gate(endings.map(|ending| Sink(log.clone(), ending)))
        .flush()
        .unwrap_err();
    assert!(error.to_string().contains("disk full"), "{error}");
    assert_eq!(log.take(), endings);

    let error = gate([Sink(log.clone(), "panic")]).flush().unwrap_err();
    assert!(error.to_string().contains("the sink panicked"), "{error}");
    gate([Sink(log.clone(), "ok")]).flush().unwrap();
}

#[test]
fn lines_of_json_flush_their_writer() {
    let log = Log::default();
    JsonLines::new(log.clone()).flush().unwrap();
    assert_eq!(log.take(), ["flush"]);
}

/// Most sinks hold nothing back.
#[test]
fn a_sink_need_not_flush() {
    struct Prompt;

    impl AuditSink for Prompt {
        fn record(&self, _: &Record<'_>) -> Result<(), AuditError> {
            Ok(())
        }
    }

    Prompt.flush().unwrap();
    Gate::public_only().unwrap().flush().unwrap();
}

/// Never ends.
#[mcp_tool(public)]
async fn endless() -> Result<(), Infallible> {
    std::future::pending().await
}

/// Writes down what came of calls only when it is flushed.
#[derive(Clone, Default)]
struct Collecting {
    waiting: Log,
    written: Log,
}

impl AuditSink for Collecting {
    fn record(&self, record: &Record<'_>) -> Result<(), AuditError> {
        self.waiting.add(match &record.event {
            Event::Outcome {
                outcome: Outcome::Cancelled,
                ..
            } => "cancelled",
            _ => "decided",
        });
        Ok(())
    }

    fn flush(&self) -> Result<(), AuditError> {
        for record in self.waiting.take() {
            self.written.add(record);
        }
        Ok(())
    }
}

/// As the examples end: the runtime first, then the sinks.
#[test]
fn what_is_cut_off_at_the_end_leaves_its_outcome() {
    let sink = Collecting::default();
    let gate = gate([sink.clone()]);
    let protected = gate.protect(Toolset::new(()).tool(EndlessTool)).unwrap();
    let runtime = Runtime::new().unwrap();
    runtime.spawn(async move { protected.call("endless", None, json!({})).await });
    runtime.block_on(async {
        while sink.waiting.0.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    examples::stop::finish(runtime, &gate).unwrap();
    assert_eq!(sink.written.take(), ["decided", "cancelled"]);
}
