//! Answers that are none, over real HTTP: F9, F10 and F11. What else can be wrong with a document is in `poisoned`.

use super::live::Live;
use super::{UNAVAILABLE, UNKNOWN_KEY, seconds};
use std::time::{Duration, Instant};
use toolgate::HealthStatus;
use toolgate_testing::{Decoy, Discovery, Fault, IdentityProvider};

/// What takes the limits of R9 to end.
fn long() -> [Fault; 2] {
    [Fault::Hang, Fault::SlowBody(Duration::from_secs(1))]
}

/// What ends by itself, or at once.
fn short() -> [Fault; 15] {
    [
        Fault::Status(500),
        Fault::Status(204),
        Fault::Huge(1 << 20),
        Fault::HugeDeclared(1 << 20),
        Fault::Endless,
        Fault::FalseLength(100),
        Fault::Close,
        Fault::ShortBody,
        Fault::CutChunks,
        Fault::Gzip(1 << 24),
        Fault::Html,
        Fault::NotJson,
        Fault::Empty,
        Fault::DuplicateMembers,
        Fault::DuplicateKids,
    ]
}

/// A warm validator whose issuer has this fault: the old keys stay, and the health tells.
async fn keeps_the_old_keys(fault: Fault) {
    let name = format!("{fault:?}");
    let live = Live::warm().await;
    let token = live.token();
    live.provider.jwks_fault(fault);
    live.until_refresh();
    for _ in 0..3 {
        let validated = tokio::time::timeout(Duration::from_secs(1), live.validate(&token));
        assert_eq!(validated.await.unwrap(), Ok(()), "{name}");
    }
    let start = Instant::now();
    live.landed().await;
    assert!(start.elapsed() < Duration::from_secs(7), "{name}");
    assert!(matches!(live.status(), HealthStatus::Stale(_)), "{name}");
    assert!(live.health().last_error.is_some(), "{name}");
    assert_eq!(live.validate(&token).await, Ok(()), "{name}");
    // And once it answers well again, that counts.
    live.provider.clear_faults();
    live.hand.advance(seconds(2));
    assert_eq!(live.validate(&token).await, Ok(()), "{name}");
    live.landed().await;
    assert_eq!(live.status(), HealthStatus::Fresh, "{name}");
}

#[tokio::test]
async fn f10_f11_r8_an_answer_that_is_no_use_replaces_no_keys() {
    for fault in short() {
        keeps_the_old_keys(fault).await;
    }
}

#[tokio::test]
async fn f9_r9_an_answer_that_takes_too_long_is_cut_off() {
    let tests: Vec<_> = long().into_iter().map(keeps_the_old_keys).collect();
    futures_util::future::join_all(tests).await;
}

#[tokio::test]
async fn f10_a_redirect_leads_nowhere() {
    let decoy = Decoy::start(serde_json::json!({"keys": []})).await.unwrap();
    for status in [301, 302, 303, 307, 308] {
        keeps_the_old_keys(decoy.redirect(status)).await;
    }
    assert_eq!(decoy.requests().len(), 0);
}

#[tokio::test]
async fn f10_a_cold_validator_lets_nobody_in() {
    for fault in short() {
        let live = Live::cold().await;
        let name = format!("{fault:?}");
        live.provider.jwks_fault(fault);
        assert_eq!(live.validate(&live.token()).await, UNAVAILABLE, "{name}");
        assert!(matches!(live.status(), HealthStatus::Unavailable(_)), "{name}");
    }
}

#[tokio::test]
async fn r11_f11_a_kid_that_is_given_twice_is_not_used_and_the_others_are() {
    let live = Live::cold().await;
    let mut jwks = live.provider.jwks();
    let keys = jwks["keys"].as_array_mut().unwrap();
    let twin = keys.iter().find(|key| key["kid"] == "rsa-1").unwrap().clone();
    keys.push(twin);
    live.provider.jwks_fault(Fault::Body(jwks.to_string()));
    let other = live.lasting().algorithm(toolgate_testing::Algorithm::Es256).mint();
    assert_eq!(live.validate(&other).await, Ok(()));
    assert_eq!(live.validate(&live.token()).await, UNKNOWN_KEY);
}

#[tokio::test]
async fn at_12_metadata_is_found_over_http_wherever_it_is() {
    let provider = IdentityProvider::start_with_path("/realms/acme").await.unwrap();
    let places = [Discovery::OAuth, Discovery::OpenId, Discovery::OpenIdAfterPath];
    for (number, _) in places.iter().enumerate() {
        provider.clear_faults();
        for (place, fault) in places.iter().zip([Fault::Status(404), Fault::Html]).take(number) {
            provider.discovery_fault_at(*place, fault);
        }
        let before = provider.discovery_requests();
        let validator = toolgate::JwtValidator::builder()
            .issuer(provider.issuer())
            .audience("https://notes.example/mcp")
            .algorithm(toolgate::Algorithm::Rs256)
            .build()
            .unwrap();
        assert!(validator.warm_up().await.is_ok());
        let asked = provider.discovery_requests() - before;
        assert_eq!(usize::try_from(asked).unwrap(), number + 1);
    }
}
