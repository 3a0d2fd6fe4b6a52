//! F12, F13, F14: tokens about which the issuer has to be asked, and an issuer that is slow, fails or hangs.

use crate::command::Length;
use crate::load::{Load, Tally, shown, twice};
use crate::memory;
use crate::provider::Provider;
use crate::report::Report;
use crate::server::{Server, introspection, validator};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use toolgate::{Cached, Issuers, SystemClock};
use toolgate_testing::Algorithm;

/// How long a request may wait for its turn (R19).
const WAIT: Duration = Duration::from_secs(2);

/// A server that knows both kinds of tokens of one issuer.
fn server(provider: &mut Provider) -> Server {
    let clock = SystemClock::default();
    let issuers = Issuers::builder()
        .issuer(validator(provider, clock))
        .opaque(introspection(provider, clock));
    Server::new(Cached::new(issuers.build().unwrap()).unwrap(), clock)
}

pub(crate) async fn slow(length: Length) -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let server = server(&mut provider);
    let jwts = provider.mint(Algorithm::Es256, 100);
    let seconds = length.choose(20, 60);
    let mut opaque = provider.mint_opaque(1000 * seconds + 1000).into_iter();
    let first = opaque.next().unwrap();
    assert_eq!((server.ask(&jwts[0]).await, server.ask(&first).await), (200, 200));
    let calm = Load::of(&server, 100, Duration::from_secs(5), &jwts).end().await;
    provider.introspection_fault("delay 2 s");
    let before = memory::resident();
    let duration = Duration::from_secs(seconds as u64);
    let flood = Load::start(&server, 1000, duration, move || opaque.next().unwrap());
    let load = Load::of(&server, 100, duration, &jwts);
    let mut highest = before;
    while !load.is_over() {
        highest = highest.max(memory::resident());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (good, flooded) = (load.end().await, flood.end().await);
    report.at_most("asked at a time", provider.introspection_traffic().most_in_flight, 64);
    let odd = flooded.total() - flooded.with(200) - flooded.with(503);
    report.exactly(format!("opaque: neither 200 nor 503, of {}", flooded.total()), odd, 0);
    report.at_least("opaque: 503", flooded.with(503), flooded.total() / 2);
    // Its turn, and then the answer.
    let bound = 2 * WAIT + Duration::from_millis(500);
    report.check(
        "opaque: the longest wait",
        shown(flooded.longest()),
        format!("<= {}", shown(bound)),
        flooded.longest() <= bound,
    );
    report.exactly(format!("JWT: failures of {}", good.total()), good.without(200), 0);
    let bound = twice(calm.p99());
    report.check(
        "JWT: p99",
        shown(good.p99()),
        format!("<= {}", shown(bound)),
        good.p99() <= bound,
    );
    report.at_most("memory: highest growth in MiB", memory::growth(before, highest), 16);
    provider.introspection_fault("none");
    let start = Instant::now();
    let mut fresh = provider.mint_opaque(200).into_iter();
    while server.ask(&fresh.next().unwrap()).await != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = start.elapsed();
    report.check(
        "well again after",
        shown(took),
        "<= 1 s",
        took <= Duration::from_secs(1),
    );
    report
}

pub(crate) async fn at_once() -> Report {
    const REQUESTS: u64 = 1000;
    let mut report = Report::default();
    let mut provider = Provider::start();
    let server = server(&mut provider);
    let token = provider.mint_opaque(1).remove(0);
    provider.introspection_fault("delay 200 ms");
    let mut requests = JoinSet::new();
    for _ in 0..REQUESTS {
        let (server, token, start) = (server.clone(), token.clone(), Instant::now());
        requests.spawn(async move { (server.ask(&token).await, start.elapsed()) });
    }
    let mut tally = Tally::default();
    for (status, latency) in requests.join_all().await {
        tally.add(status, latency);
    }
    report.exactly("questions", provider.introspection_traffic().requests, 1);
    report.exactly("answers that are 200", tally.with(200), REQUESTS);
    report
}

pub(crate) async fn failing() -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let server = server(&mut provider);
    let known = provider.mint_opaque(20);
    for token in &known {
        assert_eq!(server.ask(token).await, 200);
    }
    for fault in ["status 500", "close", "hang", "html"] {
        let unknown = provider.mint_opaque(40);
        provider.introspection_fault(fault);
        let mut tally = Tally::default();
        let mut requests = JoinSet::new();
        for token in &unknown {
            let (server, token, start) = (server.clone(), token.clone(), Instant::now());
            requests.spawn(async move { (server.ask(&token).await, start.elapsed()) });
        }
        for (status, latency) in requests.join_all().await {
            tally.add(status, latency);
        }
        report.exactly(format!("{fault}: not 503, of {}", tally.total()), tally.without(503), 0);
        let mut lost = 0;
        for token in &known {
            lost += u64::from(server.ask(token).await != 200);
        }
        report.exactly(format!("{fault}: known tokens that fail"), lost, 0);
        provider.introspection_fault("none");
        // A breaker or a back-off may be open for a moment. Afterwards nothing is left of the fault.
        let start = Instant::now();
        while server.ask(&unknown[0]).await != 200 && start.elapsed() < Duration::from_secs(15) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut refused = 0;
        for token in &provider.mint_opaque(10) {
            refused += u64::from(server.ask(token).await != 200);
        }
        report.exactly(format!("{fault}: refused afterwards"), refused, 0);
    }
    report
}
