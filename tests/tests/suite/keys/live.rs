//! A validator and a provider that talk over real HTTP. Only the clock is not real: it stands still unless a test moves it.

use super::{Builder, validate};
use crate::tokens::forge::{AUDIENCE, Refusal};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use toolgate::{Clock, JwtValidator, Validator as _};
use toolgate::{Health, HealthStatus};
use toolgate_testing::{IdentityProvider, TokenBuilder};

pub(super) struct Live {
    pub(super) provider: IdentityProvider,
    pub(super) validator: Arc<JwtValidator>,
    pub(super) hand: Hand,
}

/// The hand of a clock. Begins at the real time, because tokens are made by that.
#[derive(Clone)]
pub(super) struct Hand(Arc<Mutex<Hands>>);

struct Hands {
    wall: Duration,
    monotonic: Duration,
}

impl Hand {
    pub(super) fn now() -> Self {
        Self(Arc::new(Mutex::new(Hands {
            wall: SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
            monotonic: Duration::from_hours(5),
        })))
    }

    /// Time passes.
    pub(super) fn advance(&self, time: Duration) {
        let mut hands = self.0.lock().unwrap();
        hands.wall += time;
        hands.monotonic += time;
    }

    /// Somebody sets the clock forward, and no time passes.
    pub(super) fn set_forward(&self, time: Duration) {
        self.0.lock().unwrap().wall += time;
    }

    /// Somebody sets the clock back, and no time passes.
    pub(super) fn set_back(&self, time: Duration) {
        self.0.lock().unwrap().wall -= time;
    }
}

impl Clock for Hand {
    fn unix_time(&self) -> Duration {
        self.0.lock().unwrap().wall
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().monotonic
    }
}

impl Live {
    /// A validator that knows where the keys are, and has none yet.
    pub(super) async fn cold() -> Self {
        Self::with(|builder| builder).await
    }

    /// One that has keys.
    pub(super) async fn warm() -> Self {
        let live = Self::cold().await;
        live.validator.warm_up().await.unwrap();
        live
    }

    pub(super) async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let provider = IdentityProvider::start().await.unwrap();
        let hand = Hand::now();
        let builder = JwtValidator::builder()
            .issuer(provider.issuer())
            .audience(AUDIENCE)
            .algorithm(toolgate::Algorithm::Rs256)
            .algorithm(toolgate::Algorithm::Es256)
            .jwks_uri(provider.jwks_uri())
            .clock(hand.clone());
        let validator = Arc::new(change(builder).build().unwrap());
        Self {
            provider,
            validator,
            hand,
        }
    }

    /// A token that lasts longer than any outage here.
    pub(super) fn lasting(&self) -> TokenBuilder {
        let token = self.provider.token("alice").audience(AUDIENCE);
        token.expires_in(Duration::from_hours(23))
    }

    pub(super) fn token(&self) -> String {
        self.lasting().mint()
    }

    pub(super) async fn validate(&self, token: &str) -> Result<(), Refusal> {
        validate(&self.validator, token).await
    }

    pub(super) fn health(&self) -> Health {
        self.validator.health().remove(0)
    }

    pub(super) fn status(&self) -> HealthStatus {
        self.health().status
    }

    /// Lets time pass until the next set is due.
    pub(super) fn until_refresh(&self) {
        self.hand.advance(Duration::from_secs(511));
    }

    /// Waits for a fetch in flight to land, for real.
    pub(super) async fn landed(&self) {
        let landed = || self.health().next_attempt.is_none_or(|time| time > Duration::ZERO);
        eventually(landed).await;
    }
}

/// Waits until something is so, for real, for ten seconds at most.
pub(super) async fn eventually(so: impl Fn() -> bool) {
    for _ in 0..5000 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("it did not come to pass");
}
