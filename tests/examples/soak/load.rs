//! Requests at a steady rate, and what became of them.

use crate::server::Server;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// How often requests are sent: at higher rates, several at once.
const TICK: Duration = Duration::from_millis(10);

/// What became of requests. Takes the same memory for any number of them.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    statuses: BTreeMap<u16, u64>,
    /// By microseconds, in steps of a sixteenth.
    latencies: BTreeMap<u32, u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, status: u16, latency: Duration) {
        *self.statuses.entry(status).or_default() += 1;
        *self.latencies.entry(bucket(latency)).or_default() += 1;
    }

    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        for (bucket, count) in other.latencies {
            *self.latencies.entry(bucket).or_default() += count;
        }
        self
    }

    pub(crate) fn total(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// How many were answered with this status.
    pub(crate) fn with(&self, status: u16) -> u64 {
        self.statuses.get(&status).copied().unwrap_or(0)
    }

    /// How many were not.
    pub(crate) fn without(&self, status: u16) -> u64 {
        self.total() - self.with(status)
    }

    /// The latency that half have at most.
    pub(crate) fn p50(&self) -> Duration {
        self.quantile(0.5)
    }

    /// The latency that all but one in a hundred have at most.
    pub(crate) fn p99(&self) -> Duration {
        self.quantile(0.99)
    }

    pub(crate) fn longest(&self) -> Duration {
        self.quantile(1.0)
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of one run"
    )]
    fn quantile(&self, share: f64) -> Duration {
        let rank = (self.total() as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in &self.latencies {
            seen += count;
            if seen >= rank {
                return length(*bucket);
            }
        }
        Duration::ZERO
    }
}

/// Four bits below the highest one.
fn bucket(latency: Duration) -> u32 {
    let micros = u32::try_from(latency.as_micros()).unwrap_or(u32::MAX).max(16);
    let shift = micros.ilog2() - 4;
    (shift << 4) + ((micros >> shift) & 15)
}

/// The upper end of a bucket.
fn length(bucket: u32) -> Duration {
    let (shift, part) = (bucket >> 4, u64::from(bucket & 15));
    Duration::from_micros((16 + part + 1) << shift)
}

/// A load that runs by itself until it is over.
pub(crate) struct Load {
    tally: Arc<Mutex<Tally>>,
    task: tokio::task::JoinHandle<()>,
}

impl Load {
    /// Sends so many requests a second for this long. Each token is made when it is sent.
    pub(crate) fn start(
        server: &Server,
        rate: u32,
        duration: Duration,
        mut token: impl FnMut() -> String + Send + 'static,
    ) -> Self {
        let tally = Arc::new(Mutex::new(Tally::default()));
        let (server, counted) = (server.clone(), Arc::clone(&tally));
        let task = tokio::spawn(async move {
            let mut ticks = interval(TICK);
            // A machine that is late sends what is missing, all at once: no request is left out.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut requests = JoinSet::new();
            let count = duration.as_millis() / TICK.as_millis();
            let per_second = 1000 / u32::try_from(TICK.as_millis()).unwrap();
            for tick in 0..u32::try_from(count).unwrap() {
                ticks.tick().await;
                // Rates below a request a tick are spread out.
                let due = |tick: u32| u64::from(tick) * u64::from(rate) / u64::from(per_second);
                for _ in due(tick)..due(tick + 1) {
                    let (server, tally, token) = (server.clone(), Arc::clone(&counted), token());
                    requests.spawn(async move {
                        let start = Instant::now();
                        let status = server.ask(&token).await;
                        tally.lock().unwrap().add(status, start.elapsed());
                    });
                }
                while requests.try_join_next().is_some_and(|ended| ended.is_ok()) {}
            }
            while let Some(ended) = requests.join_next().await {
                ended.unwrap();
            }
        });
        Self { tally, task }
    }

    /// The same tokens, in turn.
    pub(crate) fn of(server: &Server, rate: u32, duration: Duration, tokens: &[String]) -> Self {
        let tokens: Vec<String> = tokens.into();
        let mut tokens = tokens.into_iter().cycle();
        Self::start(server, rate, duration, move || tokens.next().unwrap())
    }

    /// Waits for its end. All requests were answered then.
    pub(crate) async fn end(self) -> Tally {
        self.task.await.unwrap();
        self.tally.lock().unwrap().clone()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.task.is_finished()
    }
}

/// How long a latency is, for people.
pub(crate) fn shown(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// Twice what it is without a fault; what is below a few ticks of the runtime's clock is noise.
pub(crate) fn twice(baseline: Duration) -> Duration {
    (2 * baseline).max(Duration::from_millis(20))
}
