//! What a token holds by what it carries, as the document says.

use super::{Grant, RuleDescription, ScopeDocument};
use std::collections::{BTreeMap, BTreeSet};

/// What follows from each scope and each role.
pub(super) struct Implied<'a> {
    scopes: Names<'a>,
    roles: Names<'a>,
}

type Names<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Scopes and roles with all that they imply.
#[derive(Clone, Default)]
pub(super) struct Held<'a> {
    scopes: BTreeSet<&'a str>,
    roles: BTreeSet<&'a str>,
}

impl<'a> Implied<'a> {
    pub(super) fn of(document: &'a ScopeDocument) -> Self {
        let scopes = document.scopes.iter();
        let roles = document.roles.iter();
        Self::new(
            scopes.map(|scope| (&*scope.scope, &*scope.implies)),
            roles.map(|role| (&*role.role, &*role.implies)),
        )
    }

    /// Of scopes and of roles, each with all that it implies.
    pub(super) fn new<I: IntoIterator<Item = &'a String>>(
        scopes: impl Iterator<Item = (&'a str, I)>,
        roles: impl Iterator<Item = (&'a str, I)>,
    ) -> Self {
        let follows = |(name, implied): (&'a str, I)| (name, implied.into_iter().map(String::as_str).collect());
        Self {
            scopes: scopes.map(follows).collect(),
            roles: roles.map(follows).collect(),
        }
    }

    /// What a token holds. A name that is not in the document implies nothing.
    pub(super) fn held(&self, grant: &'a Grant) -> Held<'a> {
        let mut held = Held::default();
        grant.scopes.iter().for_each(|scope| self.add_scope(&mut held, scope));
        grant.roles.iter().for_each(|role| self.add_role(&mut held, role));
        held
    }

    pub(super) fn add_scope(&self, held: &mut Held<'a>, scope: &'a str) {
        add(&self.scopes, &mut held.scopes, scope);
    }

    pub(super) fn add_role(&self, held: &mut Held<'a>, role: &'a str) {
        add(&self.roles, &mut held.roles, role);
    }

    /// What has to be granted to who holds the one, to hold the other.
    pub(super) fn lacking(&self, held: &Held<'_>, wanted: &Held<'_>) -> Grant {
        Grant {
            scopes: lacking(&self.scopes, &held.scopes, &wanted.scopes),
            roles: lacking(&self.roles, &held.roles, &wanted.roles),
        }
    }
}

impl Held<'_> {
    /// How much it is. A role is more than any number of scopes.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.roles.len(), self.scopes.len())
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// As the gate decides it: a list without anything in it is not met.
    pub(super) fn meets(&self, rule: &RuleDescription) -> bool {
        match rule {
            RuleDescription::Scope(name) => self.scopes.contains(name.as_str()),
            RuleDescription::Role(name) => self.roles.contains(name.as_str()),
            RuleDescription::All(rules) => !rules.is_empty() && rules.iter().all(|rule| self.meets(rule)),
            RuleDescription::Any(rules) => rules.iter().any(|rule| self.meets(rule)),
        }
    }
}

fn add<'a>(implied: &Names<'a>, held: &mut BTreeSet<&'a str>, name: &'a str) {
    held.insert(name);
    held.extend(implied.get(name).into_iter().flatten());
}

/// Of what is wanted and not held, the names that do not follow from others of it. Of names that imply each other, the first is kept.
fn lacking(implied: &Names<'_>, held: &BTreeSet<&str>, wanted: &BTreeSet<&str>) -> Vec<String> {
    let leads_to = |from: &str, to: &str| implied.get(from).is_some_and(|names| names.contains(&to));
    let follows = |name: &str| {
        let mut others = wanted.iter().filter(|other| **other != name);
        others.any(|other| leads_to(other, name) && (!leads_to(name, other) || *other < name))
    };
    let lacking = wanted.difference(held).filter(|name| !follows(name));
    lacking.map(|name| (*name).to_owned()).collect()
}
