//! The two records of one call, written even if the call is dropped.

use super::{Facts, Gate};
use crate::audit::{Event, Outcome, Record, Standing, Verdict, Who};
use crate::caller::Caller;
use crate::decision::Denial;
use crate::error::Error;
use crate::toolset::{Answer, Tool};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// Writes a decision, and after an admission exactly one outcome. What is not yet written when it is dropped says that
/// the call was cancelled.
pub(crate) struct Ledger<'a> {
    gate: &'a Gate,
    tool: &'a Tool,
    facts: Facts,
    id: Uuid,
    arguments: Vec<(&'static str, Value)>,
    /// What speaks against the call and is not enforced.
    shadow: Option<Denial>,
    stage: Stage,
}

enum Stage {
    Deciding,
    Running { since: Duration },
    Closed,
}

impl<'a> Ledger<'a> {
    pub(super) fn open(gate: &'a Gate, tool: &'a Tool, facts: Facts, id: Uuid) -> Self {
        Self {
            gate,
            tool,
            facts,
            id,
            arguments: Vec::new(),
            shadow: None,
            stage: Stage::Deciding,
        }
    }

    /// Notes who calls, for the record.
    pub(crate) fn note_caller(&mut self, caller: &Caller) {
        self.facts.caller = Some(caller.clone());
    }

    pub(crate) const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Leaves the decision to somebody else, who writes it down.
    pub(crate) fn hand_on(&mut self) {
        self.stage = Stage::Closed;
    }

    pub(super) fn note_arguments(&mut self, arguments: Vec<(&'static str, Value)>) {
        self.arguments = arguments;
    }

    pub(super) fn note_shadow(&mut self, denial: Denial) {
        self.shadow = Some(denial);
    }

    pub(super) fn denied(&mut self, error: Error) -> Error {
        self.stage = Stage::Closed;
        self.tool.metrics.denied(error.reason());
        self.write(Event::Decision {
            decision: Verdict::Deny,
            reason: Some(error.reason()),
            missing_scopes: error.missing_scopes(),
            detail: error.detail().or_else(|| self.facts.detail(&error)),
            arguments: self.arguments.iter().cloned().collect(),
        });
        self.tell(match error {
            Error::Unrecorded(_) => Standing::NotRecorded,
            _ => Standing::Decided,
        });
        error
    }

    /// Writes down that the call was let through.
    ///
    /// 1. A tool that is `audit_required` waits for it: until then nothing is decided, and a call that is dropped meanwhile is cancelled.
    /// 2. If the record is not written, the call is denied, and that is a decision of its own, with the same id: sinks may have the other.
    /// 3. Only then is the call counted as let through.
    pub(super) async fn allowed(&mut self) -> Result<(), Error> {
        if self.tool.policy.is_audit_required() {
            let written = self.gate.settings.sinks.require(&self.record(self.allowing())); // 1
            if let Err(error) = Box::pin(written).await {
                return Err(self.denied(Error::Unrecorded(error))); // 2
            }
        } else {
            self.write(self.allowing());
        }
        self.stage = Stage::Running {
            since: self.gate.settings.clock.monotonic(),
        };
        self.tell(Standing::Decided);
        match &self.shadow {
            None => self.tool.metrics.allowed(),                           // 3
            Some(denial) => self.tool.metrics.would_deny(denial.reason()), // 3
        }
        Ok(())
    }

    fn allowing(&self) -> Event<'_> {
        let shadow = self.shadow.as_ref();
        Event::Decision {
            decision: shadow.map_or(Verdict::Allow, |_| Verdict::WouldDeny),
            reason: shadow.map(Denial::reason),
            missing_scopes: shadow.map_or(&[], Denial::missing_scopes),
            detail: None,
            arguments: self.arguments.iter().cloned().collect(),
        }
    }

    fn tell(&self, standing: Standing) {
        if let Some(notice) = &self.facts.notice {
            notice.tell(standing);
        }
    }

    pub(super) fn ended<R: Answer>(&mut self, result: Result<R, Error>) -> Result<R, Error> {
        let (outcome, errors) = match &result {
            Ok(answer) if answer.is_failure() => (Outcome::ToolError, Vec::new()),
            Ok(_) => (Outcome::Ok, Vec::new()),
            Err(Error::Panicked) => (Outcome::Panic, Vec::new()),
            Err(Error::Tool(error)) => (Outcome::ToolError, error.chain()),
            Err(error) => (Outcome::ToolError, vec![error.reason().to_owned()]),
        };
        self.outcome(outcome, &errors);
        result
    }

    fn outcome(&mut self, outcome: Outcome, errors: &[String]) {
        if let Stage::Running { since } = std::mem::replace(&mut self.stage, Stage::Closed) {
            let duration = self.gate.settings.clock.monotonic().saturating_sub(since);
            self.tool.metrics.ended(outcome, duration);
            self.write(Event::Outcome {
                outcome,
                errors,
                duration,
            });
        }
    }

    fn write(&self, event: Event<'_>) {
        self.gate.record(&self.record(event));
    }

    fn record<'e>(&'e self, event: Event<'e>) -> Record<'e> {
        Record {
            time: self.gate.settings.clock.unix_time(),
            id: self.id,
            tool: Some(&self.tool.name),
            policy: Some(&self.tool.fingerprint),
            request_id: self.facts.request_id.as_deref(),
            who: Who::new(self.facts.caller.as_ref()),
            event,
        }
    }
}

impl Drop for Ledger<'_> {
    fn drop(&mut self) {
        match self.stage {
            Stage::Deciding => {
                const CANCELLED: &str = "cancelled";
                self.tool.metrics.denied(CANCELLED);
                self.write(Event::Decision {
                    decision: Verdict::Deny,
                    reason: Some(CANCELLED),
                    missing_scopes: &[],
                    detail: None,
                    arguments: self.arguments.iter().cloned().collect(),
                });
            }
            Stage::Running { .. } => self.outcome(Outcome::Cancelled, &[]),
            Stage::Closed => {}
        }
    }
}
