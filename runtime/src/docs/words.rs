//! What a policy demands, in words.

use crate::policy::{LoginDemand, Policy};
use crate::scope::ScopeToken;

/// The demands of a policy in words, what it limits, and what a call waits for.
pub(super) fn demands(policy: &Policy) -> Vec<String> {
    let mut demands = demands_of_caller(policy);
    demands.extend(limit(policy));
    demands.extend(record(policy));
    demands
}

/// Those of the demands that are about neither scopes nor roles.
pub(super) fn conditions(policy: &Policy) -> Vec<String> {
    let anew = policy.is_fresh().then(|| "the token is validated anew".to_owned());
    anew.into_iter()
        .chain(of_the_call(policy))
        .chain(limit(policy))
        .chain(record(policy))
        .collect()
}

fn limit(policy: &Policy) -> Option<String> {
    let rate = policy.rate_limited()?;
    Some(format!("not more than {}", rate.in_words()))
}

fn record(policy: &Policy) -> Option<String> {
    policy
        .is_audit_required()
        .then(|| "it runs only once its audit record is written".to_owned())
}

fn demands_of_caller(policy: &Policy) -> Vec<String> {
    if policy.is_public() {
        return vec!["nothing: anyone may call it, without a token".to_owned()];
    }
    if !policy.admits_callers() {
        return vec!["nobody may call it".to_owned()];
    }
    let token = if policy.is_fresh() {
        "a valid token, validated anew for each call"
    } else {
        "a valid token"
    };
    let mut demands = vec![token.to_owned()];
    let shadow = if policy.is_shadow() { " (**not enforced**)" } else { "" };
    let lists = [
        ("all of", "scope", texts(policy.demanded_scopes_all())),
        ("one of", "scope", texts(policy.demanded_scopes_any())),
        ("one of", "role", policy.demanded_roles().to_vec()),
    ];
    demands.extend(lists.into_iter().filter_map(|(how_many, noun, names)| {
        let quoted = quoted(names.iter().copied());
        match names.as_slice() {
            [] => None,
            [_] => Some(format!("the {noun} {quoted}{shadow}")),
            _ => Some(format!("{how_many} the {noun}s {quoted}{shadow}")),
        }
    }));
    if let Some(rule) = policy.demanded_rule() {
        demands.push(format!("{rule}{shadow}"));
    }
    demands.extend(of_the_call(policy));
    demands
}

/// What is demanded of the caller's login, and what depends on the arguments.
fn of_the_call(policy: &Policy) -> Vec<String> {
    let login = policy.demanded_login();
    let mut demands: Vec<_> = login.into_iter().flat_map(login_in_words).collect();
    if let Some(owner) = policy.demanded_owner() {
        let unless = match owner.unless {
            [] => String::new(),
            [_] => format!(", unless the caller has the scope {}", named(owner.unless)),
            _ => format!(", unless the caller has one of the scopes {}", named(owner.unless)),
        };
        demands.push(format!("`{}` is the caller{unless}", owner.field));
    }
    if let Some(tenant) = policy.demanded_tenant() {
        demands.push(match tenant.lookup {
            None => format!("`{}` is the caller's tenant", tenant.field),
            Some(lookup) => format!(
                "`{}` belongs to the caller's tenant (found by `{lookup}`)",
                tenant.field
            ),
        });
    }
    if let Some(check) = policy.demanded_check() {
        demands.push(format!("`{check}` allows it"));
    }
    demands
}

fn login_in_words(login: LoginDemand) -> impl Iterator<Item = String> {
    let classes = login.acr();
    let class = (!classes.is_empty()).then(|| {
        let classes = quoted(classes.iter().copied());
        format!("a login of one of the classes {classes}")
    });
    let age = login.max_age();
    let age = age.map(|age| format!("a login not older than {} s", age.as_secs()));
    class.into_iter().chain(age)
}

fn named(scopes: &'static [ScopeToken]) -> String {
    quoted(texts(scopes).into_iter())
}

fn texts(scopes: &'static [ScopeToken]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.as_str()).collect()
}

pub(super) fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
