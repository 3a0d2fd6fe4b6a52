//! What it costs to find out who calls and to decide, when the token was seen before. See `README.md` beside this.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot be set up has nothing to measure"
)]

mod issuer;
mod peer;
mod zipf;

use divan::Bencher;
use futures_util::FutureExt as _;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use issuer::{Issuer, bearer, headers};
use peer::{Claims, Peer};
use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::sync::RwLock;
use toolgate::{BearerToken, Cached, Caller, Decision, JwtValidator, Policy, ScopeToken, Validator};
use toolgate_testing::Algorithm;

const TOKENS: u32 = 10_000;
const TTL: Duration = Duration::from_hours(1);

fn main() {
    // Many in a row, as they come at a busy server: a look at the clock between them would cost as much as they do.
    divan::Divan::default()
        .sample_count(200)
        .sample_size(1000)
        .config_with_args()
        .main();
}

static ISSUER: LazyLock<Issuer> = LazyLock::new(|| Issuer::new(Algorithm::Rs256));

/// The requests of 10 000 users, some of whom call far more often than others.
static REQUESTS: LazyLock<Vec<HeaderMap>> =
    LazyLock::new(|| (0..TOKENS).map(|user| headers(&ISSUER.token(user))).collect());

const POLICY: Policy = Policy::AUTHENTICATED
    .scopes_all(&[
        ScopeToken::from_static("read:tools"),
        ScopeToken::from_static("write:tools"),
    ])
    .roles(&["manager"]);

/// From the header to the decision.
#[divan::bench(threads = [1, 2])]
fn toolgate(bencher: Bencher<'_, '_>) {
    let cached = cached();
    bencher.bench(|| decide(&cached, &bearer(zipf::pick(&REQUESTS))));
}

/// From the token to the decision.
#[divan::bench(threads = [1, 2])]
fn toolgate_from_token(bencher: Bencher<'_, '_>) {
    let cached = cached();
    let tokens: Vec<_> = REQUESTS.iter().map(bearer).collect();
    bencher.bench(|| decide(&cached, zipf::pick(&tokens)));
}

/// A cache that has seen every token, and has room for all: at its limits it keeps most of them, and this is about hits.
fn cached() -> Cached<JwtValidator> {
    let builder = Cached::builder(ISSUER.validator()).entries(2 * TOKENS).bytes(64 << 20);
    let cached = builder.build().unwrap();
    for request in &*REQUESTS {
        assert!(matches!(decide(&cached, &bearer(request)), Decision::Allow));
    }
    cached
}

fn decide(validator: &impl Validator, token: &BearerToken) -> Decision {
    let claims = validator.validate(token).now_or_never().unwrap().unwrap();
    POLICY.admit(Some(&Caller::assert(claims)))
}

/// (a) What guides show: a lock around a map of tokens, and claims that are cloned out of it.
#[divan::bench(threads = [1, 2])]
fn map_behind_a_lock(bencher: Bencher<'_, '_>) {
    let map = Map::new();
    bencher.bench(|| map.decide(token(zipf::pick(&REQUESTS))));
}

/// The same, with the token already read from the header.
#[divan::bench(threads = [1, 2])]
fn map_behind_a_lock_from_token(bencher: Bencher<'_, '_>) {
    let map = Map::new();
    let tokens: Vec<String> = REQUESTS.iter().map(|request| token(request).to_owned()).collect();
    bencher.bench(|| map.decide(zipf::pick(&tokens).as_str()));
}

struct Map(RwLock<HashMap<String, (Claims, Instant)>>);

impl Map {
    fn new() -> Self {
        let peer = Peer::new(&ISSUER);
        let entry = |request| {
            let token = token(request);
            (token.to_owned(), (peer.validate(token), Instant::now()))
        };
        Self(RwLock::new(REQUESTS.iter().map(entry).collect()))
    }

    fn decide(&self, token: &str) -> (bool, Claims) {
        let find = async || {
            let cache = self.0.read().await;
            let (claims, inserted) = cache.get(token).unwrap();
            (inserted.elapsed() < TTL).then(|| claims.clone())
        };
        let claims = find().now_or_never().unwrap().unwrap();
        (claims.admit(), claims)
    }
}

/// (b) No cache.
#[divan::bench(threads = [1, 2])]
fn jsonwebtoken_each_time(bencher: Bencher<'_, '_>) {
    let peer = Peer::new(&ISSUER);
    bencher.bench(|| peer.validate(token(zipf::pick(&REQUESTS))).admit());
}

/// No cache, with toolgate.
#[divan::bench(threads = [1, 2])]
fn toolgate_each_time(bencher: Bencher<'_, '_>) {
    let validator: JwtValidator = ISSUER.validator();
    bencher.bench(|| decide(&validator, &bearer(zipf::pick(&REQUESTS))));
}

fn token(request: &HeaderMap) -> &str {
    let value = request.get(AUTHORIZATION).unwrap().to_str().unwrap();
    value.strip_prefix("Bearer ").unwrap()
}
