//! The keys of an issuer, and which of them a request gets.

mod ages;
mod flight;
mod jitter;
mod report;
mod state;
mod unknown;

pub(super) use self::ages::KeyAges;
pub(super) use self::flight::Location;

use self::flight::Flight;
use self::report::Report;
use self::state::State;
use self::unknown::UnknownKids;
use super::key_set::KeySet;
use crate::clock::Clock;
use crate::error::Unavailable;
use crate::fetch::Fetch;
use crate::health::Health;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long a request waits for a fetch (R1).
const MAX_WAIT: Duration = Duration::from_secs(5);
/// How many requests may wait for a key that nobody knows. The others are refused at once, so that a flood of made-up keys
/// takes no memory while the issuer hangs.
const MAX_WAITING: usize = 1024;

/// The keys of one issuer.
pub(super) enum Keys {
    Static(Arc<KeySet>),
    Remote(RemoteKeys),
}

/// Keys that are fetched.
pub(super) struct RemoteKeys {
    shared: Arc<Shared>,
    unknown: UnknownKids,
}

/// What requests and the fetch in flight have in common.
struct Shared {
    location: Location,
    ages: KeyAges,
    fetch: Arc<dyn Fetch>,
    clock: Arc<dyn Clock>,
    report: Report,
    state: Mutex<State>,
    /// The last fetch.
    task: Mutex<Option<JoinHandle<()>>>,
    /// Counts finished fetches, so that requests can wait for the one in flight.
    finished: watch::Sender<u64>,
}

/// Why a token needs other keys.
#[derive(Clone, Copy)]
pub(super) enum Sought<'a> {
    /// No key has its `kid`, or without one, not exactly one fits.
    Kid(Option<&'a str>),
    /// Its signature is wrong under the key that it names: some providers give a new key the name of the old one.
    Signature,
}

impl Keys {
    /// The keys to check a token with.
    pub(super) async fn current(&self) -> Result<Arc<KeySet>, Unavailable> {
        match self {
            Self::Static(keys) => Ok(Arc::clone(keys)),
            Self::Remote(remote) => remote.current().await,
        }
    }

    /// The keys to check a token with for a tool that is `fresh`.
    pub(super) async fn anew(&self) -> Result<Arc<KeySet>, Unavailable> {
        match self {
            Self::Static(keys) => Ok(Arc::clone(keys)),
            Self::Remote(remote) => remote.anew().await,
        }
    }

    /// Keys newer than `old`, if there are or can be any. Asked when a token does not fit `old` (R3).
    pub(super) async fn newer_than(&self, old: &Arc<KeySet>, sought: Sought<'_>) -> Option<Arc<KeySet>> {
        match self {
            Self::Static(_) => None,
            Self::Remote(remote) => remote.newer_than(old, sought).await,
        }
    }

    /// How well they can be had. Keys that are not fetched can always be.
    pub(super) fn health(&self) -> Option<Health> {
        match self {
            Self::Static(_) => None,
            Self::Remote(remote) => Some(remote.health()),
        }
    }
}

impl RemoteKeys {
    pub(super) fn new(
        issuer: &str,
        location: Location,
        ages: KeyAges,
        fetch: Arc<dyn Fetch>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                location,
                ages,
                fetch,
                clock,
                report: Report::new(issuer),
                state: Mutex::default(),
                task: Mutex::default(),
                finished: watch::Sender::new(0),
            }),
            unknown: UnknownKids::new(),
        }
    }

    /// 1. If it is time for a fetch, one is started: near the end of a set (R2), and not right after one failed (R6).
    /// 2. A set that is not too old is used, and nobody waits for a newer one (R2, R5).
    /// 3. Otherwise the request waits for the fetch in flight, 5 s at most (R1).
    /// 4. If there is still no set, nobody can be let in (R5).
    async fn current(&self) -> Result<Arc<KeySet>, Unavailable> {
        let now = self.shared.clock.monotonic();
        let (departs, usable, waiting) = {
            let mut state = self.shared.state();
            let departs = state.refresh_is_due(now);
            if departs {
                state.depart(now);
            }
            let usable = state.usable(now);
            let waits = usable.is_none() && state.in_flight();
            (departs, usable, waits.then(|| self.shared.finished.subscribe()))
        };
        if departs {
            Flight::start(&self.shared, now); // 1
        }
        if let Some(keys) = usable {
            return Ok(keys); // 2
        }
        wait(waiting).await; // 3
        self.or_unavailable(State::usable) // 4
    }

    /// 1. A set that is young enough is used.
    /// 2. Otherwise one is fetched, unless one failed a moment ago (R6), and the request waits for it, 5 s at most. There is at
    ///    most one fetch in the time that a set is young, unless fetching takes longer than that.
    /// 3. What was fetched since the request came is young enough, however long it took. What was on its way before need not be:
    ///    then the next one is waited for.
    /// 4. If there is still no set that is young enough, nobody can be let in.
    async fn anew(&self) -> Result<Arc<KeySet>, Unavailable> {
        let (anew, since) = (self.shared.ages.anew, self.shared.clock.monotonic());
        let young = |state: &State, now: Duration| state.younger_than(anew, since, now);
        let search = async {
            loop {
                let now = self.shared.clock.monotonic();
                let (departs, mut finished) = {
                    let mut state = self.shared.state();
                    if let Some(keys) = young(&state, now) {
                        return Some(keys); // 1, 3
                    }
                    let departs = state.may_try(now);
                    if departs {
                        state.depart(now);
                    }
                    if !state.in_flight() {
                        return None;
                    }
                    (departs, self.shared.finished.subscribe())
                };
                if departs {
                    Flight::start(&self.shared, now); // 2
                }
                finished.changed().await.ok()?;
            }
        };
        match tokio::time::timeout(MAX_WAIT, search).await {
            Ok(Some(keys)) => Ok(keys),
            Ok(None) | Err(_) => self.or_unavailable(young), // 4
        }
    }

    /// 1. A set that is newer than `old` is the answer.
    /// 2. A key that was looked for a moment ago is not looked for again (R4).
    /// 3. One set is fetched early, at most once per cool-down, failed fetches counted. If one is in flight, that will do (R3).
    /// 4. The request waits for it, 5 s at most (R1), unless too many do already.
    /// 5. The key is remembered, for as long as no other early fetch is possible anyway. Whether it was found makes no
    ///    difference: keys that there are, are found before anybody asks here.
    async fn newer_than(&self, old: &Arc<KeySet>, sought: Sought<'_>) -> Option<Arc<KeySet>> {
        // The same set would only say the same again, at the price of one more signature.
        let newer = |keys: &Arc<KeySet>| !Arc::ptr_eq(keys, old);
        let unknown = match sought {
            Sought::Kid(kid) => Some(self.unknown.name(kid)),
            Sought::Signature => None,
        };
        let now = self.shared.clock.monotonic();
        let (departs, waiting) = {
            let mut state = self.shared.state();
            if let Some(keys) = state.usable(now).filter(newer) {
                return Some(keys); // 1
            }
            if unknown.is_some_and(|kid| self.unknown.contains(kid, now)) {
                return None; // 2
            }
            let departs = state.cooled_down(now);
            if departs {
                state.depart(now);
            }
            let room = self.shared.finished.receiver_count() < MAX_WAITING;
            let waits = state.in_flight() && room;
            (departs, waits.then(|| self.shared.finished.subscribe()))
        };
        if departs {
            Flight::start(&self.shared, now); // 3
        }
        wait(waiting).await; // 4
        let state = self.shared.state();
        if let Some(kid) = unknown {
            self.unknown.insert(kid, state.cool_down_ends()); // 5
        }
        state.usable(self.shared.clock.monotonic()).filter(newer)
    }

    fn or_unavailable(
        &self,
        choose: impl FnOnce(&State, Duration) -> Option<Arc<KeySet>>,
    ) -> Result<Arc<KeySet>, Unavailable> {
        let mut state = self.shared.state();
        let now = self.shared.clock.monotonic();
        if let Some(keys) = choose(&state, now) {
            return Ok(keys);
        }
        // That a set has become too old is seen here first.
        let change = state.change(now);
        drop(state);
        self.shared.report.health(change);
        Err(Unavailable::new("the issuer's keys cannot be had"))
    }

    fn health(&self) -> Health {
        let now = self.shared.clock.monotonic();
        self.shared.report.tell(&self.shared.state(), now)
    }
}

impl Drop for RemoteKeys {
    /// No task outlives the gate.
    fn drop(&mut self) {
        if let Some(task) = self.shared.task().take() {
            task.abort();
        }
    }
}

/// Waits for a fetch, if there is one. Whether it was in time or not, the state is looked at next.
async fn wait(finished: Option<watch::Receiver<u64>>) {
    if let Some(mut finished) = finished {
        let _ = tokio::time::timeout(MAX_WAIT, finished.changed()).await;
    }
}

impl Shared {
    fn task(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
