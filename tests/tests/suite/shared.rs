//! What instances tell each other through a Redis that is killed, stopped and lied with. It is a real one; only here time is too.

mod introspection;
mod rates;
mod redis_server;

use self::redis_server::RedisServer;
use crate::cached::script::{GOOD, Script};
use crate::introspection::watch::Buffer;
use crate::revocations::App;
use crate::server::Sdk;
use crate::tokens::forge::NOW;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{BearerToken, Caller, Claims, Clock, Revocations, SharedState, Validator};

const SECRET: [u8; 32] = [7; 32];

/// The time of the machine, but for the date.
struct Today(Instant);

impl Clock for Today {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(NOW) + self.0.elapsed()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

fn today() -> Today {
    Today(Instant::now())
}

fn state(server: &RedisServer, keys: &[(&str, [u8; 32])]) -> SharedState {
    let builder = SharedState::builder().url(server.url()).clock(today());
    let builder = keys
        .iter()
        .fold(builder, |builder, (id, secret)| builder.key(*id, secret));
    builder.build().unwrap()
}

/// The revocations of an instance, shared by these keys.
fn instance(server: &RedisServer, keys: &[(&str, [u8; 32])]) -> Revocations {
    let revocations = Revocations::with_limit(1000, today());
    state(server, keys).share_revocations(&revocations).unwrap();
    revocations
}

fn caller(subject: &str) -> Caller {
    Caller::assert(Claims::assert("https://idp.example", subject).with_expiry(Duration::from_secs(NOW + 3600)))
}

/// Believes no token.
struct Nobody;

impl Validator for Nobody {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        Err(TokenError::Inactive.into())
    }

    fn issuers(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Waits until so many tokens are revoked there, and says how long that took.
async fn until_known(revocations: &Revocations, count: usize) -> Duration {
    let start = Instant::now();
    while revocations.len() < count {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{} of {count}",
            revocations.len()
        );
        sleep(Duration::from_millis(5)).await;
    }
    start.elapsed()
}

#[tokio::test]
async fn r18_what_one_instance_revokes_all_revoke_within_a_second() {
    let server = RedisServer::start();
    let keys = [("a", SECRET)];
    let instances = [
        instance(&server, &keys),
        instance(&server, &keys),
        instance(&server, &keys),
    ];
    for (count, (instance, subject)) in (1..).zip(instances.iter().zip(["alice", "bob", "carol"])) {
        // They need a moment to connect, at first.
        if count == 1 {
            sleep(Duration::from_millis(500)).await;
        }
        instance
            .revoke_id("https://idp.example", subject, Duration::from_secs(NOW + 60))
            .unwrap();
        for other in &instances {
            assert!(until_known(other, count).await < Duration::from_secs(1));
        }
    }
    // One that comes later learns of all of them.
    until_known(&instance(&server, &keys), 3).await;
    // Nothing is told by the names and values to whoever reads them.
    for key in server.keys() {
        assert!(key.starts_with(b"toolgate:a:"), "{}", String::from_utf8_lossy(&key));
    }
}

#[tokio::test]
async fn r18_an_instance_catches_up_with_what_it_missed() {
    let mut server = RedisServer::start();
    let keys = [("a", SECRET)];
    let [one, other] = [instance(&server, &keys), instance(&server, &keys)];
    one.revoke(&caller("alice")).unwrap();
    until_known(&other, 1).await;
    server.kill();
    // Everything that was there is gone, and each knows something that the other does not.
    one.revoke(&caller("bob")).unwrap();
    other
        .revoke_id("https://idp.example", "carol", Duration::from_secs(NOW + 60))
        .unwrap();
    assert_eq!((one.len(), other.len()), (2, 2));
    server.restart();
    assert!(until_known(&one, 3).await < Duration::from_secs(6));
    assert!(until_known(&other, 3).await < Duration::from_secs(6));
    until_known(&instance(&server, &keys), 3).await;
}

#[tokio::test]
async fn r18_each_outage_is_one_event() {
    let buffer = Buffer::default();
    let _guard = buffer.listen();
    let mut server = RedisServer::start();
    let _instance = instance(&server, &[("a", SECRET)]);
    let logged = async |text: &str| {
        let (start, mut all) = (Instant::now(), String::new());
        while !all.contains(text) {
            assert!(start.elapsed() < Duration::from_secs(10), "{text}");
            sleep(Duration::from_millis(20)).await;
            all += &buffer.take();
        }
    };
    logged("revocations are shared").await;
    for _ in 0..2 {
        server.kill();
        logged("revocations are not shared for now").await;
        sleep(Duration::from_millis(1500)).await;
        assert!(!buffer.take().contains("revocations are not shared"));
        server.restart();
        logged("revocations are shared").await;
    }
}

#[tokio::test]
async fn r18_keys_change_while_revocations_go_on() {
    let server = RedisServer::start();
    let (old, new) = (("a", SECRET), ("b", [8; 32]));
    let generations = [
        instance(&server, &[old]),
        instance(&server, &[old, new]),
        instance(&server, &[new, old]),
    ];
    generations[0].revoke(&caller("alice")).unwrap();
    until_known(&generations[1], 1).await;
    until_known(&generations[2], 1).await;
    // What the newest seals, those open that have the key already.
    generations[2].revoke(&caller("bob")).unwrap();
    until_known(&generations[1], 2).await;
    until_known(&instance(&server, &[new]), 1).await;
}

#[tokio::test]
async fn r18_f18_nobody_without_the_key_revokes() {
    let server = RedisServer::start();
    let victim = instance(&server, &[("a", SECRET)]);
    let stranger = instance(&server, &[("a", [9; 32])]);
    stranger.revoke(&caller("alice")).unwrap();
    victim.revoke(&caller("bob")).unwrap();
    sleep(Duration::from_secs(1)).await;
    // What the stranger sealed stands under names that the victim does not look at. Now it does, and everything else, too.
    let keys = server.keys();
    assert_eq!(keys.len(), 4);
    let sealed: Vec<Vec<u8>> = keys
        .iter()
        .flat_map(|key| server.run(&[b"ZRANGE", key, b"0", b"-1"]))
        .collect();
    let channels = server.run(&[b"PUBSUB", b"CHANNELS", b"*"]);
    assert_eq!((sealed.len(), channels.len()), (4, 2));
    let long = vec![b'x'; 100 << 20];
    for channel in &channels {
        for record in sealed
            .iter()
            .map(Vec::as_slice)
            .chain([&b""[..], b"\x01", b"junk", &long[..100_000]])
        {
            server.run(&[b"PUBLISH", channel, record]);
        }
    }
    for key in &keys {
        for record in sealed.iter().chain([&long, &b"junk".to_vec()]) {
            server.run(&[b"ZADD", key, b"9999999999999", record]);
        }
    }
    let sent = || {
        let stats = String::from_utf8(server.run(&[b"INFO", b"stats"]).remove(0)).unwrap();
        let mut bytes = stats
            .lines()
            .filter_map(|line| line.strip_prefix("total_net_output_bytes:"));
        bytes.next().unwrap().parse::<u64>().unwrap()
    };
    let before = sent();
    let late = instance(&server, &[("a", SECRET)]);
    until_known(&late, 1).await;
    sleep(Duration::from_secs(6)).await;
    // What is too long to be a revocation does not leave Redis.
    assert!(sent() - before < 1_000_000, "{}", sent() - before);
    assert_eq!((victim.len(), stranger.len(), late.len()), (1, 1, 1));
    // Of another type: nothing is read there, and the server goes on. What is published it hears.
    for key in &keys {
        server.run(&[b"SET", key, b"x"]);
    }
    let later = instance(&server, &[("a", SECRET)]);
    sleep(Duration::from_millis(500)).await;
    assert_eq!((late.len(), later.len()), (1, 0));
    for channel in &channels {
        for record in &sealed {
            server.run(&[b"PUBLISH", channel, record]);
        }
    }
    sleep(Duration::from_millis(200)).await;
    assert_eq!((late.len(), later.len()), (1, 1));
}

/// Hands everything on to a server, and does something before it is asked for the second page of revocations.
async fn proxy(server: &RedisServer, before_second_page: impl Fn() + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (to, pages, before) = (
        server.port(),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(before_second_page),
    );
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
                (client.into_split(), server.into_split());
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            let (pages, before) = (Arc::clone(&pages), Arc::clone(&before));
            tokio::spawn(async move {
                let mut chunk = vec![0; 100_000];
                while let Ok(length @ 1..) = from_client.read(&mut chunk).await {
                    let asks = chunk[..length].windows(6).any(|window| window == b"'+inf'");
                    if asks && pages.fetch_add(1, Ordering::Relaxed) == 1 {
                        before();
                    }
                    if to_server.write_all(&chunk[..length]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn r18_no_revocation_is_passed_over_when_others_are_taken_out_meanwhile() {
    const ALL: usize = 2500;
    let server = Arc::new(RedisServer::start());
    let revocations = Revocations::with_limit(ALL, today());
    state(&server, &[("a", SECRET)])
        .share_revocations(&revocations)
        .unwrap();
    for number in 0..ALL {
        let expires_at = Duration::from_secs(NOW + 60);
        revocations.revoke_id("i", &number.to_string(), expires_at).unwrap();
    }
    let held = || {
        let keys = server.keys();
        let count = |key: &Vec<u8>| String::from_utf8(server.run(&[b"ZCARD", key]).remove(0)).unwrap();
        keys.len() == 2 && keys.iter().all(|key| count(key) == ALL.to_string())
    };
    while !held() {
        sleep(Duration::from_millis(50)).await;
    }
    drop(revocations);
    let pruned = Arc::clone(&server);
    let port = proxy(&server, move || {
        for key in pruned.keys() {
            pruned.run(&[b"ZREMRANGEBYRANK", &key, b"0", b"199"]);
        }
    })
    .await;
    let late = Revocations::with_limit(ALL, today());
    let shared = SharedState::builder().url(format!("redis://127.0.0.1:{port}"));
    let shared = shared.clock(today()).key("a", SECRET).build().unwrap();
    shared.share_revocations(&late).unwrap();
    // At the first look: the next ones look at the last minute again.
    assert!(until_known(&late, ALL).await < Duration::from_secs(4));
}

async fn until_called(app: &mut App, status: u16) {
    let start = Instant::now();
    while app.call("t").await != status {
        assert!(start.elapsed() < Duration::from_mins(1), "{status}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn r18_if_there_are_more_revocations_than_anybody_looks_at_nobody_gets_in() {
    // Many of one time, and many of different times.
    for fill in [
        "for i = 1, 10000 do redis.call('ZADD', KEYS[1], 1, i) end",
        "for i = 1, 20000 do redis.call('ZADD', KEYS[1], i, i) end",
    ] {
        let server = RedisServer::start();
        let first = instance(&server, &[("a", SECRET)]);
        first.revoke(&caller("bob")).unwrap();
        let mut app = App::new(Sdk::Rmcp, Script::new(GOOD));
        let shared = state(&server, &[("a", SECRET)]);
        shared.share_revocations(&app.revocations).unwrap();
        until_known(&app.revocations, 1).await;
        assert_eq!(app.call("t").await, 200);
        for key in server.keys() {
            server.run(&[b"EVAL", fill.as_bytes(), b"1", &key]);
        }
        // It looks at what is new only. One that comes later looks at everything.
        let mut late = App::new(Sdk::Rmcp, Script::new(GOOD));
        shared.share_revocations(&late.revocations).unwrap();
        until_called(&mut late, 503).await;
        assert_eq!(app.call("t").await, 200, "{fill}");
        // Until it has seen all there is.
        for key in server.keys() {
            server.run(&[b"ZREMRANGEBYSCORE", &key, b"-inf", b"1000000"]);
        }
        until_called(&mut late, 200).await;
        assert_eq!(late.revocations.len(), 1);
    }
}

#[tokio::test]
async fn r18_sharing_ends_with_the_last_handle() {
    let server = RedisServer::start();
    let revocations = instance(&server, &[("a", SECRET)]);
    let connections = || {
        let clients = server.run(&[b"CLIENT", b"LIST"]);
        // The one who asks is one of them.
        String::from_utf8_lossy(&clients[0]).lines().count() - 1
    };
    sleep(Duration::from_secs(1)).await;
    assert_eq!(connections(), 2);
    drop(revocations);
    let start = Instant::now();
    while connections() > 0 {
        assert!(start.elapsed() < Duration::from_secs(5));
        sleep(Duration::from_millis(20)).await;
    }
}
