//! Callers, and what the gate says to them.

use super::{Draft, FIELDS, ROLES, SCOPES};
use crate::caller::{Caller, PrincipalKind};
use crate::catalog::Catalogs;
use crate::claims::{ClaimSet, sorted};
use crate::decision::Decision;
use crate::owner::Owners;
use proptest::prelude::*;
use std::time::Duration;

const NOW: Duration = Duration::from_secs(1_000_000);

/// Somebody who calls with something.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) has_token: bool,
    pub(super) scopes: Vec<&'static str>,
    pub(super) roles: Vec<&'static str>,
    pub(super) acr: Option<&'static str>,
    pub(super) logged_in: Option<u64>,
    /// For each field, whether it names the caller.
    pub(super) owns: [bool; 2],
    /// For each field, whether it is the caller's tenant.
    pub(super) tenants: [bool; 2],
    /// For each check, what it says.
    pub(super) checks: [bool; 2],
}

pub(super) fn asked() -> impl Strategy<Value = Asked> {
    let names = (
        prop::sample::subsequence(&SCOPES[..], 0..=4),
        prop::sample::subsequence(&ROLES[..], 0..=2),
    );
    let login = (
        prop::option::weighted(0.8, prop::sample::select(&["strong", "weak", "other"][..])),
        prop::option::weighted(0.8, prop::sample::select(&[0_u64, 100, 1000][..])),
    );
    let facts = any::<([bool; 2], [bool; 2], [bool; 2])>();
    (prop::bool::weighted(0.9), names, login, facts).prop_map(
        |(has_token, (scopes, roles), (acr, logged_in), (owns, tenants, checks))| Asked {
            has_token,
            scopes,
            roles,
            acr,
            logged_in,
            owns,
            tenants,
            checks,
        },
    )
}

/// What comes of a call, in the order of the gate. Rates and freshness let nobody in for good.
pub(super) fn lets_in(catalogs: &Catalogs, draft: &Draft, asked: &Asked) -> bool {
    let policy = draft.policy();
    let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
    claims.scopes = sorted(asked.scopes.iter().copied());
    claims.roles = sorted(asked.roles.iter().copied());
    claims.acr = asked.acr.map(Into::into);
    claims.auth_time = asked.logged_in.map(|ago| NOW.saturating_sub(Duration::from_secs(ago)));
    let caller = asked.has_token.then(|| Caller::new(claims).within(catalogs));
    if policy.admit_at(caller.as_ref(), NOW).into_result().is_err() {
        return false;
    }
    let fact =
        |facts: [bool; 2], names: [&str; 2], name: &str| facts[names.iter().position(|other| *other == name).unwrap()];
    let owners = match policy.demanded_owner() {
        None => Owners::Unbound,
        Some(owner) => {
            let named = if fact(asked.owns, FIELDS, owner.field) {
                "alice"
            } else {
                "bob"
            };
            Owners::Named(vec![Some(named.into())])
        }
    };
    let tenant = policy
        .demanded_tenant()
        .is_none_or(|tenant| fact(asked.tenants, ["tenant", "team"], tenant.field));
    let check = policy
        .demanded_check()
        .is_none_or(|check| fact(asked.checks, ["Store::may", "Store::might"], check));
    owners.admit(policy.demanded_owner(), caller.as_ref()) == Decision::Allow && tenant && check
}

/// Everybody there can be, as far as scopes, roles and owners go.
pub(super) fn everybody() -> impl Iterator<Item = Asked> {
    (0_u32..1 << (SCOPES.len() + ROLES.len() + 2)).map(|bits| {
        let is_set = |position: usize| bits >> position & 1 == 1;
        let scopes = SCOPES.iter().enumerate().filter(|(position, _)| is_set(*position));
        let roles = ROLES.iter().enumerate().filter(|(position, _)| is_set(4 + position));
        Asked {
            has_token: true,
            scopes: scopes.map(|(_, name)| *name).collect(),
            roles: roles.map(|(_, name)| *name).collect(),
            acr: Some("strong"),
            logged_in: Some(0),
            owns: [is_set(6), is_set(7)],
            tenants: [true; 2],
            checks: [true; 2],
        }
    })
}
