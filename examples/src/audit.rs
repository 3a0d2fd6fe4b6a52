//! Audit records for a reader at a terminal.

use std::sync::{Arc, Mutex, PoisonError};
use toolgate::audit::{AuditError, AuditSink, Event, Record};

/// Keeps records as readable lines until somebody takes them, or prints them at once.
#[derive(Clone, Debug, Default)]
pub struct Readable {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    kept: Vec<String>,
    live: bool,
}

impl Readable {
    /// The lines kept so far.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().kept)
    }

    /// Prints records from now on.
    pub fn go_live(&self) {
        self.lock().live = true;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuditSink for Readable {
    fn record(&self, record: &Record<'_>) -> Result<(), AuditError> {
        let line = line(record);
        let mut state = self.lock();
        if state.live {
            println!("{line}");
        } else {
            state.kept.push(line);
        }
        Ok(())
    }
}

/// One record as one line. Names come from tokens and requests, so they are written escaped.
fn line(record: &Record<'_>) -> String {
    let id = record.id.simple().to_string();
    // The last digits tell records of one moment apart; the first are the time.
    let id: String = id.chars().skip(24).collect();
    let who = record.who.subject.unwrap_or("nobody").escape_default().to_string();
    let tool = record.tool.unwrap_or("(no tool)");
    let what = match &record.event {
        Event::Decision {
            decision,
            reason,
            missing_scopes,
            arguments,
            ..
        } => {
            let scopes = missing_scopes.iter().map(ToString::to_string);
            let arguments = arguments.iter().map(|(name, value)| format!("{name}={value}"));
            let details = reason.iter().map(ToString::to_string).chain(scopes).chain(arguments);
            let verdict = format!("{decision:?}").to_lowercase();
            std::iter::once(verdict).chain(details).collect::<Vec<_>>().join(" ")
        }
        Event::Outcome { outcome, duration, .. } => format!("-> {outcome:?} in {duration:.0?}").to_lowercase(),
        other => format!("{other:?}"),
    };
    format!("{id}  {who:<7} {tool:<13} {what}")
}
