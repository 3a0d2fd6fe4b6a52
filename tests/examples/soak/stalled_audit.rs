//! F27: nobody takes the audit records any more. A call waits for a place in memory, and never for the file, so that all goes on; what
//! is above the limit is lost, and said to be.

use crate::clients::Crowd;
use crate::crash::Audit;
use crate::load::{shown, twice};
use crate::memory;
use crate::provider::Provider;
use crate::report::Report;
use crate::served::{Kind, Served};
use std::fs::File;
use std::process::Command;
use std::time::Duration;
use toolgate_testing::Algorithm;

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Rs256, 16);
    let calm = {
        let audit = Audit::new("calm");
        let server = Served::start(Kind::Rmcp, &provider, Some(audit.path()));
        let mut crowd = Crowd::connect(server.port, "quick", &tokens).await;
        crowd.call(Duration::from_secs(2)).await;
        crowd.call(Duration::from_secs(5)).await
    };
    // A pipe that is open at both ends, and that nobody reads: after 64 KiB, writing to it blocks.
    let audit = Audit::new("stalled");
    assert!(Command::new("mkfifo").arg(audit.path()).status().unwrap().success());
    let unread = File::options().read(true).write(true).open(audit.path()).unwrap();
    let server = Served::start(Kind::Rmcp, &provider, Some(audit.path()));
    let mut crowd = Crowd::connect(server.port, "quick", &tokens).await;
    crowd.call(Duration::from_secs(2)).await;
    let before = server.resident();
    let stalled = crowd.call(Duration::from_secs(30)).await;
    let failures = stalled.tally.without(200) + stalled.broken;
    report.exactly(format!("failures of {}", stalled.tally.total()), failures, 0);
    let (bound, p99) = (twice(calm.tally.p99()), stalled.tally.p99());
    report.check("p99", shown(p99), format!("<= {}", shown(bound)), p99 <= bound);
    report.at_most(
        "growth in MiB: up to 16 of records",
        memory::growth(before, server.resident()),
        40,
    );
    drop(unread);
    report
}
