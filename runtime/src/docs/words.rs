//! What a policy demands, in words.

use super::{LoginDescription, PolicyDescription, Posture, RateDescription};
use crate::rate_limit::CountedPer;

/// The demands of a policy in words, what it limits, and what a call waits for.
pub(super) fn demands(policy: &PolicyDescription) -> Vec<String> {
    let mut demands = demands_of_caller(policy);
    demands.extend(limit(policy));
    demands.extend(record(policy));
    demands
}

/// Those of the demands that are about neither scopes nor roles.
pub(super) fn conditions(policy: &PolicyDescription) -> Vec<String> {
    let anew = policy.fresh.then(|| "the token is validated anew".to_owned());
    anew.into_iter()
        .chain(of_the_call(policy))
        .chain(limit(policy))
        .chain(record(policy))
        .collect()
}

fn limit(policy: &PolicyDescription) -> Option<String> {
    let RateDescription {
        count,
        unit,
        burst,
        per,
    } = policy.rate_limit.as_ref()?;
    let calls = if *count == 1 { "call" } else { "calls" };
    let whose = match per {
        CountedPer::Subject => "of each subject of a tenant",
        CountedPer::Client => "of each client of a tenant",
        CountedPer::Tool => "of all callers together",
    };
    let burst = if burst == count {
        String::new()
    } else {
        format!(", {burst} at once")
    };
    Some(format!("not more than {count} {calls} {} {whose}{burst}", unit.once()))
}

fn record(policy: &PolicyDescription) -> Option<String> {
    let waits = policy.audit_required;
    waits.then(|| "it runs only once its audit record is written".to_owned())
}

fn demands_of_caller(policy: &PolicyDescription) -> Vec<String> {
    match policy.posture {
        Posture::Public => return vec!["nothing: anyone may call it, without a token".to_owned()],
        Posture::Nobody => return vec!["nobody may call it".to_owned()],
        Posture::Callers => {}
    }
    let token = if policy.fresh {
        "a valid token, validated anew for each call"
    } else {
        "a valid token"
    };
    let mut demands = vec![token.to_owned()];
    let shadow = if policy.shadow { " (**not enforced**)" } else { "" };
    let lists = [
        ("all of", "scope", &policy.scopes_all),
        ("one of", "scope", &policy.scopes_any),
        ("one of", "role", &policy.roles),
    ];
    demands.extend(lists.into_iter().filter_map(|(how_many, noun, names)| {
        let quoted = named(names);
        match names.as_slice() {
            [] => None,
            [_] => Some(format!("the {noun} {quoted}{shadow}")),
            _ => Some(format!("{how_many} the {noun}s {quoted}{shadow}")),
        }
    }));
    if let Some(rule) = &policy.allow {
        demands.push(format!("{rule}{shadow}"));
    }
    demands.extend(of_the_call(policy));
    demands
}

/// What is demanded of the caller's login, and what depends on the arguments.
fn of_the_call(policy: &PolicyDescription) -> Vec<String> {
    let mut demands: Vec<_> = policy.login.iter().flat_map(login_in_words).collect();
    if let Some(owner) = &policy.owner {
        let unless = match owner.unless.as_slice() {
            [] => String::new(),
            [_] => format!(", unless the caller has the scope {}", named(&owner.unless)),
            _ => format!(", unless the caller has one of the scopes {}", named(&owner.unless)),
        };
        demands.push(format!("`{}` is the caller{unless}", owner.field));
    }
    if let Some(tenant) = &policy.tenant {
        demands.push(match &tenant.lookup {
            None => format!("`{}` is the caller's tenant", tenant.field),
            Some(lookup) => format!(
                "`{}` belongs to the caller's tenant (found by `{lookup}`)",
                tenant.field
            ),
        });
    }
    if let Some(check) = &policy.check {
        demands.push(format!("`{check}` allows it"));
    }
    demands
}

fn login_in_words(login: &LoginDescription) -> impl Iterator<Item = String> {
    let classes = &login.acr;
    let class = (!classes.is_empty()).then(|| format!("a login of one of the classes {}", named(classes)));
    let age = login.max_age.map(|age| format!("a login not older than {age} s"));
    class.into_iter().chain(age)
}

pub(super) fn named(names: &[String]) -> String {
    quoted(names.iter().map(String::as_str))
}

pub(super) fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
