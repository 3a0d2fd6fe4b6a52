//! How many audit records a server says that it has lost: the one figure that is kept of its metrics.

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use toolgate::metrics::AUDIT_RECORDS_LOST;

/// Begins to count, in the whole process, and gives what tells the count.
pub(crate) fn install() -> impl Fn() -> u64 + Clone + Send + Sync {
    let lost = Arc::new(AtomicU64::new(0));
    metrics::set_global_recorder(Lost(Arc::clone(&lost))).unwrap();
    move || lost.load(Ordering::Relaxed)
}

struct Lost(Arc<AtomicU64>);

impl Recorder for Lost {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() == AUDIT_RECORDS_LOST {
            return Counter::from_arc(Arc::clone(&self.0));
        }
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
