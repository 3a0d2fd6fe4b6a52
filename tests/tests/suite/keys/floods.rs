//! Strangers who make up keys, while others go about their business: F7 and F8.

use super::live::{Live, eventually};
use super::{UNKNOWN_KEY, seconds};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use toolgate_testing::Fault;

#[tokio::test]
async fn f7_made_up_keys_cost_the_issuer_four_requests_a_minute_at_most() {
    let live = Live::warm().await;
    let good = live.token();
    let before = live.provider.jwks_requests();
    for second in 0..60 {
        live.hand.advance(seconds(1));
        for number in 0..20 {
            let kid = format!("made-up-{second}-{number}");
            let token = live.lasting().foreign().header("kid", kid).mint();
            assert_eq!(live.validate(&token).await, UNKNOWN_KEY);
        }
        assert_eq!(live.validate(&good).await, Ok(()));
    }
    let requests = live.provider.jwks_requests() - before;
    assert!((1..=4).contains(&requests), "{requests}");
}

#[tokio::test]
async fn f8_made_up_keys_while_the_issuer_hangs_harm_nobody_else() {
    let live = Live::warm().await;
    let good = live.token();
    live.provider.jwks_fault(Fault::Hold);
    live.hand.advance(seconds(30));
    let mut strangers = JoinSet::new();
    for number in 0..200 {
        let validator = Arc::clone(&live.validator);
        let kid = format!("made-up-{number}");
        let token = live.lasting().foreign().header("kid", kid).mint();
        strangers.spawn(async move { super::validate(&validator, &token).await });
    }
    eventually(|| live.provider.jwks_traffic().in_flight == 1).await;
    for _ in 0..100 {
        let validated = tokio::time::timeout(Duration::from_secs(1), live.validate(&good));
        assert_eq!(validated.await.unwrap(), Ok(()));
    }
    assert_eq!(live.provider.jwks_requests(), 2);
    live.provider.clear_faults();
    let results = strangers.join_all().await;
    assert!(results.iter().all(|result| *result == UNKNOWN_KEY));
    assert_eq!(live.provider.jwks_requests(), 2);
}
