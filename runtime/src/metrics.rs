//! What is counted and measured, through the facade crate [`metrics`](https://docs.rs/metrics): a server that installs a
//! recorder gets these, and one without pays next to nothing.
//!
//! | name | kind | labels | what |
//! | --- | --- | --- | --- |
//! | [`KEY_FETCHES`] | counter | `issuer`, `result` | fetches of an issuer's keys that ended: `ok`, or `error` |
//! | [`KEY_FETCH_DURATION`] | histogram | `issuer` | how long such a fetch took, metadata included |
//! | [`KEYS_FETCHED`] | gauge | `issuer` | when keys were last fetched, in seconds since the Unix epoch: now minus this is their age |
//! | [`KEYS_STATUS`] | gauge | `issuer` | 2: as it should be; 1: the last fetch failed, older keys still serve; 0: there are no keys, and nobody gets in |
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

/// Counts fetches of keys.
pub const KEY_FETCHES: &str = "toolgate_key_fetches_total";
/// Measures how long fetches of keys take, in seconds.
pub const KEY_FETCH_DURATION: &str = "toolgate_key_fetch_duration_seconds";
/// Says when keys were last fetched, in seconds since the Unix epoch.
pub const KEYS_FETCHED: &str = "toolgate_keys_fetched_timestamp_seconds";
/// Says how well keys can be had.
pub const KEYS_STATUS: &str = "toolgate_keys_status";
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
