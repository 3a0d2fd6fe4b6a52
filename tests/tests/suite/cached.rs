//! What is remembered of tokens, and for how long. No issuer is asked for real, and time goes on only when told to.

pub(crate) mod script;

use self::script::{Answer, GOOD, Hands, Script, token};
use crate::tokens::forge::NOW;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use toolgate::validator::{CachedBuilder, TokenError, ValidateError};
use toolgate::{BearerToken, Cached, Caller, Claims, Validator};

const INACTIVE: Result<String, Refusal> = Err(Refusal::Token(TokenError::Inactive));
const UNAVAILABLE: Result<String, Refusal> = Err(Refusal::Unavailable);

#[derive(Debug, PartialEq)]
enum Refusal {
    Token(TokenError),
    Unavailable,
}

fn builder(script: &Script, clock: &Hands) -> CachedBuilder<Script> {
    Cached::builder(script.clone()).clock(clock.clone())
}

fn cached(script: &Script, clock: &Hands) -> Cached<Script> {
    builder(script, clock).build().unwrap()
}

fn subject(result: Result<Claims, ValidateError>) -> Result<String, Refusal> {
    match result {
        Ok(claims) => Ok(Caller::assert(claims).subject().to_owned()),
        Err(ValidateError::Token(error)) => Err(Refusal::Token(error)),
        Err(_) => Err(Refusal::Unavailable),
    }
}

async fn ask(cached: &Cached<Script>, text: &str) -> Result<String, Refusal> {
    subject(cached.validate(&token(text)).await)
}

async fn ask_anew(cached: &Cached<Script>, text: &str) -> Result<String, Refusal> {
    subject(cached.validate_anew(&token(text)).await)
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with results")]
fn alice() -> Result<String, Refusal> {
    Ok("alice".to_owned())
}

/// So many requests with the same token at once.
async fn together(cached: &Arc<Cached<Script>>, requests: usize) -> Vec<Result<String, Refusal>> {
    let mut tasks = JoinSet::new();
    for _ in 0..requests {
        let cached = Arc::clone(cached);
        tasks.spawn(async move { ask(&cached, "t").await });
    }
    tasks.join_all().await
}

#[tokio::test]
async fn r17_claims_are_kept_for_a_minute() {
    let (script, clock) = (Script::new(GOOD), Hands::new());
    let cached = cached(&script, &clock);
    for (seconds, calls) in [(0, 1), (0, 1), (59, 1), (1, 2), (59, 2), (1, 3)] {
        clock.pass(seconds);
        assert_eq!(ask(&cached, "t").await, alice());
        assert_eq!(script.calls(), calls);
    }
}

#[tokio::test]
async fn r17_claims_are_kept_for_as_long_as_configured() {
    let (script, clock) = (Script::new(GOOD), Hands::new());
    let cached = builder(&script, &clock)
        .max_age(Duration::from_secs(5))
        .build()
        .unwrap();
    for (seconds, calls) in [(0, 1), (4, 1), (1, 2)] {
        clock.pass(seconds);
        assert_eq!(ask(&cached, "t").await, alice());
        assert_eq!(script.calls(), calls);
    }
}

#[tokio::test]
async fn r17_claims_are_not_kept_past_exp() {
    let (script, clock) = (Script::new(Answer::Claims("alice", NOW + 10)), Hands::new());
    let cached = cached(&script, &clock);
    // Within the leeway a token is good, and its validator is asked each time.
    for (seconds, calls) in [(0, 1), (9, 1), (1, 2), (0, 3), (0, 4)] {
        clock.pass(seconds);
        assert_eq!(ask(&cached, "t").await, alice());
        assert_eq!(script.calls(), calls);
    }
}

#[tokio::test]
async fn r17_f26_ages_do_not_care_about_the_wall_clock_and_exp_does() {
    let (script, clock) = (Script::new(GOOD), Hands::new());
    let cached = cached(&script, &clock);
    assert_eq!(ask(&cached, "t").await, alice());
    // An hour back: still kept, but for no longer than before.
    clock.set(-3600);
    assert_eq!(ask(&cached, "t").await, alice());
    assert_eq!(script.calls(), 1);
    clock.pass(60);
    assert_eq!(ask(&cached, "t").await, alice());
    assert_eq!(script.calls(), 2);
    // Forward over exp and leeway: what is kept is good no more, and what the validator says counts.
    script.answer(Answer::Refused(TokenError::Expired));
    clock.set(2 * 3600 + 300);
    assert_eq!(ask(&cached, "t").await, Err(Refusal::Token(TokenError::Expired)));
    assert_eq!(script.calls(), 3);
}

#[tokio::test]
async fn r17_tokens_are_told_apart_by_every_byte() {
    let (script, clock) = (Script::new(GOOD), Hands::new());
    let cached = cached(&script, &clock);
    let texts = ["abcdefgh", "abcdefgi", "bbcdefgh", "abcdefg", "abcdefgha", "abcdefgh="];
    for (calls, text) in (1..).zip(texts) {
        assert_eq!(ask(&cached, text).await, alice());
        assert_eq!(script.calls(), calls);
    }
    for text in texts {
        assert_eq!(ask(&cached, text).await, alice());
    }
    assert_eq!(script.calls(), texts.len());
}

#[tokio::test(start_paused = true)]
async fn r17_f6_ten_thousand_requests_with_one_token_are_one_validation() {
    let (script, clock) = (Script::new(GOOD), Hands::new());
    script.delay(Duration::from_millis(200));
    let cached = Arc::new(cached(&script, &clock));
    let answers = together(&cached, 10_000).await;
    assert!(answers.iter().all(|answer| *answer == alice()));
    assert_eq!((answers.len(), script.calls()), (10_000, 1));
}

#[tokio::test(start_paused = true)]
async fn r17_who_waits_gets_claims_that_are_not_worth_keeping() {
    // Expired, but within the leeway.
    let (script, clock) = (Script::new(Answer::Claims("alice", NOW - 10)), Hands::new());
    script.delay(Duration::from_millis(200));
    let cached = Arc::new(cached(&script, &clock));
    assert!(together(&cached, 100).await.iter().all(|answer| *answer == alice()));
    assert_eq!(script.calls(), 1);
    assert_eq!(ask(&cached, "t").await, alice());
    assert_eq!(script.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn r19_f14_a_failure_is_told_to_all_who_wait_and_then_forgotten() {
    let (script, clock) = (Script::new(Answer::Unavailable), Hands::new());
    script.delay(Duration::from_secs(2));
    let cached = Arc::new(cached(&script, &clock));
    // One after the other they would take 2000 s.
    let answers = timeout(Duration::from_secs(3), together(&cached, 1000)).await.unwrap();
    assert!(answers.iter().all(|answer| *answer == UNAVAILABLE));
    assert_eq!(script.calls(), 1);
    script.answer(GOOD);
    assert_eq!(ask(&cached, "t").await, alice());
}

#[tokio::test]
async fn r19_no_refusal_is_kept_but_that_a_token_is_not_active() {
    for error in [
        TokenError::Signature,
        TokenError::UnknownKey,
        TokenError::Expired,
        TokenError::Revoked,
    ] {
        let (script, clock) = (Script::new(Answer::Refused(error)), Hands::new());
        let cached = cached(&script, &clock);
        for calls in 1..4 {
            assert_eq!(ask(&cached, "t").await, Err(Refusal::Token(error)));
            assert_eq!(script.calls(), calls);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r19_that_a_token_is_not_active_is_kept_for_ten_seconds() {
    let (script, clock) = (Script::new(Answer::Refused(TokenError::Inactive)), Hands::new());
    script.delay(Duration::from_millis(200));
    let cached = Arc::new(cached(&script, &clock));
    assert!(together(&cached, 1000).await.iter().all(|answer| *answer == INACTIVE));
    assert_eq!(script.calls(), 1);
    script.answer(GOOD);
    clock.pass(9);
    assert_eq!(ask(&cached, "t").await, INACTIVE);
    assert_eq!(script.calls(), 1);
    clock.pass(1);
    assert_eq!(ask(&cached, "t").await, alice());
    assert_eq!(script.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn r17_who_goes_away_leaves_the_question_to_the_next() {
    let (script, clock) = (Script::new(GOOD), Hands::new());
    script.delay(Duration::from_secs(2));
    let cached = Arc::new(cached(&script, &clock));
    let first = tokio::spawn({
        let cached = Arc::clone(&cached);
        async move { timeout(Duration::from_secs(1), ask(&cached, "t")).await }
    });
    tokio::task::yield_now().await;
    let others = together(&cached, 100).await;
    assert!(first.await.unwrap().is_err());
    assert!(others.iter().all(|answer| *answer == alice()));
    assert_eq!((script.calls(), script.most_running()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn r22_a_validator_that_panics_takes_nobody_else_along() {
    let (script, clock) = (Script::new(Answer::Panic), Hands::new());
    script.delay(Duration::from_secs(1));
    let cached = Arc::new(cached(&script, &clock));
    let first = tokio::spawn({
        let cached = Arc::clone(&cached);
        async move { ask(&cached, "t").await }
    });
    tokio::task::yield_now().await;
    script.answer(GOOD);
    let others = together(&cached, 100).await;
    assert!(first.await.unwrap_err().is_panic());
    assert!(others.iter().all(|answer| *answer == alice()));
    assert_eq!(script.calls(), 2);
}

#[tokio::test]
async fn fresh_what_is_found_anew_comes_from_no_cache_and_replaces_what_is_there() {
    let (script, clock) = (Script::new(GOOD), Hands::new());
    let cached = cached(&script, &clock);
    assert_eq!(ask(&cached, "t").await, alice());
    script.answer(Answer::Claims("bob", NOW + 3600));
    assert_eq!(ask(&cached, "t").await, alice());
    assert_eq!(ask_anew(&cached, "t").await, Ok("bob".to_owned()));
    assert_eq!(ask(&cached, "t").await, Ok("bob".to_owned()));
    assert_eq!((script.calls(), script.anew()), (1, 1));
}

#[tokio::test]
async fn fresh_a_refusal_removes_what_is_kept() {
    for error in [TokenError::Inactive, TokenError::Signature] {
        let (script, clock) = (Script::new(GOOD), Hands::new());
        let cached = cached(&script, &clock);
        assert_eq!(ask(&cached, "t").await, alice());
        script.answer(Answer::Refused(error));
        assert_eq!(ask_anew(&cached, "t").await, Err(Refusal::Token(error)));
        assert_eq!(ask(&cached, "t").await, Err(Refusal::Token(error)));
        // That it is active again is learned anew as well.
        script.answer(GOOD);
        assert_eq!(ask_anew(&cached, "t").await, alice());
        assert_eq!(ask(&cached, "t").await, alice());
        assert_eq!(script.anew(), 2);
    }
}

#[tokio::test]
async fn fresh_an_issuer_out_of_reach_changes_nothing() {
    let (script, clock) = (Script::new(GOOD), Hands::new());
    let cached = cached(&script, &clock);
    assert_eq!(ask(&cached, "t").await, alice());
    script.answer(Answer::Unavailable);
    assert_eq!(ask_anew(&cached, "t").await, UNAVAILABLE);
    assert_eq!(ask(&cached, "t").await, alice());
    assert_eq!(script.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn fresh_an_older_answer_under_way_does_not_come_back() {
    for (answer, anew) in [
        (Answer::Refused(TokenError::Inactive), INACTIVE),
        (
            Answer::Refused(TokenError::Signature),
            Err(Refusal::Token(TokenError::Signature)),
        ),
    ] {
        let (script, clock) = (Script::new(GOOD), Hands::new());
        let cached = Arc::new(cached(&script, &clock));
        script.delay(Duration::from_secs(2));
        let older = tokio::spawn({
            let cached = Arc::clone(&cached);
            async move { ask(&cached, "t").await }
        });
        tokio::task::yield_now().await;
        script.delay(Duration::ZERO);
        script.answer(answer);
        assert_eq!(ask_anew(&cached, "t").await, anew);
        assert_eq!(older.await.unwrap(), alice());
        assert_eq!(ask(&cached, "t").await, anew);
    }
}

#[tokio::test(start_paused = true)]
async fn r19_an_older_answer_does_not_take_back_that_a_token_is_not_active() {
    let two = Duration::from_secs(2);
    // Asked plainly before, and answered after.
    let (script, clock) = (Script::new(GOOD), Hands::new());
    script.answer_anew(Answer::Refused(TokenError::Inactive), Duration::ZERO);
    script.delay(two);
    let cached = Arc::new(builder(&script, &clock).build().unwrap());
    let ask_later = |anew: bool| {
        let cached = Arc::clone(&cached);
        tokio::spawn(async move {
            if anew {
                ask_anew(&cached, "t").await
            } else {
                ask(&cached, "t").await
            }
        })
    };
    let older = ask_later(false);
    tokio::task::yield_now().await;
    clock.pass(1);
    assert_eq!(ask_anew(&cached, "t").await, INACTIVE);
    assert_eq!(older.await.unwrap(), alice());
    clock.pass(9);
    assert_eq!(ask(&cached, "t").await, INACTIVE);
    clock.pass(1);
    assert_eq!(ask(&cached, "t").await, alice());
    // Asked anew before, and answered after.
    script.delay(Duration::ZERO);
    script.answer_anew(GOOD, two);
    let older = ask_later(true);
    tokio::task::yield_now().await;
    clock.pass(1);
    script.answer_anew(Answer::Refused(TokenError::Inactive), Duration::ZERO);
    assert_eq!(ask_anew(&cached, "t").await, INACTIVE);
    assert_eq!(older.await.unwrap(), alice());
    assert_eq!(ask(&cached, "t").await, INACTIVE);
    // Asked anew after, and answered before.
    script.answer_anew(Answer::Refused(TokenError::Inactive), two);
    let older = ask_later(true);
    tokio::task::yield_now().await;
    clock.pass(1);
    script.answer_anew(GOOD, Duration::ZERO);
    assert_eq!(ask_anew(&cached, "t").await, alice());
    assert_eq!(ask(&cached, "t").await, alice());
    // In doubt, it is not active, for ten seconds after that was asked.
    assert_eq!(older.await.unwrap(), INACTIVE);
    assert_eq!(ask(&cached, "t").await, INACTIVE);
    clock.pass(9);
    assert_eq!(ask(&cached, "t").await, alice());
}

#[tokio::test(start_paused = true)]
async fn r19_ten_seconds_begin_with_the_question() {
    let (script, clock) = (Script::new(Answer::Refused(TokenError::Inactive)), Hands::new());
    script.delay(Duration::from_secs(1));
    let cached = Arc::new(cached(&script, &clock));
    let asked = tokio::spawn({
        let cached = Arc::clone(&cached);
        async move { ask(&cached, "t").await }
    });
    tokio::task::yield_now().await;
    clock.pass(4);
    assert_eq!(asked.await.unwrap(), INACTIVE);
    script.answer(GOOD);
    clock.pass(5);
    assert_eq!(ask(&cached, "t").await, INACTIVE);
    clock.pass(1);
    assert_eq!(ask(&cached, "t").await, alice());
}

#[tokio::test]
async fn f21_f22_tokens_seen_once_neither_push_out_the_others_nor_pile_up() {
    let (script, clock) = (Script::new(Answer::Long(0)), Hands::new());
    let cached = builder(&script, &clock).entries(1000).build().unwrap();
    let hot: Vec<BearerToken> = (0..100).map(|i| token(&format!("hot{i}"))).collect();
    let use_hot = async || {
        for token in &hot {
            assert!(cached.validate(token).await.is_ok());
        }
    };
    use_hot().await;
    use_hot().await;
    let before = script.calls();
    for round in 0..200 {
        script.answer(Answer::Refused(TokenError::Signature));
        for i in 0..100 {
            assert!(cached.validate(&token(&format!("garbage{round}-{i}"))).await.is_err());
        }
        script.answer(Answer::Refused(TokenError::Inactive));
        for i in 0..100 {
            assert!(cached.validate(&token(&format!("opaque{round}-{i}"))).await.is_err());
        }
        use_hot().await;
    }
    // Garbage is asked about, and pushes out nobody.
    assert_eq!(script.calls() - before, 200 * 200);
    script.answer(Answer::Long(0));
    let before = script.calls();
    for round in 0..200 {
        for i in 0..100 {
            assert!(cached.validate(&token(&format!("valid{round}-{i}"))).await.is_ok());
        }
        use_hot().await;
    }
    // Valid tokens that were seen once push out hardly anybody who calls again and again.
    let again = script.calls() - before - 200 * 100;
    assert!(again <= 200 * 100 / 20, "{again}");
    assert!(cached.len() <= 1000, "{}", cached.len());
}

#[tokio::test]
async fn f21_an_error_takes_nobodys_place() {
    let (script, clock) = (Script::new(Answer::Long(0)), Hands::new());
    let cached = builder(&script, &clock).entries(1000).build().unwrap();
    for i in 0..5000 {
        assert!(cached.validate(&token(&i.to_string())).await.is_ok());
    }
    let full = cached.len();
    assert!(full > 500, "{full}");
    script.answer(Answer::Refused(TokenError::Signature));
    for i in 0..1000 {
        assert!(cached.validate(&token(&format!("garbage{i}"))).await.is_err());
    }
    assert_eq!(cached.len(), full);
}

#[tokio::test]
async fn r17_large_claims_share_the_bytes_there_are() {
    let (script, clock) = (Script::new(Answer::Long(100_000)), Hands::new());
    let cached = cached(&script, &clock);
    for i in 0..1000 {
        assert!(cached.validate(&token(&i.to_string())).await.is_ok());
    }
    let most = (32 << 20) / 100_000;
    assert!((most / 2..=most).contains(&cached.len()), "{}", cached.len());
}

#[tokio::test]
async fn r17_limits_that_make_no_sense_are_refused() {
    let clock = Hands::new();
    let builder = || builder(&Script::new(GOOD), &clock);
    let messages: Vec<String> = [
        builder().max_age(Duration::from_secs(61)),
        builder().max_age(Duration::ZERO),
        builder().entries(0),
        builder().entries(40_000),
        builder().bytes(1000),
        builder().bytes(u32::MAX),
    ]
    .into_iter()
    .map(|builder| builder.build().unwrap_err().to_string())
    .collect();
    let age = "the cache keeps claims for too long or not at all";
    let room = "the cache has too little room or too much";
    for (message, expected) in messages.iter().zip([age, age, room, room, room, room]) {
        assert!(message.starts_with(expected), "{message}");
    }
    assert!(builder().entries(1).bytes(1024).build().is_ok());
    assert_eq!(builder().build().unwrap().issuers(), [script::ISSUER]);
}
