//! Records as `tracing` events, in a span for each call.

use super::{AuditError, AuditSink, Event, Record};
use tracing::{Level, Span, enabled, info, info_span};
use uuid::Uuid;

/// Writes each record as an event at `INFO` with the target `toolgate::audit`.
///
/// What came from outside is given as a string value, never as formatted text: subscribers quote and escape those, so no
/// name can forge a line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trace;

impl AuditSink for Trace {
    fn record(&self, record: &Record<'_>) -> Result<(), AuditError> {
        if !enabled!(target: "toolgate::audit", Level::INFO) {
            return Ok(());
        }
        let id = record.id.to_string();
        let (who, id) = (record.who, id.as_str());
        match &record.event {
            Event::Decision {
                decision,
                reason,
                missing_scopes,
                detail,
                arguments,
            } => {
                let scopes: Vec<_> = missing_scopes.iter().map(|scope| scope.as_str()).collect();
                let scopes = (!scopes.is_empty()).then(|| scopes.join(" "));
                let arguments = (!arguments.is_empty()).then(|| serde_json::to_string(arguments).unwrap_or_default());
                info!(
                    target: "toolgate::audit",
                    id,
                    gen_ai.tool.name = record.tool,
                    policy = record.policy,
                    jsonrpc.request.id = record.request_id,
                    issuer = who.issuer,
                    user.id = who.subject,
                    kind = who.kind,
                    client = who.client_id,
                    tenant = who.tenant,
                    actor = who.actor,
                    decision = decision.as_str(),
                    reason,
                    missing_scopes = scopes.as_deref(),
                    detail = detail.as_deref(),
                    arguments = arguments.as_deref(),
                    "decision",
                );
            }
            Event::Outcome {
                outcome,
                errors,
                duration,
            } => {
                let error = (!errors.is_empty()).then(|| errors.join(": "));
                info!(
                    target: "toolgate::audit",
                    id,
                    gen_ai.tool.name = record.tool,
                    policy = record.policy,
                    jsonrpc.request.id = record.request_id,
                    issuer = who.issuer,
                    user.id = who.subject,
                    kind = who.kind,
                    client = who.client_id,
                    tenant = who.tenant,
                    actor = who.actor,
                    outcome = outcome.as_str(),
                    error = error.as_deref(),
                    duration = duration.as_secs_f64(),
                    "outcome",
                );
            }
        }
        Ok(())
    }
}

/// The span that a call's tool runs in, a child of the HTTP request's span even in another task.
///
/// It carries only the id and the tool: later `record`s into a span cost ten times a flat event.
pub(crate) fn call_span(parent: &Span, id: Uuid, tool: &str) -> Span {
    let id = id.to_string();
    info_span!(
        target: "toolgate::audit",
        parent: parent,
        "execute_tool",
        id = id.as_str(),
        gen_ai.tool.name = tool,
    )
}
