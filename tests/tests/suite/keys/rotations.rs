//! An issuer that changes its keys: F4 and F5.

use super::live::Live;
use super::{UNKNOWN_KEY, seconds};
use std::sync::Arc;
use tokio::task::JoinSet;
use toolgate::HealthStatus;
use toolgate_testing::{Fault, KeyKind};

#[tokio::test]
async fn f4_a_rotation_under_load_fails_nobody_and_costs_one_fetch() {
    let live = Live::warm().await;
    let old = live.token();
    live.hand.advance(seconds(30));
    live.provider.rotate_key(KeyKind::Rsa);
    let new = live.token();
    let mut requests = JoinSet::new();
    for number in 0..200 {
        let validator = Arc::clone(&live.validator);
        let token = if number % 2 == 0 { old.clone() } else { new.clone() };
        requests.spawn(async move { super::validate(&validator, &token).await });
    }
    let results = requests.join_all().await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(live.provider.jwks_requests(), 2);
}

#[tokio::test]
async fn f4_a_rotation_right_after_a_fetch_is_seen_when_the_cool_down_is_over() {
    let live = Live::warm().await;
    live.provider.rotate_key(KeyKind::Rsa);
    let new = live.token();
    for _ in 0..30 {
        assert_eq!(live.validate(&new).await, UNKNOWN_KEY);
        live.hand.advance(seconds(1));
    }
    assert_eq!(live.validate(&new).await, Ok(()));
    assert_eq!(live.provider.jwks_requests(), 2);
}

#[tokio::test]
async fn f5_r7_a_key_that_is_withdrawn_stops_with_the_next_set() {
    let live = Live::warm().await;
    let old = live.token();
    let other = live.lasting().algorithm(toolgate_testing::Algorithm::Es256).mint();
    live.provider.rotate_key_abruptly(KeyKind::Rsa);
    assert_eq!(live.validate(&old).await, Ok(()));
    live.until_refresh();
    assert_eq!(live.validate(&other).await, Ok(()));
    live.landed().await;
    assert_eq!(live.validate(&old).await, UNKNOWN_KEY);
    assert_eq!(live.validate(&other).await, Ok(()));
    assert_eq!(live.validate(&live.token()).await, Ok(()));
}

#[tokio::test]
async fn f5_the_issuer_can_say_how_soon() {
    let live = Live::cold().await;
    live.provider.set_cache_control("max-age=60");
    let old = live.token();
    assert_eq!(live.validate(&old).await, Ok(()));
    live.provider.rotate_key_abruptly(KeyKind::Rsa);
    live.hand.advance(seconds(51));
    // The request that finds out is the last one.
    assert_eq!(live.validate(&old).await, Ok(()));
    live.landed().await;
    assert_eq!(live.validate(&old).await, UNKNOWN_KEY);
}

#[tokio::test]
async fn r3_a_key_under_the_name_of_another_is_found_out() {
    let live = Live::warm().await;
    let old = live.token();
    live.provider.reuse_kid("rsa-1").unwrap();
    live.hand.advance(seconds(30));
    assert_eq!(live.validate(&live.token()).await, Ok(()));
    assert!(live.validate(&old).await.is_err());
    assert_eq!(live.provider.jwks_requests(), 2);
    assert_eq!(live.status(), HealthStatus::Fresh);
}

#[tokio::test]
async fn r7_a_rotation_during_an_outage_is_seen_after_it() {
    let live = Live::warm().await;
    live.provider.jwks_fault(Fault::Status(500));
    live.provider.rotate_key(KeyKind::Rsa);
    live.hand.advance(seconds(30));
    assert_eq!(live.validate(&live.token()).await, UNKNOWN_KEY);
    live.landed().await;
    live.provider.clear_faults();
    live.hand.advance(seconds(30));
    assert_eq!(live.validate(&live.token()).await, Ok(()));
}
