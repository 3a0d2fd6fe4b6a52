//! Scopes and roles, and what they imply.

use super::{changes, document, policy, tool};
use crate::docs::{ScopeDescription, ToolEntry};
use serde_json::{Value, json};

#[test]
fn what_implies_what_is_told_with_the_tools_that_it_opens() {
    let tools = || {
        vec![
            tool("edit", &policy(&json!({"scopes_all": ["write"]}))),
            tool("look", &policy(&json!({"scopes_all": ["read"]}))),
            tool("judge", &policy(&json!({"roles": ["editor"]}))),
            tool("open", &policy(&json!({"posture": "public"}))),
        ]
    };
    let before = document(tools());
    let mut after = before.clone();
    after.scopes[0].implies = vec!["write".to_owned()];
    assert_eq!(
        changes(&before, &after),
        ["weaker: the scope `read`: implies `write` now [edit]"]
    );
    assert_eq!(
        changes(&after, &before),
        ["tighter: the scope `read`: does not imply `write` any more"]
    );
    let mut after = before.clone();
    after.roles[1].implies = vec!["editor".to_owned()];
    assert_eq!(
        changes(&before, &after),
        ["weaker: the role `chief`: implies `editor` now [judge]"]
    );
    assert_eq!(
        changes(&after, &before),
        ["tighter: the role `chief`: does not imply `editor` any more"]
    );
    // Also if no tool lets more callers in by it: checks may ask for scopes, too.
    let mut after = before.clone();
    after.scopes[2].implies.push("other".to_owned());
    assert_eq!(
        changes(&before, &after),
        ["weaker: the scope `admin`: implies `other` now"]
    );
    // What is demanded less as well is told of the tool, where it is written.
    let mut after = before.clone();
    after.scopes[0].implies = vec!["write".to_owned()];
    after.tools[0] = tool("edit", &policy(&json!({"posture": "public"})));
    assert_eq!(
        changes(&before, &after),
        [
            "weaker: `edit`: needs no token any more",
            "weaker: the scope `read`: implies `write` now"
        ]
    );
}

#[test]
fn each_change_of_what_implies_what_is_told_with_its_own_tools() {
    let edit = |demands: &Value| tool("edit", &policy(demands));
    let judge = || tool("judge", &policy(&json!({"roles": ["editor"]})));
    let before = document(vec![
        edit(&json!({"scopes_all": ["write"], "roles": ["chief"]})),
        judge(),
    ]);
    let with = |edit: ToolEntry| {
        let mut after = document(vec![edit, judge()]);
        after.scopes[0].implies = vec!["write".to_owned()];
        after.roles[1].implies = vec!["editor".to_owned()];
        changes(&before, &after)
    };
    let chief = "weaker: the role `chief`: implies `editor` now [judge]";
    let same = edit(&json!({"scopes_all": ["write"], "roles": ["chief"]}));
    assert_eq!(
        with(same),
        ["weaker: the scope `read`: implies `write` now [edit]", chief]
    );
    // A tool that demands more now lets nobody in by what is implied.
    let tighter = edit(&json!({"scopes_all": ["admin"], "roles": ["chief"]}));
    assert_eq!(
        with(tighter),
        [
            "tighter: `edit`: the scope `admin` is demanded now",
            "weaker: the scope `read`: implies `write` now",
            chief
        ]
    );
    // What a tool lets in by its own policy is told of the tool.
    let weaker = edit(&json!({"roles": ["chief"]}));
    assert_eq!(
        with(weaker),
        [
            "weaker: `edit`: the scope `write` is not demanded any more (a caller with the role `chief` and without any scope)",
            "weaker: the scope `read`: implies `write` now",
            chief
        ]
    );
}

/// Whoever is let in by what is implied now was let in before, by a policy that demanded less.
#[test]
fn a_tool_that_lets_nobody_else_in_is_not_told() {
    let edit = |scope: &str| vec![tool("edit", &policy(&json!({"scopes_all": [scope]})))];
    let (before, mut after) = (document(edit("read")), document(edit("write")));
    after.scopes[0].implies = vec!["write".to_owned()];
    assert_eq!(
        changes(&before, &after),
        [
            "tighter: `edit`: the scope `write` is demanded now",
            "weaker: the scope `read`: implies `write` now"
        ]
    );
}

/// With what implies what before there are too many ways, now there are not.
#[test]
fn what_can_only_be_compared_as_it_is_now_is_weaker() {
    let names = |number: usize| (0..3).map(|part| format!("scope-{number}-{part}")).collect::<Vec<_>>();
    let any = |number: usize| {
        let scopes: Vec<_> = names(number).iter().map(|name| json!({"scope": name})).collect();
        json!({"any": scopes})
    };
    let with = |lists: usize| {
        let rule = json!({"all": (0..lists).map(any).collect::<Vec<_>>()});
        document(vec![tool("edit", &policy(&json!({"allow": rule})))])
    };
    let (mut before, after) = (with(8), with(7));
    before.scopes = (0..9)
        .map(|number| ScopeDescription {
            scope: format!("all-{number}"),
            implies: (0..8).flat_map(names).collect(),
            ..Default::default()
        })
        .collect();
    let told = changes(&before, &after);
    assert_eq!(
        told[0],
        "weaker: `edit`: has so many ways to be let in that they cannot be compared"
    );
}

/// What follows from another scope no more is told of that scope, and not of a tool that now demands both.
#[test]
fn policies_are_compared_by_what_was_implied() {
    let edit = |scopes: &[&str]| vec![tool("edit", &policy(&json!({"scopes_all": scopes})))];
    let (before, mut after) = (document(edit(&["write"])), document(edit(&["write", "read"])));
    after.scopes[1].implies.clear();
    assert_eq!(
        changes(&before, &after),
        [
            "neutral: `edit`: scopes, roles and owner are written otherwise, and let the same callers in",
            "tighter: the scope `write`: does not imply `read` any more"
        ]
    );
}

/// Who gives a reason for what implies what has given none for a policy that changed as well.
#[test]
fn a_policy_is_told_beside_a_hierarchy_that_is_the_reason() {
    let before = document(vec![
        tool("edit", &policy(&json!({"scopes_all": ["read"]}))),
        tool("look", &policy(&json!({"scopes_any": ["read", "write"]}))),
    ]);
    let mut after = document(vec![
        tool("edit", &policy(&json!({"scopes_all": ["write"]}))),
        tool("look", &policy(&json!({"scopes_any": ["write", "read"]}))),
    ]);
    after.scopes.push(ScopeDescription {
        scope: "view".to_owned(),
        implies: vec!["read".to_owned(), "write".to_owned()],
        ..Default::default()
    });
    assert_eq!(
        changes(&before, &after),
        [
            "tighter: `edit`: the scope `write` is demanded now",
            "neutral: `look`: scopes, roles and owner are written otherwise, and let the same callers in",
            "neutral: the scope `view`: is new",
            "weaker: the scope `view`: implies `read`, `write` now [edit, look]",
        ]
    );
}

#[test]
fn marks_of_scopes_are_told() {
    let before = document(Vec::new());
    let marked = |mark: fn(&mut ScopeDescription)| {
        let mut after = before.clone();
        mark(&mut after.scopes[1]);
        [changes(&before, &after), changes(&after, &before)].map(|lines| lines.join("\n"))
    };
    assert_eq!(
        marked(|scope| scope.baseline = true),
        [
            "weaker: the scope `write`: clients ask for it at first",
            "tighter: the scope `write`: clients do not ask for it at first any more"
        ]
    );
    assert_eq!(
        marked(|scope| scope.sensitive = true),
        [
            "tighter: the scope `write`: it is sensitive now",
            "weaker: the scope `write`: it is not sensitive any more"
        ]
    );
    assert_eq!(
        marked(|scope| scope.admin_consent = true),
        [
            "tighter: the scope `write`: it needs an administrator's consent now",
            "weaker: the scope `write`: it does not need an administrator's consent any more"
        ]
    );
}

#[test]
fn names_that_are_new_or_gone_are_told() {
    let before = document(Vec::new());
    let mut after = before.clone();
    after.scopes.remove(2);
    // A scope that is new has marks, and nothing that was weaker before.
    after.scopes.push(ScopeDescription {
        scope: "new".to_owned(),
        baseline: true,
        ..Default::default()
    });
    after.roles.remove(1);
    assert_eq!(
        changes(&before, &after),
        [
            "neutral: the scope `admin`: is gone",
            "tighter: the scope `admin`: does not imply `read`, `write` any more",
            "neutral: the scope `new`: is new",
            "neutral: the role `chief`: is gone",
        ]
    );
}
