//! Keys that nobody knows (R4).

use super::source::{Answer, Source};
use super::{UNKNOWN_KEY, good, seconds, settle, timed, token, validate, validator};
use crate::tokens::forge::{self, forge};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::advance;

#[tokio::test(start_paused = true)]
async fn r4_a_key_that_was_looked_for_a_moment_ago_waits_for_nothing() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Never);
    advance(seconds(30)).await;
    let unknown = token(&forge().foreign, &[]);
    assert_eq!(timed(&validator, &unknown).await, (UNKNOWN_KEY, seconds(5)));
    // The fetch is still in flight. Another key waits for it, this one has.
    assert_eq!(timed(&validator, &unknown).await, (UNKNOWN_KEY, Duration::ZERO));
    let other = token(&forge().foreign.with_kid("other"), &[]);
    assert_eq!(timed(&validator, &other).await, (UNKNOWN_KEY, seconds(5)));
    assert_eq!(timed(&validator, &other).await, (UNKNOWN_KEY, Duration::ZERO));
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn r4_a_key_is_not_forgotten_for_longer_than_the_cool_down() {
    let source = Source::of(forge());
    let validator = validator(&source);
    let unknown = token(&forge().foreign, &[]);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    // Seen late in the cool-down, and published right then.
    advance(seconds(29)).await;
    assert_eq!(validate(&validator, &unknown).await, UNKNOWN_KEY);
    source.answer(Answer::Document(forge::jwks(&[&forge().p256, &forge().foreign])));
    advance(seconds(1)).await;
    assert_eq!(validate(&validator, &unknown).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn r4_a_key_that_comes_with_the_next_set_is_known_at_once() {
    let source = Source::of(forge());
    let validator = validator(&source);
    let unknown = token(&forge().foreign, &[]);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    advance(seconds(510)).await;
    assert_eq!(validate(&validator, &unknown).await, UNKNOWN_KEY);
    source.answer(Answer::Document(forge::jwks(&[&forge().p256, &forge().foreign])));
    // The refresh that was due was made before; the early one is not allowed yet, and nobody asks for one.
    advance(seconds(511)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    settle().await;
    assert_eq!(timed(&validator, &unknown).await, (Ok(()), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn r3_wrong_signatures_are_not_remembered_as_unknown_keys() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &token(&forge().rsa, &[])).await, Ok(()));
    advance(seconds(30)).await;
    let forged = token(&forge().foreign.with_kid("rsa"), &[]);
    assert!(validate(&validator, &forged).await.is_err());
    assert_eq!(validate(&validator, &token(&forge().rsa, &[])).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn f8_no_more_than_a_thousand_wait_for_made_up_keys() {
    let source = Source::of(forge());
    let validator = Arc::new(validator(&source));
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Never);
    advance(seconds(30)).await;
    let mut requests = JoinSet::new();
    for number in 0..2000 {
        let token = token(&forge().foreign.with_kid(&number.to_string()), &[]);
        let validator = Arc::clone(&validator);
        requests.spawn(async move { timed(&validator, &token).await });
    }
    let results = requests.join_all().await;
    assert!(results.iter().all(|(result, _)| *result == UNKNOWN_KEY));
    let waited = results.iter().filter(|(_, time)| *time > Duration::ZERO).count();
    assert_eq!(waited, 1024);
    assert_eq!(source.requests().len(), 2);
}
