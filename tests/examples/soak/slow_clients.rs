//! F23: clients that send a byte a second.

use crate::clients::Crowd;
use crate::load::{shown, twice};
use crate::memory;
use crate::provider::Provider;
use crate::report::Report;
use crate::served::{Kind, Served};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use toolgate_testing::Algorithm;

/// Of each kind.
const SLOW: usize = 500;
/// How long a body may take, by the layer, and what a busy machine adds.
const BODY: Duration = Duration::from_secs(33);

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Rs256, 16);
    let server = Served::start(Kind::Rmcp, &provider, None);
    let mut crowd = Crowd::connect(server.port, "quick", &tokens).await;
    crowd.call(Duration::from_secs(2)).await;
    let calm = crowd.call(Duration::from_secs(5)).await;
    let before = server.resident();

    let mut bodies = JoinSet::new();
    let mut heads = JoinSet::new();
    // A body that is announced and comes late. With a token of its own it is read as long as any other.
    let body = format!(
        "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:1\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: 60000\r\n\r\n",
        tokens[0]
    );
    for _ in 0..SLOW {
        bodies.spawn(drip(server.port, body.clone()));
        heads.spawn(drip(
            server.port,
            "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:1\r\nx: ".to_owned(),
        ));
    }
    let busy = crowd.call(Duration::from_secs(20)).await;
    let failures = busy.tally.without(200) + busy.broken;
    report.exactly(format!("others: failures of {}", busy.tally.total()), failures, 0);
    let bound = twice(calm.tally.p99());
    let p99 = busy.tally.p99();
    report.check("others: p99", shown(p99), format!("<= {}", shown(bound)), p99 <= bound);
    report.at_most("growth in MiB", memory::growth(before, server.resident()), 64);
    let ends = bodies.join_all().await;
    let cut = ends.iter().filter(|end| end.is_some_and(|end| end <= BODY)).count();
    report.exactly("slow bodies that were given up in time", cut as u64, SLOW as u64);
    // How long a head may take, and how many connections there may be, is the web server's business.
    heads.abort_all();
    report
}

/// Sends this, and then a byte a second. Gives how long the other side put up with it, if it did not for ever.
async fn drip(port: u16, head: String) -> Option<Duration> {
    let start = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut answer = [0; 1024];
    while start.elapsed() < 2 * BODY {
        match timeout(Duration::from_secs(1), stream.read(&mut answer)).await {
            // An answer, or the end.
            Ok(_) => return Some(start.elapsed()),
            Err(_) if stream.write_all(b" ").await.is_err() => return Some(start.elapsed()),
            Err(_) => {}
        }
    }
    None
}
