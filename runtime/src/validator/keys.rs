//! Where the keys of an issuer come from, and when they are fetched.

use super::discovery;
use super::key_set::KeySet;
use crate::clock::Clock;
use crate::error::{Unavailable, chain};
use crate::fetch::{Fetch, FetchError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

/// For how long a set counts as current (R2).
const FRESH: Duration = Duration::from_mins(10);
/// When a current set is refreshed ahead: at 80 % (R2).
const AHEAD: Duration = Duration::from_mins(8);
/// For how long a set may still be used if no newer one can be had (R5). After that nobody gets in.
const STALE: Duration = Duration::from_hours(1);
/// The least time between a fetch and an early one, for an unknown key or a failed signature (R3).
const COOL_DOWN: Duration = Duration::from_secs(30);
/// The longest time between failed fetches (R6).
const MAX_BACK_OFF: Duration = Duration::from_mins(1);
/// How long a fetch may take as a whole, with up to three places of metadata before the keys, each 5 s (R9). It ends even a
/// [`Fetch`] that never does: as long as one is in flight, no other starts.
const MAX_FETCH: Duration = Duration::from_secs(20);
/// How long a request waits for a fetch (R1).
const MAX_WAIT: Duration = Duration::from_secs(5);

/// The keys of one issuer.
pub(super) enum Keys {
    Static(Arc<KeySet>),
    Remote(RemoteKeys),
}

/// Keys that are fetched.
pub(super) struct RemoteKeys {
    shared: Arc<Shared>,
    fetching: Mutex<Option<JoinHandle<()>>>,
}

/// Where a key set is.
pub(super) enum Location {
    Given(Url),
    /// In the issuer's metadata. Looked up with every fetch: an issuer that moves its keys is followed.
    Discovered {
        issuer: Url,
        text: String,
    },
}

struct Shared {
    location: Location,
    fetch: Arc<dyn Fetch>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Counts finished fetches, so that requests can wait for the one in flight.
    finished: watch::Sender<u64>,
}

/// Times are of [`Clock::monotonic`].
#[derive(Default)]
struct State {
    current: Option<Fetched>,
    last_attempt: Option<Duration>,
    /// Fetches since the last good one. One counts as failed until it is not, so that a panic counts, too.
    failures: u32,
    in_flight: bool,
}

#[derive(Clone)]
struct Fetched {
    keys: Arc<KeySet>,
    at: Duration,
}

impl Keys {
    /// The keys to check a token with.
    pub(super) async fn current(&self) -> Result<Arc<KeySet>, Unavailable> {
        match self {
            Self::Static(keys) => Ok(Arc::clone(keys)),
            Self::Remote(remote) => remote.current().await,
        }
    }

    /// Keys newer than `old`, if there are or can be any. Asked when a token does not fit `old` (R3).
    pub(super) async fn newer_than(&self, old: &Arc<KeySet>) -> Option<Arc<KeySet>> {
        match self {
            Self::Static(_) => None,
            Self::Remote(remote) => remote.newer_than(old).await,
        }
    }
}

impl RemoteKeys {
    pub(super) fn new(location: Location, fetch: Arc<dyn Fetch>, clock: Arc<dyn Clock>) -> Self {
        Self {
            shared: Arc::new(Shared {
                location,
                fetch,
                clock,
                state: Mutex::default(),
                finished: watch::Sender::new(0),
            }),
            fetching: Mutex::default(),
        }
    }

    /// 1. A set that is current is used. Near its end, the next one is fetched meanwhile.
    /// 2. A set that is stale but not too old is used while the next one is fetched (R2, R5).
    /// 3. Otherwise the request waits for a fetch, unless the last one failed a moment ago (R6).
    /// 4. If there is still no set, nobody can be let in (R5).
    async fn current(&self) -> Result<Arc<KeySet>, Unavailable> {
        let waiting = self.shared.finished.subscribe();
        let started =
            self.fetch_if(|state, now| state.age(now).is_none_or(|age| age >= AHEAD) && state.backed_off(now));
        if let Some(keys) = self.usable() {
            return Ok(keys);
        }
        if started {
            wait(waiting).await;
        }
        self.usable()
            .ok_or_else(|| Unavailable::new("the issuer's keys cannot be had"))
    }

    /// 1. One is fetched early, at most once per cool-down, failed fetches counted. If one is in flight, that will do.
    /// 2. A set newer than `old` is the answer, also if it arrived before that.
    async fn newer_than(&self, old: &Arc<KeySet>) -> Option<Arc<KeySet>> {
        let waiting = self.shared.finished.subscribe();
        if self.fetch_if(State::cooled_down) {
            wait(waiting).await;
        }
        // The same set would only say the same again, at the price of one more signature.
        self.usable().filter(|keys| !Arc::ptr_eq(keys, old))
    }

    fn usable(&self) -> Option<Arc<KeySet>> {
        let state = self.shared.state();
        let now = self.shared.clock.monotonic();
        state
            .current
            .as_ref()
            .filter(|set| now.saturating_sub(set.at) < STALE)
            .map(|set| Arc::clone(&set.keys))
    }

    /// Starts a fetch if none is in flight and it is `due`. Says whether one is in flight now.
    fn fetch_if(&self, due: impl FnOnce(&State, Duration) -> bool) -> bool {
        let now = self.shared.clock.monotonic();
        let mut state = self.shared.state();
        if state.in_flight {
            return true;
        }
        if !due(&state, now) {
            return false;
        }
        state.in_flight = true;
        state.last_attempt = Some(now);
        state.failures = state.failures.saturating_add(1);
        drop(state);
        let flight = Flight(Arc::clone(&self.shared));
        // A task, so that a client which goes away does not take the fetch of all others with it.
        let task = tokio::spawn(async move { flight.run().await });
        *self.fetching.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        true
    }
}

impl Drop for RemoteKeys {
    /// No task outlives the gate.
    fn drop(&mut self) {
        let task = self.fetching.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }
}

async fn wait(mut finished: watch::Receiver<u64>) {
    // Whether it was in time or not, the state is looked at next.
    let _ = tokio::time::timeout(MAX_WAIT, finished.changed()).await;
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let discovered;
        let url = match &self.location {
            Location::Given(url) => url,
            Location::Discovered { issuer, text } => {
                discovered = discovery::find("jwks_uri", self.fetch.as_ref(), issuer, text).await?;
                &discovered
            }
        };
        let document = self.fetch.get(url).await?;
        KeySet::parse(&document.body).map_err(|error| FetchError::because("the key set cannot be used", error))
    }
}

impl State {
    fn age(&self, now: Duration) -> Option<Duration> {
        self.current.as_ref().map(|set| now.saturating_sub(set.at))
    }

    /// R6: 1, 2, 4 .. 60 s after as many failures.
    fn backed_off(&self, now: Duration) -> bool {
        let pause = match self.failures {
            0 => Duration::ZERO,
            failures => Duration::from_secs(1 << (failures - 1).min(6)).min(MAX_BACK_OFF),
        };
        self.last_attempt.is_none_or(|at| now.saturating_sub(at) >= pause)
    }

    fn cooled_down(&self, now: Duration) -> bool {
        self.last_attempt.is_none_or(|at| now.saturating_sub(at) >= COOL_DOWN)
    }
}

/// A fetch on its way. Landed when dropped, also by a panic, so that the next one can start.
struct Flight(Arc<Shared>);

impl Flight {
    /// 1. A good set replaces the old one as a whole, so a key that is gone stops at once (R7).
    /// 2. A failed fetch, or a set that is no use, replaces nothing (R8).
    async fn run(self) {
        let result = tokio::time::timeout(MAX_FETCH, self.0.fetch()).await;
        let result = result.unwrap_or_else(|_| Err(FetchError::new("the key set took too long")));
        let now = self.0.clock.monotonic();
        let mut state = self.0.state();
        match result {
            Ok(keys) => {
                state.current = Some(Fetched {
                    keys: Arc::new(keys),
                    at: now,
                });
                state.failures = 0;
            }
            Err(error) => {
                let outdated = state.age(now).is_some_and(|age| age >= FRESH);
                // Requests need the state, and writing a log may take its time.
                drop(state);
                let error = chain(&error).join(": ");
                tracing::warn!(target: "toolgate::keys", error = error.as_str(), stale = outdated, "key set not refreshed");
            }
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.state().in_flight = false;
        self.0.finished.send_modify(|count| *count = count.wrapping_add(1));
    }
}
