//! F19: one of three servers is killed under load, and started again.

use crate::clients::Crowd;
use crate::provider::Provider;
use crate::report::Report;
use crate::served::{Kind, Served};
use serde_json::Value;
use std::env::temp_dir;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use toolgate_testing::Algorithm;

const INSTANCES: usize = 3;
/// How long a record may wait in memory: a second, and what a busy machine adds.
const WRITTEN: Duration = Duration::from_secs(2);

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Rs256, 8);
    let audit: Vec<Audit> = (0..INSTANCES)
        .map(|number| Audit::new(&format!("crash-{number}")))
        .collect();
    let start = |audit: &Audit| Served::start(Kind::Rmcp, &provider, Some(audit.path()));
    let mut servers: Vec<Served> = audit.iter().map(start).collect();
    let mut crowds = Vec::new();
    for server in &servers {
        crowds.push(Crowd::connect(server.port, "quick", &tokens).await);
    }
    let [doomed, second, third] = crowds.as_mut_slice() else {
        panic!("there are three");
    };
    let early = doomed.call(Duration::from_secs(2)).await.tally.with(200);
    sleep(WRITTEN).await;

    let load = Duration::from_secs(8);
    let (killed, second, third, ready) = tokio::join!(doomed.call(load), second.call(load), third.call(load), async {
        sleep(Duration::from_secs(2)).await;
        let port = servers[0].port;
        servers[0].signal("-KILL");
        servers[0].wait();
        let start = Instant::now();
        servers[0] = Served::start_at(port, Kind::Rmcp, &provider, Some(audit[0].path()));
        // The first call of a new process fetches the keys.
        let mut crowd = Crowd::connect(port, "quick", &tokens[..1]).await;
        let first = crowd.call(Duration::from_millis(1)).await;
        assert_eq!((first.tally.without(200), first.broken), (0, 0));
        start.elapsed()
    });
    report.exactly("clients of the killed one that notice", killed.broken, 8);
    for (name, others) in [("second", second), ("third", third)] {
        let failures = others.tally.without(200) + others.broken;
        report.exactly(
            format!("{name} server: failures of {}", others.tally.total()),
            failures,
            0,
        );
    }
    report.check(
        "killed one: ready again",
        format!("{ready:?}"),
        "<= 2 s",
        ready <= Duration::from_secs(2),
    );
    let (outcomes, torn) = audit[0].read();
    report.exactly("records of the killed one: half lines", torn, 0);
    report.at_least(
        "records of the killed one: calls before the last second",
        outcomes,
        early,
    );
    report
}

/// A file for records. Gone when dropped.
pub(crate) struct Audit(PathBuf);

impl Audit {
    pub(crate) fn new(name: &str) -> Self {
        Self(temp_dir().join(format!("toolgate-soak-{name}-{}", std::process::id())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// How many calls came to a good end, and how many lines are none.
    pub(crate) fn read(&self) -> (u64, u64) {
        let text = fs::read_to_string(&self.0).unwrap();
        let (mut ended, mut torn) = (0, 0);
        for line in text.split_inclusive('\n') {
            match serde_json::from_str::<Value>(line) {
                Ok(record) if line.ends_with('\n') => ended += u64::from(record["outcome"] == "ok"),
                _ => torn += 1,
            }
        }
        (ended, torn)
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
