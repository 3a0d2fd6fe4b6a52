//! Rates that instances keep together.

use super::SECRET;
use super::redis_server::RedisServer;
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use toolgate::{Error, Gate, NoArguments, Protected, Rates, SharedState, Toolset, mcp_tool};

/// Nothing fills up again within a test.
#[mcp_tool(authenticated, rate_limit = "12/h")]
async fn write(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// A call every second.
#[mcp_tool(authenticated, rate_limit = "60/min, burst 3")]
async fn poll(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

const INSTANCES: u32 = 3;

fn instance_of(state: &SharedState, resource: &str) -> Protected {
    let rates = Rates::new().shared(state, INSTANCES).unwrap();
    let gate = Gate::builder().resource(resource).validator(super::Nobody).rates(rates);
    gate.build()
        .unwrap()
        .protect(Toolset::new(()).tool(WriteTool).tool(PollTool))
        .unwrap()
}

/// As long as a busy machine may need.
const PATIENCE: Duration = Duration::from_secs(1);
/// As long as Redis is waited for unless set.
const HASTE: Duration = Duration::from_millis(50);

fn waiting(url: String, timeout: Duration) -> SharedState {
    let state = SharedState::builder().url(url).key("a", SECRET);
    state.timeout(timeout).build().unwrap()
}

/// How the call came out: let through, or how long to wait.
async fn call(instance: &Protected, subject: &str, tool: &str) -> Result<(), Duration> {
    let caller = toolgate_testing::caller(subject).tenant("acme").build();
    match instance.call(tool, Some(caller), json!({})).await.unwrap() {
        Ok(_) => Ok(()),
        Err(Error::Limited(limited)) => Err(limited.wait()),
        Err(error) => panic!("{error:?}"),
    }
}

/// How many of so many calls are let through, of all instances in turn.
async fn granted(instances: &[Protected], calls: usize, subject: &str) -> usize {
    let mut granted = 0;
    for instance in instances.iter().cycle().take(calls) {
        granted += usize::from(call(instance, subject, "write").await.is_ok());
    }
    granted
}

/// They need a moment to connect: the first call may come too early.
async fn connected(server: &RedisServer, timeout: Duration) -> [Protected; 3] {
    let instance = || instance_of(&waiting(server.url(), timeout), "https://mcp.example");
    let instances = [instance(), instance(), instance()];
    for instance in &instances {
        for _ in 0..200 {
            server.run(&[b"FLUSHALL"]);
            let _ = call(instance, "warm", "poll").await;
            if !server.keys().is_empty() {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
    server.run(&[b"FLUSHALL"]);
    instances
}

#[tokio::test]
async fn f24_instances_count_together() {
    let server = RedisServer::start();
    let instances = connected(&server, PATIENCE).await;
    assert_eq!(granted(&instances, 40, "alice").await, 12);
    assert_eq!(granted(&instances[1..], 40, "bob").await, 12);
    // One alone may have it all.
    assert_eq!(granted(&instances[2..], 40, "carol").await, 12);
    let wait = call(&instances[0], "alice", "write").await.unwrap_err();
    assert!(
        wait > Duration::from_secs(295) && wait <= Duration::from_mins(5),
        "{wait:?}"
    );
    // Nothing is told by the names to whoever reads them, and all of it goes by itself.
    for key in server.keys() {
        assert!(key.starts_with(b"toolgate:a:"), "{}", String::from_utf8_lossy(&key));
        let left: i64 = String::from_utf8(server.run(&[b"PTTL", &key]).remove(0))
            .unwrap()
            .parse()
            .unwrap();
        assert!((1..=3_600_000).contains(&left), "{left}");
    }
    assert_eq!(server.keys().len(), 3);
}

#[tokio::test]
async fn f24_the_wait_is_by_the_clock_of_redis_and_right() {
    let server = RedisServer::start();
    let [one, other, _] = connected(&server, PATIENCE).await;
    let start = Instant::now();
    for _ in 0..3 {
        call(&one, "alice", "poll").await.unwrap();
    }
    for round in 1..=2_u32 {
        // The other has let nothing through: it is Redis that says no.
        let wait = call(&other, "alice", "poll").await.unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        sleep(wait).await;
        call(&other, "alice", "poll").await.unwrap();
        let least = Duration::from_secs(1) * round;
        assert!(
            start.elapsed() + Duration::from_millis(5) >= least,
            "{:?}",
            start.elapsed()
        );
    }
}

/// Callers, tools, servers and keys do not get into each other's way.
#[tokio::test]
async fn f25_servers_that_share_a_redis_do_not_share_counts() {
    let server = RedisServer::start();
    let [one, _, _] = connected(&server, PATIENCE).await;
    assert_eq!(granted(std::slice::from_ref(&one), 20, "alice").await, 12);
    let state = waiting(server.url(), PATIENCE);
    let other = instance_of(&state, "https://other.example");
    sleep(Duration::from_millis(300)).await;
    assert_eq!(granted(&[other], 20, "alice").await, 12);
}

#[tokio::test]
async fn f16_without_redis_each_instance_lets_through_its_part() {
    let mut server = RedisServer::start();
    let instances = connected(&server, HASTE).await;
    server.kill();
    let start = Instant::now();
    // Twelve divided by three, for each of the three; and what one instance had from Redis counts against its part.
    assert_eq!(granted(&instances, 60, "alice").await, 12);
    assert_eq!(granted(&instances[..1], 20, "bob").await, 4);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    server.restart();
    // By the breaker, 10 s after it opened.
    let before = Instant::now();
    while server.keys().is_empty() {
        assert!(before.elapsed() < Duration::from_secs(15));
        let _ = call(&instances[0], "carol", "poll").await;
        sleep(Duration::from_millis(100)).await;
    }
    // And no instance lets through more than the whole, whatever it was that counted.
    assert!(granted(&instances[..1], 40, "bob").await <= 8);
}

#[tokio::test]
async fn f16_the_moment_redis_goes_away_gives_nobody_another_burst() {
    let mut server = RedisServer::start();
    let instances = connected(&server, HASTE).await;
    assert_eq!(granted(&instances, 12, "alice").await, 12);
    server.kill();
    assert_eq!(granted(&instances, 30, "alice").await, 0);
    // Nor does the moment at which it comes back with nothing, to those who had it all from one instance.
    let one = &instances[..1];
    server.restart();
    assert_eq!(granted(one, 4, "bob").await, 4);
}

#[tokio::test]
async fn f17_a_redis_that_hangs_is_not_waited_for_for_long() {
    let server = RedisServer::start();
    let instances = connected(&server, HASTE).await;
    server.stop();
    let start = Instant::now();
    assert_eq!(granted(&instances, 60, "alice").await, 12);
    // Five times 50 ms for each instance, and then no more.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    server.go_on();
}

/// Whoever can write to Redis can do little, and what is none of ours is taken for nothing.
#[tokio::test]
async fn f18_whatever_stands_in_redis_nobody_is_unlimited() {
    let server = RedisServer::start();
    let long = vec![b'9'; 1 << 20];
    let far = b"9999999999999999".to_vec();
    let odd: [&[u8]; 9] = [b"junk", b"", b"-1", b"1e3", b"0x10", b"nan", b" 1", &far, &long];
    for value in odd {
        let instances = connected(&server, PATIENCE).await;
        assert!(call(&instances[0], "alice", "write").await.is_ok());
        let key = server.keys().remove(0);
        server.run(&[b"SET", &key, value]);
        // An empty value is none; of any other it is said that it is odd, and this instance's part counts.
        assert!(
            call(&instances[1], "alice", "write").await.is_ok(),
            "{}",
            String::from_utf8_lossy(value)
        );
        let kept = server.run(&[b"GET", &key]);
        assert!(kept.is_empty() || value.is_empty(), "it was taken away");
        // It goes on as if it had just begun.
        assert!(call(&instances[1], "alice", "write").await.is_ok());
        assert_eq!(server.run(&[b"GET", &key]).remove(0).len(), 16);
    }
    for command in [
        &[b"LPUSH", &b"k"[..], b"x"][..],
        &[b"HSET", b"k", b"x", b"y"],
        &[b"SADD", b"k", b"x"],
    ] {
        let instances = connected(&server, PATIENCE).await;
        assert!(call(&instances[0], "alice", "write").await.is_ok());
        let key = server.keys().remove(0);
        server.run(&[b"DEL", &key]);
        let command: Vec<&[u8]> = command
            .iter()
            .map(|part| if *part == b"k" { &key[..] } else { part })
            .collect();
        server.run(&command);
        assert!(call(&instances[1], "alice", "write").await.is_ok());
        assert!(call(&instances[1], "alice", "write").await.is_ok());
        assert_eq!(server.run(&[b"GET", &key]).remove(0).len(), 16);
    }
    // Who takes away what is there at every moment gets the whole rate from each instance, and not more.
    let instances = connected(&server, PATIENCE).await;
    let mut granted = 0;
    for instance in instances.iter().cycle().take(120) {
        server.run(&[b"FLUSHALL"]);
        granted += usize::from(call(instance, "alice", "write").await.is_ok());
    }
    assert_eq!(granted, 36);
}

/// A Redis of somebody else, that says yes to everything, or whatever it likes.
#[tokio::test]
async fn f18_whatever_redis_answers_nobody_is_unlimited() {
    for (answer, expected) in [
        (&b"*2\r\n:1\r\n:0\r\n"[..], 12),
        (b"*2\r\n:2\r\n:0\r\n", 4),
        (b"*2\r\n:0\r\n:0\r\n", 4),
        (b"*2\r\n:0\r\n:-5\r\n", 4),
        (b"*2\r\n:0\r\n:9000000000\r\n", 4),
        (b"*2\r\n:7\r\n:0\r\n", 4),
        (b"*1\r\n:1\r\n", 4),
        (b"+OK\r\n", 4),
        (b":1\r\n", 4),
        (b"$-1\r\n", 4),
        (b"-ERR no\r\n", 4),
        (b"-OOM no\r\n", 4),
    ] {
        let url = liar(answer).await;
        let instance = instance_of(&waiting(url, PATIENCE), "https://mcp.example");
        let _ = call(&instance, "warm", "write").await;
        sleep(Duration::from_millis(100)).await;
        let granted = granted(&[instance], 40, "alice").await;
        assert_eq!(granted, expected, "{}", String::from_utf8_lossy(answer));
    }
}

/// Answers every command of a connection with OK, but for the script.
async fn liar(answer: &'static [u8]) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut heard = vec![0; 64 * 1024];
                while let Ok(length @ 1..) = stream.read(&mut heard).await {
                    let heard = String::from_utf8_lossy(&heard[..length]).into_owned();
                    let answers = match heard.matches("CLIENT").count() {
                        0 => answer.to_vec(),
                        commands => b"+OK\r\n".repeat(commands),
                    };
                    if stream.write_all(&answers).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[test]
fn the_number_of_instances_is_one() {
    let state = SharedState::builder().key("a", SECRET).build().unwrap();
    for instances in [0, 10_001] {
        let error = Rates::new().shared(&state, instances).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("rates cannot be divided by this number of instances\nhelp: "),
            "{error}"
        );
    }
    assert!(Rates::new().shared(&state, 1).is_ok() && Rates::new().shared(&state, 10_000).is_ok());
}
