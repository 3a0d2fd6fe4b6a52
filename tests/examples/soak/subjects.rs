//! F22, F28: good tokens, each of another subject, through a cache; and what a cached one costs.

use crate::command::Length;
use crate::garbage::{bearer, middle, rsa_key};
use crate::memory;
use crate::provider::Provider;
use crate::report::Report;
use crate::server::validator;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::hint::black_box;
use std::time::{Duration, Instant};
use toolgate::{BearerToken, Cached, JwtValidator, SystemClock, Validator as _};
use toolgate_testing::Algorithm;

/// How many tokens are made at a time.
const BATCH: usize = 5000;
/// How many entries a cache has unless it is told otherwise.
const CAP: usize = 10_000;
const ROUNDS: usize = 5000;

pub(crate) async fn run(length: Length) -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let cached = Cached::new(validator(&provider, SystemClock::default())).unwrap();
    let mut refused = 0;
    let mut most = 0;
    // What the cache takes when it is full is no growth: its bound is its own.
    let empty = memory::resident();
    refused += validate(&cached, &mut provider, 4 * CAP, &mut most).await;
    let full = memory::resident();
    let count = length.choose(200_000, 1_000_000);
    refused += validate(&cached, &mut provider, count, &mut most).await;
    let after = memory::resident();
    report.exactly(format!("refused, of {}", count + 4 * CAP), refused, 0);
    report.at_most("most entries", most as u64, CAP as u64);
    report.at_most("memory: a full cache in MiB", memory::growth(empty, full), 48);
    report.at_most("memory: growth after that in MiB", memory::growth(full, after), 16);
    costs(&mut report, &cached, &mut provider).await;
    report
}

async fn validate(cached: &Cached<JwtValidator>, provider: &mut Provider, count: usize, most: &mut usize) -> u64 {
    let mut refused = 0;
    for _ in 0..count / BATCH {
        for token in provider.mint(Algorithm::EdDsa, BATCH) {
            refused += u64::from(cached.validate(&bearer(&token)).await.is_err());
            *most = (*most).max(cached.len());
        }
    }
    refused
}

/// F28: the middle of many, compared within this run.
async fn costs(report: &mut Report, cached: &Cached<JwtValidator>, provider: &mut Provider) {
    let text = provider.mint(Algorithm::Rs256, 1).remove(0);
    let token = bearer(&text);
    let uncached = validator(provider, SystemClock::default());
    assert!(cached.validate(&token).await.is_ok() && uncached.validate(&token).await.is_ok());
    let key = rsa_key(provider).await;
    let (message, signature) = text.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let (mut hits, mut misses, mut checks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        hits.push(timed(cached, &token).await);
        misses.push(timed(&uncached, &token).await);
        let start = Instant::now();
        assert!(black_box(&key).verify_sig(message.as_bytes(), &signature).is_ok());
        checks.push(start.elapsed());
    }
    let (hit, miss, check) = (middle(hits), middle(misses), middle(checks));
    report.check(
        "a cached token",
        format!("{hit:?}"),
        "<= 5 us",
        hit <= Duration::from_micros(5),
    );
    let ratio = miss.as_secs_f64() / check.as_secs_f64();
    report.check(
        format!("an RS256 token ({miss:?}) by its check ({check:?})"),
        format!("{ratio:.2}"),
        "<= 1.25",
        ratio <= 1.25,
    );
}

async fn timed(validator: &impl toolgate::Validator, token: &BearerToken) -> Duration {
    let start = Instant::now();
    assert!(black_box(validator.validate(token).await).is_ok());
    start.elapsed()
}
