//! F4: a key is added, and tokens are signed with it at once.

use crate::clock::Fast;
use crate::command::Length;
use crate::load::{Load, shown};
use crate::provider::Provider;
use crate::report::Report;
use crate::server::Server;
use std::time::{Duration, Instant};
use toolgate_testing::Algorithm;

/// The least time between fetches that tokens can cause (R3).
const COOL_DOWN: Duration = Duration::from_secs(30);

pub(crate) async fn run(length: Length) -> Report {
    let mut report = Report::default();
    let clock = Fast::new(length.choose(10, 1));
    let mut provider = Provider::start();
    let old = provider.mint(Algorithm::Rs256, 200);
    let server = Server::of(&provider, clock);
    assert_eq!(server.ask(&old[0]).await, 200);
    let before = provider.traffic().requests;
    let load = Load::of(&server, 500, clock.real(3 * COOL_DOWN), &old);
    tokio::time::sleep(Duration::from_millis(500)).await;
    provider.rotate();
    let new = provider.mint(Algorithm::Rs256, 1).remove(0);
    let rotated = Instant::now();
    let mut refused = 0;
    while server.ask(&new).await != 200 && rotated.elapsed() < 2 * COOL_DOWN {
        refused += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = rotated.elapsed();
    let tally = load.end().await;
    report.exactly(format!("old key: failures of {}", tally.total()), tally.without(200), 0);
    // The first fetch was a moment ago, so the cool-down has to pass.
    let bound = clock.real(COOL_DOWN) + Duration::from_secs(1);
    report.check(
        format!("new key: accepted after ({refused} refused)"),
        shown(took),
        format!("<= {}", shown(bound)),
        took <= bound,
    );
    report.at_most("fetches", provider.traffic().requests - before, 2);
    report
}
