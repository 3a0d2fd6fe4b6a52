//! What follows from what is granted.

use super::{RoleCatalog, RoleEntry, ScopeCatalog, ScopeEntry};
use crate::claims::ClaimSet;
use crate::scope::ScopeToken;
use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};

/// The catalogues that a gate or a toolset keeps to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogs {
    pub(crate) scopes: Option<Catalog<ScopeEntry>>,
    pub(crate) roles: Option<Catalog<RoleEntry>>,
}

/// Which catalogues: two gates with the same ones are alike to a caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct CatalogsId {
    scopes: Option<TypeId>,
    roles: Option<TypeId>,
}

/// What a caller holds besides what was granted, because something granted implies it. In each list sorted, without repetition,
/// and without what was granted.
#[derive(Clone, Debug)]
pub(crate) struct Implied {
    pub(crate) of: CatalogsId,
    pub(crate) scopes: Box<[&'static str]>,
    pub(crate) roles: Box<[&'static str]>,
}

/// A catalogue: what it says about each name, and what follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Catalog<E: 'static> {
    pub(crate) entries: &'static [E],
    pub(crate) hierarchy: Hierarchy,
}

/// Names, and which of them imply which.
#[derive(Clone, Debug)]
pub(crate) struct Hierarchy {
    /// The catalogue's name.
    pub(crate) catalog: &'static str,
    pub(crate) id: TypeId,
    /// All that follows from each name, by way of others too.
    implied: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

impl Catalogs {
    pub(crate) fn set_scopes<C: ScopeCatalog>(&mut self) {
        let direct = C::SCOPES.iter().map(|entry| {
            let implies = entry.implies.iter().map(|scope| scope.as_str());
            (entry.scope.as_str(), implies.collect())
        });
        self.scopes = Some(Catalog {
            entries: C::SCOPES,
            hierarchy: Hierarchy::new(C::NAME, TypeId::of::<C>(), &direct.collect()),
        });
    }

    pub(crate) fn set_roles<C: RoleCatalog>(&mut self) {
        let direct = C::ROLES.iter().map(|entry| (entry.role, entry.implies.to_vec()));
        self.roles = Some(Catalog {
            entries: C::ROLES,
            hierarchy: Hierarchy::new(C::NAME, TypeId::of::<C>(), &direct.collect()),
        });
    }

    pub(crate) fn id(&self) -> CatalogsId {
        CatalogsId {
            scopes: self.scopes.as_ref().map(|scopes| scopes.hierarchy.id),
            roles: self.roles.as_ref().map(|roles| roles.hierarchy.id),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.scopes.is_none() && self.roles.is_none()
    }

    /// What follows from what these claims grant (MCP-45).
    pub(crate) fn implied(&self, claims: &ClaimSet) -> Implied {
        let scopes = self
            .scopes
            .as_ref()
            .map(|scopes| scopes.hierarchy.implied(&claims.scopes));
        let roles = self.roles.as_ref().map(|roles| roles.hierarchy.implied(&claims.roles));
        Implied {
            of: self.id(),
            scopes: scopes.unwrap_or_default(),
            roles: roles.unwrap_or_default(),
        }
    }

    /// The scopes that a client gets without an administrator; none without a catalogue.
    pub(crate) fn obtainable(&self) -> Option<BTreeSet<ScopeToken>> {
        let entries = self.scopes.as_ref()?.entries.iter();
        let obtainable = entries.filter(|entry| !entry.admin_consent);
        Some(obtainable.map(|entry| entry.scope).collect())
    }

    /// The scopes that a client should ask for at first, if the catalogue says of any that it should.
    pub(crate) fn baseline(&self) -> Option<BTreeSet<ScopeToken>> {
        let entries = self.scopes.as_ref()?.entries.iter().filter(|entry| entry.baseline);
        let baseline: BTreeSet<_> = entries.map(|entry| entry.scope).collect();
        (!baseline.is_empty()).then_some(baseline)
    }
}

impl Hierarchy {
    /// Takes what each name implies by itself, and finds what follows. A circle, which no derived catalogue has, makes all of
    /// its names imply each other.
    pub(crate) fn new(catalog: &'static str, id: TypeId, direct: &BTreeMap<&'static str, Vec<&'static str>>) -> Self {
        let reached = |from: &'static str| {
            let mut reached = BTreeSet::new();
            let mut pending = vec![from];
            while let Some(next) = pending.pop() {
                let new = direct.get(next).into_iter().flatten().filter(|to| reached.insert(**to));
                pending.extend(new.copied().collect::<Vec<_>>());
            }
            reached
        };
        Self {
            catalog,
            id,
            implied: direct.keys().map(|name| (*name, reached(name))).collect(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.implied.contains_key(name)
    }

    /// Whether whoever holds the one holds the other, which is another.
    pub(crate) fn implies(&self, from: &str, to: &str) -> bool {
        from != to && self.implied.get(from).is_some_and(|implied| implied.contains(to))
    }

    /// All that follows from a name.
    pub(crate) fn follow(&self, name: &str) -> impl Iterator<Item = &'static str> {
        self.implied.get(name).into_iter().flatten().copied()
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.implied.keys().copied()
    }

    /// What follows from these, and is not among them. A name that is not in the catalogue implies nothing.
    fn implied(&self, granted: &[Box<str>]) -> Box<[&'static str]> {
        let implied: BTreeSet<_> = granted
            .iter()
            .filter_map(|name| self.implied.get(name.as_ref()))
            .flatten()
            .copied()
            .collect();
        let is_new = |name: &&'static str| granted.binary_search_by(|held| held.as_ref().cmp(name)).is_err();
        implied.into_iter().filter(is_new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalog, Catalogs, Hierarchy};
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::{ClaimSet, Claims, sorted};
    use crate::decision::Decision;
    use crate::policy::Policy;
    use crate::scope::ScopeToken;
    use proptest::prelude::*;
    use std::any::TypeId;
    use std::collections::BTreeSet;

    const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    /// In no catalogue.
    const FOREIGN: &str = "other";

    /// For each name, which of the later ones it implies: no circles.
    fn edges() -> impl Strategy<Value = Vec<Vec<bool>>> {
        proptest::collection::vec(
            proptest::collection::vec(proptest::bool::weighted(0.25), NAMES.len()),
            NAMES.len(),
        )
    }

    fn hierarchy(edges: &[Vec<bool>]) -> Hierarchy {
        let direct = NAMES.iter().enumerate().map(|(from, name)| {
            let implied = (from + 1..NAMES.len()).filter(|to| edges[from][*to]);
            (*name, implied.map(|to| NAMES[to]).collect())
        });
        Hierarchy::new("Names", TypeId::of::<()>(), &direct.collect())
    }

    fn catalog<E>(hierarchy: Hierarchy) -> Catalog<E> {
        Catalog {
            entries: &[],
            hierarchy,
        }
    }

    /// As often as there are names, adds whatever is implied by what is held.
    fn naive(edges: &[Vec<bool>], granted: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
        let mut held = granted.clone();
        for _ in NAMES {
            for (from, name) in NAMES.iter().enumerate() {
                for to in from + 1..NAMES.len() {
                    if held.contains(name) && edges[from][to] {
                        held.insert(NAMES[to]);
                    }
                }
            }
        }
        held
    }

    fn names() -> impl Strategy<Value = BTreeSet<&'static str>> {
        proptest::collection::btree_set(proptest::sample::select([&NAMES[..], &[FOREIGN]].concat()), 0..6)
    }

    fn caller(catalogs: &Catalogs, scopes: &BTreeSet<&'static str>, roles: &BTreeSet<&'static str>) -> Caller {
        let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
        claims.scopes = sorted(scopes.iter().copied());
        claims.roles = sorted(roles.iter().copied());
        Caller::new(claims).within(catalogs)
    }

    fn tokens(names: &BTreeSet<&'static str>) -> &'static [ScopeToken] {
        let tokens: Vec<_> = names.iter().map(|name| ScopeToken::from_static(name)).collect();
        tokens.leak()
    }

    fn policy(all: &BTreeSet<&'static str>, any: &BTreeSet<&'static str>, roles: &BTreeSet<&'static str>) -> Policy {
        let mut policy = Policy::AUTHENTICATED;
        if !all.is_empty() {
            policy = policy.scopes_all(tokens(all));
        }
        if !any.is_empty() {
            policy = policy.scopes_any(tokens(any));
        }
        if !roles.is_empty() {
            policy = policy.roles(roles.iter().copied().collect::<Vec<_>>().leak());
        }
        policy
    }

    proptest! {
        #[test]
        fn mcp_45_a_caller_holds_the_closure_of_what_was_granted(
            scope_edges in edges(), role_edges in edges(), scopes in names(), roles in names(),
        ) {
            let catalogs = Catalogs {
                scopes: Some(catalog(hierarchy(&scope_edges))),
                roles: Some(catalog(hierarchy(&role_edges))),
            };
            let alice = caller(&catalogs, &scopes, &roles);
            let expected: Vec<_> = naive(&scope_edges, &scopes).into_iter().collect();
            prop_assert_eq!(alice.scopes().collect::<Vec<_>>(), expected);
            let expected: Vec<_> = naive(&role_edges, &roles).into_iter().collect();
            prop_assert_eq!(alice.roles().collect::<Vec<_>>(), expected);
            for name in NAMES.into_iter().chain([FOREIGN]) {
                prop_assert_eq!(alice.has_scope(name), naive(&scope_edges, &scopes).contains(name));
                prop_assert_eq!(alice.has_role(name), naive(&role_edges, &roles).contains(name));
            }
            prop_assert_eq!(alice.granted_scopes().collect::<BTreeSet<_>>(), scopes);
            prop_assert_eq!(alice.granted_roles().collect::<BTreeSet<_>>(), roles);
        }

        #[test]
        fn mcp_45_a_policy_asks_for_what_is_held_and_more_rights_never_deny(
            edges in edges(), scopes in names(), roles in names(), more in names(),
            all in names(), any in names(), demanded_roles in names(),
        ) {
            let catalogs = Catalogs {
                scopes: Some(catalog(hierarchy(&edges))),
                roles: Some(catalog(hierarchy(&edges))),
            };
            let policy = policy(&all, &any, &demanded_roles);
            let is_allowed = |scopes: &BTreeSet<&'static str>, roles: &BTreeSet<&'static str>| {
                policy.admit(Some(&caller(&catalogs, scopes, roles))) == Decision::Allow
            };
            let (held, held_roles) = (naive(&edges, &scopes), naive(&edges, &roles));
            let expected = all.is_subset(&held)
                && (any.is_empty() || !any.is_disjoint(&held))
                && (demanded_roles.is_empty() || !demanded_roles.is_disjoint(&held_roles));
            prop_assert_eq!(is_allowed(&scopes, &roles), expected);
            if expected {
                prop_assert!(is_allowed(&(&scopes | &more), &roles));
                prop_assert!(is_allowed(&scopes, &(&roles | &more)));
            }
        }

        #[test]
        fn a_cache_that_two_gates_share_mixes_nothing(first in edges(), second in edges(), scopes in names()) {
            let mut hierarchies = [hierarchy(&first), hierarchy(&second)];
            hierarchies[1].id = TypeId::of::<u8>();
            let gates = hierarchies.map(|hierarchy| Catalogs {
                scopes: Some(catalog(hierarchy)),
                roles: None,
            });
            let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
            claims.scopes = sorted(scopes.iter().copied());
            let claims: Claims = claims.into();
            // By turns, and a caller of the one gate at the other.
            for _ in 0..2 {
                let of_first = Caller::new(claims.clone()).within(&gates[0]);
                let of_second = Caller::new(claims.clone()).within(&gates[1]);
                let moved = of_first.clone().within(&gates[1]);
                let back = moved.clone().within(&Catalogs::default());
                prop_assert_eq!(of_first.scopes().collect::<BTreeSet<_>>(), naive(&first, &scopes));
                prop_assert_eq!(of_second.scopes().collect::<BTreeSet<_>>(), naive(&second, &scopes));
                prop_assert_eq!(moved.scopes().collect::<BTreeSet<_>>(), naive(&second, &scopes));
                prop_assert_eq!(back.scopes().collect::<BTreeSet<_>>(), scopes.clone());
            }
        }
    }

    #[test]
    fn a_circle_ends() {
        let direct = [("a", vec!["b"]), ("b", vec!["a"])].into_iter().collect();
        let circle = Hierarchy::new("Names", TypeId::of::<()>(), &direct);
        assert!(circle.implies("a", "b") && circle.implies("b", "a"));
        assert!(!circle.implies("a", "a"));
    }
}
