//! A gate that is set up wrongly says so before the first request, and says what to do.

use axum::Router;
use axum::body::Body;
use http::Request;
use std::convert::Infallible;
use std::time::Duration;
use toolgate::plumbing::Call;
use toolgate::policy::OwnerDemand;
use toolgate::tool::{Hints, Location, ToolSpec};
use toolgate::{
    Algorithm, ClaimMap, ConfigError, Error, Gate, Issuers, JwtValidator, NoArguments, Output, Policy, ScopeToken,
    ToolHandler, Toolset, mcp_tool,
};
use tower_service::Service as _;

const ISSUER: &str = "https://idp.example";
const RESOURCE: &str = "https://mcp.example/mcp";

/// Protected.
#[mcp_tool(authenticated, name = "same")]
async fn first(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Open to everyone.
#[mcp_tool(public, name = "same")]
async fn second(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

fn validator(issuer: &str) -> Result<JwtValidator, ConfigError> {
    JwtValidator::builder()
        .issuer(issuer)
        .audience(RESOURCE)
        .algorithm(Algorithm::Rs256)
        .build()
}

fn gate(resource: &str) -> Result<Gate, ConfigError> {
    Gate::builder()
        .resource(resource)
        .validator(validator(ISSUER).unwrap())
        .build()
}

fn says(error: &ConfigError, what: &str, help: &str) {
    let error = error.to_string();
    let (first, second) = error.split_once("\nhelp: ").unwrap();
    assert!(first.contains(what) && second.contains(help), "{error}");
}

#[test]
fn an_issuer_without_https_is_refused_but_for_this_machine() {
    says(
        &validator("http://idp.example").unwrap_err(),
        "`http://idp.example` is not https",
        "`https://`",
    );
    says(
        &validator("idp.example").unwrap_err(),
        "is not a URL",
        "/.well-known/openid-configuration",
    );
    says(
        &validator("https://idp.example?x").unwrap_err(),
        "has a query or a fragment",
        "copy `issuer`",
    );
    assert!(validator("http://127.0.0.1:8080").is_ok());
    assert!(validator("https://idp.example/realms/a").is_ok());
}

#[test]
fn a_resource_url_with_a_fragment_is_refused() {
    says(
        &gate("https://mcp.example/mcp#x").unwrap_err(),
        "has a fragment",
        "take out the `#`",
    );
    assert!(gate(RESOURCE).is_ok());
}

#[test]
fn keys_from_anywhere_but_https_are_refused() {
    let builder = || {
        JwtValidator::builder()
            .issuer(ISSUER)
            .audience(RESOURCE)
            .algorithm(Algorithm::Rs256)
    };
    for uri in ["http://idp.example/jwks", "file:///etc/passwd", "jwks"] {
        says(
            &builder().jwks_uri(uri).build().unwrap_err(),
            "keys cannot be fetched",
            "`https://`",
        );
    }
    says(
        &builder().static_keys("{}").build().unwrap_err(),
        "no `keys` array",
        "JWKS document",
    );
    says(
        &builder().static_keys(r#"{"keys":[]}"#).build().unwrap_err(),
        "no key that can check",
        "JWKS document",
    );
}

#[test]
fn r14_a_leeway_of_more_than_five_minutes_is_refused() {
    let builder = || {
        JwtValidator::builder()
            .issuer(ISSUER)
            .audience(RESOURCE)
            .algorithm(Algorithm::Rs256)
    };
    assert!(builder().leeway(Duration::from_mins(5)).build().is_ok());
    says(
        &builder().leeway(Duration::from_secs(301)).build().unwrap_err(),
        "leeway is too long",
        "300 seconds",
    );
    let empty = JwtValidator::builder()
        .issuer(ISSUER)
        .audience("")
        .algorithm(Algorithm::Rs256);
    says(&empty.build().unwrap_err(), "audience is empty", "resource URL");
}

#[test]
fn hosts_and_origins_that_are_none_are_refused() {
    let builder = || Gate::builder().resource(RESOURCE).validator(validator(ISSUER).unwrap());
    says(
        &builder().allowed_host("a b").build().unwrap_err(),
        "`a b` is not a host",
        "`mcp.internal`",
    );
    for origin in [
        "app.example",
        "https://app.example/",
        "https://app.example:443",
        "*",
        "null",
    ] {
        says(
            &builder().allowed_origin(origin).build().unwrap_err(),
            "is not an origin",
            "`https://app.example.com`",
        );
    }
}

#[test]
fn two_tools_of_one_name_are_refused_and_both_places_named() {
    let error = gate(RESOURCE)
        .unwrap()
        .protect(Toolset::new(()).tool(FirstTool).tool(SecondTool))
        .unwrap_err();
    says(&error, "two tools are called `same`", "another name");
    assert_eq!(error.to_string().matches("gate_setup.rs:").count(), 2, "{error}");
}

#[test]
fn r22_a_gate_that_knows_no_callers_takes_public_tools_only() {
    let gate = Gate::public_only().unwrap();
    assert!(gate.protect(Toolset::new(()).tool(SecondTool)).is_ok());
    says(
        &gate.protect(Toolset::new(()).tool(FirstTool)).unwrap_err(),
        "is not public",
        "Gate::builder()",
    );
}

/// Written by hand: `#[mcp_tool]` would not take most of these names.
struct Named<const N: usize>;

const TOO_LONG: [u8; 129] = [b'x'; 129];

const NAMES: [&str; 8] = [
    "",
    "a b",
    "a/b",
    "caf\u{e9}",
    "a\"b",
    "a\n",
    match std::str::from_utf8(&TOO_LONG) {
        Ok(name) => name,
        Err(_) => "",
    },
    match std::str::from_utf8(TOO_LONG.split_at(128).0) {
        Ok(name) => name,
        Err(_) => "",
    },
];

impl<const N: usize> ToolHandler for Named<N> {
    type Args = NoArguments;
    type Needs = ();
    const SPEC: ToolSpec = ToolSpec {
        name: NAMES[N],
        title: None,
        description: "",
        hints: Hints {
            read_only: None,
            destructive: None,
            idempotent: None,
            open_world: None,
        },
        policy: Policy::AUTHENTICATED,
        audit_fields: &[],
        location: Location {
            file: "by_hand.rs",
            line: 7,
        },
    };

    fn output_schema() -> Option<schemars::Schema> {
        None
    }

    async fn run(_: Call, _: NoArguments) -> Result<Output, Error> {
        Ok(Output::Empty)
    }
}

#[test]
fn a_name_that_is_none_is_refused() {
    fn refused<const N: usize>() {
        let error = gate(RESOURCE)
            .unwrap()
            .protect(Toolset::new(()).tool(Named::<N>))
            .unwrap_err();
        let what = format!("`{}` (by_hand.rs:7) is not a tool name", NAMES[N]);
        says(&error, &what, "1 to 128 letters");
    }
    refused::<0>();
    refused::<1>();
    refused::<2>();
    refused::<3>();
    refused::<4>();
    refused::<5>();
    refused::<6>();
    let longest = Toolset::new(()).tool(Named::<7>);
    assert!(gate(RESOURCE).unwrap().protect(longest).is_ok());
}

#[tokio::test]
async fn mcp_50_a_gate_without_a_resource_url_serves_this_machine_only() {
    let protected = Gate::public_only()
        .unwrap()
        .protect(Toolset::new(()).tool(SecondTool))
        .unwrap();
    let mut app = Router::new().fallback(async || "passed").layer(protected.layer());
    for (host, status) in [
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:1", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("10.0.0.1", 403),
    ] {
        let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
        let request = Request::post("/")
            .header("host", host)
            .header("content-type", "application/json");
        let request = request.body(Body::from(list)).unwrap();
        assert_eq!(app.call(request).await.unwrap().status(), status, "{host}");
    }
}

#[test]
fn mcp_16_clients_are_not_asked_to_ask_for_refresh_tokens() {
    let baseline = |scope| {
        let gate = Gate::builder().resource(RESOURCE).validator(validator(ISSUER).unwrap());
        gate.baseline([toolgate::ScopeToken::from_static("read"), scope])
            .build()
    };
    let error = baseline(toolgate::ScopeToken::from_static("offline_access")).unwrap_err();
    says(
        &error,
        "`offline_access` is a scope for clients at first",
        "take it out",
    );
    assert!(baseline(toolgate::ScopeToken::from_static("offline_access:read")).is_ok());
}

#[test]
fn mcp_50_a_server_that_listens_to_others_has_to_know_its_name() {
    let gate = |resource: &str, address: &str| {
        let gate = Gate::builder().resource(resource).validator(validator(ISSUER).unwrap());
        gate.listens_on(address.parse().unwrap()).build()
    };
    let error = gate("http://127.0.0.1:8080/mcp", "0.0.0.0:8080").unwrap_err();
    says(&error, "the server listens on 0.0.0.0:8080", "set `.resource(..)`");
    assert!(gate(RESOURCE, "0.0.0.0:8080").is_ok());
    assert!(gate("http://127.0.0.1:8080/mcp", "127.0.0.1:8080").is_ok());
}

#[test]
fn proxies_and_session_keys_that_are_none_are_refused() {
    let gate = || Gate::builder().resource(RESOURCE).validator(validator(ISSUER).unwrap());
    for all in ["0.0.0.0/0", "::/0", "proxy.internal"] {
        let error = gate().trusted_proxy(all).build().unwrap_err();
        says(&error, "is not the network of a proxy", "write it like `10.0.0.0/8`");
    }
    let error = gate().session_key("1", [7; 16]).build().unwrap_err();
    says(&error, "a secret of sessions is too short", "use 32 random bytes");
    let error = gate()
        .session_key("1", [7; 32])
        .session_key("1", [8; 32])
        .build()
        .unwrap_err();
    says(
        &error,
        "a key of sessions has no id of its own",
        "give each key another id",
    );
    assert!(
        gate()
            .trusted_proxy("10.0.0.0/8")
            .session_key("1", [7; 32])
            .build()
            .is_ok()
    );
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Owned {
    user: String,
}

/// Whose it is, is asked.
#[mcp_tool(owner_field = "user")]
async fn owned(args: Owned) -> Result<String, Infallible> {
    Ok(args.user)
}

/// Whose it is and of which tenant, is asked.
#[mcp_tool(owner_field = "user", owner_unless = ["all"], tenant_field = "user", tenant_of = Acme::tenant_of)]
async fn owned_in_tenant(args: Owned) -> Result<String, Infallible> {
    Ok(args.user)
}

#[derive(Clone)]
struct Acme;

impl Acme {
    async fn tenant_of(&self, _: &str) -> Result<Option<String>, Infallible> {
        Ok(Some("acme".to_owned()))
    }
}

/// Written by hand: `#[mcp_tool]` would not take it.
struct OfEveryTenant;

impl ToolHandler for OfEveryTenant {
    type Args = NoArguments;
    type Needs = ();
    const SPEC: ToolSpec = ToolSpec {
        policy: Policy::AUTHENTICATED.owner(OwnerDemand {
            field: "user",
            unless: &[ScopeToken::from_static("all")],
        }),
        name: "of_every_tenant",
        ..Named::<7>::SPEC
    };

    fn output_schema() -> Option<schemars::Schema> {
        None
    }

    async fn run(_: Call, _: NoArguments) -> Result<Output, Error> {
        Ok(Output::Empty)
    }
}

#[test]
fn who_need_not_be_the_owner_has_to_stay_within_a_tenant() {
    let refused = gate(RESOURCE).unwrap().protect(Toolset::new(()).tool(OfEveryTenant));
    says(&refused.unwrap_err(), "of every tenant", "`tenant_field");
    let owned = || Toolset::new(Acme).tool(OwnedTool).tool(OwnedInTenantTool);
    assert!(gate(RESOURCE).unwrap().protect(owned()).is_ok());
}

/// Alice of one issuer need not be alice of the other.
#[test]
fn with_several_issuers_an_owner_is_somebody_of_a_tenant() {
    let of = |issuer: &str| {
        let claims = ClaimMap::default().any_tenant();
        let validator = JwtValidator::builder().issuer(issuer).audience(RESOURCE).claims(claims);
        validator.algorithm(Algorithm::Rs256).build().unwrap()
    };
    let issuers = Issuers::builder()
        .issuer(of(ISSUER))
        .issuer(of("https://other.example"));
    let gate = Gate::builder()
        .resource(RESOURCE)
        .validator(issuers.build().unwrap())
        .build()
        .unwrap();
    says(
        &gate.protect(Toolset::new(()).tool(OwnedTool)).unwrap_err(),
        "unique within one issuer",
        "`tenant_field",
    );
    assert!(gate.protect(Toolset::new(Acme).tool(OwnedInTenantTool)).is_ok());
}
