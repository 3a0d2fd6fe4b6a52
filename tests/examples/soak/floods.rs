//! F7, F8: tokens that name keys which do not exist.

use crate::command::Length;
use crate::garbage::Garbage;
use crate::load::{Load, shown, twice};
use crate::memory;
use crate::provider::Provider;
use crate::report::Report;
use crate::server::Server;
use std::time::Duration;
use toolgate::SystemClock;
use toolgate_testing::Algorithm;

const FLOOD: u32 = 5000;
const GOOD: u32 = 100;

pub(crate) async fn unknown_keys(_: Length) -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let (server, good) = ready(&mut provider).await;
    let calm = Load::of(&server, GOOD, Duration::from_secs(5), &good).end().await;
    warm_up(&server).await;
    let before = (memory::resident(), provider.traffic().requests);
    let minute = Duration::from_mins(1);
    let flood = flood(&server, FLOOD, minute);
    let load = Load::of(&server, GOOD, minute, &good);
    let (good, bad) = (load.end().await, flood.end().await);
    report.at_most("fetches in a minute", provider.traffic().requests - before.1, 4);
    report.exactly(
        format!("good tokens: failures of {}", good.total()),
        good.without(200),
        0,
    );
    report.exactly(
        format!("unknown keys: not 401, of {}", bad.total()),
        bad.without(401),
        0,
    );
    let bound = twice(calm.p99());
    report.check(
        "good tokens: p99",
        shown(good.p99()),
        format!("<= {}", shown(bound)),
        good.p99() <= bound,
    );
    report.at_most(
        "memory: growth in MiB",
        memory::growth(before.0, memory::resident()),
        16,
    );
    report
}

pub(crate) async fn unknown_keys_while_hanging(length: Length) -> Report {
    /// How long a request may wait for a fetch (R1).
    const WAIT: Duration = Duration::from_secs(5);
    let mut report = Report::default();
    let mut provider = Provider::start();
    let (server, good) = ready(&mut provider).await;
    let calm = Load::of(&server, GOOD, Duration::from_secs(5), &good).end().await;
    provider.fault("hang");
    let duration = Duration::from_secs(length.choose(45, 120));
    let before = provider.traffic().requests;
    // Fewer than without a fault: what is looked at is how long each waits, and many wait at once.
    let flood = flood(&server, 500, duration);
    let load = Load::of(&server, GOOD, duration, &good);
    let (good, bad) = (load.end().await, flood.end().await);
    let traffic = provider.traffic();
    report.exactly(
        format!("good tokens: failures of {}", good.total()),
        good.without(200),
        0,
    );
    let bound = twice(calm.p99());
    report.check(
        "good tokens: p99",
        shown(good.p99()),
        format!("<= {}", shown(bound)),
        good.p99() <= bound,
    );
    let odd = bad.total() - bad.with(401) - bad.with(503);
    report.exactly(format!("unknown keys: neither 401 nor 503, of {}", bad.total()), odd, 0);
    let bound = WAIT + Duration::from_millis(500);
    report.check(
        "unknown keys: the longest wait",
        shown(bad.longest()),
        format!("<= {}", shown(bound)),
        bad.longest() <= bound,
    );
    report.at_most("fetches at a time", traffic.most_in_flight, 1);
    report.at_least("fetches that hung", traffic.requests - before, 1);
    report
}

/// A server that has the keys, and good tokens.
async fn ready(provider: &mut Provider) -> (Server, Vec<String>) {
    let good = [
        provider.mint(Algorithm::Rs256, 100),
        provider.mint(Algorithm::Es256, 100),
    ]
    .concat();
    let server = Server::of(provider, SystemClock::default());
    assert_eq!(server.ask(&good[0]).await, 200);
    (server, good)
}

fn flood(server: &Server, rate: u32, duration: Duration) -> Load {
    let mut garbage = Garbage::new(u64::from(rate));
    Load::start(server, rate, duration, move || garbage.token())
}

/// What a program takes once, for its first thousands of requests, is no growth.
async fn warm_up(server: &Server) {
    flood(server, FLOOD, Duration::from_secs(2)).end().await;
}
