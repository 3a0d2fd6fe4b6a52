//! What the cache counts.

use crate::metrics::{TOKEN_CACHE, TOKEN_CACHE_ENTRIES};
use ::metrics::{Counter, Gauge, counter, gauge};

/// Handles, because finding a metric by its name costs more than the rest of a hit.
pub(super) struct Counters {
    pub(super) hit: Counter,
    pub(super) joined: Counter,
    pub(super) inactive: Counter,
    pub(super) miss: Counter,
    pub(super) expired: Counter,
    pub(super) withdrawn: Counter,
    pub(super) anew: Counter,
    pub(super) entries: Gauge,
}

impl Counters {
    pub(super) fn new() -> Self {
        Self {
            hit: counter!(TOKEN_CACHE, "result" => "hit"),
            joined: counter!(TOKEN_CACHE, "result" => "joined"),
            inactive: counter!(TOKEN_CACHE, "result" => "inactive"),
            miss: counter!(TOKEN_CACHE, "result" => "miss"),
            expired: counter!(TOKEN_CACHE, "result" => "expired"),
            withdrawn: counter!(TOKEN_CACHE, "result" => "withdrawn"),
            anew: counter!(TOKEN_CACHE, "result" => "anew"),
            entries: gauge!(TOKEN_CACHE_ENTRIES),
        }
    }
}
