//! F22, F24: rates that three instances keep together through a Redis, which is killed and hangs; and as many subjects as there are.

use crate::command::Length;
use crate::memory;
use crate::redis::Redis;
use crate::report::Report;
use serde_json::json;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{
    BearerToken, Claims, Error, Gate, NoArguments, Protected, Rates, SharedState, Toolset, Validator, mcp_tool,
};

const RATE: u64 = 100;
const INSTANCES: u32 = 3;
/// How often each instance is called.
const TICK: Duration = Duration::from_millis(5);
const SECOND: Duration = Duration::from_secs(1);

/// What everybody calls too often.
#[mcp_tool(authenticated, rate_limit = "100/s")]
async fn poll(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// What fills up again in an hour only.
#[mcp_tool(authenticated, rate_limit = "5/h")]
async fn write(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// The callers here have no tokens.
struct Nobody;

impl Validator for Nobody {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        Err(TokenError::Inactive.into())
    }

    fn issuers(&self) -> Vec<String> {
        Vec::new()
    }
}

fn instance(rates: Rates) -> Protected {
    let gate = Gate::builder()
        .resource("http://127.0.0.1:1/mcp")
        .validator(Nobody)
        .rates(rates);
    gate.build()
        .unwrap()
        .protect(Toolset::new(()).tool(PollTool).tool(WriteTool))
        .unwrap()
}

/// Whether the call was let through, or how long it has to wait.
async fn call(instance: &Protected, tool: &str, subject: &str) -> Result<(), Duration> {
    let caller = toolgate_testing::caller(subject).tenant("acme").build();
    match instance.call(tool, Some(caller), json!({})).await.unwrap() {
        Ok(_) => Ok(()),
        Err(Error::Limited(limited)) => Err(limited.wait()),
        Err(error) => panic!("{error:?}"),
    }
}

pub(crate) async fn run(length: Length) -> Report {
    let mut report = Report::default();
    let mut redis = Redis::start();
    let instances: Vec<Protected> = (0..INSTANCES)
        .map(|_| {
            let state = SharedState::builder()
                .url(redis.url())
                .key("soak", [7; 32])
                .build()
                .unwrap();
            instance(Rates::new().shared(&state, INSTANCES).unwrap())
        })
        .collect();
    for instance in &instances {
        // They need a moment to connect.
        let _ = call(instance, "poll", "warm").await;
    }
    sleep(SECOND / 2).await;
    let seconds = 60;
    let calm = load(&instances, "alice", seconds, async || {}).await;
    accuracy(&mut report, &calm, seconds);

    // A connection that broke is found out by the first who tries it, and the second try is ten seconds later.
    let seconds = 40;
    let killed = load(&instances, "bob", seconds, async || {
        sleep(5 * SECOND).await;
        redis.kill();
        sleep(8 * SECOND).await;
        redis.restart();
    })
    .await;
    let stopped = load(&instances, "carol", seconds, async || {
        sleep(5 * SECOND).await;
        redis.signal("-STOP");
        sleep(8 * SECOND).await;
        redis.signal("-CONT");
    })
    .await;
    for (what, run) in [("killed", &killed), ("stopped", &stopped)] {
        // Besides the rate there is a burst at the start, the parts' own bursts when Redis goes, and one when it is back: it has not
        // counted meanwhile. Instances find that out one after the other. If they were open, it would be three times the rate for as
        // long as that takes.
        let most = RATE * seconds + 4 * RATE;
        report.at_most(format!("{what}: granted in {seconds} s"), run.total(), most);
        report.at_least(
            format!("{what}: granted in {seconds} s"),
            run.total(),
            RATE * seconds * 9 / 10,
        );
        report.at_most(format!("{what}: most in any second"), run.most_in_a_second(), 3 * RATE);
    }
    subjects(&mut report, length).await;
    report
}

/// F24.
fn accuracy(report: &mut Report, run: &Run, seconds: u64) {
    let (least, most) = (RATE * seconds * 98 / 100, RATE * seconds * 102 / 100);
    report.check(
        format!("granted in {seconds} s, of {}", run.calls),
        run.total(),
        format!("{least} to {most}"),
        (least..=most).contains(&run.total()),
    );
    // The first has the burst. Seconds are those in which answers came, which a busy machine holds up now and then.
    let each: Vec<u64> = (1..seconds).map(|second| run.in_second(second)).collect();
    report.at_least(
        "least in a second",
        each.iter().copied().min().unwrap(),
        RATE * 95 / 100,
    );
    report.at_most(
        "most in a second after the first",
        each.iter().copied().max().unwrap(),
        RATE * 105 / 100,
    );
    report.at_most("most in any second", run.most_in_a_second(), 2 * RATE);
    report.at_most(
        "longest wait told, in ms",
        u64::try_from(run.longest_wait.as_millis()).unwrap(),
        1000,
    );
}

/// What became of calls.
#[derive(Default)]
struct Run {
    calls: u64,
    /// When calls were let through, in order.
    granted: Vec<Duration>,
    longest_wait: Duration,
}

impl Run {
    fn total(&self) -> u64 {
        self.granted.len() as u64
    }

    fn in_second(&self, second: u64) -> u64 {
        let of_second = |at: &&Duration| at.as_secs() == second;
        self.granted.iter().filter(of_second).count() as u64
    }

    /// In any window that long, wherever it begins.
    fn most_in_a_second(&self) -> u64 {
        let until = |start: &Duration| self.granted.partition_point(|at| *at < *start + SECOND);
        let counts = self
            .granted
            .iter()
            .enumerate()
            .map(|(first, start)| until(start) - first);
        counts.max().unwrap_or(0) as u64
    }
}

/// Calls all instances, each twice as often as they may let through together.
async fn load(instances: &[Protected], subject: &'static str, seconds: u64, meanwhile: impl AsyncFnOnce()) -> Run {
    let run = Arc::new(Mutex::new(Run::default()));
    let start = Instant::now();
    let mut loads = JoinSet::new();
    for instance in instances {
        let (instance, run) = (instance.clone(), Arc::clone(&run));
        loads.spawn(async move {
            let mut calls = JoinSet::new();
            let mut ticks = interval(TICK);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            while start.elapsed() < Duration::from_secs(seconds) {
                ticks.tick().await;
                let (instance, run) = (instance.clone(), Arc::clone(&run));
                calls.spawn(async move {
                    let outcome = call(&instance, "poll", subject).await;
                    let mut run = run.lock().unwrap();
                    run.calls += 1;
                    match outcome {
                        Ok(()) => run.granted.push(start.elapsed()),
                        Err(wait) => run.longest_wait = run.longest_wait.max(wait),
                    }
                });
                while calls.try_join_next().is_some_and(|ended| ended.is_ok()) {}
            }
            while let Some(ended) = calls.join_next().await {
                ended.unwrap();
            }
        });
    }
    meanwhile().await;
    while let Some(ended) = loads.join_next().await {
        ended.unwrap();
    }
    let mut run = std::mem::take(&mut *run.lock().unwrap());
    run.granted.sort();
    run.granted.retain(|at| *at < Duration::from_secs(seconds));
    run
}

/// F22: who is counted stays counted, whoever else comes, and the counts take no more room than they may.
async fn subjects(report: &mut Report, length: Length) {
    let gate = instance(Rates::new());
    let mut granted = 0;
    for _ in 0..10 {
        granted += u64::from(call(&gate, "write", "victim").await.is_ok());
    }
    let empty = memory::resident();
    let mut highest = empty;
    let count = length.choose(300_000_u64, 1_000_000);
    let mut others = 0;
    for number in 0..count {
        others += u64::from(call(&gate, "write", &format!("subject {number}")).await.is_ok());
        if number % 10_000 == 0 {
            granted += u64::from(call(&gate, "write", "victim").await.is_ok());
            highest = highest.max(memory::resident());
        }
    }
    report.exactly("granted to one of many subjects", granted, 5);
    // All for whom there is place, and five for each of the 256 counts that the others share.
    report.at_most(
        format!("granted to {count} others, once each"),
        others,
        100_000 + 5 * 256,
    );
    report.at_least(format!("granted to {count} others, once each"), others, 99_000);
    report.at_most("memory: growth in MiB", memory::growth(empty, highest), 16);
}
