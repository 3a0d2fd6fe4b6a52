//! How much an endpoint is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The requests of one endpoint of the provider, counted from its start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Traffic {
    /// How many requests there were.
    pub requests: u64,
    /// How many are being answered at this moment. One whose client went away, or has just read the end of a huge body, counts
    /// until the provider notices that.
    pub in_flight: u64,
    /// The most that were being answered at one moment.
    pub most_in_flight: u64,
}

/// What counts.
#[derive(Default)]
pub(crate) struct Meter {
    requests: AtomicU64,
    in_flight: AtomicU64,
    most_in_flight: AtomicU64,
}

/// A request that is being answered, for as long as this lives.
pub(crate) struct InFlight(Arc<Meter>);

impl Meter {
    pub(crate) fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::SeqCst),
            in_flight: self.in_flight.load(Ordering::SeqCst),
            most_in_flight: self.most_in_flight.load(Ordering::SeqCst),
        }
    }

    pub(crate) fn enter(self: &Arc<Self>) -> InFlight {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        InFlight(Arc::clone(self))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
