//! F1: the keys cannot be had, and the server has had them.

use crate::clock::Fast;
use crate::command::Length;
use crate::load::{Load, shown, twice};
use crate::provider::Provider;
use crate::report::Report;
use crate::server::Server;
use std::time::{Duration, Instant};
use toolgate_testing::Algorithm;

const OUTAGE: Duration = Duration::from_mins(10);
/// How long a fetch of metadata and keys may hang until it is given up, in real time: no clock of ours shortens that.
const LONGEST_FETCH: Duration = Duration::from_secs(20);
const RATE: u32 = 500;

pub(crate) async fn run(length: Length) -> Report {
    let mut report = Report::default();
    let clock = Fast::new(length.choose(20, 1));
    let mut provider = Provider::start();
    let tokens = [
        provider.mint(Algorithm::Rs256, 100),
        provider.mint(Algorithm::Es256, 100),
    ]
    .concat();
    let server = Server::of(&provider, clock);
    assert_eq!(server.ask(&tokens[0]).await, 200);
    let calm = Load::of(&server, RATE, Duration::from_secs(5), &tokens).end().await;
    report.exactly("without a fault: failures", calm.without(200), 0);
    for fault in ["status 503", "hang", "close"] {
        let before = provider.traffic().requests;
        provider.fault(fault);
        let more = if fault == "hang" { LONGEST_FETCH } else { Duration::ZERO };
        let load = Load::of(&server, RATE, clock.real(OUTAGE) + more, &tokens);
        let mut was_stale = false;
        while !load.is_over() {
            was_stale |= server.is_stale();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let tally = load.end().await;
        let fetches = provider.traffic().requests - before;
        report.exactly(format!("{fault}: failures of {}", tally.total()), tally.without(200), 0);
        report.at_most(format!("{fault}: fetches"), fetches, 60);
        report.at_least(format!("{fault}: fetches"), fetches, 1);
        let bound = twice(calm.p99());
        report.check(
            format!("{fault}: p99"),
            shown(tally.p99()),
            format!("<= {}", shown(bound)),
            tally.p99() <= bound,
        );
        report.check(format!("{fault}: health said stale"), was_stale, "= true", was_stale);
        provider.fault("none");
        let recovered = recovery(&server, &tokens[0]).await;
        report.check(
            format!("{fault}: fresh again after"),
            recovered.map_or("never".to_owned(), shown),
            "<= a back-off and a fetch",
            recovered.is_some(),
        );
    }
    report
}

/// How long it takes until the keys are fresh again; `None` if a minute of back-off and a hanging fetch are not enough.
async fn recovery(server: &Server, token: &str) -> Option<Duration> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(70) {
        assert_eq!(server.ask(token).await, 200);
        if !server.health().is_empty() && !server.is_stale() {
            return Some(start.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    None
}
