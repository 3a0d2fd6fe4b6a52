//! How well the introspection endpoint does, for health, metrics and the log.

use crate::clock::Clock;
use crate::error::{Unavailable, chain};
use crate::health::{Health, HealthSource, HealthStatus};
use crate::metrics::{INTROSPECTION_DURATION, INTROSPECTIONS};
use metrics::{counter, histogram};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the endpoint says of a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Active {
    Yes,
    No,
}

/// Why it says nothing of any use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    /// It cannot be found or reached, takes too long, or says that it does not work.
    Unreachable,
    /// It does not answer to our client: somebody has to change the configuration.
    Refused,
    /// It answers what is no answer.
    Malformed,
}

pub(super) struct Report {
    issuer: Arc<str>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
enum State {
    #[default]
    Unasked,
    Works,
    /// Since when, by [`Clock::monotonic`].
    Fails(Trouble, Duration, String),
}

impl Trouble {
    pub(super) fn because(self, what: &'static str) -> (Self, Unavailable) {
        (self, Unavailable::new(what))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Malformed => "malformed",
        }
    }
}

impl Report {
    pub(super) fn new(issuer: Arc<str>, clock: Arc<dyn Clock>) -> Self {
        Self {
            issuer,
            clock,
            state: Mutex::default(),
        }
    }

    /// There was no place to ask from.
    pub(super) fn busy(&self) {
        self.count("busy");
    }

    /// The endpoint was asked, which took this long and ended like this.
    pub(super) fn asked<T>(&self, took: Duration, answer: Result<&(T, Active), &(Trouble, Unavailable)>) {
        histogram!(INTROSPECTION_DURATION, "issuer" => Arc::clone(&self.issuer)).record(took.as_secs_f64());
        match answer {
            Ok((_, active)) => {
                self.count(if *active == Active::Yes { "active" } else { "inactive" });
                self.works();
            }
            Err((trouble, error)) => {
                self.count(trouble.as_str());
                self.fails(*trouble, error);
            }
        }
    }

    fn count(&self, result: &'static str) {
        counter!(INTROSPECTIONS, "issuer" => Arc::clone(&self.issuer), "result" => result).increment(1);
    }

    fn works(&self) {
        let before = std::mem::replace(&mut *self.state(), State::Works);
        if matches!(before, State::Fails(..)) {
            let issuer = &*self.issuer;
            tracing::info!(target: "toolgate::introspection", issuer, "introspection works again");
        }
    }

    /// One event for each change, not for each token.
    fn fails(&self, trouble: Trouble, error: &Unavailable) {
        let error = chain(error).join(": ");
        let changed = {
            let now = self.clock.monotonic();
            let mut state = self.state();
            let (since, changed) = match &*state {
                State::Fails(before, since, _) => (*since, *before != trouble),
                State::Unasked | State::Works => (now, true),
            };
            *state = State::Fails(trouble, since, error.clone());
            changed
        };
        let (issuer, error, kind) = (&*self.issuer, error.as_str(), trouble.as_str());
        match trouble {
            _ if !changed => {}
            Trouble::Refused => {
                tracing::error!(target: "toolgate::introspection", issuer, error, kind, "introspection is refused: check this server's client");
            }
            Trouble::Unreachable | Trouble::Malformed => {
                tracing::warn!(target: "toolgate::introspection", issuer, error, kind, "introspection fails");
            }
        }
    }

    pub(super) fn health(&self) -> Health {
        let now = self.clock.monotonic();
        let (status, last_error) = match &*self.state() {
            State::Unasked => (HealthStatus::Unasked, None),
            State::Works => (HealthStatus::Fresh, None),
            State::Fails(_, since, error) => (
                HealthStatus::Unavailable(now.saturating_sub(*since)),
                Some(error.clone()),
            ),
        };
        Health {
            issuer: self.issuer.to_string(),
            source: HealthSource::Introspection,
            status,
            last_error,
            // It is asked again with the next token.
            next_attempt: None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
