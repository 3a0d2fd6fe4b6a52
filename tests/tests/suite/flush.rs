//! What a server does last: its audit sinks write down what they hold back.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use toolgate::audit::{AuditError, AuditSink, JsonLines, Record};
use toolgate::{Algorithm, Gate, JwtValidator};

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

fn gate(sinks: impl IntoIterator<Item = Sink>) -> Gate {
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
