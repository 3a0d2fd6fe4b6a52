//! F21: garbage, each token another one, and what refusing one costs.

use crate::command::Length;
use crate::memory;
use crate::provider::Provider;
use crate::random::Random;
use crate::report::Report;
use crate::server::{self, Server};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use std::hint::black_box;
use std::time::{Duration, Instant};
use toolgate::{BearerToken, SystemClock, Validator as _};
use toolgate_testing::Algorithm;

const TOKENS: u64 = 3_000_000;

/// How many refusals and checks of a signature are compared.
const ROUNDS: usize = 20_000;

/// Makes tokens that look like tokens: a header that names a key, claims, and bytes for a signature. The same seed makes the same.
pub(crate) struct Garbage {
    random: Random,
    claims: String,
}

impl Garbage {
    pub(crate) fn new(seed: u64) -> Self {
        let claims = r#"{"iss":"https://idp.example","aud":"http://127.0.0.1:1/mcp","sub":"alice","exp":4000000000}"#;
        Self {
            random: Random::new(seed),
            claims: URL_SAFE_NO_PAD.encode(claims),
        }
    }

    pub(crate) fn token(&mut self) -> String {
        let id = self.random.number();
        let header = format!(r#"{{"alg":"RS256","typ":"at+jwt","kid":"{id:016x}"}}"#);
        let signature: Vec<u8> = (0..32).flat_map(|_| self.random.number().to_le_bytes()).collect();
        let (header, signature) = (URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(signature));
        format!("{header}.{}.{signature}", self.claims)
    }
}

pub(crate) async fn run(length: Length) -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let good = provider.mint(Algorithm::Rs256, 1).remove(0);
    let server = Server::of(&provider, SystemClock::default());
    assert_eq!(server.ask(&good).await, 200);
    let mut garbage = Garbage::new(1);
    let mut accepted = 0;
    for _ in 0..50_000 {
        accepted += u64::from(server.ask(&garbage.token()).await != 401);
    }
    let (before, fetches) = (memory::resident(), provider.traffic().requests);
    let (start, mut highest) = (Instant::now(), before);
    let count = length.choose(TOKENS, 10_000_000);
    for number in 0..count {
        accepted += u64::from(server.ask(&garbage.token()).await != 401);
        if number % 10_000 == 0 {
            highest = highest.max(memory::resident());
        }
    }
    report.exactly(format!("not 401, of {count}"), accepted, 0);
    report.at_most("memory: highest growth in MiB", memory::growth(before, highest), 64);
    let most = 2 * (start.elapsed().as_secs() / 30 + 1);
    report.at_most("fetches", provider.traffic().requests - fetches, most);
    let ((refusal, check), ratio) = cost(&provider, &good, &mut garbage).await;
    report.check(
        format!("a refusal ({refusal:?}) by an RS256 check ({check:?})"),
        format!("{ratio:.3}"),
        "< 0.1",
        ratio < 0.1,
    );
    report
}

/// What it costs to refuse a token of an unknown key, and to check the signature of a good one and nothing else.
async fn cost(provider: &Provider, good: &str, garbage: &mut Garbage) -> ((Duration, Duration), f64) {
    let validator = server::validator(provider, SystemClock::default());
    assert!(validator.validate(&bearer(good)).await.is_ok());
    let tokens: Vec<_> = (0..ROUNDS).map(|_| bearer(&garbage.token())).collect();
    // The first one has a fetch to wait for.
    assert!(validator.validate(&bearer(&garbage.token())).await.is_err());
    let key = rsa_key(provider).await;
    let (message, signature) = good.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut pairs = Vec::new();
    // They take turns, so that a busy moment does not hit one of them alone.
    for some in tokens.chunks(200) {
        let start = Instant::now();
        for token in some {
            assert!(black_box(validator.validate(token).await).is_err());
        }
        let refusals = start.elapsed();
        let start = Instant::now();
        for _ in some {
            assert!(
                black_box(&key)
                    .verify_sig(black_box(message.as_bytes()), &signature)
                    .is_ok()
            );
        }
        pairs.push((refusals / 200, start.elapsed() / 200));
    }
    let refusal = middle(pairs.iter().map(|pair| pair.0).collect());
    let check = middle(pairs.iter().map(|pair| pair.1).collect());
    ((refusal, check), refusal.as_secs_f64() / check.as_secs_f64())
}

pub(crate) fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The provider's RSA key, parsed.
pub(crate) async fn rsa_key(provider: &Provider) -> ParsedPublicKey {
    let document = reqwest::get(&provider.jwks_uri).await.unwrap().text().await.unwrap();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let keys = document["keys"].as_array().unwrap();
    let jwk = keys.iter().find(|jwk| jwk["kty"] == "RSA").unwrap();
    let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let components = RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    let der = components.as_der().unwrap();
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der.as_ref()).unwrap()
}

pub(crate) fn bearer(token: &str) -> BearerToken {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    BearerToken::from_headers(&headers).unwrap().unwrap()
}
