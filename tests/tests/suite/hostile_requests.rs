//! Requests that no honest client sends, over raw sockets, to a server that is served: with both SDKs, with and without sessions.
//!
//! Each case has one expectation. Besides, no answer is a 5xx, none takes 250 ms, none repeats a token, and no tool runs that should
//! not: executions are counted.

mod bodies;
mod case;
mod credentials;
mod framing;
mod http2;
mod mirrors;
mod places;
mod request;
mod sessions;
mod slow;
mod target;

use self::case::run;
use self::target::{Mode, Target};

async fn attack(mode: Mode) {
    let target = Target::start(mode).await;
    let mut cases = Vec::new();
    cases.extend(framing::cases(&target));
    cases.extend(credentials::cases(&target));
    cases.extend(bodies::cases(&target));
    cases.extend(bodies::ids(&target));
    cases.extend(mirrors::cases(&target));
    cases.extend(places::cases(&target));
    cases.extend(slow::cases(&target));
    if mode != Mode::RmcpStateless {
        cases.extend(sessions::cases(&target));
    }
    assert!(cases.len() > 150, "{}", cases.len());
    run(&target, &cases).await;
}

#[tokio::test]
async fn hostile_requests_to_rmcp_without_sessions() {
    attack(Mode::RmcpStateless).await;
}

#[tokio::test]
async fn hostile_requests_to_rmcp_with_sessions() {
    attack(Mode::RmcpSessions).await;
}

#[tokio::test]
async fn hostile_requests_to_pmcp() {
    attack(Mode::Pmcp).await;
}
