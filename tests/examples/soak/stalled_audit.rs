//! F27: nobody takes the audit records any more. Tools that need theirs are a 503 within a second. Any other call waits for a place in
//! memory, and never for the file, so that it goes on; what is above the limit is lost, and counted. Then somebody takes them again.

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
use std::{io, thread};
use toolgate_testing::Algorithm;

/// How many call the tool that needs its record.
const RECORDED: usize = 4;

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Rs256, 16);
    let calm = {
        let audit = Audit::new("calm");
        let server = Served::start(Kind::Rmcp, &provider, Some(audit.path()));
        let mut crowd = Crowd::connect(server.port, "quick", &tokens).await;
        let mut recorded = Crowd::connect(server.port, "recorded", &tokens[..RECORDED]).await;
        crowd.call(Duration::from_secs(2)).await;
        let calm = crowd.call(Duration::from_secs(5)).await;
        let recorded = recorded.call(Duration::from_secs(2)).await;
        let failures = recorded.tally.without(200) + recorded.broken;
        report.exactly(
            format!("recorded: failures of {} while all is well", recorded.tally.total()),
            failures,
            0,
        );
        report.exactly("records that are said to be lost while all is well", server.lost(), 0);
        calm
    };
    // A pipe that is open at both ends, and that nobody reads: after 64 KiB, writing to it blocks.
    let audit = Audit::new("stalled");
    assert!(Command::new("mkfifo").arg(audit.path()).status().unwrap().success());
    let mut unread = File::options().read(true).write(true).open(audit.path()).unwrap();
    let server = Served::start(Kind::Rmcp, &provider, Some(audit.path()));
    let mut crowd = Crowd::connect(server.port, "quick", &tokens).await;
    let mut recorded = Crowd::connect(server.port, "recorded", &tokens[..RECORDED]).await;
    crowd.call(Duration::from_secs(2)).await;
    let before = server.resident();
    let load = Duration::from_secs(30);
    let (stalled, refused) = tokio::join!(crowd.call(load), recorded.call(load));
    let failures = stalled.tally.without(200) + stalled.broken;
    report.exactly(format!("failures of {}", stalled.tally.total()), failures, 0);
    let (bound, p99) = (twice(calm.tally.p99()), stalled.tally.p99());
    report.check("p99", shown(p99), format!("<= {}", shown(bound)), p99 <= bound);
    let total = refused.tally.total();
    report.at_least("recorded: calls", total, 30);
    report.exactly(
        format!("recorded: of {total}, without 503"),
        refused.tally.without(503) + refused.broken,
        0,
    );
    let longest = refused.tally.longest();
    report.check(
        "recorded: longest",
        shown(longest),
        "<= 1 s",
        longest <= Duration::from_secs(1),
    );
    report.at_least("records that are said to be lost", server.lost(), 1);
    report.at_most(
        "growth in MiB: up to 16 of records that wait, and 16 that are being written",
        memory::growth(before, server.resident()),
        40,
    );
    thread::spawn(move || io::copy(&mut unread, &mut io::sink()));
    // What has waited is written first.
    recorded.call(Duration::from_secs(2)).await;
    let again = recorded.call(Duration::from_secs(2)).await;
    report.exactly(
        format!(
            "recorded: failures of {} when somebody reads again",
            again.tally.total()
        ),
        again.tally.without(200) + again.broken,
        0,
    );
    report
}
