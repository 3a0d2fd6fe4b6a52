//! Comparisons against what the gate decides: random catalogues, policies, callers and arguments.

mod draft;
mod kinds;

use self::draft::{CALLERS, Draft, drafts, two_drafts};
use self::kinds::{KINDS, Made};
use super::{About, Aspect, Change, Deciding, Effect};
use crate::caller::{Caller, PrincipalKind};
use crate::catalog::{Catalog, Catalogs, Hierarchy};
use crate::claims::{ClaimSet, sorted};
use crate::decision::Decision;
use crate::docs::{Declared, ScopeDocument};
use crate::entries::Kind;
use crate::owner::Owners;
use crate::policy::{Policy, Rule};
use crate::scope::ScopeToken;
use crate::tool::Location;
use crate::toolset::Tool;
use proptest::prelude::*;
use std::any::TypeId;
use std::collections::BTreeSet;
use std::time::Duration;

const SCOPES: [&str; 4] = ["a", "b", "c", "d"];
const ROLES: [&str; 2] = ["r", "s"];
const FIELDS: [&str; 2] = ["owner", "author"];
const NOW: Duration = Duration::from_secs(1_000_000);

/// For each name, which of the later ones it implies: no circles.
fn edges(names: usize) -> impl Strategy<Value = Vec<Vec<bool>>> {
    prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.2), names), names)
}

fn catalogs() -> impl Strategy<Value = Catalogs> {
    fn hierarchy(names: &'static [&'static str], edges: &[Vec<bool>]) -> Hierarchy {
        let direct = names.iter().enumerate().map(|(from, name)| {
            let implied = (from + 1..names.len()).filter(|to| edges[from][*to]);
            (*name, implied.map(|to| names[to]).collect())
        });
        Hierarchy::new("Names", TypeId::of::<()>(), &direct.collect())
    }
    (edges(SCOPES.len()), edges(ROLES.len())).prop_map(|(scopes, roles)| Catalogs {
        scopes: Some(Catalog {
            entries: &[],
            hierarchy: hierarchy(&SCOPES, &scopes),
        }),
        roles: Some(Catalog {
            entries: &[],
            hierarchy: hierarchy(&ROLES, &roles),
        }),
    })
}

/// One document has the first of these, the other the second, or both the same.
fn two_catalogs() -> impl Strategy<Value = (Catalogs, Catalogs)> {
    (catalogs(), catalogs(), any::<bool>()).prop_map(
        |(one, other, same)| {
            if same { (one.clone(), one) } else { (one, other) }
        },
    )
}

const TOOL: &str = "tool";

fn document(catalogs: &Catalogs, policy: Policy) -> ScopeDocument {
    let location = Location {
        file: "tools.rs",
        line: 1,
    };
    let tool = Tool::entry(Kind::Tool, TOOL, policy, location);
    let baseline = BTreeSet::new();
    let declared = Declared {
        catalogs,
        baseline: &baseline,
        tools: vec![&tool],
        entries: Vec::new(),
    };
    let mut document = declared.document();
    // The catalogues of these tests have no entries, so that names which no tool asks about would be missing.
    for (name, implied) in hierarchy_of(catalogs) {
        let known = document.scopes.iter_mut().find(|scope| scope.scope == name);
        match known {
            Some(scope) => scope.implies = implied,
            None => document.scopes.push(crate::docs::ScopeDescription {
                scope: name.to_owned(),
                implies: implied,
                ..Default::default()
            }),
        }
    }
    for (name, implied) in roles_of(catalogs) {
        let known = document.roles.iter_mut().find(|role| role.role == name);
        match known {
            Some(role) => role.implies = implied,
            None => document.roles.push(crate::docs::RoleDescription {
                role: name.to_owned(),
                implies: implied,
                ..Default::default()
            }),
        }
    }
    document
}

fn hierarchy_of(catalogs: &Catalogs) -> Vec<(&'static str, Vec<String>)> {
    let Some(catalog) = &catalogs.scopes else {
        return Vec::new();
    };
    let hierarchy = &catalog.hierarchy;
    let implied = |name: &str| {
        SCOPES
            .iter()
            .filter(|other| hierarchy.implies(name, other))
            .map(ToString::to_string)
            .collect()
    };
    SCOPES.iter().map(|name| (*name, implied(name))).collect()
}

fn roles_of(catalogs: &Catalogs) -> Vec<(&'static str, Vec<String>)> {
    let Some(catalog) = &catalogs.roles else {
        return Vec::new();
    };
    let hierarchy = &catalog.hierarchy;
    let implied = |name: &str| {
        ROLES
            .iter()
            .filter(|other| hierarchy.implies(name, other))
            .map(ToString::to_string)
            .collect()
    };
    ROLES.iter().map(|name| (*name, implied(name))).collect()
}

fn changes(old: (&Catalogs, &Draft), new: (&Catalogs, &Draft)) -> Vec<Change> {
    document(new.0, new.1.policy())
        .changes_since(&document(old.0, old.1.policy()))
        .changes
}

/// Whether the tool is said to let more callers in.
fn is_named(changes: &[Change]) -> bool {
    changes.iter().any(|change| {
        let about = change.about == About::Tool(TOOL.to_owned()) || change.tools.iter().any(|tool| tool == TOOL);
        about && change.effect == Effect::Weakening
    })
}

/// Somebody who calls with something.
#[derive(Clone, Debug)]
struct Asked {
    has_token: bool,
    scopes: Vec<&'static str>,
    roles: Vec<&'static str>,
    acr: Option<&'static str>,
    logged_in: Option<u64>,
    /// For each field, whether it names the caller.
    owns: [bool; 2],
    /// For each field, whether it is the caller's tenant.
    tenants: [bool; 2],
    /// For each check, what it says.
    checks: [bool; 2],
}

fn asked() -> impl Strategy<Value = Asked> {
    let names = (
        prop::sample::subsequence(&SCOPES[..], 0..=4),
        prop::sample::subsequence(&ROLES[..], 0..=2),
    );
    let login = (
        prop::option::weighted(0.8, prop::sample::select(&["strong", "weak", "other"][..])),
        prop::option::weighted(0.8, prop::sample::select(&[0_u64, 100, 1000][..])),
    );
    let facts = any::<([bool; 2], [bool; 2], [bool; 2])>();
    (prop::bool::weighted(0.9), names, login, facts).prop_map(
        |(has_token, (scopes, roles), (acr, logged_in), (owns, tenants, checks))| Asked {
            has_token,
            scopes,
            roles,
            acr,
            logged_in,
            owns,
            tenants,
            checks,
        },
    )
}

/// What comes of a call, in the order of the gate. Rates and freshness let nobody in for good.
fn lets_in(catalogs: &Catalogs, draft: &Draft, asked: &Asked) -> bool {
    let policy = draft.policy();
    let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
    claims.scopes = sorted(asked.scopes.iter().copied());
    claims.roles = sorted(asked.roles.iter().copied());
    claims.acr = asked.acr.map(Into::into);
    claims.auth_time = asked.logged_in.map(|ago| NOW.saturating_sub(Duration::from_secs(ago)));
    let caller = asked.has_token.then(|| Caller::new(claims).within(catalogs));
    if policy.admit_at(caller.as_ref(), NOW).into_result().is_err() {
        return false;
    }
    let fact =
        |facts: [bool; 2], names: [&str; 2], name: &str| facts[names.iter().position(|other| *other == name).unwrap()];
    let owners = match policy.demanded_owner() {
        None => Owners::Unbound,
        Some(owner) => {
            let named = if fact(asked.owns, FIELDS, owner.field) {
                "alice"
            } else {
                "bob"
            };
            Owners::Named(vec![Some(named.into())])
        }
    };
    let tenant = policy
        .demanded_tenant()
        .is_none_or(|tenant| fact(asked.tenants, ["tenant", "team"], tenant.field));
    let check = policy
        .demanded_check()
        .is_none_or(|check| fact(asked.checks, ["Store::may", "Store::might"], check));
    owners.admit(policy.demanded_owner(), caller.as_ref()) == Decision::Allow && tenant && check
}

/// Everybody there can be, as far as scopes, roles and owners go.
fn everybody() -> impl Iterator<Item = Asked> {
    (0_u32..1 << (SCOPES.len() + ROLES.len() + 2)).map(|bits| {
        let is_set = |position: usize| bits >> position & 1 == 1;
        let scopes = SCOPES.iter().enumerate().filter(|(position, _)| is_set(*position));
        let roles = ROLES.iter().enumerate().filter(|(position, _)| is_set(4 + position));
        Asked {
            has_token: true,
            scopes: scopes.map(|(_, name)| *name).collect(),
            roles: roles.map(|(_, name)| *name).collect(),
            acr: Some("strong"),
            logged_in: Some(0),
            owns: [is_set(6), is_set(7)],
            tenants: [true; 2],
            checks: [true; 2],
        }
    })
}

/// Before, who had one of two scopes had both. Now two others imply one of them each: neither lets anybody in without the other.
#[test]
fn what_only_several_changes_together_do_is_told_of_each() {
    let catalogs = |direct: [(&'static str, &'static str); 2]| {
        let direct = direct
            .into_iter()
            .map(|(name, implied)| (name, vec![implied]))
            .collect();
        let hierarchy = Hierarchy::new("Names", TypeId::of::<()>(), &direct);
        Catalogs {
            scopes: Some(Catalog {
                entries: &[],
                hierarchy,
            }),
            roles: None,
        }
    };
    let tokens = ["a", "b"].map(ScopeToken::from_static);
    let policy = Policy::AUTHENTICATED.scopes_all(tokens.to_vec().leak());
    let old = document(&catalogs([("a", "b"), ("b", "a")]), policy);
    let changes = document(&catalogs([("c", "a"), ("d", "b")]), policy)
        .changes_since(&old)
        .changes;
    let told = changes.iter().filter(|change| change.tools == [TOOL]);
    let told: Vec<_> = told.map(|change| change.about.to_string()).collect();
    assert_eq!(told, ["the scope `c`", "the scope `d`"]);
}

/// What cannot be found out is weaker, and soon.
#[test]
fn too_many_ways_to_be_let_in_are_a_weakening() {
    let scopes: Vec<&'static str> = (0..60).map(|number| &*format!("scope-{number}").leak()).collect();
    let either = |names: &[&'static str]| {
        let rules: Vec<_> = names
            .iter()
            .map(|name| Rule::Scope(ScopeToken::from_static(name)))
            .collect();
        Rule::Any(rules.leak())
    };
    let rules: Vec<_> = scopes.chunks(3).map(either).collect();
    let rule = |rules: &[Rule]| &*Box::leak(Box::new(Rule::All(rules.to_vec().leak())));
    let documents =
        [&rules[..], &rules[1..]].map(|rules| document(&Catalogs::default(), Policy::AUTHENTICATED.allow(rule(rules))));
    assert!(is_named(&documents[1].changes_since(&documents[0]).changes));
    assert!(is_named(&documents[0].changes_since(&documents[1]).changes));
    assert_eq!(documents[0].changes_since(&documents[0]).changes, Vec::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// The reason for all of this.
    #[test]
    fn who_is_let_in_now_and_was_not_is_found(
        (old_names, new_names) in two_catalogs(), (old, new) in two_drafts(), asked in prop::collection::vec(asked(), 20),
    ) {
        let changes = changes((&old_names, &old), (&new_names, &new));
        for asked in asked {
            if lets_in(&new_names, &new, &asked) && !lets_in(&old_names, &old, &asked) {
                prop_assert!(is_named(&changes), "{:?}: {:?}", asked, changes);
            }
        }
    }

    /// No false alarm about scopes, roles and owners, either: it is found out exactly.
    #[test]
    fn rights_are_weaker_exactly_if_somebody_is_let_in_by_them(
        (old_names, new_names) in two_catalogs(), (old, new) in two_drafts(),
    ) {
        let strong = Draft { acr: Vec::new(), ..old.clone() };
        let (old, new) = (Draft { posture: CALLERS, ..strong.clone() }, Draft { posture: CALLERS, ..new.with_rest_of(&strong) });
        let changes = changes((&old_names, &old), (&new_names, &new));
        let somebody = everybody().find(|asked| lets_in(&new_names, &new, asked) && !lets_in(&old_names, &old, asked));
        prop_assert_eq!(is_named(&changes), somebody.is_some(), "{:?}: {:?}", somebody, changes);
        // And what is narrower is not called neutral.
        let nobody = everybody().find(|asked| !lets_in(&new_names, &new, asked) && lets_in(&old_names, &old, asked));
        if let (None, Some(nobody)) = (&somebody, &nobody) {
            let told = changes.iter().any(|change| change.effect == Effect::Tightening);
            prop_assert!(told, "{:?}: {:?}", nobody, changes);
        }
    }

    #[test]
    fn what_is_the_same_has_no_change(names in catalogs(), draft in drafts()) {
        prop_assert_eq!(changes((&names, &draft), (&names, &draft)), Vec::new());
    }

    /// What is different has a change, whatever it is: else a lock would be taken for current that is not.
    #[test]
    fn what_is_different_has_a_change((old_names, new_names) in two_catalogs(), (old, new) in two_drafts()) {
        let (before, after) = (document(&old_names, old.policy()), document(&new_names, new.policy()));
        let opens = |document: &ScopeDocument| document.tools[0].policy.posture != crate::docs::Posture::Nobody;
        if Deciding::of(&before) != Deciding::of(&after) && opens(&after) {
            prop_assert!(!after.changes_since(&before).changes.is_empty());
        }
    }

    /// Every kind of weakening, made in a policy that may be anything else.
    #[test]
    fn every_kind_of_weakening_is_found(names in catalogs(), draft in drafts(), kind in 0..KINDS.len()) {
        let Made { aspect, prepare, weaken } = &KINDS[kind];
        let mut old = Draft { posture: CALLERS, ..draft };
        prepare(&mut old);
        let mut new = old.clone();
        weaken(&mut new);
        let changes = changes((&names, &old), (&names, &new));
        let found = changes.iter().any(|change| change.effect == Effect::Weakening && change.aspect == *aspect);
        // A scope that follows from another one is no loss.
        let of_rights = matches!(aspect, Aspect::Scopes | Aspect::Roles | Aspect::Rule | Aspect::Shadow | Aspect::Owner);
        let ask = |asked: &Asked| {
            let asked = Asked { acr: old.acr.first().copied(), ..asked.clone() };
            lets_in(&names, &new, &asked) && !lets_in(&names, &old, &asked)
        };
        prop_assert!(found || (of_rights && !everybody().any(|asked| ask(&asked))), "{:?}", changes);
    }

    #[test]
    fn a_wider_hierarchy_is_found((old, new) in two_catalogs(), draft in drafts()) {
        let changes = changes((&old, &draft), (&new, &draft));
        for (of_old, of_new) in [(hierarchy_of(&old), hierarchy_of(&new)), (roles_of(&old), roles_of(&new))] {
            for ((name, before), (_, after)) in of_old.into_iter().zip(of_new) {
                let gained = after.iter().any(|implied| !before.contains(implied));
                let told = changes.iter().any(|change| {
                    let about = [About::Scope(name.to_owned()), About::Role(name.to_owned())].contains(&change.about);
                    about && change.aspect == Aspect::Hierarchy && change.effect == Effect::Weakening
                });
                prop_assert_eq!(gained, told, "{}: {:?}", name, changes);
            }
        }
    }
}
