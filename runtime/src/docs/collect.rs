//! The document of some tools, as they are declared.

use super::names::CatalogNames;
use super::{
    Grant, PolicyDescription, Posture, RoleDescription, ScopeDescription, ScopeDocument, ToolEntry, VERSION, words,
};
use crate::catalog::{Catalogs, Hierarchy};
use crate::policy::fingerprint;
use crate::protected::Protected;
use crate::scope::ScopeToken;
use crate::toolset::{Tool, Toolset};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a document is made of.
pub(crate) struct Declared<'a> {
    pub(crate) catalogs: &'a Catalogs,
    pub(crate) baseline: &'a BTreeSet<ScopeToken>,
    pub(crate) tools: Vec<&'a Tool>,
    pub(crate) entries: Vec<&'a Tool>,
}

impl<S> From<&Toolset<S>> for ScopeDocument {
    fn from(toolset: &Toolset<S>) -> Self {
        Self::new(toolset)
    }
}

impl From<&Protected> for ScopeDocument {
    fn from(protected: &Protected) -> Self {
        protected.scope_document()
    }
}

impl Declared<'_> {
    pub(crate) fn document(&self) -> ScopeDocument {
        let catalogs = &self.catalogs;
        let mut document = ScopeDocument {
            version: VERSION,
            fingerprint: String::new(),
            catalogs: CatalogNames {
                scopes: catalogs
                    .scopes
                    .as_ref()
                    .map(|scopes| scopes.hierarchy.catalog.to_owned()),
                roles: catalogs.roles.as_ref().map(|roles| roles.hierarchy.catalog.to_owned()),
            },
            scopes: self.scopes(),
            roles: self.roles(),
            public: Vec::new(),
            shadow: Vec::new(),
            tools: self.tools.iter().map(|tool| ToolEntry::new(tool)).collect(),
            entries: self.entries.iter().map(|tool| ToolEntry::new(tool)).collect(),
        };
        document.fill_in();
        document.fingerprint = document.of_all();
        document
    }

    fn all(&self) -> impl Iterator<Item = &Tool> {
        self.tools.iter().chain(&self.entries).copied()
    }

    /// Those of the catalogue in its order, then by name the others that a tool asks about or clients are to ask for.
    fn scopes(&self) -> Vec<ScopeDescription> {
        let catalog = self.catalogs.scopes.as_ref();
        let mut scopes: Vec<ScopeDescription> =
            catalog.map_or_else(Vec::new, |catalog| catalog.entries.iter().map(Into::into).collect());
        let asked = users(self.all(), PolicyDescription::named_scopes);
        let asked_for = self.baseline.iter().map(|scope| scope.as_str());
        let others: BTreeSet<_> = asked.keys().map(String::as_str).chain(asked_for).collect();
        let is_known = |name: &&str| scopes.iter().any(|scope| scope.scope == **name);
        let others: Vec<_> = others
            .into_iter()
            .filter(|name| !is_known(name))
            .map(undeclared_scope)
            .collect();
        scopes.extend(others);
        for scope in &mut scopes {
            let (implies, implied_by) = relations(catalog.map(|catalog| &catalog.hierarchy), &scope.scope);
            scope.implies = implies;
            scope.implied_by = implied_by;
            scope.baseline = self.baseline.iter().any(|baseline| baseline.as_str() == scope.scope);
            scope.tools = asked.get(&scope.scope).cloned().unwrap_or_default();
        }
        scopes
    }

    fn roles(&self) -> Vec<RoleDescription> {
        let catalog = self.catalogs.roles.as_ref();
        let mut roles: Vec<RoleDescription> =
            catalog.map_or_else(Vec::new, |catalog| catalog.entries.iter().map(Into::into).collect());
        let demanded = users(self.all(), PolicyDescription::named_roles);
        let is_known = |name: &&String| roles.iter().any(|role| role.role == **name);
        let others: Vec<_> = demanded
            .keys()
            .filter(|name| !is_known(name))
            .map(|name| undeclared_role(name))
            .collect();
        roles.extend(others);
        for role in &mut roles {
            let (implies, implied_by) = relations(catalog.map(|catalog| &catalog.hierarchy), &role.role);
            role.implies = implies;
            role.implied_by = implied_by;
            role.tools = demanded.get(&role.role).cloned().unwrap_or_default();
        }
        roles
    }
}

impl ScopeDocument {
    /// What follows from the policies, and from what implies what.
    pub(super) fn fill_in(&mut self) {
        let named = |document: &Self, is_so: fn(&PolicyDescription) -> bool| {
            let tools = document.all().filter(|tool| is_so(&tool.policy));
            tools.map(|tool| tool.name.clone()).collect()
        };
        self.public = named(self, |policy| policy.posture == Posture::Public);
        self.shadow = named(self, |policy| policy.shadow);
        let found: Vec<_> = self.all().map(|tool| self.found(tool)).collect();
        for (tool, found) in self.tools.iter_mut().chain(&mut self.entries).zip(found) {
            let Found {
                minimal,
                accepted_scopes,
                accepted_roles,
                excused_scopes,
            } = found;
            tool.demands = words::demands(&tool.policy);
            tool.conditions = words::conditions(&tool.policy);
            tool.minimal = minimal;
            tool.accepted_scopes = accepted_scopes;
            tool.accepted_roles = accepted_roles;
            tool.excused_scopes = excused_scopes;
        }
    }

    /// A short name of all that decides who may call what: every policy, and what implies what. Neither the order of tools nor anything
    /// that is only said about them is in it.
    pub(super) fn of_all(&self) -> String {
        #[derive(Serialize)]
        struct Deciding<'a> {
            policies: BTreeMap<&'a str, &'a PolicyDescription>,
            scopes: BTreeMap<&'a str, &'a [String]>,
            roles: BTreeMap<&'a str, &'a [String]>,
        }
        let scopes = self.scopes.iter().filter(|scope| !scope.implies.is_empty());
        let roles = self.roles.iter().filter(|role| !role.implies.is_empty());
        fingerprint(&Deciding {
            policies: self.all().map(|tool| (&*tool.name, &tool.policy)).collect(),
            scopes: scopes.map(|scope| (scope.scope.as_str(), &*scope.implies)).collect(),
            roles: roles.map(|role| (role.role.as_str(), &*role.implies)).collect(),
        })
    }

    fn found(&self, tool: &ToolEntry) -> Found {
        let policy = &tool.policy;
        let scopes = |named: &[&str]| {
            let scopes = self
                .scopes
                .iter()
                .filter(|scope| helps(named, &scope.scope, &scope.implies));
            sorted(scopes.map(|scope| &scope.scope))
        };
        let named = policy.named_roles();
        let roles = self
            .roles
            .iter()
            .filter(|role| helps(&named, &role.role, &role.implies));
        let unless = policy.owner.iter().flat_map(|owner| &owner.unless);
        Found {
            minimal: self.minimal_scopes(&[&tool.name]).ok(),
            accepted_scopes: scopes(&policy.demanded_scopes()),
            accepted_roles: sorted(roles.map(|role| &role.role)),
            excused_scopes: scopes(&unless.map(String::as_str).collect::<Vec<_>>()),
        }
    }
}

/// What of a tool follows from what implies what.
struct Found {
    minimal: Option<Grant>,
    accepted_scopes: Vec<String>,
    accepted_roles: Vec<String>,
    excused_scopes: Vec<String>,
}

fn sorted<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    names.cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

fn helps(demanded: &[&str], name: &str, implies: &[String]) -> bool {
    demanded.contains(&name) || implies.iter().any(|implied| demanded.contains(&implied.as_str()))
}

fn undeclared_scope(name: &str) -> ScopeDescription {
    ScopeDescription {
        scope: name.to_owned(),
        ..ScopeDescription::default()
    }
}

fn undeclared_role(name: &str) -> RoleDescription {
    RoleDescription {
        role: name.to_owned(),
        ..RoleDescription::default()
    }
}

/// Which tools name what.
fn users<'a>(
    tools: impl Iterator<Item = &'a Tool>,
    named: fn(&PolicyDescription) -> Vec<&str>,
) -> BTreeMap<String, Vec<String>> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for tool in tools {
        for name in named(&PolicyDescription::from(&tool.policy)) {
            users.entry(name.to_owned()).or_default().push(tool.name.to_string());
        }
    }
    users
}

/// What follows from a name, and what it follows from.
fn relations(hierarchy: Option<&Hierarchy>, name: &str) -> (Vec<String>, Vec<String>) {
    let Some(hierarchy) = hierarchy else {
        return (Vec::new(), Vec::new());
    };
    let names = || hierarchy.names().filter(|other| *other != name);
    let implies = names().filter(|other| hierarchy.implies(name, other));
    let implied_by = names().filter(|other| hierarchy.implies(other, name));
    (
        implies.map(str::to_owned).collect(),
        implied_by.map(str::to_owned).collect(),
    )
}
