//! Many tokens at once, and an endpoint that does not answer. Held back, not slow: nothing waits for time.

use super::{UNAVAILABLE, World, refusal};
use crate::tokens::forge::Refusal;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use toolgate::IntrospectionValidator;
use toolgate_testing::Fault;

/// Asks about so many tokens at once.
fn ask(world: &World, validator: &Arc<IntrospectionValidator>, count: usize) -> JoinSet<Option<Refusal>> {
    let mut requests = JoinSet::new();
    for _ in 0..count {
        let (validator, token) = (Arc::clone(validator), world.token());
        requests.spawn(async move { refusal(&*validator, &token).await });
    }
    requests
}

#[tokio::test]
async fn r19_f12_64_are_asked_about_256_wait_and_the_rest_is_told_so_at_once() {
    let world = World::start().await;
    let validator = Arc::new(world.validator());
    assert_eq!(refusal(&*validator, &world.token()).await, None);
    world.provider.introspection_fault(Fault::Hold);
    let start = Instant::now();
    let mut requests = ask(&world, &validator, 1000);
    // All that have no place in the queue come back while nothing is answered.
    for _ in 0..1000 - 64 - 256 {
        assert_eq!(requests.join_next().await.unwrap().unwrap(), UNAVAILABLE);
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    while world.provider.introspection_traffic().in_flight < 64 {
        tokio::task::yield_now().await;
    }
    // Those in the queue get their turn.
    world.provider.clear_faults();
    let results = requests.join_all().await;
    assert_eq!(results.len(), 64 + 256);
    assert!(results.iter().all(Option::is_none));
    let traffic = world.provider.introspection_traffic();
    assert_eq!((traffic.most_in_flight, traffic.requests), (64, 1 + 64 + 256));
    // It is as it was before.
    assert!(
        ask(&world, &validator, 64 + 256)
            .join_all()
            .await
            .iter()
            .all(Option::is_none)
    );
}

#[tokio::test]
async fn r19_the_limits_are_the_configured_ones() {
    let world = World::start().await;
    let validator = Arc::new(world.builder().max_in_flight(3).max_queued(2).build().unwrap());
    assert_eq!(refusal(&*validator, &world.token()).await, None);
    world.provider.introspection_fault(Fault::Hold);
    let mut requests = ask(&world, &validator, 10);
    for _ in 0..5 {
        assert_eq!(requests.join_next().await.unwrap().unwrap(), UNAVAILABLE);
    }
    while world.provider.introspection_traffic().in_flight < 3 {
        tokio::task::yield_now().await;
    }
    world.provider.clear_faults();
    assert!(requests.join_all().await.iter().all(Option::is_none));
    assert_eq!(world.provider.introspection_traffic().most_in_flight, 3);
    for (in_flight, queued, fits) in [
        (0, 1, false),
        (1, 0, true),
        (1024, 1024, true),
        (1025, 1, false),
        (1, 1025, false),
    ] {
        let built = world.builder().max_in_flight(in_flight).max_queued(queued).build();
        assert_eq!(built.is_ok(), fits, "{in_flight} {queued}");
    }
}

#[tokio::test]
async fn r19_clients_that_go_away_leave_their_places_to_others() {
    let world = World::start().await;
    let validator = Arc::new(world.builder().max_in_flight(2).max_queued(0).build().unwrap());
    assert_eq!(refusal(&*validator, &world.token()).await, None);
    world.provider.introspection_fault(Fault::Hold);
    let requests = ask(&world, &validator, 2);
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
