//! An issuer that is down: F1, F2, F3, and clocks that somebody sets (F26).

use super::live::{Live, eventually};
use super::{UNAVAILABLE, seconds};
use crate::tokens::forge::Refusal;
use std::time::Duration;
use toolgate::HealthStatus;
use toolgate::validator::TokenError;
use toolgate_testing::Fault;

#[tokio::test]
async fn f1_an_outage_of_ten_minutes_is_not_noticed_by_callers() {
    for fault in [Fault::Status(503), Fault::Close] {
        let live = Live::warm().await;
        let token = live.token();
        live.provider.jwks_fault(fault);
        live.until_refresh();
        assert_eq!(live.validate(&token).await, Ok(()));
        live.landed().await;
        assert!(matches!(live.status(), HealthStatus::Stale(_)), "{:?}", live.status());
        for _ in 0..600 {
            assert_eq!(live.validate(&token).await, Ok(()));
            live.landed().await;
            live.hand.advance(seconds(1));
        }
        let retries = live.provider.jwks_requests() - 2;
        assert!((10..=60).contains(&retries), "{retries}");
        // Back again, it is asked within a minute.
        live.provider.clear_faults();
        live.hand.advance(seconds(60));
        assert_eq!(live.validate(&token).await, Ok(()));
        live.landed().await;
        assert_eq!(live.status(), HealthStatus::Fresh);
    }
}

#[tokio::test]
async fn f1_an_issuer_that_hangs_keeps_nobody_waiting() {
    let live = Live::warm().await;
    let token = live.token();
    live.provider.jwks_fault(Fault::Hold);
    live.until_refresh();
    for _ in 0..60 {
        let validated = tokio::time::timeout(Duration::from_secs(1), live.validate(&token));
        assert_eq!(validated.await.unwrap(), Ok(()));
        live.hand.advance(seconds(1));
    }
    eventually(|| live.provider.jwks_requests() == 2).await;
    assert_eq!(live.provider.jwks_traffic().most_in_flight, 1);
    live.provider.clear_faults();
    live.landed().await;
    assert_eq!(live.status(), HealthStatus::Fresh);
}

#[tokio::test]
async fn f2_keys_that_are_too_old_let_nobody_in_until_the_issuer_is_back() {
    let live = Live::with(|builder| builder.stale_keys(seconds(20))).await;
    let token = live.token();
    assert_eq!(live.validate(&token).await, Ok(()));
    live.provider.jwks_fault(Fault::Status(503));
    for _ in 0..20 {
        assert_eq!(live.validate(&token).await, Ok(()));
        live.landed().await;
        live.hand.advance(seconds(1));
    }
    // Never an "allow", and never an "invalid token" either; and still not a fetch for every request.
    let before = live.provider.jwks_requests();
    for _ in 0..600 {
        assert_eq!(live.validate(&token).await, UNAVAILABLE);
        live.landed().await;
        live.hand.advance(Duration::from_millis(100));
    }
    assert!(matches!(live.status(), HealthStatus::Unavailable(_)));
    assert!(live.provider.jwks_requests() - before <= 60);
    live.provider.clear_faults();
    live.hand.advance(Duration::from_millis(1500));
    assert_eq!(live.validate(&token).await, Ok(()));
    assert_eq!(live.status(), HealthStatus::Fresh);
}

#[tokio::test]
async fn f3_a_cold_start_during_an_outage_asks_at_most_ten_times_a_minute() {
    let live = Live::cold().await;
    let token = live.token();
    live.provider.jwks_fault(Fault::Status(503));
    assert!(live.validator.warm_up().await.is_err());
    for _ in 0..600 {
        for _ in 0..5 {
            assert_eq!(live.validate(&token).await, UNAVAILABLE);
        }
        live.hand.advance(Duration::from_millis(100));
    }
    let requests = live.provider.jwks_requests();
    assert!((5..=10).contains(&requests), "{requests}");
    live.provider.clear_faults();
    live.hand.advance(seconds(60));
    assert_eq!(live.validate(&token).await, Ok(()));
}

#[tokio::test]
async fn f26_a_clock_that_is_set_changes_no_age_of_keys_and_lets_no_token_live_longer() {
    let hour = Duration::from_hours(1);
    let live = Live::warm().await;
    let short = live.lasting().expires_in(Duration::from_mins(30)).mint();
    let long = live.token();
    let expired = Err(Refusal::Token(TokenError::Expired));
    // An hour forward: nothing is fetched, and what expires by that clock has expired.
    live.hand.set_forward(hour);
    assert_eq!(live.validate(&long).await, Ok(()));
    assert_eq!(live.validate(&short).await, expired);
    // Back: it is the time that it was, so the token is good again, and the keys are as old as they were.
    live.hand.set_back(hour);
    assert_eq!(live.validate(&short).await, Ok(()));
    live.hand.set_back(hour);
    assert_eq!(live.validate(&long).await, Err(Refusal::Token(TokenError::NotYetValid)));
    live.hand.set_forward(hour);
    assert_eq!(live.provider.jwks_requests(), 1);
    // With the clock an hour back, keys get too old all the same.
    let old = live.lasting().without("iat").mint();
    live.provider.jwks_fault(Fault::Status(503));
    live.hand.set_back(hour);
    live.hand.advance(Duration::from_secs(3599));
    assert_eq!(live.validate(&old).await, Ok(()));
    live.landed().await;
    live.hand.advance(seconds(1));
    assert_eq!(live.validate(&old).await, UNAVAILABLE);
}
