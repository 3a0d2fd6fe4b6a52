//! What is found, and what only looks like it.

use super::LintRule;
use crate::docs::{RoleDescription, ScopeDescription, ScopeDocument, ToolEntry};
use crate::toolset::Toolset;
use serde_json::{Value, json};

/// A tool that changes something, with these demands.
fn tool(name: &str, demands: &Value) -> ToolEntry {
    let mut policy = json!({"posture": "callers", "scopes_all": [], "scopes_any": [], "roles": []});
    let members = policy.as_object_mut().unwrap();
    members.extend(demands.as_object().unwrap().clone());
    let tool = json!({
        "name": name, "description": "", "hints": {"read_only": false}, "policy": policy, "demands": [], "fingerprint": "",
        "source": {"file": "src/notes.rs"},
    });
    serde_json::from_value(tool).unwrap()
}

fn destructive(name: &str, demands: &Value) -> ToolEntry {
    let mut tool = tool(name, demands);
    tool.hints.destructive = Some(true);
    tool
}

/// A document in which `write` implies `read`.
fn document(tools: Vec<ToolEntry>) -> ScopeDocument {
    let mut document = ScopeDocument::new(&Toolset::new(()));
    document.scopes = vec![ScopeDescription {
        scope: "write".to_owned(),
        implies: vec!["read".to_owned()],
        ..Default::default()
    }];
    document.tools = tools;
    document
}

fn found(document: &ScopeDocument, rule: LintRule) -> Vec<Vec<String>> {
    let lints = document.lints().into_iter();
    lints.filter(|lint| lint.rule == rule).map(|lint| lint.about).collect()
}

fn is_weaker(burn: ToolEntry, mend: ToolEntry) -> bool {
    let found = found(&document(vec![burn, mend]), LintRule::DestructiveIsWeaker);
    assert!(found.is_empty() || found == [["burn", "mend"]], "{found:?}");
    !found.is_empty()
}

#[test]
fn a_destructive_tool_is_weaker_if_it_lets_in_all_that_a_sibling_does_and_others() {
    for (burn, mend) in [
        (
            json!({"scopes_all": ["write"]}),
            json!({"scopes_all": ["write"], "roles": ["editor"]}),
        ),
        // By what implies what.
        (json!({"scopes_all": ["read"]}), json!({"scopes_all": ["write"]})),
        (
            json!({"scopes_any": ["read", "export"]}),
            json!({"scopes_all": ["write"]}),
        ),
        (json!({}), json!({"roles": ["editor"]})),
        (
            json!({"allow": {"any": [{"scope": "write"}, {"role": "chief"}]}}),
            json!({"scopes_all": ["write"]}),
        ),
        // A sibling that asks for more at each call.
        (
            json!({"scopes_all": ["read"]}),
            json!({"scopes_all": ["write"], "tenant": {"field": "note"}, "fresh": true}),
        ),
        // What is only tried out is meant to be enforced.
        (
            json!({"scopes_all": ["read"], "shadow": true}),
            json!({"scopes_all": ["write"], "shadow": true}),
        ),
    ] {
        assert!(
            is_weaker(destructive("burn", &burn), tool("mend", &mend)),
            "{burn} {mend}"
        );
    }
    for (burn, mend) in [
        (json!({"scopes_all": ["write"]}), json!({"scopes_all": ["write"]})),
        (
            json!({"scopes_all": ["write"], "shadow": true}),
            json!({"scopes_all": ["write"]}),
        ),
        (json!({"scopes_all": ["write"]}), json!({"scopes_all": ["read"]})),
        // Each lets in somebody whom the other keeps out.
        (json!({"scopes_all": ["export"]}), json!({"scopes_all": ["write"]})),
        // It binds where the sibling does not.
        (
            json!({"scopes_all": ["read"], "check": "Notes::may"}),
            json!({"scopes_all": ["write"]}),
        ),
        (
            json!({"scopes_all": ["read"], "owner": {"field": "owner"}}),
            json!({"scopes_all": ["write"]}),
        ),
        (
            json!({"scopes_all": ["read"], "tenant": {"field": "note"}}),
            json!({"scopes_all": ["write"]}),
        ),
        (
            json!({"scopes_all": ["read"], "login": {"max_age": 60}}),
            json!({"scopes_all": ["write"]}),
        ),
        (
            json!({"scopes_all": ["read"], "fresh": true}),
            json!({"scopes_all": ["write"]}),
        ),
    ] {
        assert!(
            !is_weaker(destructive("burn", &burn), tool("mend", &mend)),
            "{burn} {mend}"
        );
    }
}

#[test]
fn siblings_change_something_for_callers_in_the_same_file() {
    let burn = || destructive("burn", &json!({"scopes_all": ["read"]}));
    let mend = |change: fn(&mut ToolEntry)| {
        let mut mend = tool("mend", &json!({"scopes_all": ["write"]}));
        change(&mut mend);
        mend
    };
    assert!(is_weaker(burn(), mend(|_| {})));
    assert!(is_weaker(burn(), mend(|tool| tool.hints.read_only = None)));
    assert!(!is_weaker(burn(), mend(|tool| tool.hints.read_only = Some(true))));
    assert!(!is_weaker(burn(), mend(|tool| tool.hints.destructive = Some(true))));
    assert!(!is_weaker(
        burn(),
        mend(|tool| tool.source.as_mut().unwrap().file.push('x'))
    ));
    let nobody = |tool: &mut ToolEntry| tool.policy.posture = crate::docs::Posture::Nobody;
    assert!(!is_weaker(burn(), mend(nobody)));
    let harmless = tool("burn", &json!({"scopes_all": ["read"]}));
    assert!(!is_weaker(harmless, mend(|_| {})));
}

/// A document of one tool, whose catalogue has this role.
fn with_role(role: &str, tool: ToolEntry) -> ScopeDocument {
    let mut document = document(vec![tool]);
    document.catalogs.roles = Some("Role".to_owned());
    document.roles = vec![RoleDescription {
        role: role.to_owned(),
        declared: true,
        ..Default::default()
    }];
    document
}

#[test]
fn a_role_that_no_tool_demands_is_normal() {
    let mut document = with_role("guest", tool("edit", &json!({"roles": ["editor"]})));
    document.scopes.clear();
    assert_eq!(document.lints(), Vec::new());
}

#[test]
fn a_role_that_nobody_declares_is_found() {
    let mut document = with_role("libarian", tool("edit", &json!({"roles": ["libarian"]})));
    document.roles[0].tools = vec!["edit".to_owned()];
    assert!(found(&document, LintRule::UndeclaredRole).is_empty());
    document.roles[0].declared = false;
    assert_eq!(found(&document, LintRule::UndeclaredRole), [["libarian"]]);
}
