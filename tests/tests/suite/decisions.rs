//! The gate against a naive decision that was written apart from it.

mod combined;
mod logins;
mod rules;

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::convert::Infallible;
use toolgate::plumbing::Call;
use toolgate::policy::TenantDemand;
use toolgate::tool::{Hints, Location, ToolSpec};
use toolgate::{
    Caller, Decision, Denial, Error, NoArguments, Output, Policy, ScopeToken, State, ToolHandler, Toolset, mcp_tool,
};

const SCOPES: [&str; 4] = ["a", "b", "ab", "A"];
const ROLES: [&str; 3] = ["r", "s", "R"];

/// What a policy and a caller are made of, in the plainest form.
#[derive(Clone, Debug)]
struct Case {
    public: bool,
    all: BTreeSet<&'static str>,
    any: BTreeSet<&'static str>,
    roles: BTreeSet<&'static str>,
    shadow: bool,
    caller: Option<(BTreeSet<&'static str>, BTreeSet<&'static str>)>,
}

fn cases() -> impl Strategy<Value = Case> {
    let scopes = || prop::sample::subsequence(&SCOPES[..], 0..=SCOPES.len()).prop_map(BTreeSet::from_iter);
    let roles = || prop::sample::subsequence(&ROLES[..], 0..=ROLES.len()).prop_map(BTreeSet::from_iter);
    let caller = prop::option::weighted(0.9, (scopes(), roles()));
    let flags = (prop::bool::weighted(0.1), prop::bool::weighted(0.3));
    (flags, scopes(), scopes(), roles(), caller).prop_map(|((public, shadow), all, any, roles, caller)| {
        let demands = !(all.is_empty() && any.is_empty() && roles.is_empty());
        Case {
            public,
            all,
            any,
            roles,
            shadow: shadow && demands,
            caller,
        }
    })
}

/// The decision as one would explain it.
#[derive(Debug, Eq, PartialEq)]
enum Naive {
    Allowed,
    WouldBeDenied,
    Denied,
}

fn naive(case: &Case) -> Naive {
    // A demand takes the openness away, it is not ignored.
    let demands = !(case.all.is_empty() && case.any.is_empty() && case.roles.is_empty());
    if case.public && !demands {
        return Naive::Allowed;
    }
    let Some((scopes, roles)) = &case.caller else {
        return Naive::Denied;
    };
    let all = case.all.is_subset(scopes);
    let any = case.any.is_empty() || !case.any.is_disjoint(scopes);
    let role = case.roles.is_empty() || !case.roles.is_disjoint(roles);
    match (all && any && role, case.shadow) {
        (true, _) => Naive::Allowed,
        (false, true) => Naive::WouldBeDenied,
        (false, false) => Naive::Denied,
    }
}

fn policy(case: &Case) -> Policy {
    // Policies are constants; a test may leak a few.
    let scopes = |names: &BTreeSet<&'static str>| {
        &*names
            .iter()
            .map(|name| ScopeToken::from_static(name))
            .collect::<Vec<_>>()
            .leak()
    };
    let mut policy = if case.public {
        Policy::PUBLIC
    } else {
        Policy::AUTHENTICATED
    };
    if !case.all.is_empty() {
        policy = policy.scopes_all(scopes(&case.all));
    }
    if !case.any.is_empty() {
        policy = policy.scopes_any(scopes(&case.any));
    }
    if !case.roles.is_empty() {
        policy = policy.roles(case.roles.iter().copied().collect::<Vec<_>>().leak());
    }
    if case.shadow {
        policy = policy.shadow();
    }
    policy
}

fn caller(case: &Case) -> Option<Caller> {
    let (scopes, roles) = case.caller.as_ref()?;
    let caller = toolgate_testing::caller("x")
        .scopes(scopes.iter().copied())
        .roles(roles.iter().copied());
    Some(caller.build())
}

proptest! {
    #[test]
    fn a_policy_decides_as_the_naive_reading_does(case in cases()) {
        let decision = policy(&case).admit(caller(&case).as_ref());
        let lets_through = decision.clone().into_result().is_ok();
        let decided = match decision {
            Decision::Allow => Naive::Allowed,
            Decision::WouldDeny(_) => Naive::WouldBeDenied,
            Decision::Deny(_) => Naive::Denied,
        };
        prop_assert_eq!(lets_through, decided != Naive::Denied);
        prop_assert_eq!(decided, naive(&case));
    }

    #[test]
    fn more_rights_never_turn_an_allow_into_a_deny(case in cases(), scope in prop::sample::select(&SCOPES[..]), role in prop::sample::select(&ROLES[..])) {
        let mut more = case.clone();
        if let Some((scopes, roles)) = &mut more.caller {
            scopes.insert(scope);
            roles.insert(role);
        }
        let policy = policy(&case);
        if policy.admit(caller(&case).as_ref()) == Decision::Allow {
            prop_assert_eq!(policy.admit(caller(&more).as_ref()), Decision::Allow);
        }
    }

    /// Else clients have their users log in for nothing.
    #[test]
    fn a_scope_is_named_only_to_those_whom_scopes_let_in(case in cases()) {
        let policy = policy(&case);
        let with = |scopes| caller(&Case { caller: case.caller.clone().map(|(_, roles)| (scopes, roles)), ..case.clone() });
        match policy.admit(caller(&case).as_ref()) {
            Decision::Deny(Denial::MissingScopes { required, .. }) => {
                let required = required.iter().map(|scope| scope.as_str()).collect();
                prop_assert_eq!(policy.admit(with(required).as_ref()), Decision::Allow);
            }
            Decision::Deny(Denial::MissingRole(_)) => {
                prop_assert!(policy.admit(with(BTreeSet::from(SCOPES)).as_ref()) != Decision::Allow);
            }
            _ => {}
        }
    }

    #[test]
    fn mcp_43_with_the_scopes_of_the_challenge_no_scope_is_missing(case in cases()) {
        let policy = policy(&case);
        let scopes: Vec<_> = policy.challenge_scopes().iter().map(|scope| scope.as_str()).collect();
        let caller = toolgate_testing::caller("x").scopes(scopes).build();
        let decision = policy.admit(Some(&caller));
        prop_assert!(!matches!(decision, Decision::Deny(Denial::MissingScopes { .. })), "{decision:?}");
    }

    #[test]
    fn the_tenant_is_decided_as_the_naive_reading_does(
        own in prop::option::of("[ab]{1,2}"),
        named in prop::collection::vec("[ab]{1,2}", 0..4),
        found in prop::collection::vec(prop::option::of("[ab]{1,2}"), 0..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let allowed = |tool: &'static str, items: serde_json::Value| {
            let mut caller = toolgate_testing::caller("x");
            if let Some(own) = &own {
                caller = caller.tenant(own);
            }
            let protected = protected();
            let call = protected.call(tool, Some(caller.build()), json!({"items": items}));
            runtime.block_on(call).unwrap().is_ok()
        };
        let direct: Vec<_> = named.iter().map(|tenant| json!({"tenant": tenant})).collect();
        let expected = own.is_some() && !named.is_empty() && named.iter().all(|tenant| Some(tenant) == own.as_ref());
        prop_assert_eq!(allowed("direct", json!(direct)), expected);

        let ids: Vec<_> = found.iter().map(|tenant| json!({"tenant": tenant.as_deref().unwrap_or("none")})).collect();
        let expected = own.is_some() && !found.is_empty() && found.iter().all(|tenant| tenant.is_some() && *tenant == own);
        prop_assert_eq!(allowed("looked_up", json!(ids)), expected);
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Items {
    items: Vec<Item>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Item {
    tenant: String,
}

/// Every element names a tenant.
#[mcp_tool(tenant_field = "items[*].tenant")]
async fn direct(args: Items) -> Result<(), Infallible> {
    drop(args);
    Ok(())
}

/// Every element names something with a tenant.
#[mcp_tool(tenant_field = "items[*].tenant", tenant_of = Store::tenant_of)]
async fn looked_up(args: Items, _: State<Store>) -> Result<(), Infallible> {
    drop(args);
    Ok(())
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Groups {
    groups: Vec<Items>,
}

/// Every element of every list names a tenant.
#[mcp_tool(tenant_field = "groups[*].items[*].tenant")]
async fn nested(args: Groups) -> Result<(), Infallible> {
    drop(args);
    Ok(())
}

/// Every element of every list names something with a tenant.
#[mcp_tool(tenant_field = "groups[*].items[*].tenant", tenant_of = Store::tenant_of)]
async fn nested_looked_up(args: Groups, _: State<Store>) -> Result<(), Infallible> {
    drop(args);
    Ok(())
}

/// To many a store, an empty list of ids means all there are.
#[tokio::test]
async fn an_empty_list_does_not_hide_behind_its_neighbours() {
    let protected = protected();
    let own = || json!({"items": [{"tenant": "acme"}]});
    let empty = || json!({"items": []});
    for (groups, allowed) in [
        (json!([own()]), true),
        (json!([own(), own()]), true),
        (json!([]), false),
        (json!([empty()]), false),
        (json!([own(), empty()]), false),
        (json!([empty(), own()]), false),
        (json!([own(), empty(), own()]), false),
    ] {
        for tool in ["nested", "nested_looked_up"] {
            let caller = toolgate_testing::caller("alice").tenant("acme").build();
            let call = protected.call(tool, Some(caller), json!({"groups": groups}));
            assert_eq!(call.await.unwrap().is_ok(), allowed, "{tool} {groups}");
        }
    }
}

/// Written by hand: demands a tenant, and does not say how to find it.
struct Forgetful;

impl ToolHandler for Forgetful {
    type Args = NoArguments;
    type Needs = ();
    const SPEC: ToolSpec = ToolSpec {
        name: "forgetful",
        title: None,
        description: "",
        hints: Hints {
            read_only: None,
            destructive: None,
            idempotent: None,
            open_world: None,
        },
        policy: Policy::PUBLIC.tenant(TenantDemand {
            field: "id",
            lookup: None,
        }),
        audit_fields: &[],
        location: Location { file: "", line: 0 },
    };

    fn output_schema() -> Option<schemars::Schema> {
        None
    }

    async fn run(_: Call, _: NoArguments) -> Result<Output, Error> {
        Ok(Output::Empty)
    }
}

#[tokio::test]
async fn r22_a_tenant_that_was_demanded_and_not_looked_for_is_a_denial() {
    let caller = toolgate_testing::caller("alice").tenant("acme").build();
    for (caller, expected) in [(None, Denial::Unauthenticated), (Some(caller), Denial::NoTenantNamed)] {
        let result = protected().call("forgetful", caller, json!({})).await.unwrap();
        assert!(
            matches!(&result, Err(Error::Denied(denial)) if *denial == expected),
            "{result:?}"
        );
    }
}

#[derive(Clone)]
struct Store;

impl Store {
    async fn tenant_of(&self, id: &str) -> Result<Option<String>, Infallible> {
        Ok((id != "none").then(|| id.to_owned()))
    }
}

fn protected() -> toolgate::Protected {
    let validator = toolgate::JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("https://mcp.example")
        .algorithm(toolgate::Algorithm::Rs256)
        .build()
        .unwrap();
    let gate = toolgate::Gate::builder()
        .resource("https://mcp.example")
        .validator(validator)
        .build()
        .unwrap();
    let tools = Toolset::new(Store)
        .tool(DirectTool)
        .tool(LookedUpTool)
        .tool(NestedTool)
        .tool(NestedLookedUpTool)
        .tool(Forgetful);
    gate.protect(tools).unwrap()
}

#[test]
fn r22_a_tool_whose_declaration_did_not_compile_admits_no_one() {
    let root = toolgate_testing::caller("root").scopes(SCOPES).roles(ROLES).build();
    for caller in [None, Some(&root)] {
        assert_eq!(Policy::NOBODY.admit(caller), Decision::Deny(Denial::Nobody));
    }
}
