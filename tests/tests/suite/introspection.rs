//! Tokens that only their issuer can read. Most of it over HTTP, with a provider on this machine.

mod answers;
mod load;
mod setup;
pub(crate) mod watch;

use crate::tokens::forge::{Refusal, validate};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use toolgate::validator::TokenError;
use toolgate::validator::introspection::{
    ClientCredentials, ClientKey, ClientSecret, IntrospectionValidatorBuilder, SecretFile,
};
use toolgate::validator::{Given, Validator};
use toolgate::{Algorithm, Caller, HealthStatus, IntrospectionValidator, JwtValidator, PrincipalKind};
use toolgate_testing::{ClientAuth, Discovery, Fault, IdentityProvider, KeyKind, RegisteredClient, SigningKey};

const AUDIENCE: &str = "https://notes.example/mcp";

type Builder = IntrospectionValidatorBuilder<Given<String>, Given<Vec<String>>, Given<ClientCredentials>>;

/// A provider, and the client that may ask it.
struct World {
    provider: IdentityProvider,
    client: RegisteredClient,
}

impl World {
    async fn start() -> Self {
        let provider = IdentityProvider::start().await.unwrap();
        let client = provider.register_client("notes: server", ClientAuth::SecretBasic);
        Self { provider, client }
    }

    fn credentials(&self) -> ClientCredentials {
        ClientCredentials::secret_basic(self.client.id(), ClientSecret::from(self.client.secret()))
    }

    fn builder(&self) -> Builder {
        self.builder_as(self.credentials())
    }

    fn builder_as(&self, client: ClientCredentials) -> Builder {
        IntrospectionValidator::builder()
            .issuer(self.provider.issuer())
            .audience(AUDIENCE)
            .client(client)
    }

    fn validator(&self) -> IntrospectionValidator {
        self.builder().build().unwrap()
    }

    fn token(&self) -> String {
        self.provider.opaque_token("alice").audience(AUDIENCE).mint()
    }
}

async fn refusal(validator: &impl Validator, token: &str) -> Option<Refusal> {
    validate(validator, token).await.err()
}

async fn caller(validator: &impl Validator, token: &str) -> Caller {
    validate(validator, token).await.unwrap()
}

fn status(validator: &impl Validator) -> HealthStatus {
    validator.health()[0].status
}

const INACTIVE: Option<Refusal> = Some(Refusal::Token(TokenError::Inactive));
const UNAVAILABLE: Option<Refusal> = Some(Refusal::Unavailable);

#[tokio::test]
async fn in_01_the_token_is_posted_in_a_form() {
    let world = World::start().await;
    let token = world.token();
    assert_eq!(refusal(&world.validator(), &token).await, None);
    let request = world.provider.last_introspection_request().unwrap();
    assert_eq!(
        (request.method(), request.path(), request.query()),
        ("POST", "/introspect", None)
    );
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(
        request.form(),
        [
            ("token".to_owned(), token),
            ("token_type_hint".to_owned(), "access_token".to_owned())
        ]
    );
}

#[tokio::test]
async fn r14_the_caller_is_what_the_answer_says() {
    let world = World::start().await;
    let token = world
        .provider
        .opaque_token("alice")
        .audience(AUDIENCE)
        .client_id("web")
        .tenant("acme");
    let token = token
        .scopes(["write:notes", "read:notes"])
        .roles(["manager"])
        .claim("acr", "2")
        .mint();
    let caller = caller(&world.validator(), &token).await;
    assert_eq!((caller.subject(), caller.issuer()), ("alice", world.provider.issuer()));
    assert_eq!(
        (caller.client_id(), caller.tenant(), caller.acr()),
        (Some("web"), Some("acme"), Some("2"))
    );
    assert_eq!(caller.principal().kind(), PrincipalKind::User);
    assert_eq!(caller.scopes().collect::<Vec<_>>(), ["read:notes", "write:notes"]);
    assert_eq!(caller.roles().collect::<Vec<_>>(), ["manager"]);
    assert_eq!(caller.claims()["active"], true);
    let expiry = world.provider.introspection_of(&token)["exp"].as_u64().unwrap();
    assert_eq!(caller.expires_at(), Duration::from_secs(expiry));
}

#[tokio::test]
async fn in_06_without_a_subject_the_caller_is_the_client() {
    let world = World::start().await;
    let robot = world
        .provider
        .opaque_token("")
        .client_credentials("robot")
        .audience(AUDIENCE);
    let caller = caller(&world.validator(), &robot.mint()).await;
    assert_eq!((caller.subject(), caller.client_id()), ("robot", Some("robot")));
    assert_eq!(caller.principal().kind(), PrincipalKind::Client);
}

#[tokio::test]
async fn r19_f15_what_is_revoked_is_refused_with_the_next_answer() {
    let world = World::start().await;
    let validator = world.validator();
    let token = world.token();
    assert_eq!(refusal(&validator, &token).await, None);
    world.provider.revoke(&token);
    assert_eq!(refusal(&validator, &token).await, INACTIVE);
    assert_eq!(
        validator.validate_anew(&bearer(&token)).await.unwrap_err().to_string(),
        "not active"
    );
    assert_eq!(refusal(&validator, "nobody-knows-it").await, INACTIVE);
    // That is not the endpoint's failure.
    assert_eq!(status(&validator), HealthStatus::Fresh);
}

fn bearer(token: &str) -> toolgate::BearerToken {
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    toolgate::BearerToken::from_headers(&headers).unwrap().unwrap()
}

#[tokio::test]
async fn in_01_a_client_shows_who_it_is_in_each_of_three_ways() {
    let provider = IdentityProvider::start().await.unwrap();
    let token = provider.opaque_token("alice").audience(AUDIENCE).mint();
    let validator = |client| {
        IntrospectionValidator::builder()
            .issuer(provider.issuer())
            .audience(AUDIENCE)
            .client(client)
            .build()
            .unwrap()
    };

    let basic = provider.register_client("a:b c", ClientAuth::SecretBasic);
    let client = ClientCredentials::secret_basic(basic.id(), ClientSecret::from(basic.secret()));
    assert_eq!(refusal(&validator(client), &token).await, None);
    let request = provider.last_introspection_request().unwrap();
    assert_eq!(
        (request.parameter("client_id"), request.parameter("client_secret")),
        (None, None)
    );
    assert!(request.header("authorization").unwrap().starts_with("Basic "));

    let post = provider.register_client("p+q", ClientAuth::SecretPost);
    let client = ClientCredentials::secret_post(post.id(), ClientSecret::from(post.secret()));
    assert_eq!(refusal(&validator(client), &token).await, None);
    let request = provider.last_introspection_request().unwrap();
    assert_eq!(request.parameter("client_secret"), Some(post.secret()));
    assert_eq!(request.header("authorization"), None);

    for (kind, algorithms) in [
        (
            KeyKind::Rsa,
            &[Algorithm::Rs256, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384][..],
        ),
        (KeyKind::P256, &[Algorithm::Es256]),
        (KeyKind::P384, &[Algorithm::Es384]),
        (KeyKind::Ed25519, &[Algorithm::EdDsa]),
    ] {
        let key = SigningKey::generate(kind, "client-1");
        let client = provider.register_client("k", ClientAuth::PrivateKeyJwt(key.clone()));
        for algorithm in algorithms {
            let der = ClientKey::from_der(*algorithm, key.private_key_der()).unwrap();
            let pem = ClientKey::from_pem(*algorithm, key.private_key_pem())
                .unwrap()
                .with_id("client-1");
            let to_the_endpoint = ClientCredentials::private_key_jwt(client.id(), der.clone())
                .assertion_audience(provider.introspection_endpoint());
            for credentials in [
                ClientCredentials::private_key_jwt(client.id(), der),
                ClientCredentials::private_key_jwt(client.id(), pem),
                to_the_endpoint,
            ] {
                let validator = validator(credentials);
                // Twice, because the provider takes a `jti` once.
                assert_eq!(refusal(&validator, &token).await, None, "{algorithm:?}");
                assert_eq!(refusal(&validator, &token).await, None, "{algorithm:?}");
            }
        }
    }
    let request = provider.last_introspection_request().unwrap();
    assert_eq!(
        request
            .parameter("client_secret")
            .or(request.header("authorization").map(str::to_owned)),
        None
    );
}

#[tokio::test]
async fn in_07_a_client_that_is_refused_is_a_mistake_of_ours() {
    let world = World::start().await;
    let token = world.token();
    let wrong = ClientSecret::from("wrong");
    let other = || ClientSecret::from(world.client.secret());
    for client in [
        ClientCredentials::secret_basic(world.client.id(), wrong.clone()),
        ClientCredentials::secret_basic("nobody", other()),
        ClientCredentials::secret_post(world.client.id(), other()),
        ClientCredentials::private_key_jwt(
            world.client.id(),
            ClientKey::from_der(
                Algorithm::Es256,
                SigningKey::generate(KeyKind::P256, "x").private_key_der(),
            )
            .unwrap(),
        ),
    ] {
        let validator = world.builder_as(client).build().unwrap();
        let before = world.provider.introspection_requests();
        assert_eq!(refusal(&validator, &token).await, UNAVAILABLE);
        // The same credentials are not shown twice.
        assert_eq!(world.provider.introspection_requests(), before + 1);
        assert!(matches!(status(&validator), HealthStatus::Unavailable(_)));
        let error = validator.health()[0].last_error.clone().unwrap();
        assert!(error.contains("status 40"), "{error}");
    }
    let broken = || -> Result<ClientSecret, std::io::Error> { Err(std::io::ErrorKind::NotFound.into()) };
    let validator = world
        .builder_as(ClientCredentials::secret_basic("a", broken))
        .build()
        .unwrap();
    let before = world.provider.introspection_requests();
    assert_eq!(refusal(&validator, &token).await, UNAVAILABLE);
    assert_eq!(world.provider.introspection_requests(), before);
}

#[tokio::test]
async fn r19_a_secret_can_be_changed_while_the_server_runs() {
    let world = World::start().await;
    let secret = Arc::new(Mutex::new(world.client.secret()));
    let source = Arc::clone(&secret);
    let source = move || -> Result<ClientSecret, Infallible> { Ok(source.lock().unwrap().clone().into()) };
    let validator = world
        .builder_as(ClientCredentials::secret_basic(world.client.id(), source))
        .build()
        .unwrap();
    let token = world.token();
    assert_eq!(refusal(&validator, &token).await, None);
    let old = world.client.secret();
    let new = world.client.add_secret();
    world.client.remove_secret(&old);
    assert_eq!(refusal(&validator, &token).await, UNAVAILABLE);
    *secret.lock().unwrap() = new;
    assert_eq!(refusal(&validator, &token).await, None);
    assert_eq!(status(&validator), HealthStatus::Fresh);
}

#[tokio::test]
async fn r19_a_secret_that_was_changed_a_moment_ago_is_read_again_once() {
    let world = World::start().await;
    let old = world.client.secret();
    let new = world.client.add_secret();
    world.client.remove_secret(&old);
    // What is read first each time is out of date.
    for (secrets, requests, expected) in [
        (vec![old.clone(), new.clone()], 2, None),
        (vec![old.clone(), "wrong".to_owned(), new.clone()], 2, UNAVAILABLE),
        (vec![old.clone(), old.clone(), new], 1, UNAVAILABLE),
    ] {
        let secrets = Mutex::new(secrets.into_iter());
        let source = move || secrets.lock().unwrap().next().map(ClientSecret::from).ok_or("no more");
        let validator = world
            .builder_as(ClientCredentials::secret_basic(world.client.id(), source))
            .build()
            .unwrap();
        let before = world.provider.introspection_requests();
        assert_eq!(refusal(&validator, &world.token()).await, expected);
        assert_eq!(world.provider.introspection_requests() - before, requests);
    }
}

#[tokio::test]
async fn r19_a_key_can_be_changed_while_the_server_runs() {
    let provider = IdentityProvider::start().await.unwrap();
    let (old, new) = (
        SigningKey::generate(KeyKind::P256, "1"),
        SigningKey::generate(KeyKind::P256, "2"),
    );
    let client = provider.register_client("k", ClientAuth::PrivateKeyJwt(old.clone()));
    let key = |key: &SigningKey| {
        ClientKey::from_der(Algorithm::Es256, key.private_key_der())
            .unwrap()
            .with_id(key.kid())
    };
    let keys = Mutex::new(vec![key(&old), key(&old), key(&new)].into_iter());
    let last = key(&new);
    let source =
        move || -> Result<ClientKey, Infallible> { Ok(keys.lock().unwrap().next().unwrap_or_else(|| last.clone())) };
    let validator = IntrospectionValidator::builder()
        .issuer(provider.issuer())
        .audience(AUDIENCE);
    let validator = validator
        .client(ClientCredentials::private_key_jwt(client.id(), source))
        .build()
        .unwrap();
    let token = provider.opaque_token("alice").audience(AUDIENCE).mint();
    assert_eq!(refusal(&validator, &token).await, None);
    client.add_key(&new);
    client.remove_key("1");
    // The old one is refused, the new one is read.
    assert_eq!(refusal(&validator, &token).await, None);
    assert_eq!(provider.introspection_requests(), 3);
}

#[tokio::test]
async fn r19_a_secret_in_a_file_is_read_at_each_use() {
    let world = World::start().await;
    let path = std::env::temp_dir().join(format!("toolgate-secret-{}", std::process::id()));
    let client = ClientCredentials::secret_basic(world.client.id(), SecretFile::new(&path));
    let validator = world.builder_as(client).build().unwrap();
    let token = world.token();
    assert_eq!(refusal(&validator, &token).await, UNAVAILABLE);
    for end in ["", "\n", "\r\n"] {
        fs::write(&path, format!("{}{end}", world.client.secret())).unwrap();
        assert_eq!(refusal(&validator, &token).await, None, "{end:?}");
    }
    let before = world.provider.introspection_requests();
    for empty in ["", "\n", "\r\n"] {
        fs::write(&path, empty).unwrap();
        assert_eq!(refusal(&validator, &token).await, UNAVAILABLE, "{empty:?}");
    }
    assert_eq!(world.provider.introspection_requests(), before);
    fs::write(&path, format!("{}\n\n", world.client.secret())).unwrap();
    assert_eq!(refusal(&validator, &token).await, UNAVAILABLE);
    fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn f14_whatever_is_wrong_with_the_endpoint_nobody_gets_in_and_no_token_is_to_blame() {
    let world = World::start().await;
    let validator = world.validator();
    let token = world.token();
    let decoy = toolgate_testing::Decoy::start(json!({"active": true, "sub": "alice", "aud": AUDIENCE}))
        .await
        .unwrap();
    let faults = [
        Fault::Status(500),
        Fault::Status(503),
        Fault::Status(429),
        Fault::Status(400),
        Fault::Status(401),
        Fault::Status(403),
        Fault::Status(404),
        Fault::Status(201),
        Fault::Status(203),
        decoy.redirect(302),
        decoy.redirect(307),
        decoy.redirect(308),
        Fault::Close,
        Fault::ShortBody,
        Fault::CutChunks,
        Fault::Huge(1_000_000),
        Fault::HugeDeclared(1_000_000),
        Fault::Gzip(1_000_000),
        Fault::Html,
        Fault::ContentType("text/html"),
        Fault::ContentType("text/json"),
        Fault::ContentType("application/jsonp"),
        Fault::ContentType("application/jwt"),
        Fault::SignedAnswer,
        Fault::NotJson,
        Fault::Empty,
        Fault::DuplicateMembers,
    ];
    for fault in faults {
        let name = format!("{fault:?}");
        world.provider.introspection_fault(fault);
        assert_eq!(refusal(&validator, &token).await, UNAVAILABLE, "{name}");
        assert!(matches!(status(&validator), HealthStatus::Unavailable(_)), "{name}");
        // Nothing of it is kept: not that it failed, and not what it said.
        world.provider.clear_faults();
        assert_eq!(refusal(&validator, &token).await, None, "{name}");
        assert_eq!(status(&validator), HealthStatus::Fresh, "{name}");
    }
    assert_eq!(decoy.requests().len(), 0);
    assert_eq!(refusal(&validator, &token).await, None);
    world
        .provider
        .introspection_fault(Fault::ContentType("Application/JSON; charset=utf-8"));
    assert_eq!(refusal(&validator, &token).await, None);
}

#[tokio::test]
async fn in_09_a_signed_answer_is_refused_and_it_says_what_to_do() {
    let world = World::start().await;
    let validator = world.validator();
    world.provider.introspection_fault(Fault::SignedAnswer);
    assert_eq!(refusal(&validator, &world.token()).await, UNAVAILABLE);
    let error = validator.health()[0].last_error.clone().unwrap();
    assert!(
        error.contains("RFC 9701") && error.contains("turn signed answers off"),
        "{error}"
    );
}

#[tokio::test]
async fn at_12_the_endpoint_is_the_one_in_the_issuers_metadata() {
    let world = World::start().await;
    let token = world.token();
    let validator = world.validator();
    for _ in 0..5 {
        assert_eq!(refusal(&validator, &token).await, None);
    }
    assert_eq!(world.provider.discovery_requests(), 1);
    // Given, it is not looked for.
    let given = world
        .builder()
        .endpoint(world.provider.introspection_endpoint())
        .build()
        .unwrap();
    assert_eq!(refusal(&given, &token).await, None);
    assert_eq!(world.provider.discovery_requests(), 1);

    let endpoint = world.provider.introspection_endpoint();
    for metadata in [
        json!({"issuer": "https://evil.example", "introspection_endpoint": endpoint}),
        json!({"introspection_endpoint": endpoint}),
        json!({"issuer": world.provider.issuer()}),
        json!({"issuer": world.provider.issuer(), "introspection_endpoint": "http://idp.example/introspect"}),
        json!({"issuer": world.provider.issuer(), "introspection_endpoint": [endpoint]}),
    ] {
        world.provider.discovery_fault(Fault::Body(metadata.to_string()));
        let before = world.provider.introspection_requests();
        let cold = world.validator();
        assert_eq!(refusal(&cold, &token).await, UNAVAILABLE, "{metadata}");
        assert!(matches!(status(&cold), HealthStatus::Unavailable(_)));
        assert_eq!(world.provider.introspection_requests(), before);
        // Whoever has found it needs no metadata.
        assert_eq!(refusal(&validator, &token).await, None);
    }
    // What one place does not have, another may.
    world.provider.clear_faults();
    world.provider.discovery_fault_at(Discovery::OAuth, Fault::Status(404));
    assert_eq!(refusal(&world.validator(), &token).await, None);
}

#[tokio::test]
async fn at_12_many_at_once_look_for_the_endpoint_once_and_not_again_at_once() {
    let world = World::start().await;
    let token = world.token();
    world.provider.discovery_fault(Fault::Hold);
    let validator = Arc::new(world.validator());
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let (validator, token) = (Arc::clone(&validator), token.clone());
            tokio::spawn(async move { refusal(&*validator, &token).await })
        })
        .collect();
    while world.provider.discovery_requests() < 1 {
        tokio::task::yield_now().await;
    }
    world.provider.clear_faults();
    for request in requests {
        assert_eq!(request.await.unwrap(), None);
    }
    assert_eq!(world.provider.discovery_requests(), 1);
    // After a failed lookup there is a pause.
    world.provider.discovery_fault(Fault::Status(500));
    let cold = world.validator();
    let before = world.provider.discovery_requests();
    for _ in 0..20 {
        assert_eq!(refusal(&cold, &token).await, UNAVAILABLE);
    }
    assert_eq!(world.provider.discovery_requests(), before + 2);
}

#[tokio::test]
async fn mcp_27_a_token_of_another_issuer_is_shown_to_nobody() {
    let world = World::start().await;
    let validator = world.validator();
    let own = world.provider.token("alice").audience(AUDIENCE).mint();
    assert_eq!(refusal(&validator, &own).await, None);
    let before = world.provider.introspection_requests();
    let jwt = |claims: Value| world.provider.token("alice").raw_claims(&claims.to_string()).mint();
    let foreign = IdentityProvider::start().await.unwrap();
    for (token, error) in [
        (foreign.token("alice").audience(AUDIENCE).mint(), TokenError::Issuer),
        (
            jwt(json!({"iss": format!("{}/", world.provider.issuer())})),
            TokenError::Issuer,
        ),
        (jwt(json!({"sub": "alice"})), TokenError::Payload),
        (jwt(json!({"iss": [world.provider.issuer()]})), TokenError::Payload),
        (format!("{own}.a.b"), TokenError::Malformed),
        (own.rsplit_once('.').unwrap().0.to_owned(), TokenError::Malformed),
    ] {
        assert_eq!(
            refusal(&validator, &token).await,
            Some(Refusal::Token(error)),
            "{token}"
        );
    }
    assert_eq!(world.provider.introspection_requests(), before);
    // With dots alone, a token is no JWT.
    let odd = world
        .provider
        .opaque_token("alice")
        .audience(AUDIENCE)
        .mint_as("a.b.c~+/==");
    assert_eq!(refusal(&validator, &odd).await, None);
}

#[tokio::test]
async fn fresh_jwts_are_valid_by_themselves_and_by_the_issuers_word() {
    let world = World::start().await;
    let builder = || {
        JwtValidator::builder()
            .issuer(world.provider.issuer())
            .audience(AUDIENCE)
            .algorithm(Algorithm::Rs256)
            .introspect_anew(world.validator())
    };
    let validator = builder().build().unwrap();
    let anew = async |token: &str| {
        validator
            .validate_anew(&bearer(token))
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let token = || world.provider.token("alice").audience(AUDIENCE);
    let good = token().mint();
    assert_eq!(refusal(&validator, &good).await, None);
    assert_eq!(world.provider.introspection_requests(), 0);
    assert_eq!(anew(&good).await, Ok(()));
    assert_eq!(world.provider.introspection_requests(), 1);
    // The issuer's word alone is not enough, and is not asked for.
    for (token, error) in [
        (token().tampered().mint(), "wrong signature"),
        (token().expired().mint(), "expired"),
        (token().audience("https://other.example").mint(), "foreign audience"),
    ] {
        assert_eq!(anew(&token).await.unwrap_err(), error);
    }
    assert_eq!(world.provider.introspection_requests(), 1);
    world.provider.introspection_fault(Fault::Status(500));
    assert_eq!(
        anew(&good).await.unwrap_err(),
        "introspection was answered with status 500"
    );
    world.provider.clear_faults();
    world.provider.revoke(&good);
    assert_eq!(refusal(&validator, &good).await, None);
    assert_eq!(anew(&good).await.unwrap_err(), "not active");

    let other = world.builder().issuer("https://other.example").build().unwrap();
    let error = builder().introspect_anew(other).build().unwrap_err().to_string();
    assert!(error.contains("another issuer would be asked"), "{error}");
}

#[test]
fn mcp_29_nothing_shows_a_secret() {
    let key = SigningKey::generate(KeyKind::P256, "x");
    let key = ClientKey::from_der(Algorithm::Es256, key.private_key_der()).unwrap();
    for credentials in [
        ClientCredentials::secret_basic("notes", ClientSecret::from("tops3cret")),
        ClientCredentials::secret_post("notes", ClientSecret::from("tops3cret")),
        ClientCredentials::private_key_jwt("notes", key),
    ] {
        assert_eq!(format!("{credentials:?}"), r#"ClientCredentials { id: "notes", .. }"#);
    }
}
