//! Introspection answers that instances get of each other.

use super::SECRET;
use super::redis_server::RedisServer;
use crate::cached::script::token as bearer;
use crate::tokens::forge::{Refusal, validate};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use tokio::time::sleep;
use toolgate::validator::introspection::{ClientCredentials, ClientSecret};
use toolgate::validator::{TokenError, Validator};
use toolgate::{Cached, Clock, IntrospectionValidator, SharedIntrospection, SharedState, SharedStateBuilder};
use toolgate_testing::{ClientAuth, Fault, IdentityProvider, RegisteredClient};

const AUDIENCE: &str = "https://notes.example/mcp";
const INACTIVE: Result<String, Refusal> = Err(Refusal::Token(TokenError::Inactive));

/// The time of the machine, and what is added to it.
#[derive(Clone)]
struct Shifted(Arc<Mutex<Duration>>, Instant);

impl Shifted {
    fn new() -> Self {
        Self(Arc::default(), Instant::now())
    }

    fn pass(&self, seconds: u64) {
        *self.0.lock().unwrap() += Duration::from_secs(seconds);
    }
}

impl Clock for Shifted {
    fn unix_time(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + *self.0.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.1.elapsed() + *self.0.lock().unwrap()
    }
}

struct World {
    server: RedisServer,
    provider: IdentityProvider,
    client: RegisteredClient,
    clock: Shifted,
}

impl World {
    async fn start() -> Self {
        let provider = IdentityProvider::start().await.unwrap();
        Self {
            server: RedisServer::start(),
            client: provider.register_client("notes", ClientAuth::SecretBasic),
            provider,
            clock: Shifted::new(),
        }
    }

    fn local(&self) -> IntrospectionValidator {
        self.local_as(&self.client)
    }

    fn local_as(&self, client: &RegisteredClient) -> IntrospectionValidator {
        let secret = ClientSecret::from(client.secret());
        IntrospectionValidator::builder()
            .issuer(self.provider.issuer())
            .audience(AUDIENCE)
            .client(ClientCredentials::secret_basic(client.id(), secret))
            .clock(self.clock.clone())
            .build()
            .unwrap()
    }

    fn builder(&self) -> SharedStateBuilder {
        // A machine that is busy with other tests may be slower than 50 ms.
        let builder = SharedState::builder().url(self.server.url()).clock(self.clock.clone());
        builder.timeout(Duration::from_secs(1))
    }

    fn state(&self) -> SharedState {
        self.builder().key("a", SECRET).build().unwrap()
    }

    fn instance(&self) -> SharedIntrospection {
        self.state().introspection(self.local())
    }

    fn cached(&self) -> Cached<SharedIntrospection> {
        Cached::builder(self.instance())
            .clock(self.clock.clone())
            .build()
            .unwrap()
    }

    fn token(&self, subject: &str) -> String {
        self.provider.opaque_token(subject).audience(AUDIENCE).mint()
    }

    fn asked(&self) -> u64 {
        self.provider.introspection_requests()
    }

    /// Where the one answer is that is shared, and what stands there.
    fn shared(&self) -> (Vec<u8>, Vec<u8>) {
        let keys = self.server.keys();
        assert_eq!(keys.len(), 1);
        let value = self.server.run(&[b"GET", &keys[0]]);
        (keys[0].clone(), value[0].clone())
    }
}

async fn subject(validator: &impl Validator, token: &str) -> Result<String, Refusal> {
    validate(validator, token)
        .await
        .map(|caller| caller.subject().to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with results")]
fn named(name: &str) -> Result<String, Refusal> {
    Ok(name.to_owned())
}

/// Redis is connected to at the first request, which may take longer than it is waited for.
async fn connected(instance: &SharedIntrospection) {
    let _ = subject(instance, "nobody").await;
    sleep(Duration::from_millis(200)).await;
}

#[tokio::test]
async fn r18_one_instance_asks_and_the_others_read() {
    let world = World::start().await;
    let token = world.token("alice");
    for _ in 0..3 {
        assert_eq!(subject(&world.cached(), &token).await, named("alice"));
    }
    assert_eq!(world.asked(), 1);
    // Neither the token nor what is said of it can be read in Redis.
    let (key, value) = world.shared();
    for text in [&token, "alice", AUDIENCE] {
        for place in [&key, &value] {
            assert!(!place.windows(text.len()).any(|window| window == text.as_bytes()));
        }
    }
    let ttl = world.server.run(&[b"PTTL", &key]);
    let ttl: u64 = String::from_utf8_lossy(&ttl[0]).parse().unwrap();
    assert!((50_000..=60_000).contains(&ttl), "{ttl}");
}

#[tokio::test]
async fn r19_f15_an_answer_is_believed_for_a_minute_in_all_caches_together() {
    let world = World::start().await;
    let token = world.token("alice");
    assert_eq!(subject(&world.cached(), &token).await, named("alice"));
    world.provider.revoke(&token);
    world.clock.pass(58);
    let late = world.cached();
    assert_eq!(subject(&late, &token).await, named("alice"));
    assert_eq!(world.asked(), 1);
    world.clock.pass(2);
    // Redis still has the answer: less time has passed there.
    world.shared();
    assert_eq!(subject(&late, &token).await, INACTIVE);
    assert_eq!(subject(&world.cached(), &token).await, INACTIVE);
}

#[tokio::test]
async fn r18_an_answer_of_the_future_is_not_believed() {
    let world = World::start().await;
    let token = world.token("alice");
    let other = Shifted::new();
    other.pass(3);
    let ahead = world.builder().key("a", SECRET).clock(other);
    assert_eq!(
        subject(&ahead.build().unwrap().introspection(world.local()), &token).await,
        named("alice")
    );
    world.shared();
    assert_eq!(subject(&world.instance(), &token).await, named("alice"));
    assert_eq!(world.asked(), 2);
}

#[tokio::test]
async fn r19_that_a_token_is_not_active_or_that_nobody_knows_is_not_shared() {
    let world = World::start().await;
    assert_eq!(subject(&world.cached(), "unknown").await, INACTIVE);
    let token = world.token("alice");
    world.provider.introspection_fault(Fault::Status(500));
    assert_eq!(subject(&world.cached(), &token).await, Err(Refusal::Unavailable));
    let foreign = world
        .provider
        .opaque_token("alice")
        .audience("https://other.example")
        .mint();
    world.provider.clear_faults();
    let audience = Err(Refusal::Token(TokenError::Audience));
    assert_eq!(subject(&world.cached(), &foreign).await, audience);
    assert!(world.server.keys().is_empty());
}

#[tokio::test]
async fn fresh_an_answer_that_was_asked_for_anew_replaces_what_is_shared() {
    let world = World::start().await;
    let token = world.token("alice");
    let instance = world.instance();
    assert_eq!(subject(&instance, &token).await, named("alice"));
    world.provider.revoke(&token);
    let anew = instance.validate_anew(&bearer(&token)).await;
    assert!(anew.is_err());
    assert_eq!(subject(&world.instance(), &token).await, INACTIVE);
}

#[tokio::test]
async fn r18_another_client_has_answers_of_its_own() {
    let world = World::start().await;
    let token = world.token("alice");
    let other = world.provider.register_client("other", ClientAuth::SecretBasic);
    assert_eq!(subject(&world.instance(), &token).await, named("alice"));
    let instance = world.state().introspection(world.local_as(&other));
    assert_eq!(subject(&instance, &token).await, named("alice"));
    assert_eq!((world.asked(), world.server.keys().len()), (2, 2));
}

#[tokio::test]
async fn r18_answers_outlive_a_change_of_keys() {
    let world = World::start().await;
    let token = world.token("alice");
    let (old, new) = (("a", SECRET), ("b", [8; 32]));
    let ask = async |keys: &[(&str, [u8; 32])]| {
        let builder = SharedState::builder()
            .url(world.server.url())
            .clock(world.clock.clone());
        let builder = keys
            .iter()
            .fold(builder, |builder, (id, secret)| builder.key(*id, secret));
        let instance = builder.build().unwrap().introspection(world.local());
        assert_eq!(subject(&instance, &token).await, named("alice"));
        world.asked()
    };
    assert_eq!(ask(&[old]).await, 1);
    assert_eq!(ask(&[new, old]).await, 1);
    assert_eq!(ask(&[new]).await, 2);
}

#[tokio::test]
async fn r18_f18_no_lie_of_redis_lets_anybody_in() {
    let world = World::start().await;
    let [alice, bob] = ["alice", "bob"].map(|name| world.token(name));
    assert_eq!(subject(&world.instance(), &alice).await, named("alice"));
    let (key, good) = world.shared();
    // The same of another token, and of the same token under another key.
    assert_eq!(subject(&world.instance(), &bob).await, named("bob"));
    let of_bob = world.server.keys().into_iter().find(|other| *other != key).unwrap();
    let of_bob = world.server.run(&[b"GET", &of_bob]).remove(0);
    let stranger = world.builder().key("a", [9; 32]).build().unwrap();
    let before = world.server.keys();
    assert_eq!(
        subject(&stranger.introspection(world.local()), &alice).await,
        named("alice")
    );
    let of_stranger = world
        .server
        .keys()
        .into_iter()
        .find(|other| !before.contains(other))
        .unwrap();
    let of_stranger = world.server.run(&[b"GET", &of_stranger]).remove(0);
    let instance = world.instance();
    connected(&instance).await;
    world.provider.revoke(&alice);
    let mut lies = vec![
        Vec::new(),
        b"\x01".to_vec(),
        b"{\"active\":true}".to_vec(),
        of_bob,
        of_stranger,
        [&good[..], b"x"].concat(),
        good[1..].to_vec(),
    ];
    for at in (0..good.len()).step_by(7) {
        lies.push(good[..at].to_vec());
        let mut flipped = good.clone();
        flipped[at] ^= 1;
        lies.push(flipped);
    }
    for (index, lie) in lies.iter().enumerate() {
        let asked = world.asked();
        world.server.run(&[b"SET", &key, lie]);
        assert_eq!(subject(&instance, &alice).await, INACTIVE, "{index}");
        assert_eq!(world.asked(), asked + 1, "{index}");
    }
    // 100 MB are not even loaded, so they cost no more than any other lie.
    world.server.run(&[b"SET", &key, &vec![1; 100 << 20]]);
    let start = Instant::now();
    for _ in 0..10 {
        assert_eq!(subject(&instance, &alice).await, INACTIVE);
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    for command in [
        &[&b"LPUSH"[..], &key, b"x"][..],
        &[b"HSET", &key, b"x", b"y"],
        &[b"ZADD", &key, b"1", b"x"],
    ] {
        world.server.run(&[b"DEL", &key]);
        world.server.run(command);
        // More often than the breaker bears: a wrong type is no failure of Redis.
        for _ in 0..6 {
            assert_eq!(subject(&instance, &alice).await, INACTIVE);
        }
    }
    // The truth is still believed, so Redis was asked all the time.
    world.server.run(&[b"SET", &key, &good]);
    assert_eq!(subject(&instance, &alice).await, named("alice"));
}

#[tokio::test]
async fn r18_f17_a_redis_that_hangs_is_waited_for_five_times() {
    let world = World::start().await;
    let token = world.token("alice");
    let state = |timeout: u64| {
        let builder = world.builder().key("a", SECRET).timeout(Duration::from_millis(timeout));
        builder.build().unwrap().introspection(world.local())
    };
    let (instance, patient) = (state(50), state(400));
    connected(&instance).await;
    connected(&patient).await;
    world.server.stop();
    // To read and to write, 50 ms each, and what a busy machine adds.
    let start = Instant::now();
    assert_eq!(subject(&instance, &token).await, named("alice"));
    let elapsed = start.elapsed();
    assert!((100..600).contains(&elapsed.as_millis()), "{elapsed:?}");
    // The fifth wait is the first of the third request.
    let mut slow = 0;
    for _ in 0..20 {
        let start = Instant::now();
        assert_eq!(subject(&patient, &token).await, named("alice"));
        slow += u32::from(start.elapsed() >= Duration::from_millis(400));
    }
    assert_eq!(slow, 3);
    let instance = patient;
    world.server.go_on();
    // It is left alone for ten seconds, and then asked again.
    let asked = world.asked();
    assert_eq!(subject(&instance, &token).await, named("alice"));
    assert_eq!(world.asked(), asked + 1);
    world.clock.pass(10);
    sleep(Duration::from_millis(100)).await;
    assert_eq!(subject(&instance, &token).await, named("alice"));
    assert_eq!(subject(&instance, &token).await, named("alice"));
    assert!(world.asked() <= asked + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_f16_a_redis_that_is_killed_under_load_costs_nobody_anything() {
    let mut world = World::start().await;
    let good: Vec<String> = (0..20).map(|index| world.token(&format!("user{index}"))).collect();
    let revoked = world.token("mallory");
    world.provider.revoke(&revoked);
    let stop = Arc::new(Mutex::new(false));
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        let instance = Arc::new(world.instance());
        connected(&instance).await;
        for worker in 0..4 {
            let (instance, good, revoked, stop) =
                (Arc::clone(&instance), good.clone(), revoked.clone(), Arc::clone(&stop));
            tasks.spawn(async move {
                let (mut requests, mut failures, mut slowest) = (0_u32, 0_u32, Duration::ZERO);
                while !*stop.lock().unwrap() {
                    let index = requests as usize * 4 + worker;
                    let index = index % good.len();
                    let start = Instant::now();
                    let answer = subject(&*instance, &good[index]).await;
                    slowest = slowest.max(start.elapsed());
                    failures += u32::from(answer != named(&format!("user{index}")));
                    failures += u32::from(subject(&*instance, &revoked).await != INACTIVE);
                    requests += 1;
                    sleep(Duration::from_millis(2)).await;
                }
                (requests, failures, slowest)
            });
        }
    }
    sleep(Duration::from_secs(1)).await;
    world.server.kill();
    sleep(Duration::from_secs(1)).await;
    world.server.restart();
    sleep(Duration::from_millis(500)).await;
    world.clock.pass(10);
    sleep(Duration::from_secs(1)).await;
    *stop.lock().unwrap() = true;
    for (requests, failures, slowest) in tasks.join_all().await {
        assert_eq!(failures, 0, "of {requests}");
        assert!(requests > 20, "{requests}");
        assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    }
    // It is in use again.
    world.clock.pass(10);
    let instance = world.instance();
    connected(&instance).await;
    assert_eq!(subject(&instance, &good[0]).await, named("user0"));
    assert!(!world.server.keys().is_empty());
}

#[tokio::test]
async fn r18_f16_without_redis_from_the_start_everything_works() {
    let mut world = World::start().await;
    world.server.kill();
    let token = world.token("alice");
    let instance = world.instance();
    for asked in 1..=20 {
        assert_eq!(subject(&instance, &token).await, named("alice"));
        assert_eq!(world.asked(), asked);
    }
}
