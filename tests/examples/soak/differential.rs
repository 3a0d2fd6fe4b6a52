//! F30: mutated tokens, judged by us and by `jose` of npm, with the same keys and the same options.

mod case;
mod jose;
mod mutation;
mod policy;

use self::case::Case;
use self::jose::Jose;
use self::mutation::Mutator;
use crate::command::Length;
use crate::report::Report;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use toolgate::{Algorithm, Clock, JwtValidator};

const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://notes.example/mcp";
const NOW: u64 = 1_800_000_000;
const SEED: u64 = 30;

pub(crate) async fn run(length: Length) -> Report {
    let count = length.choose(100_000, 1_000_000);
    let mut mutator = Mutator::new(SEED);
    let keys = mutator.keys();
    let validator = JwtValidator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Ps256)
        .algorithm(Algorithm::Es256)
        .algorithm(Algorithm::EdDsa)
        .static_keys(keys.to_string())
        .clock(Still)
        .build()
        .unwrap();
    // What can be said to both is said to both; the rest are our rules, and the list of policies names them.
    let mut jose = Jose::start(&json!({
        "keys": keys,
        "now": NOW,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "algorithms": ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"],
        "clockTolerance": 60,
        "requiredClaims": ["exp", "sub"],
    }));
    let (mut accepted, mut refused) = (0, 0);
    let mut policies = BTreeMap::new();
    let mut unlisted = Vec::new();
    for _ in 0..count / 1000 {
        let tokens: Vec<String> = (0..1000).map(|_| mutator.token()).collect();
        for (token, theirs) in tokens.iter().zip(jose.judge(&tokens)) {
            let case = Case::new(token, &validator).await;
            match (case.is_accepted(), theirs == "ok") {
                (true, true) => accepted += 1,
                (false, false) => refused += 1,
                (ours, _) => match policy::of(&case) {
                    Some(policy) => *policies.entry((ours, policy)).or_insert(0_u64) += 1,
                    None => unlisted.push(format!("ours: {}; jose: {theirs}; {token}\n", case.verdict())),
                },
            }
        }
    }
    let mut report = Report::default();
    report.at_least(format!("accepted by both, of {count}"), accepted, count / 20);
    report.at_least("refused by both", refused, count / 20);
    for ((ours, (rule, words)), count) in policies {
        let verdict = if ours { "accepted" } else { "refused" };
        report.check(format!("{verdict} by us alone: {rule}, {words}"), count, "listed", true);
    }
    report.exactly("disagreements that are not listed", unlisted.len() as u64, 0);
    let path = folder().join("unlisted.txt");
    fs::write(&path, format!("{keys}\n{}", unlisted.concat())).unwrap();
    if !unlisted.is_empty() {
        println!("  the tokens are in {}", path.display());
    }
    report
}

/// Where `cargo xtask soak` puts `jose`.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/differential")
}

/// A clock that stands.
struct Still;

impl Clock for Still {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(NOW)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}
