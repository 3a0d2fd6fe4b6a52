//! What of a document follows from its policies, and from what implies what.

use super::{Grant, PolicyDescription, Posture, ScopeDocument, ToolEntry, words};
use crate::policy::fingerprint;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

impl ScopeDocument {
    /// What follows from the policies, and from what implies what.
    pub(super) fn fill_in(&mut self) {
        let named = |document: &Self, is_so: fn(&PolicyDescription) -> bool| {
            let tools = document.all().filter(|tool| is_so(&tool.policy));
            tools.map(|tool| tool.name.clone()).collect()
        };
        self.public = named(self, |policy| policy.posture == Posture::Public);
        self.shadow = named(self, |policy| policy.shadow);
        self.fill_in_names();
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

    /// Of each scope and role, which tools ask about it and what it follows from.
    fn fill_in_names(&mut self) {
        let all = || self.tools.iter().chain(&self.entries);
        let users = |name: &str, named: fn(&PolicyDescription) -> Vec<&str>| {
            let users = all().filter(|tool| named(&tool.policy).contains(&name));
            users.map(|tool| tool.name.clone()).collect()
        };
        let implies = self
            .scopes
            .iter()
            .map(|scope| (scope.scope.clone(), scope.implies.clone()));
        let implies: BTreeMap<_, _> = implies.collect();
        for scope in &mut self.scopes {
            scope.implied_by = implying(&implies, &scope.scope);
            scope.tools = users(&scope.scope, PolicyDescription::named_scopes);
        }
        let implies = self.roles.iter().map(|role| (role.role.clone(), role.implies.clone()));
        let implies: BTreeMap<_, _> = implies.collect();
        for role in &mut self.roles {
            role.implied_by = implying(&implies, &role.role);
            role.tools = users(&role.role, PolicyDescription::named_roles);
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

/// By name, what a name follows from.
fn implying(implies: &BTreeMap<String, Vec<String>>, name: &str) -> Vec<String> {
    let from = implies
        .iter()
        .filter(|(_, implied)| implied.iter().any(|implied| implied == name));
    from.map(|(from, _)| from.clone()).collect()
}

fn sorted<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    names.cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

fn helps(demanded: &[&str], name: &str, implies: &[String]) -> bool {
    demanded.contains(&name) || implies.iter().any(|implied| demanded.contains(&implied.as_str()))
}
