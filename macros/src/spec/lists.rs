//! Whether the lists of scopes and roles make sense.

use crate::attr::{Arg, Attr, Name};
use crate::errors::Errors;
use std::collections::HashSet;

pub(super) fn check(attr: &Attr, errors: &mut Errors) {
    for list in [&attr.scopes_all, &attr.scopes_any].into_iter().flatten() {
        check_not_empty(list, "scope", errors);
        check_each(list, check_scope, errors);
    }
    if let Some(roles) = &attr.roles {
        check_not_empty(roles, "role", errors);
        check_each(roles, check_role, errors);
    }
    check_several_alternatives(attr, errors);
    check_all_and_any_differ(attr, errors);
}

/// A list names something. An empty one could be read as "nobody" and as "anybody".
fn check_not_empty(list: &Arg<Vec<Name>>, what: &str, errors: &mut Errors) {
    if list.value.is_empty() {
        let key = &list.key;
        errors.at(key, format!("`{key}` is empty\nhelp: name a {what}, or remove `{key}`"));
    }
}

/// Every element is well-formed, and listed once. A path is as well-formed as its catalogue.
fn check_each(list: &Arg<Vec<Name>>, check: fn(&str) -> Result<(), String>, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for name in &list.value {
        let text = name.text();
        let checked = match name {
            Name::Text(_) => check(&text),
            Name::Variant(_) => Ok(()),
        };
        if let Err(message) = checked {
            errors.at(name, message);
        } else if seen.contains(&text) {
            errors.at(name, format!("`{text}` is listed twice\nhelp: remove one of them"));
        }
        seen.insert(text);
    }
}

/// RFC 6749 section 3.3: a scope is printable ASCII without space, `"` and `\`. Some have a meaning that is no permission.
///
/// `ScopeToken::from_static` checks the grammar again when it compiles; here it is checked first, where more can be said.
pub(crate) fn check_scope(scope: &str) -> Result<(), String> {
    let is_allowed = |c: &char| matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
    if scope.trim().is_empty() {
        return Err("a scope cannot be empty\nhelp: remove it".to_owned());
    }
    match (scope, scope.chars().find(|c| !is_allowed(c))) {
        (_, Some(' ')) => {
            let parts: Vec<_> = scope.split_whitespace().map(|part| format!("{part:?}")).collect();
            Err(format!(
                "a scope cannot contain a space\nhelp: write `{}`",
                parts.join(", ")
            ))
        }
        (_, Some(bad)) => Err(format!(
            "a scope cannot contain `{}`\n\
             help: use letters, digits and signs of ASCII, but neither space nor `\"` nor `\\` (RFC 6749)",
            shown(bad)
        )),
        ("*", None) => Err(
            "`*` is no scope: scopes are compared as they are written, there are no wildcards\n\
                            help: name every scope"
                .to_owned(),
        ),
        ("offline_access", None) => Err("`offline_access` is no permission: it asks for a refresh token\n\
                                         help: remove it, clients ask for it themselves"
            .to_owned()),
        ("openid", None) => Err("`openid` is no permission: it asks for an ID token\n\
                                 help: remove it, and write `authenticated` if any login will do"
            .to_owned()),
        (_, None) => Ok(()),
    }
}

fn shown(c: char) -> String {
    if c.is_control() {
        c.escape_default().to_string()
    } else {
        c.to_string()
    }
}

/// A role is compared as it is written, so white space around it is a slip.
pub(crate) fn check_role(role: &str) -> Result<(), String> {
    let trimmed = role.trim();
    if trimmed.is_empty() {
        Err("a role cannot be empty\nhelp: remove it".to_owned())
    } else if trimmed != role {
        Err(format!(
            "a role cannot begin or end with white space\nhelp: write `{trimmed:?}`"
        ))
    } else {
        Ok(())
    }
}

/// Of one scope there is no "any".
fn check_several_alternatives(attr: &Attr, errors: &mut Errors) {
    if let Some(any) = &attr.scopes_any
        && let [only] = any.value.as_slice()
    {
        let help = match &attr.scopes_all {
            Some(_) => format!("add `{}` to `scopes_all`", only.written()),
            None => format!("write `scopes_all = [{}]`", only.written()),
        };
        errors.at(
            &any.key,
            format!("`scopes_any` has one scope, so it is no choice\nhelp: {help}"),
        );
    }
}

/// Whoever holds all of some scopes holds any of them.
fn check_all_and_any_differ(attr: &Attr, errors: &mut Errors) {
    let (Some(all), Some(any)) = (&attr.scopes_all, &attr.scopes_any) else {
        return;
    };
    let all: HashSet<_> = all.value.iter().map(Name::text).collect();
    for name in &any.value {
        let scope = name.text();
        if all.contains(&scope) {
            let message = format!(
                "`{scope}` is in `scopes_all` too, so every caller holds it and `scopes_any` asks for nothing\n\
                 help: remove it from one of the lists"
            );
            errors.at(name, message);
        }
    }
}
