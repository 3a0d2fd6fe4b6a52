//! Proofs that only the gate makes.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::convert::Infallible;
use toolgate::plumbing::Call;
use toolgate::{
    Algorithm, Caller, Denial, Error, FromCall, Gate, Granted, JwtValidator, NoArguments, Output, Protected,
    ScopeCatalog, TenantId, Toolset, mcp_tool,
};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads notes.
    #[scope("notes:read")]
    Read,
    /// Writes notes.
    #[scope("notes:write", implies(Read))]
    Write,
    /// Moves notes.
    #[scope("notes:move", implies(Read))]
    Move,
}

/// What is done with notes, by whoever may.
fn clear(_: &Granted<scope::Write>) -> &'static str {
    "cleared"
}

fn look(_: &Granted<scope::Read>, of: &TenantId) -> String {
    format!("looked at {of}")
}

#[derive(Deserialize, JsonSchema)]
struct OfTenant {
    tenant: String,
}

/// Clears.
#[mcp_tool(scopes_all = [Scope::Write])]
async fn clear_notes(_: NoArguments, may: Granted<scope::Write>) -> Result<&'static str, Infallible> {
    Ok(clear(&may))
}

/// Looks: whoever may write, may look. By a string, too.
#[mcp_tool(scopes_all = ["notes:write"], tenant_field = "tenant")]
async fn look_at(args: OfTenant, may: Granted<scope::Read>, of: TenantId) -> Result<String, Infallible> {
    assert_eq!(args.tenant, of.as_str());
    Ok(look(&may, &of))
}

/// Looks: each of the choices implies it.
#[mcp_tool(scopes_any = [Scope::Write, Scope::Move], tenant_field = "tenant")]
async fn choose(_: OfTenant, may: Granted<scope::Read>, of: TenantId) -> Result<String, Infallible> {
    Ok(look(&may, &of))
}

/// Takes proofs out of a call, behind the compiler's back.
struct Stolen<P>(P);

impl<P: FromCall> FromCall for Stolen<P> {
    type Needs = P::Needs;

    fn from_call(call: &Call) -> Result<Self, Error> {
        P::from_call(call).map(Self)
    }
}

/// Demands nothing.
#[mcp_tool(authenticated)]
async fn steal_scope(_: NoArguments, may: Stolen<Granted<scope::Write>>) -> Result<&'static str, Infallible> {
    Ok(clear(&may.0))
}

/// Checks no tenant.
#[mcp_tool(scopes_all = [Scope::Read])]
async fn steal_tenant(_: NoArguments, of: Stolen<TenantId>) -> Result<String, Infallible> {
    Ok(of.0.to_string())
}

fn protected(has_catalog: bool) -> Protected {
    const RESOURCE: &str = "https://mcp.example/mcp";
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience(RESOURCE)
        .algorithm(Algorithm::Rs256)
        .build();
    let gate = Gate::builder().resource(RESOURCE).validator(validator.unwrap());
    let (gate, tools) = if has_catalog {
        (gate.scopes::<Scope>(), Toolset::new(()).scopes::<Scope>())
    } else {
        (gate, Toolset::new(()))
    };
    let tools = tools
        .tool(ClearNotesTool)
        .tool(LookAtTool)
        .tool(ChooseTool)
        .tool(StealScopeTool)
        .tool(StealTenantTool);
    gate.build().unwrap().protect(tools).unwrap()
}

async fn call(protected: &Protected, tool: &str, caller: &Caller, tenant: Option<&str>) -> Result<String, Error> {
    let arguments = tenant.map_or(json!({}), |tenant| json!({ "tenant": tenant }));
    let output = protected.call(tool, Some(caller.clone()), arguments).await.unwrap()?;
    match output {
        Output::Text(text) => Ok(text.into_owned()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_tool_that_demands_a_scope_has_its_proof() {
    let writer = toolgate_testing::caller("alice")
        .scopes(["notes:write"])
        .tenant("acme")
        .build();
    // Also behind a gate that was not told what implies what: the tool was compiled with it.
    for protected in [protected(true), protected(false)] {
        assert_eq!(call(&protected, "clear_notes", &writer, None).await.unwrap(), "cleared");
        let looked = call(&protected, "look_at", &writer, Some("acme")).await;
        assert_eq!(looked.unwrap(), "looked at acme");
        let looked = call(&protected, "choose", &writer, Some("acme")).await;
        assert_eq!(looked.unwrap(), "looked at acme");
        let other = call(&protected, "look_at", &writer, Some("other")).await;
        assert!(matches!(other, Err(Error::Denied(Denial::OtherTenant))), "{other:?}");
    }
}

#[tokio::test]
async fn r22_a_proof_is_of_what_was_checked_whoever_asks_for_it() {
    let protected = protected(true);
    let reader = toolgate_testing::caller("bob")
        .scopes(["notes:read"])
        .tenant("acme")
        .build();
    let stolen = call(&protected, "steal_scope", &reader, None).await;
    assert!(
        matches!(stolen, Err(Error::Denied(Denial::MissingScopes { .. }))),
        "{stolen:?}"
    );
    // The caller has a tenant, but nobody has compared it with anything.
    let stolen = call(&protected, "steal_tenant", &reader, None).await;
    assert!(
        matches!(stolen, Err(Error::Denied(Denial::NoTenantNamed))),
        "{stolen:?}"
    );
    // Who holds the scope is one who holds it.
    let writer = toolgate_testing::caller("alice").scopes(["notes:write"]).build();
    assert_eq!(call(&protected, "steal_scope", &writer, None).await.unwrap(), "cleared");
}

#[test]
fn a_test_can_assert_what_a_gate_would_prove() {
    assert_eq!(clear(&Granted::assert()), "cleared");
    assert_eq!(look(&Granted::assert(), &TenantId::assert("acme")), "looked at acme");
    assert_eq!(size_of::<Granted<scope::Write>>(), 0);
}
