//! Random catalogues and rules, and documents of policies under them.

use super::{Declared, ScopeDocument};
use crate::catalog::{Catalog, Catalogs, Hierarchy, RoleEntry, ScopeEntry};
use crate::entries::Kind;
use crate::policy::{Policy, Rule};
use crate::scope::ScopeToken;
use crate::tool::Location;
use crate::toolset::Tool;
use proptest::prelude::*;
use std::any::TypeId;
use std::collections::BTreeSet;

/// The scopes and roles that there are.
#[derive(Clone, Copy)]
pub(super) struct Names {
    pub(super) scopes: &'static [&'static str],
    pub(super) roles: &'static [&'static str],
}

impl Names {
    /// Catalogues with all of these, in which each name implies some of the later ones: no circles.
    pub(super) fn catalogs(self) -> impl Strategy<Value = Catalogs> {
        let edges = |names: usize| {
            let row = prop::collection::vec(prop::bool::weighted(0.22), names);
            prop::collection::vec(row, names)
        };
        (edges(self.scopes.len()), edges(self.roles.len())).prop_map(move |(scopes, roles)| {
            let later = |edges: &[Vec<bool>], from: usize, to: usize| from < to && edges[from][to];
            self.catalogs_by(&|from, to| later(&scopes, from, to), &|from, to| {
                later(&roles, from, to)
            })
        })
    }

    /// The same with these edges between the names, by their positions.
    pub(super) fn catalogs_by(
        self,
        scopes: &dyn Fn(usize, usize) -> bool,
        roles: &dyn Fn(usize, usize) -> bool,
    ) -> Catalogs {
        let scope = |name: &&'static str| ScopeEntry {
            variant: name,
            scope: ScopeToken::from_static(name),
            description: "",
            implies: &[],
            implies_all: &[],
            baseline: false,
            sensitive: false,
            admin_consent: false,
            number: 0,
        };
        let role = |role: &&'static str| RoleEntry {
            variant: role,
            role,
            description: "",
            implies: &[],
            implies_all: &[],
            number: 0,
        };
        Catalogs {
            scopes: Some(Catalog {
                entries: self.scopes.iter().map(scope).collect::<Vec<_>>().leak(),
                hierarchy: hierarchy(self.scopes, scopes),
            }),
            roles: Some(Catalog {
                entries: self.roles.iter().map(role).collect::<Vec<_>>().leak(),
                hierarchy: hierarchy(self.roles, roles),
            }),
        }
    }

    /// Rules about these, in which no list is empty.
    pub(super) fn rules(self) -> impl Strategy<Value = Rule> {
        let leaf = prop_oneof![
            3 => prop::sample::select(self.scopes).prop_map(|name| Rule::Scope(ScopeToken::from_static(name))),
            1 => prop::sample::select(self.roles).prop_map(Rule::Role),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            let rules = prop::collection::vec(inner, 1..4);
            (rules, any::<bool>()).prop_map(|(rules, all)| {
                let rules: &'static [Rule] = rules.leak();
                if all { Rule::All(rules) } else { Rule::Any(rules) }
            })
        })
    }
}

fn hierarchy(names: &[&'static str], leads: &dyn Fn(usize, usize) -> bool) -> Hierarchy {
    let direct = names.iter().enumerate().map(|(from, name)| {
        let implied = (0..names.len()).filter(|to| leads(from, *to));
        (*name, implied.map(|to| names[to]).collect())
    });
    Hierarchy::new("Names", TypeId::of::<()>(), &direct.collect())
}

/// The document of tools with these names and policies.
pub(super) fn document<'a>(
    catalogs: &Catalogs,
    policies: impl IntoIterator<Item = (&'a str, Policy)>,
) -> ScopeDocument {
    let location = Location {
        file: "tools.rs",
        line: 1,
    };
    let tools = policies.into_iter();
    let tools: Vec<_> = tools
        .map(|(name, policy)| Tool::entry(Kind::Tool, name, policy, location))
        .collect();
    let declared = Declared {
        catalogs,
        baseline: &BTreeSet::new(),
        tools: tools.iter().collect(),
        entries: Vec::new(),
    };
    declared.document()
}

/// As constant data, which policies are made of.
pub(super) fn tokens(names: &[&'static str]) -> &'static [ScopeToken] {
    let tokens: Vec<_> = names.iter().map(|name| ScopeToken::from_static(name)).collect();
    tokens.leak()
}
