//! Many tokens at once, and an endpoint that does not answer. Held back, not slow: nothing waits for time.

use super::{AUDIENCE, UNAVAILABLE, World, refusal};
use crate::tokens::forge::{At, ISSUER, NOW, Refusal};
use futures_util::future::BoxFuture;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use toolgate::IntrospectionValidator;
use toolgate::fetch::{Answer, Document, Fetch, FetchError, Form};
use toolgate::validator::introspection::{ClientCredentials, ClientSecret};
use toolgate_testing::Fault;

/// Answers when it is let to.
#[derive(Clone)]
struct Held {
    answers: Arc<Semaphore>,
    in_flight: Arc<AtomicUsize>,
    most_in_flight: Arc<AtomicUsize>,
}

impl Held {
    fn new() -> Self {
        Self {
            answers: Arc::new(Semaphore::new(0)),
            in_flight: Arc::default(),
            most_in_flight: Arc::default(),
        }
    }

    fn validator(&self, max_in_flight: usize, max_queued: usize) -> Arc<IntrospectionValidator> {
        let client = ClientCredentials::secret_basic("notes", ClientSecret::from("secret"));
        let builder = IntrospectionValidator::builder()
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .client(client);
        let builder = builder
            .endpoint("https://idp.example/introspect")
            .fetch(self.clone())
            .clock(At(NOW));
        let builder = match (max_in_flight, max_queued) {
            // As they are unless set.
            (64, 256) => builder,
            _ => builder.max_in_flight(max_in_flight).max_queued(max_queued),
        };
        Arc::new(builder.build().unwrap())
    }

    fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }
}

/// A request under way.
struct Flight<'a>(&'a Held);

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Fetch for Held {
    fn get<'a>(&'a self, _: &'a reqwest::Url) -> BoxFuture<'a, Result<Document, FetchError>> {
        Box::pin(async { Err(FetchError::new("there are no documents here")) })
    }

    fn post<'a>(&'a self, _: &'a reqwest::Url, _: &'a Form) -> BoxFuture<'a, Result<Answer, FetchError>> {
        Box::pin(async {
            let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_in_flight.fetch_max(now, Ordering::SeqCst);
            let _flight = Flight(self);
            self.answers.acquire().await.unwrap().forget();
            let answer = json!({"active": true, "sub": "alice", "aud": AUDIENCE, "exp": NOW + 60});
            Ok(Answer::new(200, "application/json", answer.to_string()))
        })
    }
}

/// Asks about so many tokens at once.
fn ask(validator: &Arc<IntrospectionValidator>, count: usize, token: impl Fn() -> String) -> JoinSet<Option<Refusal>> {
    let mut requests = JoinSet::new();
    for _ in 0..count {
        let (validator, token) = (Arc::clone(validator), token());
        requests.spawn(async move { refusal(&*validator, &token).await });
    }
    requests
}

fn some_token() -> String {
    "opaque".to_owned()
}

#[tokio::test(start_paused = true)]
async fn r19_f12_so_many_are_asked_about_so_many_wait_and_the_rest_is_told_so_at_once() {
    for (max_in_flight, max_queued) in [(64, 256), (3, 2), (1, 0)] {
        let held = Held::new();
        let validator = held.validator(max_in_flight, max_queued);
        let start = Instant::now();
        let mut requests = ask(&validator, 1000, some_token);
        for _ in 0..1000 - max_in_flight - max_queued {
            assert_eq!(requests.join_next().await.unwrap().unwrap(), UNAVAILABLE);
        }
        assert_eq!((start.elapsed(), held.in_flight()), (Duration::ZERO, max_in_flight));
        // Those in the queue get their turn as those before them are answered.
        held.answers.add_permits(2000);
        let results = requests.join_all().await;
        assert_eq!(results.len(), max_in_flight + max_queued);
        assert!(results.iter().all(Option::is_none));
        assert_eq!(start.elapsed(), Duration::ZERO);
        // It is as it was before.
        let again = ask(&validator, max_in_flight + max_queued, some_token).join_all().await;
        assert!(again.iter().all(Option::is_none));
        assert_eq!(held.most_in_flight.load(Ordering::SeqCst), max_in_flight);
    }
}

#[tokio::test(start_paused = true)]
async fn r19_f12_nobody_waits_for_a_turn_longer_than_two_seconds() {
    let held = Held::new();
    let validator = held.validator(64, 256);
    let start = Instant::now();
    let mut requests = ask(&validator, 64 + 256, some_token);
    for _ in 0..256 {
        assert_eq!(requests.join_next().await.unwrap().unwrap(), UNAVAILABLE);
    }
    assert_eq!((start.elapsed().as_secs(), held.in_flight()), (2, 64));
    held.answers.add_permits(65);
    assert!(requests.join_all().await.iter().all(Option::is_none));
    assert_eq!(refusal(&*validator, "opaque").await, None);
}

#[tokio::test]
async fn r19_f12_the_provider_is_never_asked_more_at_once() {
    let world = World::start().await;
    let validator = Arc::new(world.validator());
    assert_eq!(refusal(&*validator, &world.token()).await, None);
    world.provider.introspection_fault(Fault::Hold);
    let mut requests = ask(&validator, 1000, || world.token());
    for _ in 0..1000 - 64 - 256 {
        assert_eq!(requests.join_next().await.unwrap().unwrap(), UNAVAILABLE);
    }
    world.provider.clear_faults();
    // How many are in time depends on this machine, but each is one or the other.
    let results = requests.join_all().await;
    assert!(results.iter().all(|result| result.is_none() || *result == UNAVAILABLE));
    let traffic = world.provider.introspection_traffic();
    assert!(
        traffic.most_in_flight <= 64 && traffic.requests <= 1 + 64 + 256,
        "{traffic:?}"
    );
    assert_eq!(refusal(&*validator, &world.token()).await, None);
}

#[test]
fn r19_the_limits_have_limits() {
    let client = || ClientCredentials::secret_basic("notes", ClientSecret::from("secret"));
    for (in_flight, queued, fits) in [
        (0, 1, false),
        (1, 0, true),
        (1024, 1024, true),
        (1025, 1, false),
        (1, 1025, false),
    ] {
        let builder = IntrospectionValidator::builder()
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .client(client());
        let built = builder.max_in_flight(in_flight).max_queued(queued).build();
        assert_eq!(built.is_ok(), fits, "{in_flight} {queued}");
    }
}

#[tokio::test]
async fn r19_clients_that_go_away_leave_their_places_to_others() {
    let world = World::start().await;
    let validator = Arc::new(world.builder().max_in_flight(2).max_queued(0).build().unwrap());
    assert_eq!(refusal(&*validator, &world.token()).await, None);
    world.provider.introspection_fault(Fault::Hold);
    let requests = ask(&validator, 2, || world.token());
    while world.provider.introspection_traffic().in_flight < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(refusal(&*validator, &world.token()).await, UNAVAILABLE);
    drop(requests);
    while world.provider.introspection_traffic().in_flight > 0 {
        tokio::task::yield_now().await;
    }
    world.provider.clear_faults();
    assert_eq!(refusal(&*validator, &world.token()).await, None);
}
