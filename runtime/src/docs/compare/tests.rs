//! What reviewers read of each kind of change.

mod names;
mod rights;

use super::{Change, Effect};
use crate::docs::{ScopeDocument, ToolEntry};
use crate::toolset::Toolset;
use serde_json::{Value, json};

/// A document with the scopes `read`, `write` and `admin`, each of which implies the one before, the roles `editor` and `chief`, and
/// these tools.
fn document(tools: Vec<ToolEntry>) -> ScopeDocument {
    let mut document = ScopeDocument::new(&Toolset::new(()));
    let scope = |name: &str, implies: &[&str]| json!({"scope": name, "declared": true, "implies": implies, "baseline": false, "tools": []});
    let scopes = json!([
        scope("read", &[]),
        scope("write", &["read"]),
        scope("admin", &["read", "write"])
    ]);
    document.scopes = serde_json::from_value(scopes).unwrap();
    let role = |name: &str| json!({"role": name, "declared": true, "tools": []});
    document.roles = serde_json::from_value(json!([role("editor"), role("chief")])).unwrap();
    document.tools = tools;
    document
}

fn tool(name: &str, policy: &Value) -> ToolEntry {
    serde_json::from_value(json!({
        "name": name, "description": "", "hints": {}, "policy": policy, "demands": ["something"], "fingerprint": "",
    }))
    .unwrap()
}

/// A policy for callers with a token, and what is demanded besides.
fn policy(demands: &Value) -> Value {
    let mut policy = json!({"posture": "callers", "scopes_all": [], "scopes_any": [], "roles": []});
    let members = policy.as_object_mut().unwrap();
    members.extend(demands.as_object().unwrap().clone());
    policy
}

fn line(change: &Change) -> String {
    let effect = match change.effect {
        Effect::Weakening => "weaker",
        Effect::Tightening => "tighter",
        Effect::Neutral => "neutral",
    };
    let example = change
        .example
        .as_ref()
        .map_or_else(String::new, |example| format!(" ({example})"));
    let tools = if change.tools.is_empty() {
        String::new()
    } else {
        format!(" [{}]", change.tools.join(", "))
    };
    format!("{effect}: {}: {}{tools}{example}", change.about, change.what)
}

fn changes(old: &ScopeDocument, new: &ScopeDocument) -> Vec<String> {
    new.changes_since(old).changes.iter().map(line).collect()
}

/// Of a tool whose policy changed, and then changed back.
fn both_ways(old: &Value, new: &Value) -> [Vec<String>; 2] {
    let [old, new] = [old, new].map(|policy| document(vec![tool("edit", policy)]));
    [changes(&old, &new), changes(&new, &old)]
}

#[track_caller]
fn told(old: &Value, new: &Value, there: &[&str], back: &[&str]) {
    let [found_there, found_back] = both_ways(&policy(old), &policy(new));
    let about = |lines: &[&str]| {
        let lines = lines.iter().map(|line| line.replacen(": ", ": `edit`: ", 1));
        lines.collect::<Vec<_>>()
    };
    assert_eq!((found_there, found_back), (about(there), about(back)));
}

#[test]
fn what_is_asked_at_each_call_is_told() {
    told(
        &json!({"tenant": {"field": "note", "lookup": "Notes::tenant_of"}}),
        &json!({}),
        &["weaker: the tenant of `note` by `Notes::tenant_of` does not count any more"],
        &["tighter: the tenant of `note` by `Notes::tenant_of` counts now"],
    );
    told(
        &json!({"check": "Notes::may"}),
        &json!({"check": "Notes::might"}),
        &["weaker: the decision of `Notes::might` counts now, and that of `Notes::may` does not"],
        &["weaker: the decision of `Notes::may` counts now, and that of `Notes::might` does not"],
    );
    told(
        &json!({"fresh": true}),
        &json!({}),
        &["weaker: the token is not validated anew any more"],
        &["tighter: the token is validated anew now"],
    );
    told(
        &json!({"login": {"acr": ["gold"], "max_age": 60}}),
        &json!({}),
        &[
            "weaker: a login of the class `gold` is not demanded any more",
            "weaker: a login may be of any age, and might be 60 s old",
        ],
        &[
            "tighter: a login of the class `gold` is demanded now",
            "tighter: a login may be 60 s old now, and might be of any age",
        ],
    );
    told(
        &json!({"login": {"acr": ["gold"], "max_age": 60}}),
        &json!({"login": {"acr": ["gold", "silver"], "max_age": 61}}),
        &[
            "weaker: a login of the class `silver` is enough now",
            "weaker: a login may be 61 s old, and might be 60 s",
        ],
        &[
            "tighter: a login of the class `silver` is not enough any more",
            "tighter: a login may be 60 s old, and might be 61 s",
        ],
    );
}

#[test]
fn rates_are_told() {
    let rate = |count: u32, unit: &str, burst: u32, per: &str| json!({"rate_limit": {"count": count, "unit": unit, "burst": burst, "per": per}});
    let base = rate(60, "min", 10, "subject");
    let base_words = "60/min for each subject and 10 at once";
    told(
        &base,
        &json!({}),
        &[&format!(
            "weaker: calls were limited to {base_words}, and are not any more"
        )],
        &[&format!("tighter: calls are limited to {base_words} now")],
    );
    for (other, words, there, back) in [
        (
            rate(61, "min", 10, "subject"),
            "61/min for each subject and 10 at once",
            "weaker",
            "tighter",
        ),
        (
            rate(2, "s", 10, "subject"),
            "2/s for each subject and 10 at once",
            "weaker",
            "tighter",
        ),
        (
            rate(60, "min", 60, "subject"),
            "60/min for each subject",
            "weaker",
            "tighter",
        ),
        (
            rate(59, "h", 10, "tool"),
            "59/h in all and 10 at once",
            "tighter",
            "weaker",
        ),
        (
            rate(60, "min", 10, "client"),
            "60/min for each client and 10 at once",
            "weaker",
            "weaker",
        ),
        // Faster, and fewer at once.
        (
            rate(90, "min", 5, "subject"),
            "90/min for each subject and 5 at once",
            "weaker",
            "weaker",
        ),
        // The same, in another unit.
        (
            rate(1, "s", 10, "subject"),
            "1/s for each subject and 10 at once",
            "tighter",
            "tighter",
        ),
    ] {
        told(
            &base,
            &other,
            &[&format!(
                "{there}: calls are limited to {words}, and were to {base_words}"
            )],
            &[&format!(
                "{back}: calls are limited to {base_words}, and were to {words}"
            )],
        );
    }
}

#[test]
fn who_is_considered_at_all_is_told() {
    let [public, callers, nobody] = ["public", "callers", "nobody"].map(|posture| policy(&json!({"posture": posture})));
    let told = |old: &Value, new: &Value| both_ways(old, new).map(|lines| lines.join("\n"));
    assert_eq!(
        told(&callers, &public),
        [
            "weaker: `edit`: needs no token any more",
            "tighter: `edit`: needs a token now"
        ]
    );
    for open in [&public, &callers] {
        assert_eq!(
            told(&nobody, open),
            [
                "weaker: `edit`: was open to nobody, and is not so any more",
                "tighter: `edit`: is open to nobody any more"
            ]
        );
    }
    // What nobody can meet is open to nobody, too: a list without anything in it is not met.
    for list in ["any", "all"] {
        let never = policy(&json!({"allow": {list: []}}));
        assert_eq!(told(&never, &nobody), ["", ""]);
        assert_eq!(
            told(&never, &callers)[0],
            "weaker: `edit`: was open to nobody, and is not so any more"
        );
    }
}

#[test]
fn tools_that_are_new_or_gone_are_told() {
    let callers = policy(&json!({"scopes_all": ["write"]}));
    let before = document(vec![tool("edit", &callers)]);
    let with = |other: &Value| document(vec![tool("edit", &callers), tool("other", other)]);
    for (policy, line) in [
        (callers.clone(), "neutral: `other`: is new, and needs: something"),
        (
            policy(&json!({"posture": "nobody"})),
            "neutral: `other`: is new, and needs: something",
        ),
        (
            policy(&json!({"posture": "public"})),
            "weaker: `other`: is new, and needs: something",
        ),
        (
            policy(&json!({"scopes_all": ["write"], "shadow": true})),
            "weaker: `other`: is new, and needs: something",
        ),
    ] {
        assert_eq!(changes(&before, &with(&policy)), [line]);
        assert_eq!(changes(&with(&policy), &before), ["tighter: `other`: is gone"]);
    }
}

/// A tool that was there demanded more; under its new name nothing says so.
#[test]
fn what_is_new_has_a_group_of_its_own() {
    let named = |name: &str, scopes: &[&str]| document(vec![tool(name, &policy(&json!({"scopes_all": scopes})))]);
    let mut after = named("change", &["read"]);
    let mut scope = after.scopes[0].clone();
    scope.scope = "other".to_owned();
    after.scopes.push(scope);
    assert_eq!(
        after.changes_since(&named("edit", &["write"])).to_markdown(),
        "\
## Who may call what

0 weakenings, 1 tightening, 1 addition, 1 other change.

### Tightenings

Somebody might do something before who may not now.

- **`edit`**: is gone

### New

They were not there, so that nothing compares what they demand. One may be what is gone above, under a new name and with fewer demands.

- **`change`**: is new, and needs: something

### Other changes

They let the same callers in.

- **the scope `other`**: is new
"
    );
}

#[test]
fn what_is_told_to_clients_and_recorded_is_named_and_neutral() {
    let before = document(vec![tool("edit", &policy(&json!({})))]);
    let mut after = before.clone();
    let edit = &mut after.tools[0];
    edit.hints.read_only = Some(true);
    edit.hints.destructive = Some(false);
    edit.title = Some("Edit".to_owned());
    edit.audit_fields = vec!["note".to_owned()];
    assert_eq!(
        changes(&before, &after),
        [
            "neutral: `edit`: clients are told that it is read-only",
            "neutral: `edit`: clients are told that it is not destructive",
            "neutral: `edit`: its description is another",
            "neutral: `edit`: the argument `note` stands in audit records now",
        ]
    );
    assert_eq!(
        changes(&after, &before),
        [
            "neutral: `edit`: clients are not told any more whether it is read-only",
            "neutral: `edit`: clients are not told any more whether it is destructive",
            "neutral: `edit`: its description is another",
            "neutral: `edit`: the argument `note` does not stand in audit records any more",
        ]
    );
}
