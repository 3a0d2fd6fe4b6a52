//! F20: a server is asked to stop with calls under way.

use crate::client::{Call, Client};
use crate::clients::CLIENTS;
use crate::crash::Audit;
use crate::provider::Provider;
use crate::report::Report;
use crate::served::{Kind, Served};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;
use toolgate_testing::Algorithm;

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Rs256, CLIENTS);
    let audit = Audit::new("drain");
    let mut server = Served::start(Kind::Rmcp, &provider, Some(audit.path()));
    let mut calls = JoinSet::new();
    for token in &tokens {
        let mut client = Client::connect(server.port).await.unwrap();
        let (quick, slow) = (Call::new("quick", token), Call::new("slow", token));
        // The token is known then, and the connection is in use.
        assert_eq!(client.call(&quick).await.unwrap(), 200);
        calls.spawn(async move { client.call(&slow).await });
    }
    // All of them have begun, and none has ended.
    sleep(Duration::from_millis(200)).await;
    let asked = Instant::now();
    server.signal("-TERM");
    let answers = calls.join_all().await;
    let answered = answers.iter().filter(|answer| matches!(answer, Ok(200))).count();
    report.exactly("calls under way that were answered", answered as u64, CLIENTS as u64);
    server.wait();
    let took = asked.elapsed();
    report.check(
        "ended after",
        format!("{took:.1?}"),
        "<= 10 s",
        took <= Duration::from_secs(10),
    );
    let (ended, torn) = audit.read();
    report.exactly("outcomes in the records", ended, 2 * CLIENTS as u64);
    report.exactly("half lines in the records", torn, 0);
    report
}
