//! Rates that instances keep together, for a build in which they cannot.

use super::buckets::Buckets;
use super::limiter::Governor;
use crate::rate_limit::RateLimit;
use std::sync::Arc;
use std::time::Duration;

/// There is none without the feature `redis`.
#[derive(Clone, Debug)]
pub(crate) enum SharedRates {}

impl SharedRates {
    #[expect(clippy::unused_async, reason = "with the feature it waits for Redis")]
    pub(super) async fn take(&self, _: &[&str], _: RateLimit) -> Option<Result<(), Duration>> {
        match *self {}
    }

    pub(super) fn share(&self, _: RateLimit, _: &Arc<Buckets>) -> Governor {
        match *self {}
    }
}
