//! What is counted and measured, through the facade crate [`metrics`](https://docs.rs/metrics): a server that installs a
//! recorder gets these, and one without pays next to nothing.
//!
//! | name | kind | labels | what |
//! | --- | --- | --- | --- |
//! | `toolgate_introspections_total` | counter | `issuer`, `result` | questions about tokens: `active`, `inactive`; or nothing was learned: `unreachable`, `refused` (this server's client), `malformed`, `busy` (no place in time, not asked) |
//! | `toolgate_introspection_duration_seconds` | histogram | `issuer` | how long the endpoint took, without waiting for a place |
//! | `toolgate_introspections_in_flight` | gauge | `issuer` | tokens that are asked about at the moment |
//! | `toolgate_introspections_queued` | gauge | `issuer` | tokens that wait to be asked about |
//! | [`TOKEN_CACHE`] | counter | `result`: `hit`, `joined`, `inactive`, `miss`, `expired`, `withdrawn`, `anew` | what became of a token at a [`Cached`](crate::Cached), see there |
//! | [`TOKEN_CACHE_ENTRIES`] | gauge | | how many callers are kept, as of the last one that was added |
//! | [`REVOCATIONS`] | gauge | | how many revoked tokens are held, see [`Revocations`](crate::Revocations) |
//! | `toolgate_shared_state_total` | counter | `result`: `hit`, `miss`, `tampered`, `error`, `open` | what came of asking Redis (feature `redis`) |
//! | `toolgate_shared_state_open` | gauge | | 1 while Redis is not asked because it did not answer |
//!
//! Labels have few values: an issuer is one of the configured, reasons are of a fixed set. Nothing in them comes from a request or
//! a token.

/// Counts questions about tokens.
pub const INTROSPECTIONS: &str = "toolgate_introspections_total";
/// Measures how long the introspection endpoint takes, in seconds.
pub const INTROSPECTION_DURATION: &str = "toolgate_introspection_duration_seconds";
/// How many tokens are asked about at the moment.
pub const INTROSPECTIONS_IN_FLIGHT: &str = "toolgate_introspections_in_flight";
/// How many tokens wait to be asked about.
pub const INTROSPECTIONS_QUEUED: &str = "toolgate_introspections_queued";
/// What became of a token at a cache.
pub const TOKEN_CACHE: &str = "toolgate_token_cache_total";
/// How many callers a cache keeps.
pub const TOKEN_CACHE_ENTRIES: &str = "toolgate_token_cache_entries";
/// How many revoked tokens are held.
pub const REVOCATIONS: &str = "toolgate_revocations";
/// What came of asking Redis. Alert on `tampered`: somebody wrote there who has no key.
#[cfg(feature = "redis")]
pub const SHARED_STATE: &str = "toolgate_shared_state_total";
/// Whether Redis is not asked because it did not answer.
#[cfg(feature = "redis")]
pub const SHARED_STATE_OPEN: &str = "toolgate_shared_state_open";
