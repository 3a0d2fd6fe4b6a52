//! Where keys come from and when they are fetched. Time stands still unless a test moves it; nothing is fetched for real.

mod anew;
mod documents;
mod floods;
mod health;
mod live;
mod outages;
mod poisoned;
mod rotations;
mod source;
mod unknown;

use self::source::{Answer, JWKS_URI, Source};
use crate::tokens::forge::{self, AUDIENCE, Forge, ISSUER, Member, NOW, Refusal, claims, forge, header, seal};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance};
use toolgate::validator::{Given, JwtValidatorBuilder, TokenError};
use toolgate::{Cached, Clock, HealthStatus, JwtValidator, Validator as _};
use toolgate_testing::{Algorithm, KeyKind, SigningKey};

const UNKNOWN_KEY: Result<(), Refusal> = Err(Refusal::Token(TokenError::UnknownKey));
const SIGNATURE: Result<(), Refusal> = Err(Refusal::Token(TokenError::Signature));
const UNAVAILABLE: Result<(), Refusal> = Err(Refusal::Unavailable);

/// The time of the test's runtime, so that waiting and ages go together.
struct Time(Instant);

impl Clock for Time {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(NOW) + self.0.elapsed()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

type Builder = JwtValidatorBuilder<Given<String>, Given<Vec<String>>, Given<Vec<toolgate::Algorithm>>>;

fn builder(source: &Source, issuer: &str) -> Builder {
    JwtValidator::builder()
        .issuer(issuer)
        .audience(AUDIENCE)
        .algorithm(toolgate::Algorithm::Rs256)
        .algorithm(toolgate::Algorithm::Es256)
        .algorithm(toolgate::Algorithm::Es384)
        .algorithm(toolgate::Algorithm::EdDsa)
        .fetch(source.clone())
        .clock(Time(Instant::now()))
}

/// A validator that gets its keys from here.
fn validator(source: &Source) -> JwtValidator {
    builder(source, ISSUER).jwks_uri(JWKS_URI).build().unwrap()
}

/// A token that lasts longer than any outage here.
fn token(key: &SigningKey, changes: &[Member]) -> String {
    let algorithm = match key.kind() {
        KeyKind::Rsa => Algorithm::Rs256,
        KeyKind::P256 => Algorithm::Es256,
        KeyKind::P384 => Algorithm::Es384,
        _ => Algorithm::EdDsa,
    };
    let header = header(&[
        ("alg", &json!(algorithm.as_str()).to_string()),
        ("kid", &json!(key.kid()).to_string()),
    ]);
    let lasting = [&[("exp", "1800080000")], changes].concat();
    seal(key, algorithm, header, claims(&lasting)).to_string()
}

fn good(forge: &Forge) -> String {
    token(&forge.p256, &[])
}

async fn validate(validator: &JwtValidator, token: &str) -> Result<(), Refusal> {
    forge::validate(validator, token).await.map(drop)
}

/// Validates, and says how long it took.
async fn timed(validator: &JwtValidator, token: &str) -> (Result<(), Refusal>, Duration) {
    let start = Instant::now();
    let result = validate(validator, token).await;
    (result, start.elapsed())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Lets everything run that can. Time goes on by a hair, because it does so only when nothing else can run.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn r1_f6_ten_thousand_cold_requests_are_one_fetch() {
    let source = Source::of(forge());
    source.answer(Answer::Late(Duration::from_millis(200), forge().jwks()));
    let validator = Arc::new(validator(&source));
    let token: Arc<str> = good(forge()).into();
    let mut requests = JoinSet::new();
    for _ in 0..10_000 {
        let (validator, token) = (Arc::clone(&validator), Arc::clone(&token));
        requests.spawn(async move { validate(&validator, &token).await });
    }
    let results = requests.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 10_000);
    assert_eq!(source.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn r1_nothing_is_fetched_before_the_first_request() {
    let source = Source::of(forge());
    let validator = validator(&source);
    settle().await;
    assert_eq!(source.requests().len(), 0);
    // Nor for what is no token of ours anyway.
    for token in ["x", "a.b.c", &forge().with_header(&[("alg", "\"none\"")])] {
        assert!(matches!(validate(&validator, token).await, Err(Refusal::Token(_))));
    }
    assert_eq!(source.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn r1_a_request_waits_five_seconds_at_most() {
    let source = Source::of(forge());
    source.answer(Answer::Never);
    let validator = validator(&source);
    assert_eq!(timed(&validator, &good(forge())).await, (UNAVAILABLE, seconds(5)));
    // The second one joins the same fetch.
    assert_eq!(timed(&validator, &good(forge())).await, (UNAVAILABLE, seconds(5)));
    assert_eq!(source.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn r1_a_request_that_goes_away_takes_no_fetch_with_it() {
    let source = Source::of(forge());
    source.answer(Answer::Late(seconds(2), forge().jwks()));
    let validator = validator(&source);
    let token = good(forge());
    assert!(
        tokio::time::timeout(seconds(1), validate(&validator, &token))
            .await
            .is_err()
    );
    assert_eq!(timed(&validator, &token).await, (Ok(()), seconds(1)));
    assert_eq!(source.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn r1_a_fetch_ends_with_its_validator() {
    let source = Source::of(forge());
    source.answer(Answer::Never);
    let validator = validator(&source);
    let _ = validate(&validator, &good(forge())).await;
    assert_eq!(source.running(), 1);
    drop(validator);
    settle().await;
    assert_eq!(source.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn r1_a_fetch_that_never_ends_is_ended() {
    let source = Source::of(forge());
    source.answer(Answer::Never);
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, UNAVAILABLE);
    source.answer(Answer::Document(forge().jwks()));
    advance(seconds(16)).await;
    settle().await;
    assert_eq!(source.running(), 0);
    advance(seconds(2)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn r1_r6_a_fetch_that_panics_is_a_failed_one() {
    let source = Source::of(forge());
    source.answer(Answer::Panic);
    let validator = validator(&source);
    for _ in 0..100 {
        assert_eq!(timed(&validator, &good(forge())).await, (UNAVAILABLE, Duration::ZERO));
    }
    assert_eq!(source.requests().len(), 1);
    source.answer(Answer::Document(forge().jwks()));
    advance(seconds(2)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn r2_the_next_set_is_fetched_while_this_one_is_used() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Late(seconds(4), forge().jwks()));
    advance(seconds(479)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    settle().await;
    assert_eq!(source.requests().len(), 1);
    // 480 s are 80 % of ten minutes; up to 30 s more are a matter of chance.
    advance(seconds(31)).await;
    for _ in 0..100 {
        assert_eq!(timed(&validator, &good(forge())).await, (Ok(()), Duration::ZERO));
    }
    settle().await;
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn r2_instances_do_not_ask_together() {
    let mut times = Vec::new();
    for _ in 0..20 {
        let source = Source::of(forge());
        let validator = validator(&source);
        assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
        advance(seconds(475)).await;
        while source.requests().len() < 2 {
            assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
            settle().await;
            advance(seconds(1)).await;
        }
        times.push(source.times()[1]);
    }
    assert!(times.iter().all(|at| (480..=511).contains(at)), "{times:?}");
    times.sort_unstable();
    times.dedup();
    assert!(times.len() > 5, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn r2_the_issuer_says_for_how_long_a_set_is_fresh_within_bounds() {
    for (said, from, to) in [
        (0, 48, 52),
        (1, 48, 52),
        (300, 240, 256),
        (1200, 960, 1021),
        (86_400, 1800, 1914),
    ] {
        let source = Source::of(forge());
        source.answer(Answer::Kept(seconds(said), forge().jwks()));
        let validator = validator(&source);
        assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
        advance(seconds(from - 1)).await;
        assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
        settle().await;
        assert_eq!(source.requests().len(), 1, "{said}");
        advance(seconds(to - from + 1)).await;
        assert_eq!(timed(&validator, &good(forge())).await, (Ok(()), Duration::ZERO));
        settle().await;
        assert_eq!(source.requests().len(), 2, "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn r3_an_unknown_key_is_looked_for_once_per_cool_down() {
    let source = Source::of(forge());
    let validator = validator(&source);
    let unknown = token(&forge().foreign, &[]);
    for second in 0..=125 {
        let kid = forge().p256.with_kid(&format!("random-{second}"));
        assert_eq!(validate(&validator, &unknown).await, UNKNOWN_KEY);
        assert_eq!(validate(&validator, &token(&kid, &[])).await, UNKNOWN_KEY);
        assert_eq!(timed(&validator, &good(forge())).await, (Ok(()), Duration::ZERO));
        advance(seconds(1)).await;
    }
    assert_eq!(source.times(), [0, 30, 60, 90, 120]);
}

#[tokio::test(start_paused = true)]
async fn r3_failed_fetches_count_too() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Failure);
    let unknown = token(&forge().foreign, &[]);
    for _ in 0..=125 {
        assert_eq!(validate(&validator, &unknown).await, UNKNOWN_KEY);
        advance(seconds(1)).await;
    }
    assert_eq!(source.times(), [0, 30, 60, 90, 120]);
}

#[tokio::test(start_paused = true)]
async fn r3_wrong_signatures_and_unknown_keys_share_one_budget() {
    let source = Source::of(forge());
    let validator = validator(&source);
    let forged = token(&forge().foreign.with_kid("rsa"), &[]);
    let unknown = token(&forge().foreign, &[]);
    for _ in 0..=95 {
        assert_eq!(validate(&validator, &forged).await, SIGNATURE);
        assert_eq!(validate(&validator, &unknown).await, UNKNOWN_KEY);
        advance(seconds(1)).await;
    }
    assert_eq!(source.times(), [0, 30, 60, 90]);
}

#[tokio::test(start_paused = true)]
async fn r3_a_provider_that_reuses_a_kid_is_followed() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &token(&forge().rsa, &[])).await, Ok(()));
    let reused = forge().foreign.with_kid("rsa");
    source.answer(Answer::Document(forge::jwks(&[&reused])));
    advance(seconds(29)).await;
    assert_eq!(validate(&validator, &token(&reused, &[])).await, SIGNATURE);
    advance(seconds(1)).await;
    assert_eq!(validate(&validator, &token(&reused, &[])).await, Ok(()));
    assert_eq!(validate(&validator, &token(&forge().rsa, &[])).await, SIGNATURE);
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn r3_f8_who_waits_for_an_unknown_key_waits_alone() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Never);
    advance(seconds(30)).await;
    let unknown = token(&forge().foreign, &[]);
    let good = good(forge());
    let known = async {
        settle().await;
        timed(&validator, &good).await
    };
    let (unknown, known) = tokio::join!(timed(&validator, &unknown), known);
    assert_eq!(unknown, (UNKNOWN_KEY, seconds(5)));
    assert_eq!(known, (Ok(()), Duration::ZERO));
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn r3_f4_a_key_that_is_added_is_found_at_once() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Document(forge::jwks(&[&forge().p256, &forge().foreign])));
    advance(seconds(30)).await;
    assert_eq!(validate(&validator, &token(&forge().foreign, &[])).await, Ok(()));
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn r7_f5_a_key_that_is_withdrawn_stops_with_the_next_set() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &token(&forge().rsa, &[])).await, Ok(()));
    source.answer(Answer::Document(forge::jwks(&[&forge().p256])));
    advance(seconds(511)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    settle().await;
    assert_eq!(validate(&validator, &token(&forge().rsa, &[])).await, UNKNOWN_KEY);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn r7_f5_what_a_withdrawn_key_proved_is_not_handed_out_by_a_cache() {
    let source = Source::of(forge());
    let cached = Cached::builder(validator(&source)).clock(Time(Instant::now()));
    let cached = cached.build().unwrap();
    let [withdrawn, good] = [token(&forge().rsa, &[]), good(forge())];
    let ask = async |token: &str| forge::validate(&cached, token).await.map(drop);
    assert_eq!(ask(&good).await, Ok(()));
    advance(seconds(470)).await;
    assert_eq!(ask(&withdrawn).await, Ok(()));
    source.answer(Answer::Document(forge::jwks(&[&forge().p256])));
    advance(seconds(41)).await;
    assert_eq!(ask(&good).await, Ok(()));
    settle().await;
    // It was kept a moment ago.
    assert_eq!(ask(&withdrawn).await, UNKNOWN_KEY);
    assert_eq!(source.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn r5_an_outage_is_survived_for_an_hour_and_no_longer() {
    let source = Source::of(forge());
    let validator = validator(&source);
    let (good, unknown) = (good(forge()), token(&forge().foreign, &[]));
    assert_eq!(validate(&validator, &good).await, Ok(()));
    source.answer(Answer::Failure);
    for _ in 0..3599 {
        advance(seconds(1)).await;
        assert_eq!(timed(&validator, &good).await, (Ok(()), Duration::ZERO));
    }
    // R6: one attempt in 15 to 60 s, from when the set was due to be refreshed.
    let during = source.requests().len();
    assert!((50..=210).contains(&during), "{during}");
    advance(seconds(1)).await;
    for token in [&good, &unknown, &token(&forge().foreign.with_kid("rsa"), &[])] {
        assert_eq!(validate(&validator, token).await, UNAVAILABLE);
    }
    // F2: everybody is locked out, so the issuer is asked more often, but not with every request.
    let before = source.requests().len();
    for _ in 0..600 {
        advance(Duration::from_millis(100)).await;
        assert_eq!(timed(&validator, &good).await, (UNAVAILABLE, Duration::ZERO));
    }
    let during = source.requests().len() - before;
    assert!((35..=60).contains(&during), "{during}");
    source.answer(Answer::Document(forge().jwks()));
    advance(Duration::from_millis(1500)).await;
    assert_eq!(validate(&validator, &good).await, Ok(()));
    assert_eq!(validate(&validator, &unknown).await, UNKNOWN_KEY);
}

#[tokio::test(start_paused = true)]
async fn r5_an_unknown_key_during_an_outage_ends_nobody_elses() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Failure);
    advance(seconds(1000)).await;
    assert_eq!(validate(&validator, &token(&forge().foreign, &[])).await, UNKNOWN_KEY);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn r6_f3_failed_fetches_are_further_and_further_apart() {
    let source = Source::of(forge());
    source.answer(Answer::Failure);
    let validator = validator(&source);
    // Asked as often as you like: twice every half second.
    for _ in 0..500 {
        for _ in 0..2 {
            assert_eq!(timed(&validator, &good(forge())).await, (UNAVAILABLE, Duration::ZERO));
        }
        advance(Duration::from_millis(500)).await;
    }
    let times = source.times();
    assert!(times.iter().filter(|at| **at < 60).count() <= 10, "{times:?}");
    backs_off(&times);
    // After a good one it starts anew.
    source.answer(Answer::Document(forge().jwks()));
    advance(seconds(60)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Failure);
    let before = source.requests().len();
    for _ in 0..600 {
        advance(seconds(1)).await;
        assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    }
    backs_off(&source.times()[before..]);
}

/// Whether each pause is between a quarter and the whole of 2, 4, 8 .. 60 s, and at least a second.
fn backs_off(times: &[u64]) {
    assert!(times.len() >= 4, "{times:?}");
    for (pair, most) in times.windows(2).zip([2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]) {
        let pause = pair[1] - pair[0];
        // Times are in whole seconds, and the requests that notice that one is over are half a second or one apart.
        assert!((most / 4..=most + 2).contains(&pause), "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn r8_r16_f11_a_poisoned_set_replaces_no_good_one() {
    for (name, document) in poisoned::documents(forge()) {
        let source = Source::of(forge());
        let warm = validator(&source);
        assert_eq!(validate(&warm, &good(forge())).await, Ok(()));
        source.answer(Answer::Document(document));
        advance(seconds(511)).await;
        for _ in 0..2 {
            assert_eq!(timed(&warm, &good(forge())).await, (Ok(()), Duration::ZERO), "{name}");
            settle().await;
        }
        let cold = validator(&source);
        assert_eq!(validate(&cold, &good(forge())).await, UNAVAILABLE, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn r10_f11_a_poisoned_key_checks_nothing_and_harms_no_other() {
    for (name, key) in poisoned::keys(forge()) {
        let source = Source::of(forge());
        source.answer(Answer::Document(forge::key_set(&[key, forge().p384.public_jwk()])));
        let validator = validator(&source);
        assert_eq!(validate(&validator, &token(&forge().p384, &[])).await, Ok(()), "{name}");
        for key in [&forge().rsa, &forge().p256, &forge().ed25519] {
            assert_eq!(validate(&validator, &token(key, &[])).await, UNKNOWN_KEY, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r10_keys_under_which_anyone_can_sign_are_not_used() {
    for (name, key, token) in poisoned::forgeries(forge()) {
        let source = Source::of(forge());
        source.answer(Answer::Document(forge::key_set(&[key, forge().p384.public_jwk()])));
        let validator = validator(&source);
        assert_eq!(validate(&validator, &token).await, UNKNOWN_KEY, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn r9_a_set_has_at_most_a_hundred_keys() {
    let keys = |count: usize| {
        let mut keys = vec![forge().p256.public_jwk()];
        keys.resize_with(count, || json!({"kty": "oct", "k": "AA"}));
        forge::key_set(&keys)
    };
    for (count, expected) in [(100, Ok(())), (101, UNAVAILABLE)] {
        let source = Source::of(forge());
        source.answer(Answer::Document(keys(count)));
        assert_eq!(validate(&validator(&source), &good(forge())).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn at_12_metadata_is_looked_for_in_order_and_followed() {
    let source = Source::of(forge());
    let issuer = "https://idp.example/realms/x";
    let places = [
        "https://idp.example/.well-known/oauth-authorization-server/realms/x",
        "https://idp.example/.well-known/openid-configuration/realms/x",
        "https://idp.example/realms/x/.well-known/openid-configuration",
    ];
    let validator = builder(&source, issuer).build().unwrap();
    let token = token(&forge().p256, &[("iss", &json!(issuer).to_string())]);
    source.answer(Answer::Failure);
    assert_eq!(validate(&validator, &token).await, UNAVAILABLE);
    assert_eq!(source.requests(), places);

    // Documents that are of no use are passed over like failures.
    let metadata = |issuer: &str, uri: &str| json!({"issuer": issuer, "jwks_uri": uri}).to_string();
    source.answer_at(places[0], Answer::Document("<html>".to_owned()));
    source.answer_at(places[1], Answer::Document(json!({ "issuer": issuer }).to_string()));
    source.answer_at(places[2], Answer::Document(metadata(issuer, "https://keys.example/1")));
    source.answer_at(
        "https://keys.example/1",
        Answer::Document(forge::jwks(&[&forge().p256])),
    );
    advance(seconds(2)).await;
    assert_eq!(validate(&validator, &token).await, Ok(()));
    assert_eq!(
        source.requests()[3..],
        [places[0], places[1], places[2], "https://keys.example/1"]
    );

    // Keys that move are followed.
    source.answer_at(places[0], Answer::Document(metadata(issuer, "https://keys.example/2")));
    source.answer_at("https://keys.example/2", Answer::Document(forge::jwks(&[&forge().rsa])));
    advance(seconds(511)).await;
    assert_eq!(validate(&validator, &token).await, Ok(()));
    settle().await;
    assert_eq!(validate(&validator, &token).await, UNKNOWN_KEY);
    assert_eq!(source.requests()[7..], [places[0], "https://keys.example/2"]);
}

#[tokio::test(start_paused = true)]
async fn at_12_metadata_of_another_issuer_is_none() {
    let uri = "https://idp.example/jwks";
    let metadata = |issuer: &str, uri: &str| json!({"issuer": issuer, "jwks_uri": uri}).to_string();
    for document in [
        metadata("https://idp.example/", uri),
        metadata("https://IDP.example", uri),
        metadata("https://evil.example", uri),
        json!({"issuer": [ISSUER], "jwks_uri": uri}).to_string(),
        json!({"jwks_uri": uri}).to_string(),
        json!({"issuer": ISSUER, "jwks_uri": [uri]}).to_string(),
        metadata(ISSUER, uri).replacen('{', "{\"issuer\":\"https://evil.example\",", 1),
        metadata(ISSUER, "http://idp.example/jwks"),
        metadata(ISSUER, "http://127.0.0.1/jwks"),
        metadata(ISSUER, "https://[::1]/jwks"),
        metadata(ISSUER, "https://localhost/jwks"),
        metadata(ISSUER, "/jwks"),
        metadata(ISSUER, "data:application/json,{}"),
    ] {
        let source = Source::of(forge());
        for place in ["oauth-authorization-server", "openid-configuration"] {
            source.answer_at(
                &format!("{ISSUER}/.well-known/{place}"),
                Answer::Document(document.clone()),
            );
        }
        let validator = builder(&source, ISSUER).build().unwrap();
        assert_eq!(validate(&validator, &good(forge())).await, UNAVAILABLE, "{document}");
        assert_eq!(source.requests().len(), 2, "{document}");
    }
    // An issuer on this machine has its keys there, too.
    let local = "http://127.0.0.1:7000";
    let source = Source::of(forge());
    let document = metadata(local, "http://127.0.0.1:7000/jwks");
    source.answer_at(
        &format!("{local}/.well-known/oauth-authorization-server"),
        Answer::Document(document),
    );
    let validator = builder(&source, local).build().unwrap();
    let token = token(&forge().p256, &[("iss", &json!(local).to_string())]);
    assert_eq!(validate(&validator, &token).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn at_12_r5_the_issuers_last_word_about_the_place_counts_for_an_hour() {
    let source = Source::of(forge());
    let metadata = json!({"issuer": ISSUER, "jwks_uri": JWKS_URI}).to_string();
    let place = format!("{ISSUER}/.well-known/oauth-authorization-server");
    source.answer_at(&place, Answer::Document(metadata));
    source.answer_at(JWKS_URI, Answer::Document(forge().jwks()));
    source.answer(Answer::Failure);
    let validator = builder(&source, ISSUER).build().unwrap();
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    let answer = source.answer_of(&place);
    source.answer_at(&place, Answer::Failure);
    // The keys are rotated while the metadata cannot be had: the new ones are found where the old ones were.
    source.answer_at(
        JWKS_URI,
        Answer::Document(forge::jwks(&[&forge().p256, &forge().foreign])),
    );
    advance(seconds(511)).await;
    assert_eq!(validate(&validator, &token(&forge().foreign, &[])).await, Ok(()));
    // Everything works, and there is an alarm all the same.
    let health = validator.health().remove(0);
    assert!(matches!(health.status, HealthStatus::Stale(_)), "{health:?}");
    assert!(health.last_error.is_some());
    for _ in 512..3600 {
        assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
        advance(seconds(1)).await;
    }
    assert!(matches!(validator.health()[0].status, HealthStatus::Stale(since) if since > seconds(3000)));
    // However often the keys were fetched since.
    advance(seconds(1)).await;
    assert_eq!(validate(&validator, &good(forge())).await, UNAVAILABLE);
    assert!(matches!(validator.health()[0].status, HealthStatus::Unavailable(since) if since > seconds(3000)));
    assert!(source.requests().iter().filter(|url| *url == JWKS_URI).count() > 5);
    // Once the metadata can be had again, everybody gets in again.
    source.answer_at(&place, answer);
    advance(seconds(2)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    assert_eq!(validator.health()[0].status, HealthStatus::Fresh);
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_ahead_if_a_server_asks_for_it() {
    let source = Source::of(forge());
    let warm = validator(&source);
    assert!(warm.warm_up().await.is_ok());
    assert_eq!(timed(&warm, &good(forge())).await, (Ok(()), Duration::ZERO));
    assert_eq!(source.requests().len(), 1);
    source.answer(Answer::Failure);
    let cold = validator(&source);
    assert!(cold.warm_up().await.is_err());
    source.answer(Answer::Document(forge().jwks()));
    advance(seconds(2)).await;
    assert_eq!(validate(&cold, &good(forge())).await, Ok(()));
}

#[test]
fn ages_of_keys_have_bounds() {
    let build = |stale: u64, anew: u64| {
        let builder = JwtValidator::builder().issuer(ISSUER).audience(AUDIENCE);
        let builder = builder
            .algorithm(toolgate::Algorithm::Es256)
            .static_keys(forge().jwks());
        let ages = builder.stale_keys(seconds(stale)).fresh_keys(seconds(anew));
        ages.build().is_ok()
    };
    assert!(build(10, 1) && build(86_400, 3600));
    assert!(!build(9, 60) && !build(86_401, 60) && !build(3600, 0) && !build(3600, 3601));
}
