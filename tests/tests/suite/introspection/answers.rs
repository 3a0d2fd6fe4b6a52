//! Answers of the endpoint, good and bad, at one moment. Nothing is asked for real.

use super::{AUDIENCE, Builder, caller, refusal, status};
use crate::tokens::forge::{At, ISSUER, NOW, Refusal};
use Refusal::{Token, Unavailable};
use TokenError::{Audience, Claim, Expired, Inactive, Issuer, NotAccessToken, NotYetValid, SenderConstrained};
use futures_util::future::BoxFuture;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use toolgate::fetch::{Answer, Document, Fetch, FetchError, Form};
use toolgate::validator::TokenError;
use toolgate::validator::introspection::{ClientCredentials, ClientSecret};
use toolgate::{ClaimMap, HealthStatus, IntrospectionValidator, PrincipalKind};

/// Answers everything with this, or never.
struct Says(Option<Answer>);

impl Fetch for Says {
    fn get<'a>(&'a self, _: &'a reqwest::Url) -> BoxFuture<'a, Result<Document, FetchError>> {
        Box::pin(async { Err(FetchError::new("there are no documents here")) })
    }

    fn post<'a>(&'a self, _: &'a reqwest::Url, _: &'a Form) -> BoxFuture<'a, Result<Answer, FetchError>> {
        Box::pin(async {
            match &self.0 {
                Some(answer) => Ok(answer.clone()),
                None => std::future::pending().await,
            }
        })
    }
}

fn builder(says: Option<Answer>) -> Builder {
    IntrospectionValidator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .audience("urn:notes")
        .client(ClientCredentials::secret_basic("notes", ClientSecret::from("secret")))
        .endpoint("https://idp.example/introspect")
        .fetch(Says(says))
        .clock(At(NOW))
}

fn says(text: impl Into<Vec<u8>>) -> Builder {
    builder(Some(Answer::new(200, "application/json", text)))
}

/// An answer about a good token, with these members instead of its own; those without text are left out.
fn with(changes: &[(&str, &str)]) -> String {
    const MEMBERS: [(&str, &str); 8] = [
        ("active", "true"),
        ("iss", "\"https://idp.example\""),
        ("aud", "\"https://notes.example/mcp\""),
        ("sub", "\"alice\""),
        ("client_id", "\"demo\""),
        ("token_type", "\"Bearer\""),
        ("iat", "1799999990"),
        ("exp", "1800000600"),
    ];
    let kept = MEMBERS
        .iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let members = kept.chain(changes).filter(|(_, text)| !text.is_empty());
    let members: Vec<_> = members.map(|(name, text)| format!("\"{name}\":{text}")).collect();
    format!("{{{}}}", members.join(","))
}

/// Refuses the first client, and no other.
struct RefusesOnce(u16, Arc<AtomicUsize>);

impl Fetch for RefusesOnce {
    fn get<'a>(&'a self, _: &'a reqwest::Url) -> BoxFuture<'a, Result<Document, FetchError>> {
        Box::pin(async { Err(FetchError::new("there are no documents here")) })
    }

    fn post<'a>(&'a self, _: &'a reqwest::Url, _: &'a Form) -> BoxFuture<'a, Result<Answer, FetchError>> {
        let status = if self.1.fetch_add(1, Ordering::Relaxed) == 0 {
            self.0
        } else {
            200
        };
        Box::pin(async move { Ok(Answer::new(status, "application/json", with(&[]))) })
    }
}

#[tokio::test]
async fn in_07_a_new_secret_is_tried_whichever_way_the_old_one_is_refused() {
    for (status, expected) in [
        (400, (None, 2)),
        (401, (None, 2)),
        (403, (None, 2)),
        (404, (Some(Unavailable), 1)),
        (429, (Some(Unavailable), 1)),
        (500, (Some(Unavailable), 1)),
    ] {
        let (read, asked) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let source =
            move || -> Result<ClientSecret, Infallible> { Ok(read.fetch_add(1, Ordering::Relaxed).to_string().into()) };
        let builder = says("").client(ClientCredentials::secret_basic("notes", source));
        let validator = builder.fetch(RefusesOnce(status, Arc::clone(&asked))).build().unwrap();
        let refused = refusal(&validator, "x").await;
        assert_eq!((refused, asked.load(Ordering::Relaxed)), expected, "{status}");
    }
}

/// One member changed, and what becomes of it.
const MEMBERS: &[(&str, &str, Refusal)] = &[
    // IN-02: only `true` is true, only `false` is false, and all else is no answer.
    ("active", "false", Token(Inactive)),
    ("active", "", Unavailable),
    ("active", "null", Unavailable),
    ("active", "\"true\"", Unavailable),
    ("active", "\"false\"", Unavailable),
    ("active", "1", Unavailable),
    ("active", "0", Unavailable),
    ("active", "[true]", Unavailable),
    ("active", "{\"active\":true}", Unavailable),
    // IN-03: of our issuer.
    ("iss", "\"https://evil.example\"", Token(Issuer)),
    ("iss", "\"https://idp.example/\"", Token(Issuer)),
    ("iss", "\"https://IDP.example\"", Token(Issuer)),
    ("iss", "\"\"", Token(Issuer)),
    ("iss", "[\"https://idp.example\"]", Token(Claim("iss"))),
    ("iss", "null", Token(Claim("iss"))),
    // MCP-24: for us, and provably so.
    ("aud", "", Token(Claim("aud"))),
    ("aud", "null", Token(Claim("aud"))),
    ("aud", "1", Token(Claim("aud"))),
    ("aud", "{\"https://notes.example/mcp\":1}", Token(Claim("aud"))),
    ("aud", "[\"https://notes.example/mcp\",1]", Token(Claim("aud"))),
    ("aud", "[[\"https://notes.example/mcp\"]]", Token(Claim("aud"))),
    ("aud", "[]", Token(Audience)),
    ("aud", "\"\"", Token(Audience)),
    ("aud", "\"https://notes.example/mcp/\"", Token(Audience)),
    ("aud", "\"https://notes.example/\"", Token(Audience)),
    (
        "aud",
        "\"https://notes.example/mcp https://other.example\"",
        Token(Audience),
    ),
    ("aud", "[\"https://other.example\",\"account\"]", Token(Audience)),
    // IN-03, IN-04: now.
    ("exp", "1799999940", Token(Expired)),
    ("exp", "0", Token(Expired)),
    ("exp", "-1", Token(Claim("exp"))),
    ("exp", "\"1800000600\"", Token(Claim("exp"))),
    ("exp", "null", Token(Claim("exp"))),
    ("exp", "true", Token(Claim("exp"))),
    ("exp", "1e300", Token(Claim("exp"))),
    ("exp", "253402300800", Token(Claim("exp"))),
    ("nbf", "1800000061", Token(NotYetValid)),
    ("nbf", "\"0\"", Token(Claim("nbf"))),
    ("nbf", "null", Token(Claim("nbf"))),
    ("iat", "1800000061", Token(NotYetValid)),
    ("iat", "\"0\"", Token(Claim("iat"))),
    ("iat", "[]", Token(Claim("iat"))),
    // RFC 9449: what is bound to its sender is no bearer token.
    ("token_type", "\"DPoP\"", Token(SenderConstrained)),
    ("token_type", "\"dpop\"", Token(SenderConstrained)),
    ("cnf", "{\"jkt\":\"x\"}", Token(SenderConstrained)),
    ("cnf", "{\"x5t#S256\":\"x\"}", Token(SenderConstrained)),
    ("cnf", "{}", Token(SenderConstrained)),
    ("cnf", "null", Token(SenderConstrained)),
    // An access token.
    ("token_type", "\"\"", Token(NotAccessToken)),
    ("token_type", "\"Bearer \"", Token(NotAccessToken)),
    ("token_type", "\"mac\"", Token(NotAccessToken)),
    ("token_type", "\"N_A\"", Token(NotAccessToken)),
    ("token_type", "\"refresh_token\"", Token(NotAccessToken)),
    ("token_type", "null", Token(Claim("token_type"))),
    ("token_type", "[\"Bearer\"]", Token(Claim("token_type"))),
    ("token_use", "\"refresh_token\"", Token(NotAccessToken)),
    ("token_use", "\"id_token\"", Token(NotAccessToken)),
    ("token_use", "\"id\"", Token(NotAccessToken)),
    ("token_use", "1", Token(NotAccessToken)),
    ("typ", "\"Refresh\"", Token(NotAccessToken)),
    ("typ", "\"Offline\"", Token(NotAccessToken)),
    ("typ", "\"ID\"", Token(NotAccessToken)),
    ("nonce", "\"x\"", Token(NotAccessToken)),
    ("events", "{}", Token(NotAccessToken)),
    // IN-06: about somebody.
    ("sub", "\"\"", Token(Claim("sub"))),
    ("sub", "null", Token(Claim("sub"))),
    ("sub", "1", Token(Claim("sub"))),
    ("sub", "[\"alice\"]", Token(Claim("sub"))),
    ("client_id", "1", Token(Claim("client_id"))),
    ("client_id", "null", Token(Claim("client_id"))),
    // R14: of the right type.
    ("scope", "[\"a\"]", Token(Claim("scope"))),
    ("scope", "null", Token(Claim("scope"))),
    ("scope", "1", Token(Claim("scope"))),
    ("scp", "{}", Token(Claim("scp"))),
    ("roles", "{\"admin\":true}", Token(Claim("roles"))),
    ("roles", "[1]", Token(Claim("roles"))),
    ("tenant_id", "[\"acme\"]", Token(Claim("tenant"))),
    ("tenant_id", "\"\"", Token(Claim("tenant"))),
    ("act", "\"bob\"", Token(Claim("act"))),
    // R16: one thing only.
    ("x", "{\"a\":1,\"a\":1}", Unavailable),
    ("sub", "\"alice\",\"sub\":\"bob\"", Unavailable),
    ("sub", "\"alice\",\"s\\u0075b\":\"bob\"", Unavailable),
    ("active", "true,\"active\":true", Unavailable),
    ("active", "false,\"active\":true", Unavailable),
    ("$serde_json::private::RawValue", "\"{}\"", Unavailable),
];

/// Whole bodies, and what becomes of them.
const BODIES: &[(&[u8], Refusal)] = &[
    (b"{\"active\":false}", Token(Inactive)),
    (b" {\"active\" : false , \"sub\" : \"alice\"}\r\n", Token(Inactive)),
    (b"{\"Active\":true,\"active\":false}", Token(Inactive)),
    (b"{\"Active\":true}", Unavailable),
    (b"", Unavailable),
    (b"{}", Unavailable),
    (b"true", Unavailable),
    (b"null", Unavailable),
    (b"[]", Unavailable),
    (b"[{\"active\":true}]", Unavailable),
    (b"\"{\\\"active\\\":true}\"", Unavailable),
    (b"{\"active\":true", Unavailable),
    (b"{\"active\":true}}", Unavailable),
    (b"{\"active\":true}{\"active\":true}", Unavailable),
    (b"{'active':true}", Unavailable),
    (b"{\"active\":True}", Unavailable),
    (b"{\"active\":true,}", Unavailable),
    (b"{\"active\":true}//", Unavailable),
    (b"active=true", Unavailable),
    (b"<html>", Unavailable),
    (b"\xef\xbb\xbf{\"active\":true}", Unavailable),
    (b"{\"active\":true,\"sub\":\"\xff\"}", Unavailable),
    (b"{\"data\":{\"active\":true}}", Unavailable),
];

#[tokio::test]
async fn r19_answers_that_let_nobody_in_each_for_its_own_reason() {
    let members = MEMBERS
        .iter()
        .map(|(name, text, expected)| (with(&[(name, text)]).into_bytes(), expected));
    let bodies = BODIES.iter().map(|(body, expected)| (body.to_vec(), expected));
    let rows: Vec<_> = members.chain(bodies).collect();
    let mut wrong = Vec::new();
    for (body, expected) in &rows {
        let validator = says(body.clone()).build().unwrap();
        let refusal = refusal(&validator, "opaque").await;
        let name = body.escape_ascii();
        if refusal.as_ref() != Some(*expected) {
            wrong.push(format!("{name}: {refusal:?} instead of {expected:?}"));
        }
        // Whose business it is shows in the health, too.
        let fails = matches!(status(&validator), HealthStatus::Unavailable(_));
        assert_eq!(fails, **expected == Unavailable, "{name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut bodies: Vec<_> = rows.iter().map(|(body, _)| body).collect();
    bodies.sort_unstable();
    bodies.dedup();
    assert_eq!(bodies.len(), rows.len());
}

#[tokio::test]
async fn r19_unusual_answers_about_good_tokens() {
    for changes in [
        &[][..],
        &[("iss", "")],
        &[("token_type", "")],
        &[("token_type", "\"bearer\"")],
        &[("token_type", "\"BEARER\"")],
        &[("token_use", "\"access_token\"")],
        &[("token_use", "\"access\"")],
        &[("typ", "\"Bearer\"")],
        &[("aud", "\"urn:notes\"")],
        &[("aud", "[\"account\",\"urn:notes\"]")],
        &[("iat", "")],
        &[("iat", "1800000060")],
        &[("nbf", "1800000060.5"), ("iat", "0"), ("exp", "1800000600.25")],
        &[("nbf", "1800000059.5")],
        &[("exp", "1799999941")],
        &[("exp", "253402300799")],
        &[("iat", "1500000000"), ("exp", "1900000000")],
        &[("client_id", "")],
        &[("client_id", ""), ("username", "\"alice\"")],
        &[("nonce", "\"x\""), ("scope", "\"openid\"")],
        &[("scope", "\"\"")],
        &[("username", "7"), ("jti", "{}"), ("x", "[[[{}]]]")],
        &[("\\u0061ud2", "1")],
    ] {
        let body = with(changes);
        let refused = refusal(&says(body.clone()).build().unwrap(), "opaque").await;
        let early = changes.first().is_some_and(|(_, text)| *text == "1800000060.5");
        assert_eq!(refused, early.then_some(Token(NotYetValid)), "{body}");
    }
}

#[tokio::test]
async fn in_06_without_a_subject_there_has_to_be_a_client_and_no_person() {
    let without = |changes: &[(&str, &str)]| with(&[&[("sub", "")], changes].concat());
    let answer = without(&[("client_id", "\"robot\"")]);
    let robot = caller(&says(answer).build().unwrap(), "opaque").await;
    assert_eq!(
        (robot.subject(), robot.principal().kind()),
        ("robot", PrincipalKind::Client)
    );
    // Also where the client is read from another claim.
    let okta = says(without(&[("client_id", "\"robot\"")])).claims(ClaimMap::okta());
    assert_eq!(
        caller(&okta.build().unwrap(), "opaque").await.principal().kind(),
        PrincipalKind::Client
    );
    for changes in [
        &[("client_id", "")][..],
        &[("client_id", "\"\"")],
        &[("client_id", "1")],
        &[("client_id", ""), ("azp", "\"robot\"")],
        &[("client_id", "\"robot\""), ("username", "\"alice\"")],
        &[("client_id", "\"robot\""), ("username", "null")],
    ] {
        let answer = without(changes);
        assert_eq!(
            refusal(&says(answer.clone()).build().unwrap(), "opaque").await,
            Some(Token(Claim("sub"))),
            "{answer}"
        );
    }
    // A user of the client's name is none, and a client of the user's name neither.
    let user = caller(&says(with(&[])).build().unwrap(), "opaque").await;
    let client = with(&[("sub", ""), ("client_id", "\"alice\"")]);
    let client = caller(&says(client).build().unwrap(), "opaque").await;
    assert_eq!(user.subject(), client.subject());
    assert_ne!(user.principal(), client.principal());
}

#[tokio::test]
async fn in_04_without_an_expiry_a_token_is_believed_for_a_minute() {
    for leeway in [0, 60, 300] {
        for changes in [&[("exp", "")][..], &[("exp", ""), ("iat", "")]] {
            let validator = says(with(changes)).leeway(Duration::from_secs(leeway)).build().unwrap();
            let caller = caller(&validator, "opaque").await;
            assert_eq!(caller.expires_at(), Duration::from_secs(NOW + 60));
        }
    }
}

#[tokio::test]
async fn r14_the_leeway_is_the_configured_one() {
    let leeway = |seconds, name: &str, date: u64| {
        says(with(&[(name, &date.to_string())]))
            .leeway(Duration::from_secs(seconds))
            .build()
            .unwrap()
    };
    for seconds in [0, 60, 300] {
        assert_eq!(refusal(&leeway(seconds, "exp", NOW - seconds + 1), "x").await, None);
        assert_eq!(
            refusal(&leeway(seconds, "exp", NOW - seconds), "x").await,
            Some(Token(Expired))
        );
        for date in ["nbf", "iat"] {
            assert_eq!(refusal(&leeway(seconds, date, NOW + seconds), "x").await, None);
            assert_eq!(
                refusal(&leeway(seconds, date, NOW + seconds + 1), "x").await,
                Some(Token(NotYetValid))
            );
        }
    }
}

#[tokio::test]
async fn mcp_24_an_endpoint_that_is_trusted_may_leave_the_audience_out_but_not_name_another() {
    for (aud, expected) in [
        ("", None),
        ("\"urn:notes\"", None),
        ("\"https://other.example\"", Some(Token(Audience))),
        ("[]", Some(Token(Audience))),
        ("null", Some(Token(Claim("aud")))),
    ] {
        let trusted = says(with(&[("aud", aud)])).dangerous().trust_endpoint_for_audience();
        assert_eq!(refusal(&trusted.build().unwrap(), "opaque").await, expected, "{aud}");
    }
}

#[tokio::test]
async fn r19_only_200_and_json_are_an_answer() {
    for status in [
        100, 201, 202, 203, 204, 206, 300, 302, 304, 400, 401, 403, 404, 405, 429, 500, 502, 503, 599,
    ] {
        let validator = builder(Some(Answer::new(status, "application/json", with(&[]))))
            .build()
            .unwrap();
        assert_eq!(refusal(&validator, "opaque").await, Some(Unavailable), "{status}");
    }
    for (content_type, expected) in [
        ("application/json", None),
        ("application/json;charset=UTF-8", None),
        (" Application/JSON ; x=y", None),
        ("", Some(Unavailable)),
        ("application/json, text/html", Some(Unavailable)),
        ("application/jsonx", Some(Unavailable)),
        ("application/problem+json", Some(Unavailable)),
        ("application/token-introspection+jwt", Some(Unavailable)),
        ("text/plain; application/json", Some(Unavailable)),
    ] {
        let validator = builder(Some(Answer::new(200, content_type, with(&[]))))
            .build()
            .unwrap();
        assert_eq!(refusal(&validator, "opaque").await, expected, "{content_type}");
    }
    let mut untyped = Answer::new(200, "", with(&[]));
    untyped.content_type = None;
    assert_eq!(
        refusal(&builder(Some(untyped)).build().unwrap(), "opaque").await,
        Some(Unavailable)
    );
}

#[tokio::test(start_paused = true)]
async fn f14_an_endpoint_that_never_answers_is_given_up() {
    let validator = builder(None).build().unwrap();
    let start = tokio::time::Instant::now();
    assert_eq!(refusal(&validator, "opaque").await, Some(Unavailable));
    assert_eq!(start.elapsed(), Duration::from_secs(15));
}
