//! Random policies.

use super::{FIELDS, NAMES, ROLES, SCOPES};
use crate::docs::random::tokens;
use crate::policy::{OwnerDemand, Policy, Rule, TenantDemand};
use crate::rate_limit::RateLimit;
use proptest::prelude::*;
use std::time::Duration;

/// A policy that is still to be written down.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) posture: u8,
    pub(super) all: Vec<&'static str>,
    pub(super) any: Vec<&'static str>,
    pub(super) roles: Vec<&'static str>,
    pub(super) rule: Option<Rule>,
    pub(super) shadow: bool,
    pub(super) owner: Option<(&'static str, Vec<&'static str>)>,
    pub(super) tenant: Option<&'static str>,
    pub(super) check: Option<&'static str>,
    pub(super) acr: Vec<&'static str>,
    pub(super) max_age: Option<u64>,
    pub(super) fresh: bool,
    pub(super) rate: Option<(u32, u32, u8)>,
    pub(super) audit_required: bool,
}

pub(super) const CALLERS: u8 = 0;
pub(super) const PUBLIC: u8 = 1;
pub(super) const NOBODY: u8 = 2;

impl Draft {
    /// Scopes, roles and the owner as of this one, the rest as of the other.
    pub(super) fn with_rest_of(self, other: &Self) -> Self {
        Self {
            all: self.all,
            any: self.any,
            roles: self.roles,
            rule: self.rule,
            shadow: self.shadow,
            owner: self.owner,
            ..other.clone()
        }
    }

    /// Each part as of one of the two.
    pub(super) fn mixed_with(&self, other: &Self, parts: u16) -> Self {
        let own = |part: u16| parts >> part & 1 == 0;
        let pick = |part: u16| if own(part) { self } else { other };
        Self {
            posture: pick(0).posture,
            all: pick(1).all.clone(),
            any: pick(2).any.clone(),
            roles: pick(3).roles.clone(),
            rule: pick(4).rule,
            shadow: pick(5).shadow,
            owner: pick(6).owner.clone(),
            tenant: pick(7).tenant,
            check: pick(8).check,
            acr: pick(9).acr.clone(),
            max_age: pick(10).max_age,
            fresh: pick(11).fresh,
            rate: pick(12).rate,
            audit_required: pick(13).audit_required,
        }
    }

    pub(super) fn policy(&self) -> Policy {
        let mut policy = match self.posture {
            PUBLIC => return self.limited(Policy::PUBLIC),
            NOBODY => return Policy::NOBODY,
            _ => Policy::AUTHENTICATED,
        };
        if let Some(rule) = self.rule {
            policy = policy.allow(Box::leak(Box::new(rule)));
        } else {
            if !self.all.is_empty() {
                policy = policy.scopes_all(tokens(&self.all));
            }
            if !self.any.is_empty() {
                policy = policy.scopes_any(tokens(&self.any));
            }
            if !self.roles.is_empty() {
                policy = policy.roles(self.roles.clone().leak());
            }
        }
        if self.shadow && self.has_rights() {
            policy = policy.shadow();
        }
        if let Some((field, unless)) = &self.owner {
            policy = policy.owner(OwnerDemand {
                field,
                unless: tokens(unless),
            });
        }
        if let Some(field) = self.tenant {
            policy = policy.tenant(TenantDemand { field, lookup: None });
        }
        if let Some(check) = self.check {
            policy = policy.check(check);
        }
        if !self.acr.is_empty() {
            policy = policy.acr(self.acr.clone().leak());
        }
        if let Some(age) = self.max_age {
            policy = policy.max_age(Duration::from_secs(age));
        }
        if self.fresh {
            policy = policy.fresh();
        }
        self.limited(policy)
    }

    fn has_rights(&self) -> bool {
        self.rule.is_some() || !self.all.is_empty() || !self.any.is_empty() || !self.roles.is_empty()
    }

    fn limited(&self, policy: Policy) -> Policy {
        let policy = if self.audit_required {
            policy.audit_required()
        } else {
            policy
        };
        let Some((count, burst, per)) = self.rate else {
            return policy;
        };
        let rate = RateLimit::per_minute(count).burst(burst);
        policy.rate_limit(match (policy.is_public(), per) {
            (true, _) | (_, 2) => rate.per_tool(),
            (false, 1) => rate.per_client(),
            (false, _) => rate,
        })
    }
}

pub(super) fn drafts() -> impl Strategy<Value = Draft> {
    let scopes = || prop::sample::subsequence(&SCOPES[..], 0..=3);
    let roles = prop::sample::subsequence(&ROLES[..], 0..=2);
    let rights = (
        scopes(),
        scopes(),
        roles,
        prop::option::weighted(0.4, NAMES.rules()),
        prop::bool::weighted(0.15),
    );
    let owner = prop::option::weighted(
        0.4,
        (
            prop::sample::select(&FIELDS[..]),
            prop::sample::subsequence(&SCOPES[..], 0..=2),
        ),
    );
    let arguments = (
        owner,
        prop::option::weighted(0.3, prop::sample::select(&["tenant", "team"][..])),
        prop::option::weighted(0.3, prop::sample::select(&["Store::may", "Store::might"][..])),
    );
    let login = (
        prop_oneof![3 => Just(Vec::new()), 1 => prop::sample::subsequence(&["strong", "weak"][..], 1..=2)],
        prop::option::weighted(0.3, prop::sample::select(&[60_u64, 600][..])),
        prop::bool::weighted(0.3),
    );
    let rate = prop::option::weighted(
        0.3,
        (
            prop::sample::select(&[10_u32, 30][..]),
            prop::sample::select(&[5_u32, 10][..]),
            0_u8..3,
        ),
    );
    let whatever_is_demanded = (rate, prop::bool::weighted(0.3));
    let posture = prop_oneof![14 => Just(CALLERS), 1 => Just(PUBLIC), 1 => Just(NOBODY)];
    (posture, rights, arguments, login, whatever_is_demanded).prop_map(|(posture, rights, arguments, login, rest)| {
        let (all, any, roles, rule, shadow) = rights;
        let (owner, tenant, check) = arguments;
        let (acr, max_age, fresh) = login;
        let (rate, audit_required) = rest;
        Draft {
            posture,
            all,
            any,
            roles,
            rule,
            shadow,
            owner,
            tenant,
            check,
            acr,
            max_age,
            fresh,
            rate,
            audit_required,
        }
    })
}

/// A policy, and another one that has some parts of it.
pub(super) fn two_drafts() -> impl Strategy<Value = (Draft, Draft)> {
    (drafts(), drafts(), any::<u16>(), any::<u16>()).prop_map(|(one, other, some, few)| {
        let mixed = one.mixed_with(&other, some & few);
        (one, mixed)
    })
}
