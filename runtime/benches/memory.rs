//! How much memory a token in the cache takes. No times, so not divan: a table of what the process grew by. Linux only.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has nothing to measure"
)]

mod issuer;
#[expect(dead_code, reason = "its decision is for the other benchmarks")]
mod peer;

use futures_util::FutureExt as _;
use issuer::{Issuer, bearer, headers};
use peer::Peer;
use std::collections::HashMap;
use std::time::Instant;
use toolgate::{Cached, Validator as _};
use toolgate_testing::Algorithm;

/// Each case in a process of its own: what one frees, the next one would not need to ask for.
fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [what, tokens] = arguments.as_slice() {
        return measure(what, tokens.parse().unwrap());
    }
    for tokens in ["10000", "1000000"] {
        for what in ["toolgate", "map"] {
            let this = std::env::current_exe().unwrap();
            let status = std::process::Command::new(this).args([what, tokens]).status();
            assert!(status.unwrap().success());
        }
    }
}

fn measure(what: &str, tokens: u32) {
    // Signed with EdDSA, or it would take an hour; the cache keeps no signatures.
    let issuer = Issuer::new(Algorithm::EdDsa);
    let before = resident();
    let grown = if what == "toolgate" {
        let cached = Cached::builder(issuer.validator()).entries(tokens).bytes(1 << 30);
        let cached = cached.build().unwrap();
        for user in 0..tokens {
            let token = bearer(&headers(&issuer.token(user)));
            cached.validate(&token).now_or_never().unwrap().unwrap();
        }
        (resident() - before) / cached.len()
    } else {
        let peer = Peer::new(&issuer);
        let mut map = HashMap::new();
        for user in 0..tokens {
            let token = issuer.token(user);
            let claims = peer.validate(&token);
            map.insert(token, (claims, Instant::now()));
        }
        (resident() - before) / map.len()
    };
    println!("{what}: {tokens} tokens, {grown} bytes each");
}

/// In bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kibibytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kibibytes * 1024
}
