//! F6: ten thousand requests at once, before there are keys.

use crate::load::{Tally, shown};
use crate::provider::Provider;
use crate::report::Report;
use crate::server::Server;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use toolgate::SystemClock;
use toolgate_testing::Algorithm;

const REQUESTS: usize = 10_000;

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Es256, 100);
    provider.fault("delay 200 ms");
    let server = Server::of(&provider, SystemClock::default());
    let mut requests = JoinSet::new();
    for token in tokens.iter().cycle().take(REQUESTS) {
        let (server, token, start) = (server.clone(), token.clone(), Instant::now());
        requests.spawn(async move { (server.ask(&token).await, start.elapsed()) });
    }
    let mut tally = Tally::default();
    for (status, latency) in requests.join_all().await {
        tally.add(status, latency);
    }
    report.exactly("fetches", provider.traffic().requests, 1);
    report.exactly("answers that are 200", tally.with(200), REQUESTS as u64);
    // Each signature takes its time, and all of them arrive together.
    let bound = Duration::from_secs(2);
    report.check(
        "p99, all of them included",
        shown(tally.p99()),
        format!("<= {}", shown(bound)),
        tally.p99() <= bound,
    );
    report
}
