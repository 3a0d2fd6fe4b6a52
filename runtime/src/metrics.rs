//! What is counted and measured, through the facade crate [`metrics`](https://docs.rs/metrics): a server that installs a
//! recorder gets these, and one without pays next to nothing.
//!
//! | name | kind | labels | what |
//! | --- | --- | --- | --- |
//! | [`KEY_FETCHES`] | counter | `issuer`, `result` | fetches of an issuer's keys that ended: `ok`, or `error` |
//! | [`KEY_FETCH_DURATION`] | histogram | `issuer` | how long such a fetch took, metadata included |
//! | [`KEYS_FETCHED`] | gauge | `issuer` | when keys were last fetched, in seconds since the Unix epoch: now minus this is their age |
//! | [`KEYS_STATUS`] | gauge | `issuer` | 2: as it should be; 1: the last fetch failed, older keys still serve; 0: there are no keys, and nobody gets in |
//!
//! Labels have few values: an issuer is one of the configured, results are of a fixed set. Nothing in them comes from a request
//! or a token.

/// Counts fetches of keys.
pub const KEY_FETCHES: &str = "toolgate_key_fetches_total";
/// Measures how long fetches of keys take, in seconds.
pub const KEY_FETCH_DURATION: &str = "toolgate_key_fetch_duration_seconds";
/// Says when keys were last fetched, in seconds since the Unix epoch.
pub const KEYS_FETCHED: &str = "toolgate_keys_fetched_timestamp_seconds";
/// Says how well keys can be had.
pub const KEYS_STATUS: &str = "toolgate_keys_status";
