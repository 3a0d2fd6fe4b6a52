//! Comparisons against what the gate decides: random catalogues, policies, callers and arguments.

mod asked;
mod draft;
mod kinds;

use self::asked::{Asked, asked, everybody, lets_in};
use self::draft::{CALLERS, Draft, drafts, two_drafts};
use self::kinds::{KINDS, Made};
use super::{About, Aspect, Change, Deciding, Effect};
use crate::catalog::{Catalogs, Hierarchy};
use crate::docs::random::{self, Names, tokens};
use crate::docs::{Posture, ScopeDocument};
use crate::policy::{Policy, Rule};
use crate::scope::ScopeToken;
use proptest::prelude::*;

const SCOPES: [&str; 4] = ["a", "b", "c", "d"];
const ROLES: [&str; 2] = ["r", "s"];
const NAMES: Names = Names {
    scopes: &SCOPES,
    roles: &ROLES,
};
const FIELDS: [&str; 2] = ["owner", "author"];
const TOOL: &str = "tool";

/// One document has the first of these, the other the second, or both the same.
fn two_catalogs() -> impl Strategy<Value = (Catalogs, Catalogs)> {
    (NAMES.catalogs(), NAMES.catalogs(), any::<bool>()).prop_map(
        |(one, other, same)| {
            if same { (one.clone(), one) } else { (one, other) }
        },
    )
}

fn document(catalogs: &Catalogs, policy: Policy) -> ScopeDocument {
    random::document(catalogs, [(TOOL, policy)])
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

/// Before, who had one of two scopes had both. Now two others imply one of them each: neither lets anybody in without the other.
#[test]
fn what_only_several_changes_together_do_is_told_of_each() {
    let [a, b, c, d] = [0, 1, 2, 3];
    let document = |edges: [(usize, usize); 2]| {
        let catalogs = NAMES.catalogs_by(&|from, to| edges.contains(&(from, to)), &|_, _| false);
        document(&catalogs, Policy::AUTHENTICATED.scopes_all(tokens(&["a", "b"])))
    };
    let old = document([(a, b), (b, a)]);
    let changes = document([(c, a), (d, b)]).changes_since(&old).changes;
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
    fn what_is_the_same_has_no_change(names in NAMES.catalogs(), draft in drafts()) {
        prop_assert_eq!(changes((&names, &draft), (&names, &draft)), Vec::new());
    }

    /// What is different has a change, whatever it is: else a lock would be taken for current that is not.
    #[test]
    fn what_is_different_has_a_change((old_names, new_names) in two_catalogs(), (old, new) in two_drafts()) {
        let (before, after) = (document(&old_names, old.policy()), document(&new_names, new.policy()));
        let opens = |document: &ScopeDocument| document.tools[0].policy.posture != Posture::Nobody;
        if Deciding::of(&before) != Deciding::of(&after) && opens(&after) {
            prop_assert!(!after.changes_since(&before).changes.is_empty());
        }
    }

    /// Every kind of weakening, made in a policy that may be anything else.
    #[test]
    fn every_kind_of_weakening_is_found(names in NAMES.catalogs(), draft in drafts(), kind in 0..KINDS.len()) {
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
        for ((name, before), (_, after)) in implied(&old).into_iter().zip(implied(&new)) {
            let gained = after.iter().any(|implied| !before.contains(implied));
            let told = changes.iter().any(|change| {
                change.about == name && change.aspect == Aspect::Hierarchy && change.effect == Effect::Weakening
            });
            prop_assert_eq!(gained, told, "{}: {:?}", name, changes);
        }
    }
}

/// What follows from each scope and each role.
fn implied(catalogs: &Catalogs) -> Vec<(About, Vec<&'static str>)> {
    let follow = |names: &'static [&'static str], hierarchy: &Hierarchy, name: &str| {
        let others = names.iter().filter(|other| hierarchy.implies(name, other));
        others.copied().collect()
    };
    let scopes = catalogs.scopes.iter().flat_map(|scopes| {
        let named = |name: &'static str| (About::Scope(name.to_owned()), follow(&SCOPES, &scopes.hierarchy, name));
        SCOPES.map(named)
    });
    let roles = catalogs.roles.iter().flat_map(|roles| {
        let named = |name: &'static str| (About::Role(name.to_owned()), follow(&ROLES, &roles.hierarchy, name));
        ROLES.map(named)
    });
    scopes.chain(roles).collect()
}
