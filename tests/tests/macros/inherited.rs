//! That each demand of a toolset is one of each of its tools, and of those that demand something besides.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use toolgate::{Caller, Decision, ScopeCatalog, ToolHandler, Toolset, toolset};

#[derive(Deserialize, JsonSchema)]
struct Note {
    tenant: String,
    owner: String,
}

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("notes:read")]
    Read,
}

fn policy<T: ToolHandler>(_: T) -> Value {
    serde_json::to_value(T::SPEC.policy).unwrap()
}

/// Demands whatever can be demanded of all tools but for what `Ruled` does.
#[derive(Clone)]
struct Strict;

#[toolset(
    scopes_all = [Scope::Read],
    acr = ["strong", "stronger"],
    max_age = "15min",
    tenant_field = "tenant",
    owner_field = "owner",
    owner_unless = ["notes:support"],
    check = Self::may,
    rate_limit = "30/min",
    fresh,
)]
impl Strict {
    /// Demands nothing itself.
    #[mcp_tool]
    async fn plain(&self, note: Note) -> Result<String, Infallible> {
        Ok(format!("{}:{}", note.tenant, note.owner))
    }

    /// Demands more, and a part of a choice.
    #[mcp_tool(roles = ["editor"], acr = ["stronger"])]
    async fn more(&self, note: Note) -> Result<String, Infallible> {
        Ok(format!("{}:{}", note.tenant, note.owner))
    }

    #[expect(clippy::unused_async, reason = "a check is async")]
    async fn may(&self, _: &Caller, note: &Note) -> Result<Decision, Infallible> {
        assert!(!note.owner.is_empty());
        Ok(Decision::Allow)
    }
}

#[test]
fn every_demand_of_a_toolset_is_one_of_each_tool() {
    let all = json!({
        "posture": "callers",
        "scopes_all": ["notes:read"],
        "scopes_any": [],
        "roles": [],
        "login": {"acr": ["strong", "stronger"], "max_age": 900},
        "owner": {"field": "owner", "unless": ["notes:support"]},
        "tenant": {"field": "tenant"},
        "check": "Strict::may",
        "fresh": true,
        "rate_limit": policy(StrictPlainTool)["rate_limit"],
    });
    assert_eq!(policy(StrictPlainTool), all);
    assert_eq!(
        StrictPlainTool::SPEC.policy.rate_limited().unwrap().to_string(),
        "30/min"
    );
    let mut more = all;
    more["roles"] = json!(["editor"]);
    more["login"]["acr"] = json!(["stronger"]);
    assert_eq!(policy(StrictMoreTool), more);
    drop(Toolset::new(Strict).tools::<Strict>());
}

/// Has a rule in place of lists, and says of which catalogue strings are.
#[derive(Clone)]
struct Ruled;

#[toolset(allow = any(scope("notes:read"), role("editor")), catalog = Scope)]
impl Ruled {
    /// Demands nothing itself.
    #[mcp_tool]
    async fn plain(&self) -> Result<(), Infallible> {
        Ok(())
    }

    /// Demands a login besides.
    #[mcp_tool(acr = ["strong"])]
    async fn more(&self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[test]
fn a_rule_of_a_toolset_is_one_of_each_tool() {
    let rule = json!({"any": [{"scope": "notes:read"}, {"role": "editor"}]});
    for policy in [policy(RuledPlainTool), policy(RuledMoreTool)] {
        assert_eq!(policy["allow"], rule);
    }
    assert_eq!(policy(RuledMoreTool)["login"]["acr"], json!(["strong"]));
    drop(Toolset::new(Ruled).tools::<Ruled>());
}
