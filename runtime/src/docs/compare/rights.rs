//! Whether scopes, roles and ownership let somebody in who was kept out before. It is found out exactly, or not at all.

use super::Deciding;
use crate::docs::implied::{Held, Implied};
use crate::docs::{OwnerDescription, PolicyDescription, RuleDescription};
use std::collections::BTreeSet;

/// How many ways to be let in are tried at most.
const MAX_WAYS: usize = 20_000;

/// A policy, and what implies what where it stands.
#[derive(Clone, Copy)]
pub(in crate::docs) struct Side<'a> {
    pub(in crate::docs) policy: &'a PolicyDescription,
    pub(in crate::docs) names: &'a Deciding,
}

/// What of a policy is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::docs) enum Part {
    /// Scopes and roles.
    Rights,
    /// Who has to be the owner, and which scopes excuse from that.
    Owner,
    /// Both, as a caller has to meet both. A scope may count for each.
    Both,
}

/// What a caller may be or have.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::docs) enum Fact<'a> {
    /// The caller owns what this field names.
    Owner(&'a str),
    Scope(&'a str),
    Role(&'a str),
}

/// What a caller is and has who is let in.
pub(in crate::docs) type Way<'a> = BTreeSet<Fact<'a>>;

/// Whether a policy lets in somebody whom another keeps out.
#[derive(Debug)]
pub(in crate::docs) enum Wider<'a> {
    No,
    /// Yes, this caller among others, who holds no more than needed.
    For(Way<'a>),
    /// There are too many ways to try.
    Unknown,
}

/// Compares whom two policies let in that are for callers with a token.
///
/// 1. Both only become true by more rights, never by fewer: so it suffices to try the callers who have just what some way needs.
/// 2. Each way to meet the new policy is a set of rights that are held. Each of those is held by who was granted it, or something
///    that implies it now.
/// 3. Each caller of that kind has to be let in by the old policy, with what was implied then.
pub(in crate::docs) fn wider<'a>(old: Side<'a>, new: Side<'a>, part: Part) -> Wider<'a> {
    let Some(ways) = ways_in(new, part).and_then(|ways| granted(&ways, new.names)) else {
        return Wider::Unknown;
    };
    let (door, implied_then, implied_now) = (Door::new(old.policy, part), old.names.implied(), new.names.implied());
    let kept_out = ways.into_iter().filter(|way| !door.lets_in(&implied_then, way)); // 3
    // Who was granted the very scope is the better example than who was granted one that implies it, and others.
    let least = kept_out.min_by_key(|way| (held(&implied_now, way).size(), way.len(), way.clone()));
    least.map_or(Wider::No, Wider::For)
}

/// Whether anybody meets the demands at all.
pub(super) fn can_be_met(side: Side<'_>) -> bool {
    ways_in(side, Part::Both).is_none_or(|ways| !ways.is_empty())
}

/// The ways to meet a policy, each as what has to be held.
fn ways_in(side: Side<'_>, part: Part) -> Option<Vec<Way<'_>>> {
    let policy = side.policy;
    let mut ways = vec![Way::new()];
    // Those of a shadow are not enforced.
    if part != Part::Owner && !policy.shadow {
        for scope in &policy.scopes_all {
            ways = both(&ways, &[single(Fact::Scope(scope))])?;
        }
        if !policy.scopes_any.is_empty() {
            ways = both(&ways, &each(&policy.scopes_any, Fact::Scope))?;
        }
        if !policy.roles.is_empty() {
            ways = both(&ways, &each(&policy.roles, Fact::Role))?;
        }
        if let Some(rule) = &policy.allow {
            ways = both(&ways, &ways_of(rule)?)?;
        }
    }
    if part != Part::Rights
        && let Some(owner) = &policy.owner
    {
        let mut either = vec![single(Fact::Owner(&owner.field))];
        either.extend(each(&owner.unless, Fact::Scope));
        ways = both(&ways, &either)?;
    }
    Some(ways)
}

fn ways_of(rule: &RuleDescription) -> Option<Vec<Way<'_>>> {
    match rule {
        RuleDescription::Scope(name) => Some(vec![single(Fact::Scope(name))]),
        RuleDescription::Role(name) => Some(vec![single(Fact::Role(name))]),
        // An empty list is met by nobody, as at the gate.
        RuleDescription::All(rules) if rules.is_empty() => Some(Vec::new()),
        RuleDescription::All(rules) => {
            let mut ways = vec![Way::new()];
            for rule in rules {
                ways = both(&ways, &ways_of(rule)?)?;
            }
            Some(ways)
        }
        RuleDescription::Any(rules) => {
            let mut ways = Vec::new();
            for rule in rules {
                ways.extend(ways_of(rule)?);
            }
            // Whoever takes them counts them.
            Some(ways)
        }
    }
}

fn single(fact: Fact<'_>) -> Way<'_> {
    Way::from([fact])
}

fn each<'a>(names: &'a [String], fact: fn(&'a str) -> Fact<'a>) -> Vec<Way<'a>> {
    names.iter().map(|name| single(fact(name))).collect()
}

/// The ways to meet both of two demands. None if there are too many.
fn both<'a>(some: &[Way<'a>], others: &[Way<'a>]) -> Option<Vec<Way<'a>>> {
    if some.len().saturating_mul(others.len()) > MAX_WAYS {
        return None;
    }
    let joined = some
        .iter()
        .flat_map(|one| others.iter().map(move |other| one | other))
        .collect::<BTreeSet<_>>();
    Some(joined.into_iter().collect())
}

/// What callers were granted who hold what a way needs. None if there are too many.
fn granted<'a>(ways: &[Way<'a>], names: &'a Deciding) -> Option<Vec<Way<'a>>> {
    let mut all = BTreeSet::new();
    for way in ways {
        let mut granted = vec![Way::new()];
        for fact in way {
            granted = both(&granted, &givers(*fact, names))?;
        }
        all.extend(granted);
        if all.len() > MAX_WAYS {
            return None;
        }
    }
    Some(all.into_iter().collect())
}

/// What one can be granted to hold something: itself, or what implies it.
fn givers<'a>(fact: Fact<'a>, names: &'a Deciding) -> Vec<Way<'a>> {
    let mut givers = vec![single(fact)];
    match fact {
        Fact::Owner(_) => {}
        Fact::Scope(scope) => {
            let implying = names.scopes.keys().filter(|name| names.scope_implies(name, scope));
            givers.extend(implying.map(|name| single(Fact::Scope(name))));
        }
        Fact::Role(role) => {
            let implying = names.roles.keys().filter(|name| names.role_implies(name, role));
            givers.extend(implying.map(|name| single(Fact::Role(name))));
        }
    }
    givers
}

/// Decides about callers as the gate does, as far as a part of a policy goes.
struct Door<'a> {
    owner: Option<&'a OwnerDescription>,
    /// Those of a shadow are not enforced.
    rights: Vec<RuleDescription>,
}

impl<'a> Door<'a> {
    fn new(policy: &'a PolicyDescription, part: Part) -> Self {
        let is_asked = part != Part::Owner && !policy.shadow;
        Self {
            owner: policy.owner.as_ref().filter(|_| part != Part::Rights),
            rights: if is_asked { policy.rights() } else { Vec::new() },
        }
    }

    fn lets_in(&self, implied: &Implied<'a>, way: &Way<'a>) -> bool {
        let held = held(implied, way);
        // Of another field nothing is known.
        let is_owner = |owner: &OwnerDescription| {
            way.contains(&Fact::Owner(&owner.field)) || owner.unless.iter().any(|scope| held.has_scope(scope))
        };
        self.rights.iter().all(|rule| held.meets(rule)) && self.owner.is_none_or(is_owner)
    }
}

/// Whoever is granted what a way has holds this.
fn held<'a>(implied: &Implied<'a>, way: &Way<'a>) -> Held<'a> {
    let mut held = Held::default();
    for fact in way {
        match fact {
            Fact::Owner(_) => {}
            Fact::Scope(scope) => implied.add_scope(&mut held, scope),
            Fact::Role(role) => implied.add_role(&mut held, role),
        }
    }
    held
}

/// A caller in words.
pub(super) fn in_words(way: &Way<'_>) -> String {
    let scopes: Vec<_> = way
        .iter()
        .filter_map(|fact| match fact {
            Fact::Scope(scope) => Some(*scope),
            Fact::Role(_) | Fact::Owner(_) => None,
        })
        .collect();
    let roles: Vec<_> = way
        .iter()
        .filter_map(|fact| match fact {
            Fact::Role(role) => Some(*role),
            Fact::Scope(_) | Fact::Owner(_) => None,
        })
        .collect();
    let rights = match (names("scope", &scopes), names("role", &roles)) {
        (None, None) => "a caller without any scope or role".to_owned(),
        (Some(scopes), None) => format!("a caller with {scopes} and without any role"),
        (None, Some(roles)) => format!("a caller with {roles} and without any scope"),
        (Some(scopes), Some(roles)) => format!("a caller with {scopes} and {roles}"),
    };
    let mut owned = way.iter().filter_map(|fact| match fact {
        Fact::Owner(field) => Some(*field),
        Fact::Scope(_) | Fact::Role(_) => None,
    });
    match owned.next() {
        Some(field) => format!("{rights} who is named in `{field}`"),
        None => rights,
    }
}

fn names(noun: &str, names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("the {noun} `{name}`")),
        names => Some(format!("the {noun}s `{}`", names.join("`, `"))),
    }
}
