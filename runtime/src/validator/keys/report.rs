//! What is told about an issuer's keys: health, metrics, and an event whenever the health is another.

use super::state::State;
use crate::health::{Health, HealthSource, HealthStatus};
use crate::metrics::{KEY_FETCH_DURATION, KEY_FETCHES, KEYS_FETCHED, KEYS_STATUS};
use metrics::{counter, gauge, histogram};
use std::time::Duration;

/// Tells about the keys of one issuer.
pub(super) struct Report {
    issuer: String,
}

impl Report {
    pub(super) fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
        }
    }

    /// How the keys are now.
    pub(super) fn tell(&self, state: &State, now: Duration) -> Health {
        Health {
            issuer: self.issuer.clone(),
            source: HealthSource::Keys,
            status: state.status(now),
            last_error: state.last_error().map(str::to_owned),
            next_attempt: state.next_attempt(now),
        }
    }

    /// A fetch has ended.
    pub(super) fn fetch(&self, good: bool, duration: Duration, unix_time: Duration) {
        let result = if good { "ok" } else { "error" };
        counter!(KEY_FETCHES, "issuer" => self.issuer.clone(), "result" => result).increment(1);
        histogram!(KEY_FETCH_DURATION, "issuer" => self.issuer.clone()).record(duration.as_secs_f64());
        if good {
            gauge!(KEYS_FETCHED, "issuer" => self.issuer.clone()).set(unix_time.as_secs_f64());
        }
    }

    /// The health is another than before, if it is.
    pub(super) fn health(&self, change: Option<(HealthStatus, Option<String>)>) {
        let Some((status, error)) = change else {
            return;
        };
        let (issuer, error) = (self.issuer.as_str(), error.as_deref());
        let (source, name) = (HealthSource::Keys.as_str(), status.as_str());
        let level = match status {
            HealthStatus::Unavailable(_) => 0.0,
            HealthStatus::Stale(_) => 1.0,
            HealthStatus::Unasked | HealthStatus::Fresh => 2.0,
        };
        gauge!(KEYS_STATUS, "issuer" => self.issuer.clone()).set(level);
        match status {
            HealthStatus::Unavailable(_) => {
                tracing::error!(target: "toolgate::health", issuer, source, status = name, error, "health changed");
            }
            HealthStatus::Stale(_) => {
                tracing::warn!(target: "toolgate::health", issuer, source, status = name, error, "health changed");
            }
            HealthStatus::Unasked | HealthStatus::Fresh => {
                tracing::info!(target: "toolgate::health", issuer, source, status = name, error, "health changed");
            }
        }
    }
}
