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
use toolgate::{Cached, Caller, Decision, JwtValidator, Policy, ScopeToken, Validator as _};
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
    let cached = Cached::new(ISSUER.validator()).unwrap();
    let decide = |request: &HeaderMap| {
        let claims = cached.validate(&bearer(request)).now_or_never().unwrap().unwrap();
        POLICY.admit(Some(&Caller::assert(claims)))
    };
    for request in &*REQUESTS {
        assert!(matches!(decide(request), Decision::Allow));
    }
    bencher.bench(|| decide(zipf::pick(&REQUESTS)));
}

/// (a) What guides show: a lock around a map of tokens, and claims that are cloned out of it.
#[divan::bench(threads = [1, 2])]
fn map_behind_a_lock(bencher: Bencher<'_, '_>) {
    let peer = Peer::new(&ISSUER);
    let entry = |request| {
        let token = token(request);
        (token.to_owned(), (peer.validate(token), Instant::now()))
    };
    let cache: RwLock<HashMap<String, (Claims, Instant)>> = RwLock::new(REQUESTS.iter().map(entry).collect());
    let find = async |request| {
        let cache = cache.read().await;
        let (claims, inserted) = cache.get(token(request)).unwrap();
        (inserted.elapsed() < TTL).then(|| claims.clone())
    };
    bencher.bench(|| {
        let claims = find(zipf::pick(&REQUESTS)).now_or_never().unwrap().unwrap();
        (claims.admit(), claims)
    });
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
    bencher.bench(|| {
        let token = bearer(zipf::pick(&REQUESTS));
        let claims = validator.validate(&token).now_or_never().unwrap().unwrap();
        POLICY.admit(Some(&Caller::assert(claims)))
    });
}

fn token(request: &HeaderMap) -> &str {
    let value = request.get(AUTHORIZATION).unwrap().to_str().unwrap();
    value.strip_prefix("Bearer ").unwrap()
}
