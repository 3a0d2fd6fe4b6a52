//! Of a document, what decides who may call what.

use super::{About, Change, names, tool};
use crate::docs::implied::Implied;
use crate::docs::{PolicyDescription, RoleDescription, ScopeDescription, ScopeDocument};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// All that decides, by name. Its JSON form stands in lock files.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::docs) struct Deciding {
    /// The policies of tools, prompts and resources. No two have one name: such a toolset cannot be put behind a gate.
    pub(super) tools: BTreeMap<String, PolicyDescription>,
    pub(super) scopes: BTreeMap<String, ScopeFacts>,
    pub(super) roles: BTreeMap<String, RoleFacts>,
}

/// What decides of a scope.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeFacts {
    /// All that it implies.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) implies: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "is_unset")]
    pub(super) baseline: bool,
    #[serde(default, skip_serializing_if = "is_unset")]
    pub(super) sensitive: bool,
    #[serde(default, skip_serializing_if = "is_unset")]
    pub(super) admin_consent: bool,
}

/// What decides of a role.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleFacts {
    /// All that it implies.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) implies: BTreeSet<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_unset(flag: &bool) -> bool {
    !*flag
}

impl Deciding {
    pub(in crate::docs) fn of(document: &ScopeDocument) -> Self {
        let tools = document.all();
        let scopes = document.scopes.iter();
        let roles = document.roles.iter();
        Self {
            tools: tools.map(|tool| (tool.name.clone(), tool.policy.clone())).collect(),
            scopes: scopes.map(|scope| (scope.scope.clone(), scope.into())).collect(),
            roles: roles.map(|role| (role.role.clone(), role.into())).collect(),
        }
    }

    /// What is otherwise in a newer one.
    pub(in crate::docs) fn changes_to(&self, new: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        tool::compare_all(self, new, &mut changes);
        names::compare_all(self, new, &mut changes);
        changes
    }

    pub(super) fn implied(&self) -> Implied<'_> {
        let scopes = self.scopes.iter();
        let roles = self.roles.iter();
        Implied::new(
            scopes.map(|(name, facts)| (&**name, &facts.implies)),
            roles.map(|(name, facts)| (&**name, &facts.implies)),
        )
    }

    /// The same, but that a scope or a role implies more.
    pub(super) fn with_implied(&self, about: &About, more: &BTreeSet<String>) -> Self {
        let mut wider = self.clone();
        let implies = match about {
            About::Scope(name) => &mut wider.scopes.entry(name.clone()).or_default().implies,
            About::Role(name) => &mut wider.roles.entry(name.clone()).or_default().implies,
            // Tools imply nothing.
            About::Tool(_) => return wider,
        };
        implies.extend(more.iter().cloned());
        wider
    }

    pub(super) fn scope_implies(&self, scope: &str, implied: &str) -> bool {
        self.scopes
            .get(scope)
            .is_some_and(|facts| facts.implies.contains(implied))
    }

    pub(super) fn role_implies(&self, role: &str, implied: &str) -> bool {
        self.roles
            .get(role)
            .is_some_and(|facts| facts.implies.contains(implied))
    }
}

impl From<&ScopeDescription> for ScopeFacts {
    fn from(scope: &ScopeDescription) -> Self {
        Self {
            implies: scope.implies.iter().cloned().collect(),
            baseline: scope.baseline,
            sensitive: scope.sensitive,
            admin_consent: scope.admin_consent,
        }
    }
}

impl From<&RoleDescription> for RoleFacts {
    fn from(role: &RoleDescription) -> Self {
        Self {
            implies: role.implies.iter().cloned().collect(),
        }
    }
}
