//! Methods that demand what implies the demands of their toolset, behind gates whose catalogues say so, and behind others.

use serde_json::json;
use std::convert::Infallible;
use toolgate::{Algorithm, Gate, JwtValidator, Policy, RoleCatalog, ScopeCatalog, ScopeToken, ToolHandler, Toolset};

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

#[derive(RoleCatalog)]
enum Role {
    /// Uses notes.
    #[role("user")]
    User,
    /// Manages notes.
    #[role("manager", implies(User))]
    Manager,
}

mod flat {
    //! The same names, and nothing implied.

    #[derive(toolgate::ScopeCatalog)]
    pub(super) enum FlatScope {
        /// Reads notes.
        #[scope("notes:read")]
        Read,
        /// Writes notes.
        #[scope("notes:write")]
        Write,
        /// Moves notes.
        #[scope("notes:move")]
        Move,
    }

    #[derive(toolgate::RoleCatalog)]
    pub(super) enum FlatRole {
        /// Uses notes.
        #[role("user")]
        User,
        /// Manages notes.
        #[role("manager")]
        Manager,
    }
}

mod alike {
    //! The same names, and the same implied.

    #[derive(toolgate::ScopeCatalog)]
    pub(super) enum OtherScope {
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

    #[derive(toolgate::RoleCatalog)]
    pub(super) enum OtherRole {
        /// Uses notes.
        #[role("user")]
        User,
        /// Manages notes.
        #[role("manager", implies(User))]
        Manager,
    }
}

#[derive(Clone)]
struct Reads;

#[toolgate::toolset(scopes_all = [Scope::Read])]
impl Reads {
    /// Demands a scope that implies it.
    #[mcp_tool(scopes_all = [Scope::Write])]
    async fn scope() -> Result<(), Infallible> {
        Ok(())
    }

    /// Demands a choice of which each implies it.
    #[mcp_tool(scopes_any = [Scope::Write, Scope::Move])]
    async fn each() -> Result<(), Infallible> {
        Ok(())
    }
}

#[derive(Clone)]
struct Chooses;

#[toolgate::toolset(scopes_any = [Scope::Read, "notes:sign"])]
impl Chooses {
    /// Demands a scope that implies one of the choice.
    #[mcp_tool(scopes_all = [Scope::Write])]
    async fn met() -> Result<(), Infallible> {
        Ok(())
    }

    /// Demands a choice of which each implies one of the choice.
    #[mcp_tool(scopes_any = [Scope::Write, Scope::Move])]
    async fn choice() -> Result<(), Infallible> {
        Ok(())
    }
}

#[derive(Clone)]
struct Roles;

#[toolgate::toolset(roles = [Role::User])]
impl Roles {
    /// Demands a role that implies the role.
    #[mcp_tool(roles = [Role::Manager])]
    async fn role() -> Result<(), Infallible> {
        Ok(())
    }

    /// Names the role in other words.
    #[mcp_tool(roles = ["user"], role_catalog = Role)]
    async fn same() -> Result<(), Infallible> {
        Ok(())
    }
}

type GateBuilder = toolgate::GateBuilder<toolgate::plumbing::GivenResource, toolgate::plumbing::GivenValidator>;

fn gate(configure: impl FnOnce(GateBuilder) -> GateBuilder) -> Gate {
    const RESOURCE: &str = "https://mcp.example/mcp";
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience(RESOURCE)
        .algorithm(Algorithm::Rs256)
        .build();
    configure(Gate::builder().resource(RESOURCE).validator(validator.unwrap()))
        .build()
        .unwrap()
}

/// What a gate says of one tool with this policy, if it keeps to no catalogue, or to one of scopes and one of roles.
fn bare(policy: Policy) -> Result<(), String> {
    protect(&gate(|gate| gate), Toolset::new(()).prompt("one", policy))
}

fn kept<S: ScopeCatalog, R: RoleCatalog>(policy: Policy) -> Result<(), String> {
    let tools = Toolset::new(()).prompt("one", policy);
    protect(
        &gate(|gate| gate.scopes::<S>().roles::<R>()),
        tools.scopes::<S>().roles::<R>(),
    )
}

fn protect<S>(gate: &Gate, tools: Toolset<S>) -> Result<(), String> {
    gate.protect(tools).map(drop).map_err(|error| error.to_string())
}

fn policies() -> [(Policy, &'static str, &'static str); 5] {
    let (scopes, roles) = ("scope", "role");
    [
        (ReadsScopeTool::SPEC.policy, "`notes:read`", scopes),
        (ReadsEachTool::SPEC.policy, "`notes:read`", scopes),
        (ChoosesMetTool::SPEC.policy, "`notes:read`, `notes:sign`", scopes),
        (ChoosesChoiceTool::SPEC.policy, "`notes:read`, `notes:sign`", scopes),
        (RolesRoleTool::SPEC.policy, "`user`", roles),
    ]
}

/// Without a catalogue a manager is no user, and a toolset for users is not for them.
#[test]
fn what_a_catalogue_took_for_narrower_is_refused_where_the_gate_does_not_keep_to_it() {
    for (policy, wanted, noun) in policies() {
        let catalog = if noun == "role" { "Role" } else { "Scope" };
        let expected = |kept: &str| {
            format!(
                "would admit callers whom its toolset refuses, which demands {wanted}: that follows by the catalogue of the {noun}s, \
                 and the gate keeps to {kept}\nhelp: add `.{noun}s::<{catalog}>()` to the gate and the toolset"
            )
        };
        let error = bare(policy).unwrap_err();
        assert!(error.ends_with(&expected("none")), "{error}");
        let error = kept::<flat::FlatScope, flat::FlatRole>(policy).unwrap_err();
        assert!(error.ends_with(&expected(&format!("`Flat{catalog}`"))), "{error}");
    }
}

#[test]
fn it_is_taken_where_what_the_gate_keeps_to_says_the_same() {
    for (policy, wanted, _) in policies() {
        assert_eq!(kept::<Scope, Role>(policy), Ok(()), "{wanted}");
        assert_eq!(kept::<alike::OtherScope, alike::OtherRole>(policy), Ok(()), "{wanted}");
    }
    // What needs no catalogue to be as narrow needs none of the gate.
    assert_eq!(bare(RolesSameTool::SPEC.policy), Ok(()));
}

/// A tool is judged as what else is under policies.
#[test]
fn a_tool_is_refused_as_well_and_named() {
    let error = protect(&gate(|gate| gate), Toolset::new(Roles).tools::<Roles>()).unwrap_err();
    assert!(
        error.starts_with("`role` (") && error.contains("narrowed.rs:"),
        "{error}"
    );
    let tools = Toolset::new(Roles).roles::<Role>().tools::<Roles>();
    assert_eq!(protect(&gate(GateBuilder::roles::<Role>), tools), Ok(()));
}

/// It decides nothing at a call, and records of years refer to fingerprints.
#[test]
fn what_a_toolset_demands_besides_is_in_no_document() {
    let policy = ReadsScopeTool::SPEC.policy;
    let plain = Policy::AUTHENTICATED.scopes_all(const { &[ScopeToken::from_static("notes:write")] });
    assert_eq!(policy.fingerprint(), plain.fingerprint());
    assert_eq!(json!(policy), json!(plain));
}
