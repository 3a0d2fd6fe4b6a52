//! 64 clients at once: what a gate costs its server, and whether it goes on like that.

use crate::client::{Call, Client};
use crate::command::Length;
use crate::load::{Tally, shown};
use crate::memory;
use crate::provider::Provider;
use crate::report::Report;
use crate::served::{Kind, Served};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use toolgate_testing::Algorithm;

pub(crate) const CLIENTS: usize = 64;
/// What is read for one figure, before it is the other server's turn.
const SLICE: Duration = Duration::from_millis(500);

/// So many clients that each call again as soon as they have an answer.
pub(crate) struct Crowd {
    clients: Vec<(Client, Call)>,
}

/// What became of some calls.
#[derive(Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    /// Connections that were lost, and answers that were none.
    pub(crate) broken: u64,
}

impl Crowd {
    pub(crate) async fn connect(port: u16, tool: &str, tokens: &[String]) -> Self {
        let mut clients = Vec::new();
        for token in tokens {
            clients.push((Client::connect(port).await.unwrap(), Call::new(tool, token)));
        }
        Self { clients }
    }

    /// Calls for so long. Who has lost the connection is out.
    pub(crate) async fn call(&mut self, duration: Duration) -> Outcome {
        let end = Instant::now() + duration;
        let mut tasks = JoinSet::new();
        for (mut client, call) in self.clients.drain(..) {
            tasks.spawn(async move {
                let mut tally = Tally::default();
                while Instant::now() < end {
                    let start = Instant::now();
                    match client.call(&call).await {
                        Ok(status) => tally.add(status, start.elapsed()),
                        Err(error) => {
                            eprintln!("{error}");
                            return (None, tally);
                        }
                    }
                }
                (Some((client, call)), tally)
            });
        }
        let mut outcome = Outcome::default();
        while let Some(ended) = tasks.join_next().await {
            let (client, tally) = ended.unwrap();
            outcome.tally = outcome.tally.and(tally);
            match client {
                Some(client) => self.clients.push(client),
                None => outcome.broken += 1,
            }
        }
        outcome
    }
}

/// No error in a minute, and no growth.
pub(crate) async fn steady(_: Length) -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Rs256, CLIENTS);
    for kind in [Kind::Rmcp, Kind::Pmcp] {
        let server = Served::start(kind, &provider, None);
        let mut crowd = Crowd::connect(server.port, "quick", &tokens).await;
        // What a program takes once is no growth.
        crowd.call(Duration::from_secs(5)).await;
        let before = server.resident();
        let outcome = crowd.call(Duration::from_mins(1)).await;
        let after = server.resident();
        let (tally, kind) = (outcome.tally, kind.name());
        report.exactly(
            format!("{kind}: failures of {}", tally.total()),
            tally.without(200) + outcome.broken,
            0,
        );
        report.at_least(format!("{kind}: calls a second"), tally.total() / 60, 100);
        report.at_most(format!("{kind}: growth in MiB"), memory::growth(before, after), 16);
    }
    report
}

/// Two servers, one with a gate and one without, that take turns. What counts is the middle of the ratios: whatever else the
/// machine does hits both.
///
/// The tool does nothing, so this is the most that a gate can cost: about 11 us beside the SDK's 41 us of a call, in many small parts. Half of
/// it is in front of the SDK (the strict reading of the body is the largest part, 1.2 us), a third is the decision with its
/// records, the rest is what the SDK has to carry and drop besides. The bound is one that the middle of a busy machine keeps.
pub(crate) async fn throughput(length: Length) -> Report {
    let mut report = Report::default();
    let mut provider = Provider::start();
    let tokens = provider.mint(Algorithm::Rs256, CLIENTS);
    let servers = [Kind::Rmcp, Kind::Bare].map(|kind| Served::start(kind, &provider, None));
    let mut crowds = Vec::new();
    for server in &servers {
        let mut crowd = Crowd::connect(server.port, "quick", &tokens).await;
        crowd.call(Duration::from_secs(3)).await;
        crowds.push(crowd);
    }
    let worked = servers.each_ref().map(Served::worked);
    let mut outcomes = [Outcome::default(), Outcome::default()];
    let mut ratios = Vec::new();
    for turn in 0..length.choose(60, 240) {
        let mut counts = [0, 0];
        // Who begins takes turns, too.
        for index in if turn % 2 == 0 { [0, 1] } else { [1, 0] } {
            let outcome = crowds[index].call(SLICE).await;
            counts[index] = outcome.tally.total();
            let before = std::mem::take(&mut outcomes[index]);
            outcomes[index] = Outcome {
                tally: before.tally.and(outcome.tally),
                broken: before.broken + outcome.broken,
            };
        }
        let [guarded, bare] = counts.map(|count| f64::from(u32::try_from(count).unwrap()));
        ratios.push(guarded / bare);
    }
    for (index, what) in ["with a gate", "without"].into_iter().enumerate() {
        let Outcome { tally, broken } = &outcomes[index];
        let total = tally.total();
        report.exactly(format!("{what}: failures of {total}"), tally.without(200) + broken, 0);
        let work = servers[index].worked().checked_sub(worked[index]).unwrap();
        let each = work / u32::try_from(total).unwrap();
        let times = format!("p50 {}, p99 {}", shown(tally.p50()), shown(tally.p99()));
        report.check(
            format!("{what}: {times}, work a call"),
            format!("{each:?}"),
            "shown only",
            true,
        );
    }
    ratios.sort_by(f64::total_cmp);
    let (lower, ratio, upper) = (
        ratios[ratios.len() / 4],
        ratios[ratios.len() / 2],
        ratios[ratios.len() * 3 / 4],
    );
    report.check(
        format!("throughput, of that without (quartiles {lower:.3}, {upper:.3})"),
        format!("{ratio:.3}"),
        ">= 0.75",
        ratio >= 0.75,
    );
    report
}
