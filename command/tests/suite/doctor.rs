//! `doctor` with servers on this machine: the notes example as it should be, and with each fault in turn.

use crate::program::{Ran, run};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use examples::tools;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use toolgate::{Algorithm, Gate, JwtValidator};
use toolgate_testing::{Decoy, Discovery, Fault, IdentityProvider};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource/mcp";

/// A running server. It stops when dropped.
struct Server {
    origin: String,
    task: JoinHandle<()>,
}

impl Server {
    async fn listen() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        (listener, origin)
    }

    fn serve(listener: TcpListener, origin: String, router: Router) -> Self {
        let serve = axum::serve(listener, router).into_future();
        let task = tokio::spawn(async move { serve.await.unwrap() });
        Self { origin, task }
    }

    fn url(&self) -> String {
        format!("{}/mcp", self.origin)
    }

    async fn doctor(&self) -> Found {
        Found::of(&self.url()).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The notes example in front of a provider, with its gate for this resource.
async fn notes_at(provider: &IdentityProvider, path: &str, wrap: impl FnOnce(Router) -> Router) -> Server {
    let (listener, origin) = Server::listen().await;
    let resource = format!("{origin}{path}");
    let validator = JwtValidator::builder()
        .issuer(provider.issuer())
        .audience(&resource)
        .algorithm(Algorithm::Rs256)
        .build()
        .unwrap();
    let gate = Gate::builder().resource(resource).validator(validator);
    let gate = gate.scopes::<tools::Scope>().roles::<tools::Role>().build().unwrap();
    let protected = gate.protect(tools::toolset(tools::Notes::default())).unwrap();
    let server = toolgate::rmcp::Server::new(&protected, "notes", "1").unwrap();
    let router = Router::new().fallback_service(server.http_service());
    Server::serve(listener, origin, wrap(router))
}

async fn notes(provider: &IdentityProvider) -> Server {
    notes_at(provider, "/mcp", |router| router).await
}

/// A server that describes itself like this, where it should.
async fn described(
    status: StatusCode,
    document: impl FnOnce(&str) -> String,
    challenge: impl FnOnce(&str) -> String,
) -> Server {
    let (listener, origin) = Server::listen().await;
    let document = document(&origin);
    let challenge = HeaderValue::from_str(&challenge(&origin)).unwrap();
    let answer = move |request: Request| {
        let mut challenge = challenge.clone();
        if request.headers().contains_key(header::AUTHORIZATION) {
            challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        }
        async move { (status, [(header::WWW_AUTHENTICATE, challenge)]) }
    };
    let json = [(header::CONTENT_TYPE, "application/json")];
    let document = get(move || async move { (json, document) });
    let router = Router::new().route("/mcp", post(answer)).route(WELL_KNOWN, document);
    Server::serve(listener, origin, router)
}

/// A server that is also its own provider, with its keys there, and its own proxy: it sees every request, wherever that was to go.
struct Seeing {
    server: Server,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Seeing {
    async fn start(issuer: &str, jwks_uri: &str) -> Self {
        let (listener, origin) = Server::listen().await;
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let issuer = if issuer == "self" { &origin } else { issuer };
        let answers = [
            (WELL_KNOWN, metadata(&format!("{origin}/mcp"), &[issuer])),
            (
                "/.well-known/oauth-authorization-server",
                json!({"issuer": issuer, "jwks_uri": jwks_uri}).to_string(),
            ),
        ];
        let challenge = HeaderValue::from_str(&challenge(&origin)).unwrap();
        let seen = Arc::clone(&requests);
        let answer = move |request: Request| {
            seen.lock().unwrap().push(request.uri().to_string());
            let invalid = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            let has_token = request.headers().contains_key(header::AUTHORIZATION);
            let challenge = if has_token { invalid } else { challenge.clone() };
            let found = answers.iter().find(|(path, _)| *path == request.uri().path());
            let answer = match found {
                Some((_, body)) => ([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response(),
                None => (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response(),
            };
            async move { answer }
        };
        let router = Router::new().fallback(answer);
        let server = Server::serve(listener, origin, router);
        Self { server, requests }
    }

    /// What is found, and which requests went to others than the server itself.
    async fn doctor(&self) -> (Found, Vec<String>) {
        let found = Found::with(&["--proxy", &self.server.origin, &self.server.url()]).await;
        let requests = self.requests.lock().unwrap().clone();
        assert!(!requests.is_empty(), "nothing went through the proxy");
        let own = format!("{}/", self.server.origin);
        let is_foreign = |url: &String| !url.starts_with(&own);
        (found, requests.into_iter().filter(is_foreign).collect())
    }
}

fn metadata(resource: &str, servers: &[&str]) -> String {
    json!({"resource": resource, "authorization_servers": servers, "scopes_supported": ["a"]}).to_string()
}

fn challenge(origin: &str) -> String {
    format!("Bearer resource_metadata=\"{origin}{WELL_KNOWN}\"")
}

/// What the doctor found.
struct Found {
    ran: Ran,
    report: Value,
}

impl Found {
    async fn of(url: &str) -> Self {
        Self::with(&[url]).await
    }

    async fn with(arguments: &[&str]) -> Self {
        let ran = run(&[&["doctor", "--json"], arguments].concat()).await;
        let report = ran.json();
        Self { ran, report }
    }

    /// What is so, and what to do, of the findings of this severity with this name.
    fn texts(&self, severity: &str, id: &str) -> Vec<String> {
        let findings = self.report["findings"].as_array().unwrap().iter();
        let findings = findings.filter(|finding| finding["severity"] == severity && finding["id"] == id);
        let text = |finding: &Value| {
            let help = finding["help"].as_str().unwrap_or_default();
            format!("{} -> {help}", finding["what"].as_str().unwrap())
        };
        findings.map(text).collect()
    }

    /// That this, and nothing else, is a problem; whether what is said of it has these words.
    #[track_caller]
    fn has_only_the_problem(&self, id: &str, words: &[&str]) {
        assert_eq!(self.ran.code, 1, "{:?}", self.ran);
        let texts = self.texts("problem", id);
        assert_eq!(json!(texts.len()), self.report["problems"], "{:#}", self.report);
        let [text] = &texts[..] else {
            panic!("{id}: {:#}", self.report);
        };
        for word in words {
            assert!(text.contains(word), "`{word}`: {text}");
        }
        assert!(!text.ends_with("-> "), "no help: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notes_example_is_well() {
    let provider = IdentityProvider::start().await.unwrap();
    let server = notes(&provider).await;
    let found = server.doctor().await;
    assert_eq!(found.ran.code, 0, "{:#}", found.report);
    assert_eq!(
        (&found.report["problems"], &found.report["warnings"]),
        (&json!(0), &json!(0))
    );
    for id in ["challenge", "bad-token", "metadata", "issuer", "keys", "clock"] {
        assert_eq!(found.texts("ok", id).len(), 1, "{id}: {:#}", found.report);
    }
    let text = run(&["doctor", &server.url()]).await;
    let shown = text
        .out
        .replace(&server.origin, "http://notes")
        .replace(provider.issuer(), "http://idp");
    assert_eq!(
        shown,
        "\
ok       a call without a token is answered 401, with a challenge
note     clients ask for these scopes at first: read:tools
ok       a token that is none is refused as `invalid_token`
ok       http://notes/.well-known/oauth-protected-resource/mcp describes this URL
ok       http://idp describes itself at http://idp/.well-known/oauth-authorization-server
ok       http://idp has 4 keys, for ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512
ok       the clock of the server agrees with that of http://idp

0 problems, 0 warnings
"
    );
    assert_eq!((text.code, text.err.as_str()), (0, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_issuer_is_found() {
    let provider = IdentityProvider::start().await.unwrap();
    let server = notes(&provider).await;
    let other = json!({"issuer": "https://other.example/", "jwks_uri": provider.jwks_uri()});
    provider.discovery_fault(Fault::Body(other.to_string()));
    let found = server.doctor().await;
    found.has_only_the_problem(
        "issuer",
        &["`https://other.example/`", provider.issuer(), "letter by letter"],
    );
    // Where only one of its descriptions is wrong, some clients still get along.
    provider.clear_faults();
    provider.discovery_fault_at(Discovery::OAuth, Fault::Body(other.to_string()));
    let found = server.doctor().await;
    assert_eq!(
        (found.ran.code, found.texts("warning", "issuer").len()),
        (0, 1),
        "{:#}",
        found.report
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_too_many_is_another_issuer() {
    let provider = IdentityProvider::start().await.unwrap();
    let issuer = format!("{}/", provider.issuer());
    let server = described(
        StatusCode::UNAUTHORIZED,
        |origin| metadata(&format!("{origin}/mcp"), &[&issuer]),
        challenge,
    )
    .await;
    server
        .doctor()
        .await
        .has_only_the_problem("issuer", &["letter by letter", "slash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_is_found_and_not_used() {
    let found = Found::of("http://mcp.example.com/mcp").await;
    found.has_only_the_problem("url", &["is not https", "https://"]);
    let none: [String; 0] = [];
    let seeing = Seeing::start("http://idp.example", "").await;
    let (found, foreign) = seeing.doctor().await;
    assert_eq!(foreign, none);
    found.has_only_the_problem("authorization-servers", &["http://idp.example", "https"]);
    // Keys over http are as bad, also where the provider itself is not.
    let seeing = Seeing::start("self", "http://keys.example/jwks").await;
    let (found, foreign) = seeing.doctor().await;
    assert_eq!(foreign, none);
    found.has_only_the_problem("keys", &["http://keys.example/jwks", "https"]);
}

/// Some servers leave it out of the metadata of RFC 8414; a validator looks on then, and so does the doctor.
#[tokio::test(flavor = "multi_thread")]
async fn at_12_a_description_without_keys_is_not_the_last() {
    let provider = IdentityProvider::start().await.unwrap();
    let server = notes(&provider).await;
    let without = json!({"issuer": provider.issuer()});
    provider.discovery_fault_at(Discovery::OAuth, Fault::Body(without.to_string()));
    let found = server.doctor().await;
    assert_eq!(
        (found.ran.code, &found.report["problems"], &found.report["warnings"]),
        (0, &json!(0), &json!(0)),
        "{:#}",
        found.report
    );
    for (severity, id, words) in [
        ("ok", "issuer", "oauth-authorization-server"),
        ("note", "keys-place", "openid-configuration does"),
        ("ok", "keys", "4 keys"),
    ] {
        let texts = found.texts(severity, id);
        assert!(texts.len() == 1 && texts[0].contains(words), "{id}: {:#}", found.report);
    }
    // What names keys that nobody may use is passed over as well.
    let insecure = json!({"issuer": provider.issuer(), "jwks_uri": "http://keys.example/jwks"});
    provider.discovery_fault_at(Discovery::OAuth, Fault::Body(insecure.to_string()));
    let found = server.doctor().await;
    assert_eq!(
        (found.ran.code, found.texts("note", "keys-place").len()),
        (0, 1),
        "{:#}",
        found.report
    );
    // Where none of them says anything of keys, that is the problem.
    provider.discovery_fault(Fault::Body(without.to_string()));
    provider.discovery_fault_at(Discovery::OAuth, Fault::Body(without.to_string()));
    let found = server.doctor().await;
    found.has_only_the_problem("keys", &["says nothing of keys", "introspection"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_document_is_found() {
    let provider = IdentityProvider::start().await.unwrap();
    let hide = |request: Request, next: Next| async move {
        if request.uri().path().starts_with("/.well-known/") {
            return StatusCode::NOT_FOUND.into_response();
        }
        next.run(request).await
    };
    let server = notes_at(&provider, "/mcp", |router| router.layer(middleware::from_fn(hide))).await;
    server
        .doctor()
        .await
        .has_only_the_problem("metadata", &[WELL_KNOWN, "answered 404", "before the path"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_resource_is_found() {
    let provider = IdentityProvider::start().await.unwrap();
    // The gate was given another path than the one that clients use; a proxy writes paths anew.
    let behind_a_proxy = |mut request: Request, next: Next| async move {
        let path = request.uri().path().replace("/mcp", "/notes");
        *request.uri_mut() = path.parse().unwrap();
        next.run(request).await
    };
    let server = notes_at(&provider, "/notes", |router| {
        // In front of the routes, or they would have been chosen already.
        Router::new()
            .fallback_service(router)
            .layer(middleware::from_fn(behind_a_proxy))
    })
    .await;
    let found = server.doctor().await;
    // Both documents are the same.
    let texts = found.texts("problem", "metadata-resource");
    assert_eq!((found.ran.code, texts.len()), (1, 2), "{:#}", found.report);
    for text in &texts {
        assert!(
            text.contains("/notes`") && text.contains("/mcp`") && text.contains("letter by letter"),
            "{text}"
        );
    }
    assert_eq!(found.texts("warning", "metadata-place").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_had_are_found() {
    let provider = IdentityProvider::start().await.unwrap();
    let server = notes(&provider).await;
    let decoy = Decoy::start(json!({"keys": []})).await.unwrap();
    for (fault, words) in [
        (Fault::Status(503), "answered 503"),
        (Fault::Close, "cannot be had"),
        (Fault::Html, "not a usable key set"),
        (Fault::Empty, "no key that can check a token"),
        (Fault::Huge(1 << 20), "longer than"),
        (decoy.redirect(307), "answered 307"),
    ] {
        provider.jwks_fault(fault);
        let found = server.doctor().await;
        let texts = found.texts("problem", "keys");
        assert_eq!((found.ran.code, texts.len()), (1, 1), "{words}: {:#}", found.report);
        assert!(texts[0].contains(words), "{texts:?}");
    }
    assert!(decoy.requests().is_empty());
    provider.clear_faults();
    // Nobody is there at all.
    let gone = json!({"issuer": provider.issuer(), "jwks_uri": "http://127.0.0.1:1/jwks"});
    provider.discovery_fault(Fault::Body(gone.to_string()));
    assert_eq!(server.doctor().await.texts("problem", "keys").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skewed_clock_is_found() {
    let provider = IdentityProvider::start().await.unwrap();
    let ahead = |request: Request, next: Next| async move {
        let later = std::time::SystemTime::now() + std::time::Duration::from_mins(10);
        let mut response: Response = next.run(request).await;
        let later = HeaderValue::from_str(&httpdate(later)).unwrap();
        response.headers_mut().insert(header::DATE, later);
        response
    };
    let server = notes_at(&provider, "/mcp", |router| router.layer(middleware::from_fn(ahead))).await;
    let found = server.doctor().await;
    found.has_only_the_problem("clock", &["s ahead", provider.issuer(), "NTP"]);
}

/// A date as HTTP writes it (RFC 9110 section 5.6.7).
fn httpdate(time: std::time::SystemTime) -> String {
    httpdate::fmt_http_date(time)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_tells_nobody_where_to_get_a_token_is_found() {
    let provider = IdentityProvider::start().await.unwrap();
    let document = |origin: &str| metadata(&format!("{origin}/mcp"), &[provider.issuer()]);
    let unauthorized = StatusCode::UNAUTHORIZED;
    let server = described(unauthorized, document, |_| "Basic realm=\"a\"".to_owned()).await;
    server
        .doctor()
        .await
        .has_only_the_problem("challenge", &["no challenge of the scheme `Bearer`"]);
    let server = described(unauthorized, document, |_| "Bearer realm=\"a\"".to_owned()).await;
    server
        .doctor()
        .await
        .has_only_the_problem("challenge-metadata", &["resource_metadata"]);
    let server = described(unauthorized, document, |origin| {
        challenge(origin) + ", error=\"invalid_token\""
    })
    .await;
    let found = server.doctor().await;
    assert_eq!(
        (found.ran.code, found.texts("warning", "challenge-error").len()),
        (0, 1),
        "{:#}",
        found.report
    );
    // Without authorization at all.
    let server = described(StatusCode::OK, document, challenge).await;
    let found = server.doctor().await;
    assert_eq!(found.texts("problem", "unauthenticated").len(), 1);
    assert_eq!(found.texts("problem", "bad-token").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_names_no_provider_or_is_none_is_found() {
    let server = described(
        StatusCode::UNAUTHORIZED,
        |origin| metadata(&format!("{origin}/mcp"), &[]),
        challenge,
    )
    .await;
    server
        .doctor()
        .await
        .has_only_the_problem("authorization-servers", &["names no authorization server"]);
    let twice = |origin: &str| format!("{{\"resource\": \"{origin}/mcp\", \"resource\": \"{origin}/mcp\"}}");
    let server = described(StatusCode::UNAUTHORIZED, twice, challenge).await;
    server
        .doctor()
        .await
        .has_only_the_problem("metadata", &["means one thing only"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_says_cannot_steer_the_terminal() {
    let issuer = "http://evil\u{1b}[2J.example";
    let server = described(
        StatusCode::UNAUTHORIZED,
        |origin| metadata(&format!("{origin}\u{1b}[31m"), &[issuer]),
        challenge,
    )
    .await;
    let ran = run(&["doctor", &server.url()]).await;
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("u{1b}[31m") && !ran.out.contains('\u{1b}'),
        "{}",
        ran.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_found() {
    let found = Found::of("http://127.0.0.1:1/mcp").await;
    found.has_only_the_problem("reachable", &["cannot be reached", "start the server"]);
    let provider = IdentityProvider::start().await.unwrap();
    let server = notes(&provider).await;
    let found = Found::of(&format!("{}/elsewhere", server.url())).await;
    found.has_only_the_problem("unauthenticated", &["answered 404", "with its path"]);
    let none = run(&["doctor", "--root-certificate", "/nowhere", "http://127.0.0.1:1/mcp"]).await;
    assert_eq!((none.code, none.out.as_str()), (2, ""));
    assert!(none.err.starts_with("error: /nowhere cannot be read"), "{}", none.err);
}
