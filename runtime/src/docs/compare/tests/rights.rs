//! Scopes, roles and owners that a tool demands.

use super::told;
use serde_json::json;

#[test]
fn scopes_are_told_with_the_least_that_lets_somebody_in() {
    told(
        &json!({"scopes_all": ["write"], "roles": ["editor"]}),
        &json!({"scopes_all": ["write"]}),
        // Not one with `admin`, which implies it: a reviewer would think of administrators.
        &[
            "weaker: the role `editor` was demanded, and is not any more (a caller with the scope `write` and without any role)",
        ],
        &["tighter: the role `editor` is demanded now"],
    );
    told(
        &json!({"scopes_all": ["write"]}),
        &json!({"scopes_all": ["read"]}),
        &["weaker: the scope `write` is not demanded any more (a caller with the scope `read` and without any role)"],
        &["tighter: the scope `write` is demanded now"],
    );
    told(
        &json!({"scopes_all": ["other", "write"]}),
        &json!({"scopes_any": ["other", "write"]}),
        &[
            "weaker: the scope `other` was demanded, and is one of several now (a caller with the scope `other` and without any role)",
            "weaker: the scope `write` was demanded, and is one of several now (a caller with the scope `other` and without any role)",
        ],
        &[
            "tighter: the scope `other` was one of several, and is demanded now",
            "tighter: the scope `write` was one of several, and is demanded now",
        ],
    );
    told(
        &json!({"scopes_any": ["write", "other"]}),
        &json!({"scopes_any": ["write", "other", "third"]}),
        &["weaker: the scope `third` is enough now, of several (a caller with the scope `third` and without any role)"],
        &["tighter: the scope `third` is not enough any more"],
    );
    told(
        &json!({"scopes_all": ["third"], "scopes_any": ["write", "other"]}),
        &json!({"scopes_all": ["third"]}),
        &[
            "weaker: one of the scopes `write`, `other` was demanded, and is not any more (a caller with the scope `third` and without any role)",
        ],
        &["tighter: one of the scopes `write`, `other` is demanded now"],
    );
    told(
        &json!({"scopes_all": ["write"]}),
        &json!({"scopes_any": ["write", "other"]}),
        &[
            "weaker: the scope `write` was demanded, and is one of several now (a caller with the scope `other` and without any role)",
        ],
        &["tighter: the scope `write` was one of several, and is demanded now"],
    );
}

/// A scope that moves from one list to the other is told once, where it is demanded or was.
#[test]
fn a_scope_that_moves_between_the_lists_is_told_once() {
    told(
        &json!({"scopes_all": ["one"], "scopes_any": ["other", "third"]}),
        &json!({"scopes_any": ["other", "third", "one"]}),
        &[
            "weaker: the scope `one` was demanded, and is one of several now (a caller with the scope `one` and without any role)",
        ],
        &["tighter: the scope `one` was one of several, and is demanded now"],
    );
    told(
        &json!({"scopes_all": ["third"], "scopes_any": ["one", "other"]}),
        &json!({"scopes_all": ["one"]}),
        &["weaker: the scope `third` is not demanded any more (a caller with the scope `one` and without any role)"],
        &[
            "weaker: the scope `one` was demanded, and is one of several now (a caller with the scopes `other`, `third` and without any role)",
        ],
    );
    told(
        &json!({"scopes_all": ["write"]}),
        &json!({"scopes_all": ["admin"], "scopes_any": ["write", "other"]}),
        &["tighter: the scope `admin` is demanded now"],
        &["weaker: the scope `admin` is not demanded any more (a caller with the scope `write` and without any role)"],
    );
}

#[test]
fn rights_that_only_read_otherwise_are_neutral() {
    let otherwise = ["neutral: scopes, roles and owner are written otherwise, and let the same callers in"];
    told(
        &json!({"scopes_any": ["a", "b"]}),
        &json!({"scopes_any": ["b", "a"]}),
        &otherwise,
        &otherwise,
    );
    // Who may write may read anyway.
    told(
        &json!({"scopes_all": ["write"]}),
        &json!({"scopes_all": ["write", "read"]}),
        &otherwise,
        &otherwise,
    );
    told(
        &json!({"allow": {"all": [{"scope": "read"}, {"role": "editor"}]}}),
        &json!({"scopes_all": ["read"], "roles": ["editor"]}),
        &otherwise,
        &otherwise,
    );
}

#[test]
fn rules_shadows_and_owners_are_told() {
    let (one, either) = (
        json!({"scope": "write"}),
        json!({"any": [{"scope": "write"}, {"role": "chief"}]}),
    );
    told(
        &json!({"allow": one}),
        &json!({"allow": either}),
        &[
            "weaker: the rule about scopes and roles lets more callers in (a caller with the role `chief` and without any scope)",
        ],
        &["tighter: the rule about scopes and roles lets fewer callers in"],
    );
    told(
        &json!({"scopes_all": ["write"]}),
        &json!({"scopes_all": ["write"], "shadow": true}),
        &["weaker: scopes and roles are only tried out now (a caller without any scope or role)"],
        &["tighter: scopes and roles are enforced now"],
    );
    told(
        &json!({"owner": {"field": "owner"}}),
        &json!({}),
        &["weaker: `owner` need not name the caller (a caller without any scope or role)"],
        &["tighter: not so any more: `owner` need not name the caller"],
    );
    told(
        &json!({"owner": {"field": "owner"}}),
        &json!({"owner": {"field": "owner", "unless": ["admin"]}}),
        &[
            "weaker: who has the scope `admin` need not be named in `owner` (a caller with the scope `admin` and without any role)",
        ],
        &["tighter: not so any more: who has the scope `admin` need not be named in `owner`"],
    );
    let field = |new, old| {
        format!(
            "weaker: `{new}` has to name the caller, in place of `{old}` (a caller without any scope or role who is named in `{new}`)"
        )
    };
    told(
        &json!({"owner": {"field": "owner"}}),
        &json!({"owner": {"field": "author"}}),
        &[&field("author", "owner")],
        &[&field("owner", "author")],
    );
}
