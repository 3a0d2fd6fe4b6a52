//! Where an issuer answers about tokens.

use crate::clock::Clock;
use crate::error::{Unavailable, chain};
use crate::fetch::Fetch;
use crate::validator::discovery;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

/// For how long it is believed that the endpoint is where it was found.
const FRESH: Duration = Duration::from_hours(1);
/// How long looking for it may take: three places, 5 s each (R9).
const MAX_LOOKUP: Duration = Duration::from_secs(20);
/// How long a request waits for that.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// The longest time between failed lookups (R6).
const MAX_BACK_OFF: Duration = Duration::from_mins(1);

/// The endpoint of an issuer.
pub(super) enum Endpoint {
    Given(Url),
    Discovered(Discovered),
}

/// An endpoint that is found through the issuer's metadata. The lookup has a task of its own, so that a client which goes away
/// does not end it for all others.
pub(super) struct Discovered {
    shared: Arc<Shared>,
    looking: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    issuer: Url,
    text: String,
    fetch: Arc<dyn Fetch>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Counts finished lookups.
    finished: watch::Sender<u64>,
}

/// Times are of [`Clock::monotonic`].
#[derive(Default)]
struct State {
    found: Option<(Url, Duration)>,
    last_attempt: Option<Duration>,
    /// Lookups since the last good one. One counts as failed until it is not, so that a panic counts, too.
    failures: u32,
    in_flight: bool,
}

impl Endpoint {
    /// Where to ask.
    pub(super) async fn url(&self) -> Result<Url, Unavailable> {
        match self {
            Self::Given(url) => Ok(url.clone()),
            Self::Discovered(discovered) => discovered.url().await,
        }
    }
}

impl Discovered {
    pub(super) fn new(issuer: Url, text: String, fetch: Arc<dyn Fetch>, clock: Arc<dyn Clock>) -> Self {
        Self {
            shared: Arc::new(Shared {
                issuer,
                text,
                fetch,
                clock,
                state: Mutex::default(),
                finished: watch::Sender::new(0),
            }),
            looking: Mutex::default(),
        }
    }

    /// 1. Where it was found in the last hour, it still is. After that it is looked for again, and used where it was meanwhile.
    /// 2. Where it has not been found yet, the request waits for the lookup, unless the last one failed a moment ago.
    async fn url(&self) -> Result<Url, Unavailable> {
        let mut finished = self.shared.finished.subscribe();
        let in_flight = self.look_if_due();
        if let Some(url) = self.shared.found() {
            return Ok(url); // 1
        }
        if in_flight {
            // Whether it was in time or not, the state is looked at next.
            let _ = tokio::time::timeout(MAX_WAIT, finished.changed()).await; // 2
        }
        self.shared
            .found()
            .ok_or_else(|| Unavailable::new("the issuer's introspection endpoint cannot be found"))
    }

    /// Starts a lookup if one is due and none is in flight. Says whether one is in flight now.
    fn look_if_due(&self) -> bool {
        let now = self.shared.clock.monotonic();
        let mut state = self.shared.state();
        if state.in_flight {
            return true;
        }
        let fresh = state
            .found
            .as_ref()
            .is_some_and(|(_, at)| now.saturating_sub(*at) < FRESH);
        if fresh || !state.backed_off(now) {
            return false;
        }
        state.in_flight = true;
        state.last_attempt = Some(now);
        state.failures = state.failures.saturating_add(1);
        drop(state);
        let lookup = Lookup(Arc::clone(&self.shared));
        // Held meanwhile, so that the next lookup's task does not come before this one.
        let mut looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        *looking = Some(tokio::spawn(async move { lookup.run().await }));
        true
    }
}

impl Drop for Discovered {
    /// No task outlives the gate.
    fn drop(&mut self) {
        let task = self.looking.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self) -> Option<Url> {
        self.state().found.as_ref().map(|(url, _)| url.clone())
    }
}

impl State {
    /// 1, 2, 4 .. 60 s after as many failures.
    fn backed_off(&self, now: Duration) -> bool {
        let pause = match self.failures {
            0 => Duration::ZERO,
            failures => Duration::from_secs(1 << (failures - 1).min(6)).min(MAX_BACK_OFF),
        };
        self.last_attempt.is_none_or(|at| now.saturating_sub(at) >= pause)
    }
}

/// A lookup on its way. Finished when dropped, also by a panic, so that the next one can start.
struct Lookup(Arc<Shared>);

impl Lookup {
    async fn run(self) {
        let shared = &self.0;
        let lookup = discovery::find(
            "introspection_endpoint",
            shared.fetch.as_ref(),
            &shared.issuer,
            &shared.text,
        );
        let error = match tokio::time::timeout(MAX_LOOKUP, lookup).await {
            Ok(Ok(url)) => {
                let mut state = shared.state();
                state.found = Some((url, shared.clock.monotonic()));
                state.failures = 0;
                return;
            }
            Ok(Err(error)) => chain(&error).join(": "),
            Err(_) => "the issuer's metadata took too long".to_owned(),
        };
        let issuer = shared.text.as_str();
        tracing::warn!(target: "toolgate::introspection", issuer, error, "introspection endpoint not found");
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        self.0.state().in_flight = false;
        self.0.finished.send_modify(|count| *count = count.wrapping_add(1));
    }
}
