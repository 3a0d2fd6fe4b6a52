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

/// What the fault adds to a fetch.
const DELAY: Duration = Duration::from_millis(200);

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Es256, 100);
    provider.fault("delay 200 ms");
    let server = Server::of(&provider, SystemClock::default());
    let tally = burst(&server, &tokens).await;
    let warm = burst(&server, &tokens).await;
    report.exactly("fetches", provider.traffic().requests, 1);
    report.exactly("answers that are 200", tally.with(200), REQUESTS as u64);
    // Each signature takes its time, and all of them arrive together: that is so with keys, too.
    let bound = Duration::from_secs(1).max(DELAY + 2 * warm.p99());
    report.check(
        "p99, all of them included",
        shown(tally.p99()),
        format!("<= {} (with keys: {})", shown(bound), shown(warm.p99())),
        tally.p99() <= bound,
    );
    report
}

/// As many requests as there are to be, at once.
async fn burst(server: &Server, tokens: &[String]) -> Tally {
    let mut requests = JoinSet::new();
    let start = Instant::now();
    for token in tokens.iter().cycle().take(REQUESTS) {
        let (server, token) = (server.clone(), token.clone());
        requests.spawn(async move { (server.ask(&token).await, start.elapsed()) });
    }
    let mut tally = Tally::default();
    for (status, latency) in requests.join_all().await {
        tally.add(status, latency);
    }
    tally
}
