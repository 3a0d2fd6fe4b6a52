//! All sinks of a gate.

use super::{AuditError, AuditSink, Record, Trace};
use crate::metrics;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The sinks that were given, and `tracing`.
pub(crate) struct Sinks(pub(super) Vec<Box<dyn AuditSink>>);

impl Sinks {
    pub(crate) fn new(mut given: Vec<Box<dyn AuditSink>>) -> Self {
        given.push(Box::new(Trace));
        Self(given)
    }

    /// Hands a record to every sink. One that fails or panics stops neither the call nor the other sinks; it is logged.
    pub(crate) fn record(&self, record: &Record<'_>) {
        for sink in &self.0 {
            if let Err(error) = caught(|| sink.record(record)) {
                lost(1, &error);
            }
        }
    }

    /// Flushes every sink, also after one that fails or panics. Each failure is logged; the first is given.
    pub(crate) fn flush(&self) -> Result<(), AuditError> {
        let mut flushed = Ok(());
        for sink in &self.0 {
            if let Err(error) = caught(|| sink.flush()) {
                let text = error.to_string();
                tracing::error!(target: "toolgate::audit", error = text.as_str(), "audit records not flushed");
                flushed = flushed.and(Err(error));
            }
        }
        flushed
    }
}

/// Counts records that are lost, and says why.
pub(super) fn lost(records: u64, error: &AuditError) {
    metrics::records_lost(records);
    let error = error.to_string();
    tracing::error!(target: "toolgate::audit", records, error = error.as_str(), "audit record lost");
}

/// What a sink says; that it panicked is a failure, too.
pub(super) fn caught<T>(call: impl FnOnce() -> Result<T, AuditError>) -> Result<T, AuditError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(panicked()))
}

pub(super) fn panicked() -> AuditError {
    io::Error::other("the sink panicked").into()
}
