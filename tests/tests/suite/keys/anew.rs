//! Keys for tools that are `fresh`: no older than they may be, or nobody gets in.

use super::source::{Answer, JWKS_URI, Source};
use super::{UNAVAILABLE, UNKNOWN_KEY, builder, good, seconds, settle, token, validate, validator};
use crate::tokens::forge::{self, ISSUER, Refusal, forge};
use futures_util::FutureExt as _;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance};
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{BearerToken, JwtValidator, Validator as _};

async fn anew(validator: &JwtValidator, token: &str) -> Result<(), Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert(
        AUTHORIZATION,
        HeaderValue::from_str(&format!("Bearer {token}")).unwrap(),
    );
    let token = BearerToken::from_headers(&headers).unwrap().unwrap();
    match validator.validate_anew(&token).await {
        Ok(_) => Ok(()),
        Err(ValidateError::Token(error)) => Err(Refusal::Token(error)),
        Err(ValidateError::Unavailable(_)) => Err(Refusal::Unavailable),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn anew_means_keys_no_older_than_a_minute() {
    let source = Source::of(forge());
    let validator = validator(&source);
    let withdrawn = token(&forge().rsa, &[]);
    assert_eq!(anew(&validator, &withdrawn).await, Ok(()));
    source.answer(Answer::Document(forge::jwks(&[&forge().p256])));
    advance(seconds(59)).await;
    assert_eq!(anew(&validator, &withdrawn).await, Ok(()));
    assert_eq!(source.requests().len(), 1);
    advance(seconds(1)).await;
    assert_eq!(validate(&validator, &withdrawn).await, Ok(()));
    assert_eq!(anew(&validator, &withdrawn).await, UNKNOWN_KEY);
    // What was fetched is for everybody.
    assert_eq!(validate(&validator, &withdrawn).await, UNKNOWN_KEY);
    assert_eq!(anew(&validator, &good(forge())).await, Ok(()));
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn anew_checks_everything_else_as_well() {
    let source = Source::of(forge());
    let validator = validator(&source);
    for (changes, error) in [
        (("aud", "\"https://other.example\""), TokenError::Audience),
        (("iss", "\"https://evil.example\""), TokenError::Issuer),
        (("nbf", "1900000000"), TokenError::NotYetValid),
    ] {
        let token = token(&forge().p256, &[changes]);
        assert_eq!(anew(&validator, &token).await, Err(Refusal::Token(error)));
    }
}

#[tokio::test(start_paused = true)]
async fn anew_is_at_most_one_fetch_in_the_time_that_keys_are_young() {
    let source = Source::of(forge());
    let validator = Arc::new(
        builder(&source, ISSUER)
            .jwks_uri(JWKS_URI)
            .fresh_keys(seconds(10))
            .build()
            .unwrap(),
    );
    let good: Arc<str> = good(forge()).into();
    for _ in 0..60 {
        let mut requests = JoinSet::new();
        for _ in 0..20 {
            let (validator, good) = (Arc::clone(&validator), Arc::clone(&good));
            requests.spawn(async move { anew(&validator, &good).await });
        }
        assert!(requests.join_all().await.iter().all(Result::is_ok));
        advance(seconds(1)).await;
    }
    assert_eq!(source.times(), [0, 10, 20, 30, 40, 50]);
}

#[tokio::test(start_paused = true)]
async fn anew_is_refused_while_the_issuer_is_down_and_nothing_else_is() {
    let source = Source::of(forge());
    let validator = validator(&source);
    let good = good(forge());
    assert_eq!(anew(&validator, &good).await, Ok(()));
    source.answer(Answer::Failure);
    advance(seconds(60)).await;
    let before = source.requests().len();
    for _ in 0..600 {
        assert_eq!(anew(&validator, &good).await, UNAVAILABLE);
        assert_eq!(validate(&validator, &good).await, Ok(()));
        advance(seconds(1)).await;
    }
    let during = source.requests().len() - before;
    assert!((10..=60).contains(&during), "{during}");
    source.answer(Answer::Document(forge().jwks()));
    advance(seconds(60)).await;
    assert_eq!(anew(&validator, &good).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn anew_waits_five_seconds_at_most() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(anew(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Never);
    advance(seconds(60)).await;
    let start = Instant::now();
    assert_eq!(anew(&validator, &good(forge())).await, UNAVAILABLE);
    assert_eq!(start.elapsed(), seconds(5));
}

#[tokio::test(start_paused = true)]
async fn anew_keys_are_as_old_as_the_question_for_them() {
    let source = Source::of(forge());
    let validator = validator(&source);
    source.answer(Answer::Late(seconds(4), forge().jwks()));
    assert_eq!(anew(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Document(forge().jwks()));
    // 55 s after the answer, 59 after the question; and then 60.
    advance(seconds(55)).await;
    assert_eq!(anew(&validator, &good(forge())).await, Ok(()));
    assert_eq!(source.requests().len(), 1);
    advance(seconds(1)).await;
    assert_eq!(anew(&validator, &good(forge())).await, Ok(()));
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn anew_keys_that_take_longer_than_they_are_young_will_do_for_who_asked_before() {
    let source = Source::of(forge());
    source.answer(Answer::Late(seconds(2), forge().jwks()));
    let validator = builder(&source, ISSUER).jwks_uri(JWKS_URI).fresh_keys(seconds(1));
    let validator = Arc::new(validator.build().unwrap());
    let ask = || {
        let validator = Arc::clone(&validator);
        tokio::spawn(async move {
            let start = Instant::now();
            let answer = anew(&validator, &good(forge())).await;
            (answer, start.elapsed().as_millis().div_ceil(1000))
        })
    };
    let first = ask();
    settle().await;
    advance(seconds(1)).await;
    // What is on its way since then says nothing of what was withdrawn a moment ago.
    let second = ask();
    settle().await;
    assert_eq!(first.await.unwrap(), (Ok(()), 2));
    assert_eq!(second.await.unwrap(), (Ok(()), 3));
    assert_eq!(source.times(), [0, 2]);
}

#[test]
fn r1_a_runtime_that_shuts_down_stops_nobody() {
    let (done, result) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let handle = runtime.handle().clone();
        let (source, validator) = runtime.block_on(async {
            let source = Source::of(forge());
            let validator = validator(&source);
            assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
            advance(seconds(600)).await;
            (source, validator)
        });
        drop(runtime);
        // A fetch is due, and is dropped in the moment that it starts.
        let _entered = handle.enter();
        let answers = [(); 2].map(|()| validate(&validator, &good(forge())).now_or_never());
        done.send((answers, source.requests().len())).unwrap();
    });
    let (answers, requests) = result.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!((answers, requests), ([Some(Ok(())), Some(Ok(()))], 1));
}

#[tokio::test(start_paused = true)]
async fn anew_with_keys_that_are_given_asks_nobody() {
    let source = Source::of(forge());
    let validator = builder(&source, ISSUER).static_keys(forge().jwks()).build().unwrap();
    advance(Duration::from_hours(10)).await;
    assert_eq!(anew(&validator, &good(forge())).await, Ok(()));
    assert_eq!(source.requests().len(), 0);
}
