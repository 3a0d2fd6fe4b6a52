//! Subscribers that hear what happens in the thread of one test, while others run beside it.

use std::sync::OnceLock;
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Subscriber};

/// Has this thread told to a subscriber, for as long as what it returns is held.
///
/// Whether a place in the code has anything to tell is found out once, by the thread that first comes there. For as long as there is
/// one subscriber only, `tracing` asks that of the thread itself, and in another test there may be none: then nobody ever hears of
/// the place. So there is always another one.
pub(crate) fn to(subscriber: impl Subscriber + Send + Sync + 'static) -> DefaultGuard {
    static OTHER: OnceLock<Dispatch> = OnceLock::new();
    OTHER.get_or_init(|| Dispatch::new(tracing_subscriber::registry()));
    tracing::subscriber::set_default(subscriber)
}
