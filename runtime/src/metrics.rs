//! What is counted and measured, through the facade crate [`metrics`](https://docs.rs/metrics): a server that installs a
//! recorder gets these, and one without pays next to nothing.
//!
//! | name | kind | labels | what |
//! | --- | --- | --- | --- |
//! | `toolgate_token_validations_total` | counter | `result` | tokens that a gate had validated, also anew for tools that are `fresh`: `ok`, `unavailable`, or the [reason](crate::validator::TokenError::reason) why not |
//! | `toolgate_decisions_total` | counter | `tool`, `decision`, `reason` | decisions about calls of tools: `allow` with the reason `none`, or `deny` with that of the audit record; `would_deny` for a call of a `shadow` tool that was let through |
//! | `toolgate_outcomes_total` | counter | `tool`, `outcome` | what came of the calls that were let through: `ok`, `tool_error`, `panic`, `cancelled` |
//! | `toolgate_rates_total` | counter | `tool`, `result`: `allowed`, `limited`, `by`: `instance`, `shared`, `fallback` | calls of tools with a rate, as they were counted: in this process, together with other instances, or by this instance's part as the others could not be asked |
//! | `toolgate_rates_crowded_total` | counter | | calls that were counted together with others', because there was no place for another count: see [`Rates`](crate::Rates) |
//! | `toolgate_call_duration_seconds` | histogram | `tool` | how long the tool ran |
//! | `toolgate_refusals_total` | counter | `reason` | requests that the layer answered itself, for whatever reason |
//! | `toolgate_audit_records_lost_total` | counter | | records that an audit sink did not take |
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
//! Labels have few values: an issuer is one of the configured, a tool one of the toolset, reasons are of a fixed set. Nothing in them
//! comes from a request or a token.

use crate::audit::{Outcome, Verdict};
use crate::validator::ValidateError;
use ::metrics::{Key, Label, Level, Metadata, SharedString, counter, with_recorder};
use std::sync::Arc;
use std::time::Duration;

/// Counts tokens that were validated.
pub const TOKEN_VALIDATIONS: &str = "toolgate_token_validations_total";
/// Counts decisions about calls.
pub const DECISIONS: &str = "toolgate_decisions_total";
/// Counts what came of calls.
pub const OUTCOMES: &str = "toolgate_outcomes_total";
/// Counts calls of tools with a rate.
pub const RATES: &str = "toolgate_rates_total";
/// Counts calls for which there was no count of their own.
pub const RATES_CROWDED: &str = "toolgate_rates_crowded_total";
/// Measures how long tools run, in seconds.
pub const CALL_DURATION: &str = "toolgate_call_duration_seconds";
/// Counts requests that the layer answered itself.
pub const REFUSALS: &str = "toolgate_refusals_total";
/// Counts audit records that were lost.
pub const AUDIT_RECORDS_LOST: &str = "toolgate_audit_records_lost_total";
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

static METADATA: Metadata<'static> = Metadata::new("toolgate", Level::INFO, Some(module_path!()));

/// The keys of one tool's metrics that every good call needs. Made once: to make one takes longer than to find out that nobody
/// counts.
#[derive(Clone, Debug)]
pub(crate) struct ToolMetrics {
    tool: SharedString,
    allowed: Key,
    ok: Key,
    duration: Key,
}

impl ToolMetrics {
    pub(crate) fn new(tool: &Arc<str>) -> Self {
        let tool = SharedString::from_shared(Arc::clone(tool));
        Self {
            allowed: decision(&tool, Verdict::Allow, "none"),
            ok: outcome(&tool, Outcome::Ok),
            duration: Key::from_parts(CALL_DURATION, vec![Label::new("tool", tool.clone())]),
            tool,
        }
    }

    pub(crate) fn allowed(&self) {
        increment(&self.allowed);
    }

    pub(crate) fn would_deny(&self, reason: &'static str) {
        increment(&decision(&self.tool, Verdict::WouldDeny, reason));
    }

    pub(crate) fn denied(&self, reason: &'static str) {
        increment(&decision(&self.tool, Verdict::Deny, reason));
    }

    pub(crate) fn ended(&self, how: Outcome, duration: Duration) {
        match how {
            Outcome::Ok => increment(&self.ok),
            _ => increment(&outcome(&self.tool, how)),
        }
        with_recorder(|recorder| {
            recorder
                .register_histogram(&self.duration, &METADATA)
                .record(duration.as_secs_f64());
        });
    }
}

fn decision(tool: &SharedString, verdict: Verdict, reason: &'static str) -> Key {
    let labels = vec![
        Label::new("tool", tool.clone()),
        Label::from_static_parts("decision", verdict.as_str()),
        Label::from_static_parts("reason", reason),
    ];
    Key::from_parts(DECISIONS, labels)
}

fn outcome(tool: &SharedString, outcome: Outcome) -> Key {
    let labels = vec![
        Label::new("tool", tool.clone()),
        Label::from_static_parts("outcome", outcome.as_str()),
    ];
    Key::from_parts(OUTCOMES, labels)
}

fn increment(key: &Key) {
    with_recorder(|recorder| recorder.register_counter(key, &METADATA).increment(1));
}

/// Counts what came of validating a token.
pub(crate) fn validated<T>(result: &Result<T, ValidateError>) {
    static OK: [Label; 1] = [Label::from_static_parts("result", "ok")];
    static VALID: Key = Key::from_static_parts(TOKEN_VALIDATIONS, &OK);
    match result {
        Ok(_) => increment(&VALID),
        Err(ValidateError::Token(error)) => counter!(TOKEN_VALIDATIONS, "result" => error.reason()).increment(1),
        Err(ValidateError::Unavailable(_)) => counter!(TOKEN_VALIDATIONS, "result" => "unavailable").increment(1),
    }
}

/// Counts a call of a tool with a rate.
pub(crate) fn rate(tool: &Arc<str>, allowed: bool, by: &'static str) {
    let tool = SharedString::from_shared(Arc::clone(tool));
    let result = if allowed { "allowed" } else { "limited" };
    counter!(RATES, "tool" => tool, "result" => result, "by" => by).increment(1);
}

/// Counts a call for which there was no count of its own.
pub(crate) fn crowded() {
    counter!(RATES_CROWDED).increment(1);
}

/// Counts a request that the layer answered itself.
pub(crate) fn refused(reason: &'static str) {
    counter!(REFUSALS, "reason" => reason).increment(1);
}

/// Counts an audit record that was lost.
pub(crate) fn records_lost(records: u64) {
    counter!(AUDIT_RECORDS_LOST).increment(records);
}
