//! How well an issuer's word can be had.

use serde::Serialize;
use std::time::Duration;

/// What is known of one issuer at the moment. [`Gate::health`](crate::Gate::health) tells it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// The issuer.
    pub issuer: String,
    /// What is had of it.
    pub source: HealthSource,
    /// How well.
    pub status: HealthStatus,
    /// What went wrong last, if it did since something last went right. For people; the words may change.
    pub last_error: Option<String>,
    /// How long from now until it is asked again at the earliest, if it is known.
    pub next_attempt: Option<Duration>,
}

/// What is had of an issuer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HealthSource {
    /// Its keys.
    Keys,
    /// Its answers about tokens (RFC 7662).
    Introspection,
}

/// How well something of an issuer can be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HealthStatus {
    /// Nobody has needed it yet, or for so long that what was had is too old by now.
    Unasked,
    /// As it should be: nothing went wrong since it was last had.
    Fresh,
    /// It could not be had for this long; what was had before still serves.
    Stale(Duration),
    /// It could not be had for this long, and nobody gets in who needs it.
    Unavailable(Duration),
}

impl HealthSource {
    /// The source as it stands in records and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Introspection => "introspection",
        }
    }
}

impl HealthStatus {
    /// The status as it stands in records and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unasked => "unasked",
            Self::Fresh => "fresh",
            Self::Stale(_) => "stale",
            Self::Unavailable(_) => "unavailable",
        }
    }
}
