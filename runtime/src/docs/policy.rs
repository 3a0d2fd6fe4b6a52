//! A policy as a value of its own, which can be read back from a document.

use crate::policy::{Policy, Rule};
use crate::rate_limit::{CountedPer, RateLimit, RateUnit};
use crate::scope::ScopeToken;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The declared demands of a tool. Its JSON form is that of the [`Policy`] it was made of, byte for byte, so that the fingerprint is
/// that of both.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PolicyDescription {
    /// Who is considered at all.
    pub posture: Posture,
    /// The scopes that are all demanded.
    pub scopes_all: Vec<String>,
    /// The scopes of which one is demanded.
    pub scopes_any: Vec<String>,
    /// The roles of which one is demanded.
    pub roles: Vec<String>,
    /// The rule that takes the place of these lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<RuleDescription>,
    /// What is demanded of the caller's login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginDescription>,
    /// Which field of the arguments has to be the caller's subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerDescription>,
    /// Which field of the arguments has to be of the caller's tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantDescription>,
    /// The developer's own function that decides, as it was declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// Whether the token is validated anew for each call.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub fresh: bool,
    /// How many calls are let through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateDescription>,
    /// Whether a call runs only once the record of its decision is written.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub audit_required: bool,
    /// Whether scopes and roles are tried out and not enforced.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub shadow: bool,
}

/// Who is considered at all.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// Everyone, with or without a token.
    Public,
    /// Who has a valid token.
    Callers,
    /// No one.
    Nobody,
}

/// Scopes and roles that are demanded in more than one way.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleDescription {
    /// The caller holds this scope.
    Scope(String),
    /// The caller has this role.
    Role(String),
    /// All of these are met, and there is one.
    All(Vec<RuleDescription>),
    /// At least one of these is met.
    Any(Vec<RuleDescription>),
}

/// What is demanded of the caller's login (RFC 9470).
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LoginDescription {
    /// The classes of which it has to be one; empty if any will do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr: Vec<String>,
    /// How long ago it may be, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
}

/// Which field of the arguments has to be the caller's subject.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OwnerDescription {
    /// The field as it was declared, such as `items[*].owner`.
    pub field: String,
    /// Who holds one of these scopes need not be the owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
}

/// Which field of the arguments has to be of the caller's tenant.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TenantDescription {
    /// The field as it was declared, such as `items[*].resource_id`.
    pub field: String,
    /// The function that finds a resource's tenant; without one the field names the tenant itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<String>,
}

/// So many calls a second, minute or hour, and so many at once.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RateDescription {
    /// So many calls.
    pub count: u32,
    /// In this time.
    pub unit: RateUnit,
    /// And so many at once.
    pub burst: u32,
    /// Whose calls are counted together.
    pub per: CountedPer,
}

impl PolicyDescription {
    /// The demands of scopes and roles, every one of which has to be met. Those of a shadow are among them.
    #[must_use]
    pub fn rights(&self) -> Vec<RuleDescription> {
        let scopes = |scopes: &[String]| scopes.iter().cloned().map(RuleDescription::Scope).collect::<Vec<_>>();
        let roles: Vec<_> = self.roles.iter().cloned().map(RuleDescription::Role).collect();
        let choices = [scopes(&self.scopes_any), roles].into_iter();
        let choices = choices.filter(|choice| !choice.is_empty()).map(RuleDescription::Any);
        let mut rights = scopes(&self.scopes_all);
        rights.extend(choices);
        rights.extend(self.allow.clone());
        rights
    }

    /// Every scope that it demands or takes for one that it demands, once.
    #[must_use]
    pub fn demanded_scopes(&self) -> Vec<&str> {
        let lists = self.scopes_all.iter().chain(&self.scopes_any);
        let mut names: Vec<_> = lists.map(String::as_str).collect();
        self.allow.iter().for_each(|rule| {
            rule.each_name(&mut |scope| names.push(scope), &mut |_| {});
        });
        once(names)
    }

    /// Every scope that it names, once: those that are demanded, and those that excuse from being the owner.
    #[must_use]
    pub fn named_scopes(&self) -> Vec<&str> {
        let mut names = self.demanded_scopes();
        names.extend(self.owner.iter().flat_map(|owner| &owner.unless).map(String::as_str));
        once(names)
    }

    /// Every role that it names, once.
    #[must_use]
    pub fn named_roles(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.roles.iter().map(String::as_str).collect();
        self.allow.iter().for_each(|rule| {
            rule.each_name(&mut |_| {}, &mut |role| names.push(role));
        });
        once(names)
    }
}

impl RuleDescription {
    fn each_name<'a>(&'a self, scope: &mut dyn FnMut(&'a str), role: &mut dyn FnMut(&'a str)) {
        match self {
            Self::Scope(name) => scope(name),
            Self::Role(name) => role(name),
            Self::All(rules) | Self::Any(rules) => rules.iter().for_each(|rule| rule.each_name(scope, role)),
        }
    }
}

impl fmt::Display for RuleDescription {
    /// ``one of (all of (the scope `a`, the role `b`), the role `c`)``
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, rules) = match self {
            Self::Scope(scope) => return write!(f, "the scope `{scope}`"),
            Self::Role(role) => return write!(f, "the role `{role}`"),
            Self::All(rules) => ("all of", rules),
            Self::Any(rules) => ("one of", rules),
        };
        write!(f, "{word} (")?;
        for (number, rule) in rules.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{rule}")?;
        }
        f.write_str(")")
    }
}

impl From<&Policy> for PolicyDescription {
    fn from(policy: &Policy) -> Self {
        let login = policy.demanded_login();
        let owner = policy.demanded_owner();
        let tenant = policy.demanded_tenant();
        Self {
            posture: if policy.is_public() {
                Posture::Public
            } else if policy.admits_callers() {
                Posture::Callers
            } else {
                Posture::Nobody
            },
            scopes_all: names(policy.demanded_scopes_all()),
            scopes_any: names(policy.demanded_scopes_any()),
            roles: texts(policy.demanded_roles()),
            allow: policy.demanded_rule().map(RuleDescription::from),
            login: login.map(|login| LoginDescription {
                acr: texts(login.acr()),
                max_age: login.max_age().map(|age| age.as_secs()),
            }),
            owner: owner.map(|owner| OwnerDescription {
                field: owner.field.to_owned(),
                unless: names(owner.unless),
            }),
            tenant: tenant.map(|tenant| TenantDescription {
                field: tenant.field.to_owned(),
                lookup: tenant.lookup.map(str::to_owned),
            }),
            check: policy.demanded_check().map(str::to_owned),
            fresh: policy.is_fresh(),
            rate_limit: policy.rate_limited().map(RateDescription::from),
            audit_required: policy.is_audit_required(),
            shadow: policy.is_shadow(),
        }
    }
}

impl From<&Rule> for RuleDescription {
    fn from(rule: &Rule) -> Self {
        match rule {
            Rule::Scope(name) => Self::Scope(name.as_str().to_owned()),
            Rule::Role(name) => Self::Role((*name).to_owned()),
            Rule::All(rules) => Self::All(rules.iter().map(Self::from).collect()),
            Rule::Any(rules) => Self::Any(rules.iter().map(Self::from).collect()),
        }
    }
}

impl From<RateLimit> for RateDescription {
    fn from(rate: RateLimit) -> Self {
        Self {
            count: rate.count(),
            unit: rate.unit(),
            burst: rate.burst_size(),
            per: rate.counted_per(),
        }
    }
}

fn names(scopes: &[ScopeToken]) -> Vec<String> {
    scopes.iter().map(|scope| scope.as_str().to_owned()).collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn once(names: Vec<&str>) -> Vec<&str> {
    let mut kept = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_unset(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::PolicyDescription;
    use crate::policy::{OwnerDemand, Policy, Rule, TenantDemand};
    use crate::rate_limit::RateLimit;
    use crate::scope::ScopeToken;
    use std::time::Duration;

    const A: ScopeToken = ScopeToken::from_static("a");
    const B: ScopeToken = ScopeToken::from_static("b");
    const OWNER: OwnerDemand = OwnerDemand {
        field: "owner",
        unless: &[A, B],
    };
    const TENANT: TenantDemand = TenantDemand {
        field: "tenant",
        lookup: Some("Notes::tenant_of"),
    };

    /// What would be left out here would be left out of every document, lock and comparison.
    #[test]
    fn a_description_says_byte_for_byte_what_the_policy_says() {
        for policy in [
            Policy::PUBLIC,
            Policy::PUBLIC
                .rate_limit(RateLimit::per_hour(3).per_tool())
                .audit_required(),
            Policy::AUTHENTICATED,
            Policy::NOBODY,
            Policy::AUTHENTICATED
                .scopes_all(&[A])
                .scopes_any(&[B, A])
                .roles(&["r", "s"])
                .audit_required()
                .shadow(),
            Policy::AUTHENTICATED
                .allow(&Rule::Any(&[
                    Rule::All(&[Rule::Scope(A), Rule::Role("r")]),
                    Rule::Scope(B),
                ]))
                .acr(&["urn:a", "urn:b"])
                .max_age(Duration::from_mins(15))
                .owner(OWNER)
                .tenant(TENANT)
                .check("Notes::may")
                .fresh()
                .rate_limit(RateLimit::per_second(9).burst(2).per_client()),
            Policy::AUTHENTICATED
                .acr(&["urn:a"])
                .owner(OwnerDemand { unless: &[], ..OWNER }),
            Policy::AUTHENTICATED
                .max_age(Duration::from_secs(1))
                .tenant(TenantDemand { lookup: None, ..TENANT }),
        ] {
            let description = PolicyDescription::from(&policy);
            let json = serde_json::to_string(&policy).unwrap();
            assert_eq!(serde_json::to_string(&description).unwrap(), json);
            assert_eq!(serde_json::from_str::<PolicyDescription>(&json).unwrap(), description);
        }
    }
}
