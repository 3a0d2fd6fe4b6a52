//! One fetch of keys, from start to landing.

use super::Shared;
use super::jitter::chance;
use super::state::Arrival;
#[cfg(doc)]
use super::state::State;
use crate::error::chain;
use crate::fetch::FetchError;
use crate::validator::discovery;
use crate::validator::key_set::KeySet;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long a fetch may take as a whole, with up to three places of metadata before the keys, each 5 s (R9). It ends even a
/// [`Fetch`](crate::fetch::Fetch) that never does: as long as one is in flight, no other starts.
const MAX_FETCH: Duration = Duration::from_secs(20);

/// Where a key set is.
pub(in crate::validator) enum Location {
    Given(Url),
    /// In the issuer's metadata. Looked up with every fetch: an issuer that moves its keys is followed.
    Discovered {
        issuer: Url,
        text: String,
    },
}

/// Where keys are fetched from.
struct Place {
    url: Url,
    /// When the issuer last said so.
    confirmed_at: Duration,
    /// Why it did not say so now.
    doubt: Option<String>,
}

/// A fetch on its way. Landed when dropped, so that the next one can start.
pub(super) struct Flight {
    shared: Arc<Shared>,
    started: Duration,
}

impl Flight {
    /// Starts a fetch, of which the state knows already ([`State::depart`]).
    ///
    /// Nobody may hold the state here: a runtime that shuts down drops what is spawned at once, and a flight that is dropped
    /// changes the state. The task is held meanwhile, so that the next flight's does not come before it.
    pub(super) fn start(shared: &Arc<Shared>, now: Duration) {
        let flight = Self {
            shared: Arc::clone(shared),
            started: now,
        };
        let mut task = shared.task();
        // A task, so that a client which goes away does not take the fetch of all others with it.
        *task = Some(tokio::spawn(async move { flight.run().await }));
    }

    async fn run(self) {
        let Shared { clock, report, .. } = &*self.shared;
        let fetch = AssertUnwindSafe(self.fetch()).catch_unwind();
        let result = match tokio::time::timeout(MAX_FETCH, fetch).await {
            Ok(Ok(result)) => result,
            Ok(Err(_panic)) => Err(FetchError::new("the fetch panicked")),
            Err(_) => Err(FetchError::new("the key set took too long")),
        };
        let now = clock.monotonic();
        report.fetch(result.is_ok(), now.saturating_sub(self.started), clock.unix_time());
        let change = {
            let mut state = self.shared.state();
            match result {
                Ok(arrival) => state.arrived(arrival, self.shared.ages, chance()),
                Err(error) => state.failed(chain(&error).join(": "), now, chance()),
            }
            state.change(now)
        };
        // Requests need the state, and writing a log may take its time.
        report.health(change);
    }

    async fn fetch(&self) -> Result<Arrival, FetchError> {
        let place = self.place().await?;
        let document = self.shared.fetch.get(&place.url).await?;
        let keys = KeySet::parse(&document.body, &self.shared.clock)
            .map_err(|error| FetchError::because("the key set cannot be used", error))?;
        Ok(Arrival {
            keys,
            max_age: document.max_age,
            at: self.started,
            place_confirmed_at: place.confirmed_at,
            doubt: place.doubt,
        })
    }

    /// Where the keys are.
    ///
    /// 1. A place that was configured is that.
    /// 2. Otherwise the issuer's metadata says it now.
    /// 3. If that cannot be had, what it said last still counts, for as long as keys may be used without an answer (R5). Keys
    ///    from there are used until then and no longer, so an outage of the metadata adds nothing to the hour that an issuer's
    ///    last word is good for. That it cannot be had is told, while everything still works.
    async fn place(&self) -> Result<Place, FetchError> {
        let now = |url: Url| Place {
            url,
            confirmed_at: self.started,
            doubt: None,
        };
        let (issuer, text) = match &self.shared.location {
            Location::Given(url) => return Ok(now(url.clone())), // 1
            Location::Discovered { issuer, text } => (issuer, text),
        };
        match discovery::find("jwks_uri", self.shared.fetch.as_ref(), issuer, text).await {
            Ok(jwks_uri) => {
                self.shared.state().confirm_place(jwks_uri.clone(), self.started);
                Ok(now(jwks_uri)) // 2
            }
            Err(error) => {
                let last = self.shared.state().last_place();
                let counts = |at: Duration| self.started < at.saturating_add(self.shared.ages.stale);
                let Some((url, confirmed_at)) = last.filter(|(_, at)| counts(*at)) else {
                    return Err(error);
                };
                Ok(Place {
                    url,
                    confirmed_at,
                    doubt: Some(chain(&error).join(": ")), // 3
                })
            }
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.shared.state().landed();
        self.shared.finished.send_modify(|count| *count = count.wrapping_add(1));
    }
}
