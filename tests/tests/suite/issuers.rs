//! Several issuers, and tokens of each in its own form.

use crate::tokens::forge::{Refusal, validate};
use serde_json::json;
use toolgate::validator::introspection::{ClientCredentials, ClientSecret};
use toolgate::validator::{JwtValidatorBuilder, TenantStatement, TokenError, ValidateError};
use toolgate::{Algorithm, BearerToken, ClaimMap, Claims, IntrospectionValidator, Issuers, JwtValidator, Validator};
use toolgate_testing::{ClientAuth, Fault, IdentityProvider};

const AUDIENCE: &str = "https://notes.example/mcp";

type Builder = JwtValidatorBuilder<
    toolgate::validator::Given<String>,
    toolgate::validator::Given<Vec<String>>,
    toolgate::validator::Given<Vec<Algorithm>>,
>;

fn jwt(issuer: &str) -> Builder {
    JwtValidator::builder()
        .issuer(issuer)
        .audience(AUDIENCE)
        .algorithm(Algorithm::Rs256)
}

fn jwt_of(provider: &IdentityProvider, claims: ClaimMap) -> JwtValidator {
    jwt(provider.issuer()).claims(claims).build().unwrap()
}

fn opaque_of(provider: &IdentityProvider, claims: ClaimMap) -> IntrospectionValidator {
    let client = provider.register_client("notes", ClientAuth::SecretBasic);
    let client = ClientCredentials::secret_basic(client.id(), ClientSecret::from(client.secret()));
    let builder = IntrospectionValidator::builder()
        .issuer(provider.issuer())
        .audience(AUDIENCE);
    builder.client(client).claims(claims).build().unwrap()
}

fn any() -> ClaimMap {
    ClaimMap::default().any_tenant()
}

async fn refusal(validator: &impl Validator, token: &str) -> Option<Refusal> {
    validate(validator, token).await.err()
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what a refusal is or is not")]
const fn token(error: TokenError) -> Option<Refusal> {
    Some(Refusal::Token(error))
}

/// Passes everything on and forgets to say what about tenants.
struct Wrapper<V>(V);

impl<V: Validator> Validator for Wrapper<V> {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.0.validate(token).await
    }

    fn issuers(&self) -> Vec<String> {
        self.0.issuers()
    }
}

#[tokio::test]
async fn jb_07_a_token_is_checked_by_the_validator_of_its_issuer() {
    let (a, b) = (
        IdentityProvider::start().await.unwrap(),
        IdentityProvider::start().await.unwrap(),
    );
    let issuers = Issuers::builder()
        .issuer(jwt_of(&a, any()))
        .issuer(jwt_of(&b, any()))
        .build()
        .unwrap();
    for provider in [&a, &b] {
        let good = provider.token("alice").audience(AUDIENCE).mint();
        let caller = validate(&issuers, &good).await.unwrap();
        assert_eq!((caller.subject(), caller.issuer()), ("alice", provider.issuer()));
    }
    // The same subject of another issuer is somebody else.
    let principal = async |provider: &IdentityProvider| {
        let token = provider.token("alice").audience(AUDIENCE).mint();
        validate(&issuers, &token).await.unwrap().principal().clone()
    };
    assert_ne!(principal(&a).await, principal(&b).await);
    // Whoever signs for another issuer is not believed: keys do not stray. Both providers have the same key ids.
    let pretended = b.token("alice").audience(AUDIENCE).claim("iss", a.issuer()).mint();
    let same_keys = a.token("alice").audience(AUDIENCE).mint() == pretended;
    assert!(!same_keys);
    let foreign = a.token("alice").audience(AUDIENCE).foreign().mint();
    assert_eq!(refusal(&issuers, &foreign).await, token(TokenError::Signature));
}

#[tokio::test]
async fn mcp_27_a_token_of_an_unknown_issuer_goes_nowhere() {
    let (a, b, stranger) = (
        IdentityProvider::start().await.unwrap(),
        IdentityProvider::start().await.unwrap(),
        IdentityProvider::start().await.unwrap(),
    );
    let issuers = Issuers::builder()
        .issuer(jwt_of(&a, any()))
        .opaque(opaque_of(&b, any()))
        .build()
        .unwrap();
    let claims = |claims: serde_json::Value| stranger.token("x").raw_claims(&claims.to_string()).mint();
    for (jwt, error) in [
        (stranger.token("alice").audience(AUDIENCE).mint(), TokenError::Issuer),
        (claims(json!({"iss": format!("{}/", a.issuer())})), TokenError::Issuer),
        (claims(json!({"iss": format!("{} ", b.issuer())})), TokenError::Issuer),
        (claims(json!({"iss": ""})), TokenError::Issuer),
        (claims(json!({"iss": [b.issuer()]})), TokenError::Payload),
        (claims(json!({"sub": "alice"})), TokenError::Payload),
        (claims(json!([b.issuer()])), TokenError::Payload),
        (format!("{}.a.b", stranger.token("x").mint()), TokenError::Malformed),
    ] {
        assert_eq!(refusal(&issuers, &jwt).await, token(error), "{jwt}");
    }
    for provider in [&a, &b, &stranger] {
        let asked = (
            provider.introspection_requests(),
            provider.discovery_requests(),
            provider.jwks_requests(),
        );
        assert_eq!(asked, (0, 0, 0));
    }
}

#[tokio::test]
async fn jwts_and_opaque_tokens_go_together() {
    let (a, b) = (
        IdentityProvider::start().await.unwrap(),
        IdentityProvider::start().await.unwrap(),
    );
    let builder = || Issuers::builder().issuer(jwt_of(&a, any()));
    let issuers = builder().opaque(opaque_of(&b, any())).build().unwrap();
    let opaque = b.opaque_token("bob").audience(AUDIENCE).mint();
    assert_eq!(validate(&issuers, &opaque).await.unwrap().issuer(), b.issuer());
    // No other validator has that issuer, so its JWTs are asked about as well.
    let jwt = b.token("bob").audience(AUDIENCE).mint();
    assert_eq!(refusal(&issuers, &jwt).await, None);
    assert_eq!((b.introspection_requests(), b.jwks_requests()), (2, 0));
    // Without a validator for them, opaque tokens are none.
    let jwts = builder().build().unwrap();
    assert_eq!(refusal(&jwts, &opaque).await, token(TokenError::Malformed));
    assert_eq!(refusal(&jwts, &jwt).await, token(TokenError::Issuer));

    // Of one issuer in both forms, JWTs are checked here.
    let both = Issuers::builder()
        .issuer(jwt_of(&b, any()))
        .opaque(opaque_of(&b, any()))
        .build()
        .unwrap();
    let before = b.introspection_requests();
    assert_eq!(refusal(&both, &jwt).await, None);
    assert_eq!(b.introspection_requests(), before);
    assert_eq!(refusal(&both, &opaque).await, None);
    assert_eq!(both.issuers(), [b.issuer()]);
}

#[tokio::test]
async fn one_issuer_that_is_down_is_not_in_the_way_of_the_other() {
    let (a, b) = (
        IdentityProvider::start().await.unwrap(),
        IdentityProvider::start().await.unwrap(),
    );
    let issuers = Issuers::builder()
        .issuer(jwt_of(&a, any()))
        .opaque(opaque_of(&b, any()))
        .build()
        .unwrap();
    b.introspection_fault(Fault::Status(500));
    let opaque = b.opaque_token("bob").audience(AUDIENCE).mint();
    assert_eq!(refusal(&issuers, &opaque).await, Some(Refusal::Unavailable));
    assert_eq!(
        refusal(&issuers, &a.token("alice").audience(AUDIENCE).mint()).await,
        None
    );
    let of_b = issuers
        .health()
        .into_iter()
        .filter(|health| health.issuer == b.issuer());
    let of_b: Vec<_> = of_b.map(|health| health.status.as_str()).collect();
    assert_eq!(of_b, ["unavailable"]);
}

#[tokio::test]
async fn what_is_asked_of_all_is_asked_of_each() {
    let (a, b) = (
        IdentityProvider::start().await.unwrap(),
        IdentityProvider::start().await.unwrap(),
    );
    let issuers = Issuers::builder().issuer(Wrapper(jwt_of(&a, any()))).build().unwrap();
    assert_eq!(
        (issuers.issuers(), issuers.tenants()),
        (vec![a.issuer().to_owned()], TenantStatement::Unsaid)
    );
    let issuers = Issuers::builder()
        .issuer(jwt_of(&a, any()))
        .opaque(opaque_of(&b, any()))
        .build()
        .unwrap();
    assert_eq!(issuers.issuers(), [a.issuer(), b.issuer()]);
    assert_eq!(issuers.tenants(), TenantStatement::Said);
    let opaque = b.opaque_token("bob").audience(AUDIENCE).mint();
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {opaque}").parse().unwrap());
    let bearer = BearerToken::from_headers(&headers).unwrap().unwrap();
    assert!(issuers.validate_anew(&bearer).await.is_ok());
    b.revoke(&opaque);
    assert!(issuers.validate_anew(&bearer).await.is_err());
    // They can stand among others again.
    let c = IdentityProvider::start().await.unwrap();
    let nested = Issuers::builder()
        .issuer(issuers)
        .issuer(jwt_of(&c, any()))
        .build()
        .unwrap();
    assert_eq!(nested.issuers(), [a.issuer(), b.issuer(), c.issuer()]);
    for provider in [&a, &c] {
        assert_eq!(
            refusal(&nested, &provider.token("x").audience(AUDIENCE).mint()).await,
            None
        );
    }
}

#[tokio::test]
async fn mcp_74_an_issuer_names_its_own_tenants_only() {
    let (a, b) = (
        IdentityProvider::start().await.unwrap(),
        IdentityProvider::start().await.unwrap(),
    );
    let map = ClaimMap::default;
    let tenant = Err(Refusal::Token(TokenError::Claim("tenant")));
    for (claims, named, expected) in [
        (map().tenant_is("globex"), "globex", Ok(Some("globex"))),
        (map().tenant_is("globex"), "", Ok(Some("globex"))),
        (map().tenant_is("globex"), "acme", tenant),
        (
            map().only_tenants(["globex", "initech"]),
            "initech",
            Ok(Some("initech")),
        ),
        (
            map().only_tenants(["globex", "initech"]),
            "acme",
            Err(Refusal::Token(TokenError::Claim("tenant"))),
        ),
        (map().only_tenants(["globex"]), "", Ok(None)),
        (map().without_tenant(), "acme", Ok(None)),
        (map().any_tenant(), "acme", Ok(Some("acme"))),
    ] {
        let ours = jwt_of(&a, map().tenant_is("acme"));
        let issuers = Issuers::builder()
            .issuer(ours)
            .issuer(jwt_of(&b, claims.clone()))
            .build()
            .unwrap();
        let jwt = b.token("mallory").audience(AUDIENCE);
        let jwt = if named.is_empty() { jwt } else { jwt.tenant(named) };
        let named = validate(&issuers, &jwt.mint()).await;
        let named = named.map(|caller| caller.tenant().map(str::to_owned));
        assert_eq!(named, expected.map(|tenant| tenant.map(str::to_owned)), "{claims:?}");
    }
    // The same for tokens that are asked about.
    let ours = jwt_of(&a, map().tenant_is("acme"));
    let theirs = opaque_of(&b, map().only_tenants(["globex"]));
    let issuers = Issuers::builder().issuer(ours).opaque(theirs).build().unwrap();
    let named = b.opaque_token("mallory").audience(AUDIENCE).tenant("acme").mint();
    assert_eq!(refusal(&issuers, &named).await, token(TokenError::Claim("tenant")));
}

#[test]
fn mcp_74_with_several_issuers_each_one_says_which_tenants_are_its_own() {
    let build = |issuer: &str, claims: ClaimMap| jwt(issuer).claims(claims).build().unwrap();
    let (a, b) = ("https://a.example", "https://b.example");
    let said = || build(a, any());
    let unsaid = || build(b, ClaimMap::default());
    let error = Issuers::builder()
        .issuer(said())
        .issuer(unsaid())
        .build()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("it is not said which tenants `https://b.example` may name\nhelp: "),
        "{error}"
    );
    assert!(error.contains(".only_tenants([..])"), "{error}");
    assert!(Issuers::builder().issuer(unsaid()).issuer(said()).build().is_err());
    // One that wraps another and says nothing has not said it.
    assert!(
        Issuers::builder()
            .issuer(said())
            .issuer(Wrapper(build(b, any())))
            .build()
            .is_err()
    );
    // Alone, it need not be said.
    assert!(Issuers::builder().issuer(unsaid()).build().is_ok());
    for claims in [
        ClaimMap::default().tenant_is("b"),
        ClaimMap::default().only_tenants(["b"]),
        ClaimMap::default().without_tenant(),
        any(),
    ] {
        assert!(
            Issuers::builder()
                .issuer(said())
                .issuer(build(b, claims))
                .build()
                .is_ok()
        );
    }
}

/// A wrapper that forgot whose tokens it validates.
struct Nameless<V>(V);

impl<V: Validator> Validator for Nameless<V> {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.0.validate(token).await
    }

    fn issuers(&self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn mcp_74_a_validator_without_an_issuer_stands_beside_none() {
    let one = || jwt("https://a.example").claims(any()).build().unwrap();
    let other = || Nameless(jwt("https://b.example").build().unwrap());
    for builder in [
        Issuers::builder().issuer(one()).issuer(other()),
        Issuers::builder().issuer(one()).opaque(other()),
        Issuers::builder().opaque(other()),
    ] {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains("a validator has no issuer"), "{error}");
    }
}

#[test]
fn a_malformed_setup_is_found_at_construction() {
    let build = |issuer: &str| jwt(issuer).claims(any()).build().unwrap();
    let opaque = |issuer: &str| {
        let client = ClientCredentials::secret_basic("x", ClientSecret::from("x"));
        let builder = IntrospectionValidator::builder()
            .issuer(issuer)
            .audience(AUDIENCE)
            .client(client);
        builder.claims(any()).build().unwrap()
    };
    let (a, b) = ("https://a.example", "https://b.example");
    for (builder, what) in [
        (Issuers::builder(), "there is no issuer"),
        (
            Issuers::builder().issuer(build(a)).issuer(build(b)).issuer(build(a)),
            "`https://a.example` is given twice",
        ),
        (
            Issuers::builder().issuer(build(a)).issuer(opaque(a)),
            "`https://a.example` is given twice",
        ),
        (
            Issuers::builder().opaque(opaque(a)).opaque(opaque(b)),
            "two validators for opaque tokens",
        ),
    ] {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("\nhelp: "), "{what}: {error}");
    }
    assert!(Issuers::builder().opaque(opaque(a)).build().is_ok());
    // The exact text counts: these are two.
    assert!(
        Issuers::builder()
            .issuer(build(a))
            .issuer(build("https://a.example/"))
            .build()
            .is_ok()
    );
}
