//! The record of decisions: who called what, whether it was let through, why not, and what came of it.

mod json_lines;
mod queued_lines;
mod required;
mod sinks;
mod trace;

pub use self::json_lines::JsonLines;
pub use self::queued_lines::QueuedLines;
pub(crate) use self::required::{Notice, Standing};
pub(crate) use self::sinks::Sinks;
use self::trace::Trace;
pub(crate) use self::trace::call_span;

use crate::caller::Caller;
use crate::scope::ScopeToken;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;
use uuid::Uuid;

/// Where records go. Called on the request's path: be quick, or hand the record to somebody who has time.
///
/// The gate writes a decision before a tool runs and, if it runs, exactly one outcome with the same id. Where several decisions have
/// one id, the last counts: a call of a tool that is `audit_required` was to be let through, and is denied after all.
pub trait AuditSink: Send + Sync + 'static {
    /// Writes one record down.
    fn record(&self, record: &Record<'_>) -> Result<(), AuditError>;

    /// Writes down a decision without which a tool does not run, because it is `audit_required`. What is given ends when it is
    /// known whether the record is written where it stays. By default it is known at once, and is what [`record`](Self::record) says.
    ///
    /// Whoever waits stops waiting after a second at most. A call whose record is not written by then is denied, and one more decision
    /// with the same id says so. Return at once: a sink that blocks here stops more than this call.
    fn record_required(&self, record: &Record<'_>) -> Writing {
        Box::pin(std::future::ready(self.record(record)))
    }

    /// Whether [`record_required`](Self::record_required) ends well only if the record is written, and not merely taken. By default
    /// it does not. A gate takes tools that are `audit_required` only if one of its sinks says so; the others have to take the record.
    fn confirms(&self) -> bool {
        false
    }

    /// Writes down whatever is still held back, and returns when that is done. By default there is nothing to do.
    ///
    /// [`Gate::flush`](crate::Gate::flush) calls it when a server stops, when nobody waits any more: it may block.
    fn flush(&self) -> Result<(), AuditError> {
        Ok(())
    }
}

/// What ends when it is known whether a record is written ([`AuditSink::record_required`]).
pub type Writing = Pin<Box<dyn Future<Output = Result<(), AuditError>> + Send>>;

/// Records could not be written.
#[derive(Debug, thiserror::Error)]
#[error("audit record not written: {0}")]
pub struct AuditError(#[from] std::io::Error);

/// One record. Serialized, it is one flat JSON object; names are OpenTelemetry's where that has one.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Record<'a> {
    /// Wall time, in seconds since the Unix epoch.
    #[serde(rename = "time", serialize_with = "seconds")]
    pub time: Duration,
    /// The id that the decision and the outcome of one call share.
    pub id: Uuid,
    /// The tool, if the request got as far as naming a known one.
    #[serde(rename = "gen_ai.tool.name", skip_serializing_if = "Option::is_none")]
    pub tool: Option<&'a str>,
    /// The fingerprint of the policy that decided.
    #[serde(rename = "policy", skip_serializing_if = "Option::is_none")]
    pub policy: Option<&'a str>,
    /// The JSON-RPC id of the request, as JSON text; chosen by the client.
    #[serde(rename = "jsonrpc.request.id", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<&'a str>,
    /// Who called.
    #[serde(flatten)]
    pub who: Who<'a>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event<'a>,
}

/// The caller, as far as a record says it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Who<'a> {
    /// The issuer of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<&'a str>,
    /// The subject of the token.
    #[serde(rename = "user.id", skip_serializing_if = "Option::is_none")]
    pub subject: Option<&'a str>,
    /// `user` or `client`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The client that the token was issued to.
    #[serde(rename = "client", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<&'a str>,
    /// The caller's tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<&'a str>,
    /// Who acted for the caller, if that was somebody else (RFC 8693 section 4.1): the subject, or else the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<&'a str>,
}

impl<'a> Who<'a> {
    pub(crate) fn new(caller: Option<&'a Caller>) -> Self {
        caller.map_or_else(Self::default, |caller| Self {
            issuer: Some(caller.issuer()),
            subject: Some(caller.subject()),
            kind: Some(caller.principal().kind().as_str()),
            client_id: caller.client_id(),
            tenant: caller.tenant(),
            actor: caller
                .actor()
                .and_then(|actor| actor.subject().or_else(|| actor.client_id())),
        })
    }
}

/// What a record is about.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event<'a> {
    /// Whether a call was let through.
    Decision {
        /// `allow`, `would_deny` or `deny`.
        decision: Verdict,
        /// Why it was denied, or would have been: one of a fixed set of names.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'static str>,
        /// The scopes that were missing.
        #[serde(skip_serializing_if = "slice_is_empty")]
        missing_scopes: &'a [ScopeToken],
        /// What could not be found out, or what was wrong, for the reader of the log.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// The argument fields that the tool declared as `audit_fields`.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        arguments: BTreeMap<&'static str, Value>,
    },
    /// What came of a call that was let through.
    Outcome {
        /// How it ended.
        outcome: Outcome,
        /// For a failed tool: its error and the causes, outermost first.
        #[serde(rename = "error", skip_serializing_if = "slice_is_empty")]
        errors: &'a [String],
        /// How long the tool ran, in seconds.
        #[serde(rename = "duration", serialize_with = "seconds")]
        duration: Duration,
    },
}

/// Whether a call was let through.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was.
    Allow,
    /// It was, although scopes or a role were missing: the tool is a `shadow`, and so these are not enforced.
    WouldDeny,
    /// It was not.
    Deny,
}

/// How a call ended that was let through.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The tool gave a result.
    Ok,
    /// The tool gave an error.
    ToolError,
    /// The tool panicked.
    Panic,
    /// The tool was stopped before it ended, as when the client went away.
    Cancelled,
}

impl Verdict {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::WouldDeny => "would_deny",
            Self::Deny => "deny",
        }
    }
}

impl Outcome {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool_error",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
        }
    }
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

fn slice_is_empty<T>(slice: &&[T]) -> bool {
    slice.is_empty()
}
