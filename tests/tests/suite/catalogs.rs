//! Tools that do not keep to the catalogues of their gate, and callers that are handed to other gates.

use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use toolgate::docs::ScopeDocument;
use toolgate::{
    Algorithm, Caller, ConfigError, Gate, JwtValidator, NoArguments, Output, Policy, Protected, RoleCatalog,
    ScopeCatalog, ScopeToken, State, ToolHandler, Toolset, mcp_tool,
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
    /// Exports notes.
    #[scope("notes:export")]
    Export,
    /// Does everything with notes.
    #[scope("notes:admin", implies(Write))]
    Admin,
}

/// The same names, and nothing implied.
#[derive(ScopeCatalog)]
enum Flat {
    /// Reads notes.
    #[scope("notes:read")]
    Read,
    /// Does everything with notes.
    #[scope("notes:admin")]
    Admin,
}

#[derive(RoleCatalog)]
enum Role {
    /// Manages.
    #[role("manager")]
    Manager,
    /// Administers.
    #[role("admin", implies(Manager))]
    Admin,
}

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

type GateBuilder = toolgate::GateBuilder<toolgate::plumbing::GivenResource, toolgate::plumbing::GivenValidator>;

fn refused(toolset: Toolset) -> String {
    let gate = gate(|gate| gate.scopes::<Scope>().roles::<Role>());
    let toolset = toolset.scopes::<Scope>().roles::<Role>();
    gate.protect(toolset).unwrap_err().to_string()
}

/// Reads.
#[mcp_tool(scopes_all = ["notes:read"])]
async fn read(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

mod unseen {
    //! What the macro cannot see: strings without `catalog`, and variants of an enum that has another name here.

    use super::{Flat, Infallible, NoArguments, Scope, mcp_tool};

    type Other = Scope;

    /// Does something.
    #[mcp_tool(scopes_all = ["notes:raed"])]
    pub(super) async fn unknown(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(scopes_any = ["notes:read", "notes:list"])]
    pub(super) async fn unknown_any(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(roles = ["mangaer"])]
    pub(super) async fn unknown_role(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(scopes_all = ["notes:read", "notes:admin"])]
    pub(super) async fn all(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(scopes_any = [Other::Write, Other::Admin])]
    pub(super) async fn any(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(roles = ["admin", "manager"])]
    pub(super) async fn role(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(scopes_all = ["notes:write"], scopes_any = ["notes:read", "notes:export"])]
    pub(super) async fn choice(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(scopes_all = ["notes:read"], scopes_any = ["notes:write", "notes:move"])]
    pub(super) async fn every(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(scopes_all = [Other::Write, "notes:write"])]
    pub(super) async fn twice(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(allow = any(all(scope("notes:read"), scope("notes:admin")), role("manager")))]
    pub(super) async fn rule_all(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(allow = any(scope("notes:export"), role("manager"), role("admin")))]
    pub(super) async fn rule_any(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Every part counts.
    #[mcp_tool(allow = any(all(scope("notes:write"), scope("notes:export")), all(scope("notes:read"), role("manager"))))]
    pub(super) async fn rule(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    #[derive(Clone)]
    pub(super) struct Notes;

    /// The macro sees no catalogue.
    #[toolgate::toolset(scopes_all = ["notes:read"])]
    impl Notes {
        /// Demands more.
        #[mcp_tool(scopes_all = ["notes:write"])]
        pub(super) async fn write() -> Result<(), Infallible> {
            Ok(())
        }
    }

    /// Does something.
    #[mcp_tool(scopes_all = [Flat::Admin])]
    pub(super) async fn other_catalog(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }
}

#[test]
fn a_tool_that_does_not_keep_to_the_catalogue_is_refused() {
    use unseen::{
        AllTool, AnyTool, ChoiceTool, EveryTool, NotesWriteTool, RoleTool, RuleAllTool, RuleAnyTool, TwiceTool,
        UnknownAnyTool, UnknownRoleTool, UnknownTool,
    };
    let tools = || Toolset::new(()).tool(ReadTool);
    for (tools, tool, what, help) in [
        (
            tools().tool(UnknownTool),
            "unknown",
            "demands the scope `notes:raed`, which is not in the catalogue `Scope`",
            "write one of `notes:admin`, `notes:export`, `notes:move`, `notes:read`, `notes:write`, or add a variant to `Scope`",
        ),
        (
            tools().tool(UnknownAnyTool),
            "unknown_any",
            "demands the scope `notes:list`, which is not in the catalogue `Scope`",
            "write one of ",
        ),
        (
            tools().tool(UnknownRoleTool),
            "unknown_role",
            "demands the role `mangaer`, which is not in the catalogue `Role`",
            "write one of `admin`, `manager`, or add a variant to `Role`",
        ),
        (
            tools().tool(AllTool),
            "all",
            "demands `notes:read` besides `notes:admin`, which implies it",
            "remove `notes:read` from `scopes_all`",
        ),
        (
            tools().tool(AnyTool),
            "any",
            "takes `notes:admin` for `notes:write`, which it implies anyway",
            "remove `notes:admin` from `scopes_any`",
        ),
        (
            tools().tool(RoleTool),
            "role",
            "takes `admin` for `manager`, which it implies anyway",
            "remove `admin` from `roles`",
        ),
        (
            tools().tool(ChoiceTool),
            "choice",
            "demands `notes:write`, so that `notes:read` leaves no choice in `scopes_any`",
            "remove `scopes_any`, or make it a choice of what callers may lack",
        ),
        (
            tools().tool(EveryTool),
            "every",
            "demands `notes:read`, which every scope of its `scopes_any` implies",
            "remove `notes:read` from `scopes_all`",
        ),
        (
            tools().tool(NotesWriteTool),
            "write",
            "demands `notes:read` besides `notes:write`, which implies it",
            "remove `notes:read` from `scopes_all`; if that is the toolset's, write `catalog = Scope` there",
        ),
        (
            tools().tool(RuleAllTool),
            "rule_all",
            "has the scope `notes:read` in `allow`, which changes nothing: the hierarchy decides the same without it",
            "remove it",
        ),
        (
            tools().tool(RuleAnyTool),
            "rule_any",
            "has the role `admin` in `allow`, which changes nothing: the hierarchy decides the same without it",
            "remove it",
        ),
        (
            tools().tool(TwiceTool),
            "twice",
            "lists `notes:write` twice in `scopes_all`",
            "remove one of them: a string and a variant of a catalogue may be the same",
        ),
    ] {
        let error = refused(tools);
        let (place, rest) = error.split_once(") ").unwrap();
        assert!(
            place.starts_with(&format!("`{tool}` (")) && place.contains("catalogs.rs:"),
            "{error}"
        );
        assert!(rest.starts_with(&format!("{what}\nhelp: {help}")), "{error}");
    }
    assert!(
        gate(|gate| gate)
            .protect(tools().tool(UnknownTool).tool(AllTool))
            .is_ok()
    );
}

/// A policy that is given at run time is judged as well.
#[test]
fn a_rule_of_which_every_part_counts_is_fine() {
    let gate = gate(|gate| gate.scopes::<Scope>().roles::<Role>());
    let tools = Toolset::new(()).scopes::<Scope>().roles::<Role>();
    gate.protect(tools.tool(unseen::RuleTool)).unwrap();
}

#[derive(Clone)]
struct Notes;

/// What its tools demand besides is more, where a catalogue says so.
#[toolgate::toolset(scopes_all = [Scope::Read, Scope::Export])]
impl Notes {
    /// Writes.
    #[mcp_tool(scopes_all = [Scope::Write])]
    async fn change() -> Result<(), Infallible> {
        Ok(())
    }

    /// Changes or moves.
    #[mcp_tool(scopes_any = [Scope::Write, Scope::Move])]
    async fn either() -> Result<(), Infallible> {
        Ok(())
    }

    /// Demands no more.
    #[mcp_tool]
    async fn plain() -> Result<(), Infallible> {
        Ok(())
    }
}

#[derive(Clone)]
struct Choice;

#[toolgate::toolset(scopes_any = ["notes:export", "notes:write"], catalog = Scope)]
impl Choice {
    /// Meets the choice by more.
    #[mcp_tool(scopes_all = ["notes:admin"])]
    async fn met() -> Result<(), Infallible> {
        Ok(())
    }

    /// Demands what the choice has nothing to do with.
    #[mcp_tool(scopes_all = ["notes:move"])]
    async fn besides() -> Result<(), Infallible> {
        Ok(())
    }
}

/// And what follows from that is left out: nobody is asked to get it.
#[test]
fn a_method_can_demand_what_implies_what_its_toolset_demands() {
    fn of<T: ToolHandler>(_: T) -> [Vec<&'static str>; 2] {
        let policy = T::SPEC.policy;
        [policy.demanded_scopes_all(), policy.demanded_scopes_any()]
            .map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect())
    }
    assert_eq!(of(NotesChangeTool), [vec!["notes:export", "notes:write"], vec![]]);
    assert_eq!(
        of(NotesEitherTool),
        [vec!["notes:export"], vec!["notes:write", "notes:move"]]
    );
    assert_eq!(of(NotesPlainTool), [vec!["notes:read", "notes:export"], vec![]]);
    assert_eq!(of(ChoiceMetTool), [vec!["notes:admin"], vec![]]);
    assert_eq!(
        of(ChoiceBesidesTool),
        [vec!["notes:move"], vec!["notes:export", "notes:write"]]
    );
    let gate = gate(GateBuilder::scopes::<Scope>);
    let tools = Toolset::new(Notes).scopes::<Scope>().tools::<Notes>();
    gate.protect(tools).unwrap();
}

#[test]
fn a_policy_of_no_macro_is_judged_too() {
    struct Own;

    impl ToolHandler for Own {
        type Args = NoArguments;
        type Needs = ();
        const SPEC: toolgate::tool::ToolSpec = toolgate::tool::ToolSpec {
            policy: Policy::AUTHENTICATED.scopes_all(&[ScopeToken::from_static("elsewhere")]),
            name: "own",
            ..ReadTool::SPEC
        };
        fn output_schema() -> Option<schemars::Schema> {
            None
        }
        async fn run(_: toolgate::plumbing::Call, _: NoArguments) -> Result<Output, toolgate::Error> {
            Ok(Output::Empty)
        }
    }

    assert!(refused(Toolset::new(()).tool(Own)).contains("`elsewhere`, which is not in the catalogue `Scope`"));
    for entry in [
        Toolset::new(()).prompt("sum_up", Own::SPEC.policy),
        Toolset::new(()).resource("notes://all", Own::SPEC.policy),
        Toolset::new(()).resource_template("notes://{id}", Own::SPEC.policy),
    ] {
        assert!(refused(entry).contains("`elsewhere`, which is not in the catalogue `Scope`"));
    }
}

#[test]
fn a_toolset_keeps_to_a_catalogue_that_its_gate_has_to_have() {
    let tools = || Toolset::new(()).tool(ReadTool).scopes::<Scope>();
    let text = |protected: Result<Protected, ConfigError>| protected.unwrap_err().to_string();
    assert_eq!(
        text(gate(|gate| gate).protect(tools())),
        "the toolset keeps to the catalogue `Scope` of scopes, and the gate to none\n\
         help: add `.scopes::<Scope>()` to the gate, so that what its scopes imply counts"
    );
    assert!(text(gate(GateBuilder::scopes::<Flat>).protect(tools())).contains("and the gate to `Flat`"));
    assert!(text(gate(GateBuilder::scopes::<Scope>).protect(tools().roles::<Role>())).contains("`.roles::<Role>()`"));
    assert!(
        gate(|gate| gate.scopes::<Scope>().roles::<Role>())
            .protect(tools().roles::<Role>())
            .is_ok()
    );
    // Two catalogues with the same names are two.
    let other = Toolset::new(()).tool(unseen::OtherCatalogTool).scopes::<Flat>();
    assert!(text(gate(GateBuilder::scopes::<Scope>).protect(other)).contains("`Flat`"));
}

/// Else the gate would count what stands in no document of the tools, and a wider hierarchy would be no change of their lock.
#[test]
fn a_gate_has_a_catalogue_that_its_toolset_has_to_know() {
    let text = |protected: Result<Protected, ConfigError>| protected.unwrap_err().to_string();
    let tools = || Toolset::new(()).tool(ReadTool);
    assert_eq!(
        text(gate(GateBuilder::scopes::<Scope>).protect(tools())),
        "the gate keeps to the catalogue `Scope` of scopes, and the toolset to none\n\
         help: add `.scopes::<Scope>()` to the toolset, so that its scope document says what its scopes imply"
    );
    let gate = gate(|gate| gate.scopes::<Scope>().roles::<Role>());
    assert!(text(gate.protect(tools().scopes::<Scope>())).contains("add `.roles::<Role>()` to the toolset"));
    // What is protected counts what the document of the tools says, and nothing else.
    let tools = || tools().scopes::<Scope>().roles::<Role>();
    let protected = gate.protect(tools()).unwrap();
    assert_eq!(protected.scope_document(), ScopeDocument::new(&tools()));
}

/// Manages, and writes.
#[mcp_tool(scopes_all = [Scope::Write], roles = [Role::Manager])]
async fn manage(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

#[derive(ScopeCatalog)]
enum Marked {
    /// Reads | lists notes,
    /// all of them.
    #[scope("notes:read", baseline)]
    Read,
    /// Writes notes.
    #[scope("notes:write", implies(Read))]
    Write,
    /// Does everything.
    #[scope("notes:admin", implies(Write), sensitive, admin_consent)]
    Admin,
}

#[test]
fn the_scope_document_describes_the_catalogue_that_a_toolset_keeps_to() {
    let tools = Toolset::new(()).tool(ReadTool).tool(ManageTool);
    let plain = ScopeDocument::new(&tools).to_json();
    assert!(
        !plain.contains("\"catalogs\":") && !plain.contains("implies"),
        "{plain}"
    );
    let document = ScopeDocument::new(&tools.scopes::<Marked>().roles::<Role>());
    let json: Value = serde_json::from_str(&document.to_json()).unwrap();
    assert_eq!(
        json["scopes"],
        json!([
            {
                "scope": "notes:read", "description": "Reads | lists notes,\nall of them.", "declared": true,
                "implied_by": ["notes:admin", "notes:write"], "baseline": true, "tools": ["read"],
            },
            {
                "scope": "notes:write", "description": "Writes notes.", "declared": true, "implies": ["notes:read"],
                "implied_by": ["notes:admin"], "baseline": false, "tools": ["manage"],
            },
            {
                "scope": "notes:admin", "description": "Does everything.", "declared": true,
                "implies": ["notes:read", "notes:write"], "baseline": false, "sensitive": true, "admin_consent": true,
                "tools": [],
            },
        ])
    );
    assert_eq!(
        json["roles"],
        json!([
            {"role": "manager", "description": "Manages.", "declared": true, "implied_by": ["admin"], "tools": ["manage"]},
            {"role": "admin", "description": "Administers.", "declared": true, "implies": ["manager"], "tools": []},
        ])
    );
    let markdown = document.to_markdown();
    for row in [
        "| Scope | What for | Implies | Notes | Asked about by |\n| --- | --- | --- | --- | --- |\n",
        "| `notes:read` | Reads \\| lists notes, all of them. |  | asked for at first | `read` |\n",
        "| `notes:write` | Writes notes. | `notes:read` | asked for when needed | `manage` |\n",
        "| `notes:admin` | Does everything. | `notes:read`, `notes:write` | asked for when needed, sensitive, granted by administrators only | none |\n",
        "| Role | Who | Implies | Asked about by |\n| --- | --- | --- | --- |\n| `manager` | Manages. |  | `manage` |\n",
    ] {
        assert!(markdown.contains(row), "{row}\n{markdown}");
    }
}

/// Tells what the caller holds.
#[mcp_tool(authenticated)]
async fn held(_: NoArguments, caller: Caller) -> Result<String, Infallible> {
    Ok(format!(
        "{} {:?}",
        caller.has_scope("notes:read"),
        caller.scopes().collect::<Vec<_>>()
    ))
}

/// Whatever way the tool is called.
async fn held_behind(gate: &Gate, tools: Toolset, caller: &Caller) -> String {
    let protected = gate.protect(tools.tool(HeldTool)).unwrap();
    let output = protected
        .call("held", Some(caller.clone()), json!({}))
        .await
        .unwrap()
        .unwrap();
    let anew = protected
        .call_fresh("held", caller.clone(), json!({}))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(output, anew);
    match output {
        Output::Text(text) => text.into_owned(),
        other => panic!("{other:?}"),
    }
}

type Kept = Arc<Mutex<Option<Caller>>>;

/// Keeps who calls, and tells what that is.
#[mcp_tool(public)]
async fn keep(_: NoArguments, caller: Option<Caller>, kept: State<Kept>) -> Result<String, Infallible> {
    let reads = caller.as_ref().map(|caller| caller.has_scope("notes:read"));
    *kept.0.lock().unwrap() = caller;
    Ok(format!("{reads:?}"))
}

/// A gate that knows no callers has no catalogue either.
#[tokio::test]
async fn mcp_45_what_one_gate_says_of_a_caller_another_does_not_believe() {
    let kept = Kept::default();
    let tools = || Toolset::new(Arc::clone(&kept)).tool(KeepTool);
    let keeps = async |gate: Gate, tools: Toolset<Kept>, caller| {
        let protected = gate.protect(tools).unwrap();
        protected.call("keep", Some(caller), json!({})).await.unwrap().unwrap()
    };
    let alice = toolgate_testing::caller("alice").scopes(["notes:admin"]).build();
    let wide = keeps(gate(GateBuilder::scopes::<Scope>), tools().scopes::<Scope>(), alice).await;
    assert_eq!(wide, Output::Text("Some(true)".into()));
    let alice = kept.lock().unwrap().take().unwrap();
    assert!(alice.has_scope("notes:read"));
    let none = keeps(Gate::public_only().unwrap(), tools(), alice).await;
    assert_eq!(none, Output::Text("Some(false)".into()));
}

/// An asserted caller, and one that comes from another gate, holds what this gate's catalogue says, and no more.
#[tokio::test]
async fn mcp_45_a_caller_holds_what_the_gate_says_that_it_calls_at() {
    let wide = gate(GateBuilder::scopes::<Scope>);
    let flat = gate(GateBuilder::scopes::<Flat>);
    let none = gate(|gate| gate);
    let alice = toolgate_testing::caller("alice").scopes(["notes:admin"]).build();
    assert!(!alice.has_scope("notes:read"));
    let tools = || Toolset::new(());
    for _ in 0..2 {
        assert_eq!(
            held_behind(&wide, tools().scopes::<Scope>(), &alice).await,
            r#"true ["notes:admin", "notes:read", "notes:write"]"#
        );
        assert_eq!(
            held_behind(&flat, tools().scopes::<Flat>(), &alice).await,
            r#"false ["notes:admin"]"#
        );
        assert_eq!(held_behind(&none, tools(), &alice).await, r#"false ["notes:admin"]"#);
    }
    drop((
        manage(NoArguments {}),
        read(NoArguments {}),
        Scope::Move,
        Role::Manager,
        Flat::Read,
        Scope::Admin,
        Role::Admin,
        (Marked::Read, Marked::Write, Marked::Admin),
    ));
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Inbox {
    owner: String,
    tenant: String,
}

/// Reads an inbox. Whoever has the scope need not be the owner: it implies the one that excuses.
#[mcp_tool(
    scopes_all = ["notes:admin"],
    owner_field = "owner",
    owner_unless = ["notes:write"],
    tenant_field = "tenant"
)]
async fn excused_by_all(args: Inbox) -> Result<String, Infallible> {
    Ok(args.owner + &args.tenant)
}

/// Reads an inbox.
#[mcp_tool(
    scopes_any = ["notes:write", "notes:move"],
    owner_field = "owner",
    owner_unless = ["notes:read"],
    tenant_field = "tenant"
)]
async fn excused_by_any(args: Inbox) -> Result<String, Infallible> {
    Ok(args.owner + &args.tenant)
}

/// Reads an inbox.
#[mcp_tool(
    allow = any(all(scope("notes:write"), role("manager")), scope("notes:move")),
    owner_field = "owner",
    owner_unless = ["notes:read"],
    tenant_field = "tenant"
)]
async fn excused_by_rule(args: Inbox) -> Result<String, Infallible> {
    Ok(args.owner + &args.tenant)
}

/// Reads an inbox: who exports has to be the owner.
#[mcp_tool(
    scopes_any = ["notes:move", "notes:export"],
    owner_field = "owner",
    owner_unless = ["notes:read"],
    tenant_field = "tenant"
)]
async fn not_excused(args: Inbox) -> Result<String, Infallible> {
    Ok(args.owner + &args.tenant)
}

#[test]
fn where_an_owner_is_demanded_somebody_has_to_be_it() {
    for toolset in [
        Toolset::new(()).tool(ExcusedByAllTool),
        Toolset::new(()).tool(ExcusedByAnyTool),
        Toolset::new(()).tool(ExcusedByRuleTool),
    ] {
        let error = refused(toolset);
        assert!(
            error.contains("excuses everyone whom it admits from being the owner"),
            "{error}"
        );
    }
    let gate = gate(|gate| gate.scopes::<Scope>().roles::<Role>());
    let tools = Toolset::new(()).scopes::<Scope>().roles::<Role>();
    assert!(gate.protect(tools.tool(NotExcusedTool)).is_ok());
}
