//! F16, F17: three instances that share what introspection said through a Redis that is killed, and then one that hangs. That it
//! lies (F18) is tried in `tests/tests/suite/shared.rs`.

use crate::load::{Load, Tally, shown};
use crate::provider::Provider;
use crate::report::Report;
use crate::server::{Server, introspection, validator};
use std::env;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use toolgate::{Cached, Issuers, SharedState, SystemClock};
use toolgate_testing::Algorithm;

/// For each instance and kind of token, a second.
const RATE: u32 = 50;
const INSTANCES: usize = 3;
/// What Redis may cost at most while it hangs, by its time limit (R18), and what a busy machine adds.
const LATE: Duration = Duration::from_millis(60);

pub(crate) async fn run() -> Report {
    let mut report = Report::default();
    let mut redis = Redis::start();
    let mut provider = Provider::start();
    let servers: Vec<Server> = (0..INSTANCES).map(|_| instance(&mut provider, &redis.url())).collect();
    let jwts = provider.mint(Algorithm::Es256, 100);
    let seconds = Duration::from_secs(10);
    let calm = all(&servers, &mut provider, &jwts, seconds, async || {}).await;
    report.exactly(
        format!("well: failures of {}", calm.good.total()),
        calm.good.without(200),
        0,
    );
    report.exactly("well: questions, of as many tokens", calm.questions, calm.tokens);
    let killed = all(&servers, &mut provider, &jwts, 2 * seconds, async || {
        tokio::time::sleep(seconds / 2).await;
        redis.kill();
        tokio::time::sleep(seconds / 2).await;
        redis.restart();
    })
    .await;
    let stopped = all(&servers, &mut provider, &jwts, 2 * seconds, async || {
        tokio::time::sleep(seconds / 2).await;
        redis.signal("-STOP");
        tokio::time::sleep(seconds).await;
        redis.signal("-CONT");
    })
    .await;
    for (what, run) in [("killed", &killed), ("stopped", &stopped)] {
        report.exactly(
            format!("{what}: failures of {}", run.good.total()),
            run.good.without(200),
            0,
        );
        report.exactly(
            format!("{what}: inactive tokens accepted, of {}", run.bad.total()),
            run.bad.with(200),
            0,
        );
        let bound = calm.good.p99() + LATE + Duration::from_millis(20);
        let p99 = run.good.p99();
        report.check(
            format!("{what}: p99"),
            shown(p99),
            format!("<= {}", shown(bound)),
            p99 <= bound,
        );
    }
    report
}

/// What became of a load on all instances.
struct Run {
    good: Tally,
    bad: Tally,
    /// How often the issuer was asked about tokens, and about how many it had to be.
    questions: u64,
    tokens: u64,
}

/// Asks all instances with good JWTs, good opaque tokens that all of them get one after the other, and such as are not active.
async fn all(
    servers: &[Server],
    provider: &mut Provider,
    jwts: &[String],
    duration: Duration,
    meanwhile: impl AsyncFnOnce(),
) -> Run {
    let count = RATE as usize * usize::try_from(duration.as_secs()).unwrap();
    let opaque = provider.mint_opaque(count);
    let before = provider.introspection_traffic().requests;
    let mut loads = Vec::new();
    for (number, server) in servers.iter().enumerate() {
        // Each comes a little later than the one before it, and finds what that one was told.
        let (server, jwts, opaque) = (server.clone(), jwts.to_vec(), opaque.clone());
        let pause = Duration::from_secs(1) * u32::try_from(number).unwrap();
        loads.push(tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            let known = Load::of(&server, RATE, duration, &jwts);
            let mut tokens = opaque.into_iter();
            let asked = Load::start(&server, RATE, duration, move || tokens.next().unwrap());
            let mut invented = 0;
            let bad = Load::start(&server, 5, duration, move || {
                invented += 1;
                format!("nobody-{number}-{invented}")
            });
            (known.end().await.and(asked.end().await), bad.end().await)
        }));
    }
    meanwhile().await;
    let (mut good, mut bad) = (Tally::default(), Tally::default());
    for load in loads {
        let (more, worse) = load.await.unwrap();
        (good, bad) = (good.and(more), bad.and(worse));
    }
    let questions = provider.introspection_traffic().requests - before;
    Run {
        good,
        questions: questions - bad.total(),
        bad,
        tokens: count as u64,
    }
}

fn instance(provider: &mut Provider, redis: &str) -> Server {
    let clock = SystemClock::default();
    let state = SharedState::builder().url(redis).key("soak", [7; 32]).build().unwrap();
    let issuers = Issuers::builder()
        .issuer(validator(provider, clock))
        .opaque(state.introspection(introspection(provider, clock)));
    Server::new(Cached::new(issuers.build().unwrap()).unwrap(), clock)
}

/// A Redis on a port of its own.
pub(crate) struct Redis {
    port: u16,
    process: Child,
}

impl Redis {
    pub(crate) fn start() -> Self {
        // Nobody else gets this port for a while.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self {
            port,
            process: start(port),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        // A process that is stopped can be killed all the same.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again, empty.
    pub(crate) fn restart(&mut self) {
        self.process = start(self.port);
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn start(port: u16) -> Child {
    let mut command = Command::new(executable());
    command.args([
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--port",
        &port.to_string(),
    ]);
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for _ in 0..500 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return process;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = process.kill();
    let ended = process.wait();
    panic!("redis-server does not start: {ended:?}");
}

/// The places where `cargo xtask soak` makes sure that there is one.
fn executable() -> PathBuf {
    let given = env::var_os("TOOLGATE_REDIS_SERVER").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("redis-server"));
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/redis/redis-server");
    let mut places = given.into_iter().chain(on_path).chain([fetched]);
    let place = places.find(|place| place.is_file());
    place.unwrap_or_else(|| panic!("there is no redis-server: run `cargo xtask soak redis`"))
}
