//! The document of some tools, as they are declared.

use super::names::CatalogNames;
use super::{PolicyDescription, RoleDescription, ScopeDescription, ScopeDocument, ToolEntry, VERSION};
use crate::catalog::{Catalogs, Hierarchy};
use crate::protected::Protected;
use crate::scope::ScopeToken;
use crate::toolset::{Tool, Toolset};
use std::collections::BTreeSet;

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

    fn named(&self, of: fn(&PolicyDescription) -> Vec<&str>) -> BTreeSet<String> {
        let policies: Vec<_> = self.all().map(|tool| PolicyDescription::from(&tool.policy)).collect();
        let names = policies.iter().flat_map(of);
        names.map(str::to_owned).collect()
    }

    /// Those of the catalogue in its order, then by name the others that a tool asks about or clients are to ask for.
    fn scopes(&self) -> Vec<ScopeDescription> {
        let catalog = self.catalogs.scopes.as_ref();
        let mut scopes: Vec<ScopeDescription> =
            catalog.map_or_else(Vec::new, |catalog| catalog.entries.iter().map(Into::into).collect());
        let asked = self.named(PolicyDescription::named_scopes);
        let asked_for = self.baseline.iter().map(|scope| scope.as_str());
        let others: BTreeSet<_> = asked.iter().map(String::as_str).chain(asked_for).collect();
        let is_known = |name: &&str| scopes.iter().any(|scope| scope.scope == **name);
        let others: Vec<_> = others
            .into_iter()
            .filter(|name| !is_known(name))
            .map(undeclared_scope)
            .collect();
        scopes.extend(others);
        for scope in &mut scopes {
            scope.implies = implied(catalog.map(|catalog| &catalog.hierarchy), &scope.scope);
            scope.baseline = self.baseline.iter().any(|baseline| baseline.as_str() == scope.scope);
        }
        scopes
    }

    fn roles(&self) -> Vec<RoleDescription> {
        let catalog = self.catalogs.roles.as_ref();
        let mut roles: Vec<RoleDescription> =
            catalog.map_or_else(Vec::new, |catalog| catalog.entries.iter().map(Into::into).collect());
        let demanded = self.named(PolicyDescription::named_roles);
        let is_known = |name: &&String| roles.iter().any(|role| role.role == **name);
        let others: Vec<_> = demanded
            .iter()
            .filter(|name| !is_known(name))
            .map(|name| undeclared_role(name))
            .collect();
        roles.extend(others);
        for role in &mut roles {
            role.implies = implied(catalog.map(|catalog| &catalog.hierarchy), &role.role);
        }
        roles
    }
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

/// What follows from a name.
fn implied(hierarchy: Option<&Hierarchy>, name: &str) -> Vec<String> {
    let names = hierarchy.into_iter().flat_map(|hierarchy| {
        let names = hierarchy.names().filter(|other| *other != name);
        names.filter(|other| hierarchy.implies(name, other))
    });
    names.map(str::to_owned).collect()
}
