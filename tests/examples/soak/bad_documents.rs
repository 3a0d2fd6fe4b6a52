//! F9, F10: key sets that come slowly, without end, or not as key sets.

use crate::clock::Fast;
use crate::garbage::Garbage;
use crate::memory;
use crate::provider::Provider;
use crate::report::Report;
use crate::server::Server;
use std::time::{Duration, Instant};
use toolgate_testing::Algorithm;

const FAULTS: [&str; 11] = [
    "a byte a second",
    "512 MiB",
    "512 MiB, declared",
    "endless",
    "false length",
    "gzip of 64 MiB",
    "short body",
    "chunks cut off",
    "redirect",
    "html",
    "close",
];

/// How long a fetch may take (R9), and half a second for the machine.
const LONGEST_FETCH: Duration = Duration::from_millis(5500);

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    // A cool-down is over in a quarter of a second.
    let clock = Fast::new(120);
    let mut provider = Provider::start();
    let good = provider.mint(Algorithm::Es256, 1).remove(0);
    let server = Server::of(&provider, clock);
    assert_eq!(server.ask(&good).await, 200);
    let mut garbage = Garbage::new(10);
    // What the first refresh takes is not the fault's.
    fetch(&server, &mut provider, &mut garbage, &good).await;
    for fault in FAULTS {
        provider.fault(fault);
        memory::forget_peak();
        let before = memory::resident();
        let (took, failures) = fetch(&server, &mut provider, &mut garbage, &good).await;
        let growth = memory::growth(before, memory::peak());
        report.at_most(format!("{fault}: highest growth in MiB"), growth, 4);
        report.check(
            format!("{fault}: a fetch takes"),
            format!("{:.1} s", took.as_secs_f64()),
            "<= 5.5 s",
            took <= LONGEST_FETCH,
        );
        report.exactly(format!("{fault}: known key fails"), failures, 0);
        // The set from before the next fault is as new as can be.
        provider.fault("none");
        fetch(&server, &mut provider, &mut garbage, &good).await;
    }
    report.exactly("requests to where a redirect leads", provider.traffic().decoy, 0);
    report
}

/// Makes the server fetch its keys by a token of an unknown key. Says how long the fetch took, and how often a good token was
/// refused or had to wait meanwhile.
async fn fetch(server: &Server, provider: &mut Provider, garbage: &mut Garbage, good: &str) -> (Duration, u64) {
    let before = provider.traffic().requests;
    let patience = Instant::now();
    let mut unknown = Vec::new();
    while provider.traffic().requests == before {
        assert!(patience.elapsed() < Duration::from_secs(30), "no fetch in 30 s");
        let (server, token) = (server.clone(), garbage.token());
        unknown.push(tokio::spawn(async move { server.ask(&token).await }));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (start, mut failures) = (Instant::now(), 0);
    while provider.traffic().in_flight > 0 && start.elapsed() < 2 * LONGEST_FETCH {
        let asked = Instant::now();
        let is_good = server.ask(good).await == 200 && asked.elapsed() < Duration::from_millis(500);
        failures += u64::from(!is_good);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let took = start.elapsed();
    failures += u64::from(server.ask(good).await != 200);
    for request in unknown {
        assert!(matches!(request.await.unwrap(), 401 | 503));
    }
    (took, failures)
}
