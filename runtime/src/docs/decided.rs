//! What the document says of tokens, against what the gate decides: random catalogues, policies and tokens.

use super::random::{Names, tokens};
use super::{Access, Grant, LeastError, RuleDescription, ScopeDocument, random};
use crate::caller::{Caller, PrincipalKind};
use crate::catalog::Catalogs;
use crate::claims::{ClaimSet, sorted};
use crate::decision::Decision;
use crate::policy::{Policy, Rule};
use crate::scope::ScopeToken;
use proptest::prelude::*;

const SCOPES: [&str; 5] = ["a", "b", "c", "d", "e"];
const ROLES: [&str; 3] = ["r", "s", "t"];
const NAMES: Names = Names {
    scopes: &SCOPES,
    roles: &ROLES,
};

fn lists() -> impl Strategy<Value = Policy> {
    let scopes = || prop::sample::subsequence(&SCOPES[..], 0..=3).prop_shuffle();
    let roles = prop::sample::subsequence(&ROLES[..], 0..=2);
    (scopes(), scopes(), roles).prop_map(|(all, any, roles)| {
        let mut policy = Policy::AUTHENTICATED;
        if !all.is_empty() {
            policy = policy.scopes_all(tokens(&all));
        }
        if !any.is_empty() {
            policy = policy.scopes_any(tokens(&any));
        }
        if !roles.is_empty() {
            policy = policy.roles(roles.leak());
        }
        policy
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let ruled = NAMES
        .rules()
        .prop_map(|rule| Policy::AUTHENTICATED.allow(Box::leak(Box::new(rule))));
    let demanding = prop_oneof![4 => lists(), 4 => ruled];
    let tried_out = (demanding, prop::bool::weighted(0.2)).prop_map(|(policy, shadow)| {
        let has_rights = policy.admit(Some(&caller(&Catalogs::default(), &Grant::default()))) != Decision::Allow;
        if shadow && has_rights { policy.shadow() } else { policy }
    });
    prop_oneof![16 => tried_out, 1 => Just(Policy::PUBLIC), 1 => Just(Policy::NOBODY)]
}

fn grant() -> impl Strategy<Value = Grant> {
    let scopes = prop::sample::subsequence(&SCOPES[..], 0..=SCOPES.len());
    let roles = prop::sample::subsequence(&ROLES[..], 0..=ROLES.len());
    (scopes, roles).prop_map(|(scopes, roles)| Grant::new(scopes, roles))
}

fn caller(catalogs: &Catalogs, grant: &Grant) -> Caller {
    let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
    claims.scopes = sorted(grant.scopes.iter().map(String::as_str));
    claims.roles = sorted(grant.roles.iter().map(String::as_str));
    Caller::new(claims).within(catalogs)
}

fn document(catalogs: &Catalogs, policies: &[Policy]) -> ScopeDocument {
    let names = names(policies);
    random::document(catalogs, names.iter().map(String::as_str).zip(policies.iter().copied()))
}

fn names(policies: &[Policy]) -> Vec<String> {
    (0..policies.len()).map(|number| number.to_string()).collect()
}

/// Every token that there can be.
fn grants() -> impl Iterator<Item = Grant> {
    (0_u32..1 << (SCOPES.len() + ROLES.len())).map(|bits| {
        let is_set = |position: usize| bits >> position & 1 == 1;
        let scopes = SCOPES.iter().enumerate().filter(|(position, _)| is_set(*position));
        let roles = ROLES
            .iter()
            .enumerate()
            .filter(|(position, _)| is_set(SCOPES.len() + position));
        Grant::new(scopes.map(|(_, name)| *name), roles.map(|(_, name)| *name))
    })
}

fn size(caller: &Caller) -> (usize, usize) {
    (caller.roles().count(), caller.scopes().count())
}

fn both(one: &Grant, other: &Grant) -> Grant {
    let scopes = one.scopes.iter().chain(&other.scopes).cloned();
    Grant::new(scopes, one.roles.iter().chain(&other.roles).cloned())
}

proptest! {
    /// The naive way: try every token there can be.
    #[test]
    fn the_minimal_scopes_suffice_and_no_less_does(
        catalogs in NAMES.catalogs(), policies in prop::collection::vec(policy(), 1..4), held in grant(),
    ) {
        let document = document(&catalogs, &policies);
        let opens = |grant: &Grant| {
            let caller = caller(&catalogs, grant);
            policies.iter().all(|policy| policy.admit(Some(&caller)) == Decision::Allow).then(|| size(&caller))
        };
        let smallest = |held: &Grant| grants().filter_map(|grant| opens(&both(held, &grant))).min();
        for held in [Grant::default(), held] {
            match document.minimal_besides(&held, &names(&policies)) {
                Ok(least) => {
                    let opened = opens(&both(&held, &least));
                    prop_assert!(opened.is_some() && opened == smallest(&held), "{:?}", least);
                    // Nothing in it follows from the rest, or is held already.
                    for scope in &least.scopes {
                        let others = least.scopes.iter().filter(|other| *other != scope).cloned();
                        let others = both(&held, &Grant::new(others, least.roles.clone()));
                        prop_assert!(!caller(&catalogs, &others).has_scope(scope), "{:?}", least);
                    }
                    for role in &least.roles {
                        let others = least.roles.iter().filter(|other| *other != role).cloned();
                        let others = both(&held, &Grant::new(least.scopes.clone(), others));
                        prop_assert!(!caller(&catalogs, &others).has_role(role), "{:?}", least);
                    }
                }
                Err(error) => {
                    prop_assert!(matches!(error, LeastError::Nobody(_)), "{}", error);
                    prop_assert_eq!(smallest(&held), None);
                }
            }
        }
    }

    #[test]
    fn what_a_token_can_call_is_what_the_gate_decides(
        catalogs in NAMES.catalogs(), policies in prop::collection::vec(policy(), 1..4), held in grant(),
    ) {
        let document = document(&catalogs, &policies);
        let alice = caller(&catalogs, &held);
        for (policy, (_, access)) in policies.iter().zip(document.callable_with(Some(&held))) {
            let (expected, lacks) = match (policy.admit(Some(&alice)), access) {
                (Decision::Allow, access) => (access == Access::Allowed, None),
                (Decision::WouldDeny(_), Access::TriedOut { lacks }) | (Decision::Deny(_), Access::Denied { lacks }) => {
                    (true, lacks)
                }
                (_, _) => (false, None),
            };
            prop_assert!(expected, "{:?}", policy);
            if let Some(lacks) = lacks {
                prop_assert!(!lacks.is_empty());
                let alice = caller(&catalogs, &both(&held, &lacks));
                prop_assert_eq!(policy.admit(Some(&alice)), Decision::Allow);
            }
        }
        for (policy, (_, access)) in policies.iter().zip(document.callable_with(None)) {
            prop_assert_eq!(policy.admit(None) == Decision::Allow, access == Access::Allowed);
        }
    }
}

/// Of a chain that implies downwards, the least is the lowest, and of two that both are needed not a third that implies both.
#[test]
fn what_is_implied_counts() {
    const A: ScopeToken = ScopeToken::from_static("a");
    const B: ScopeToken = ScopeToken::from_static("b");
    const C: ScopeToken = ScopeToken::from_static("c");
    const D: ScopeToken = ScopeToken::from_static("d");
    const E: ScopeToken = ScopeToken::from_static("e");
    // `a` implies `b` and `d`, `b` implies `c`.
    let edges = [(0, 1), (1, 2), (0, 3)];
    let catalogs = NAMES.catalogs_by(&|from, to| edges.contains(&(from, to)), &|_, _| false);
    let least = |policies: &[Policy]| {
        let document = document(&catalogs, policies);
        document.minimal_scopes(&names(policies)).unwrap().scopes
    };
    let any = Policy::AUTHENTICATED.scopes_any(&[A, B]);
    let [c, d] = [
        Policy::AUTHENTICATED.scopes_all(&[C]),
        Policy::AUTHENTICATED.scopes_all(&[D]),
    ];
    assert_eq!(least(&[any]), ["b"]);
    assert_eq!(least(&[any, c]), ["b"]);
    assert_eq!(least(&[c, d]), ["c", "d"]);
    // Of what is equally little, what is declared first.
    let tie = Policy::AUTHENTICATED.scopes_any(&[E, D]);
    assert_eq!(least(&[tie]), ["e"]);
    assert_eq!(least(&[d, tie]), ["d"]);
}

/// Of names that imply each other the first is told, and of what is equally little always the same, in whatever order one asks.
#[test]
fn the_answer_is_one_of_those_that_are_equally_little() {
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| Rule::Scope(ScopeToken::from_static(name)));
    let circle = NAMES.catalogs_by(&|from, to| from + to == 1, &|_, _| false);
    for scope in ["a", "b"] {
        let policies = [Policy::AUTHENTICATED.scopes_all(tokens(&[scope]))];
        assert_eq!(
            document(&circle, &policies).minimal_scopes(&["0"]).unwrap().scopes,
            ["a"]
        );
    }
    let allow = |rule: Rule| Policy::AUTHENTICATED.allow(Box::leak(Box::new(rule)));
    let any = |rules: &[Rule]| Rule::Any(rules.to_vec().leak());
    let all = |rules: &[Rule]| Rule::All(rules.to_vec().leak());
    let policies = [
        allow(any(&[a, b])),
        allow(any(&[d, c])),
        allow(any(&[all(&[a, c]), all(&[b, d])])),
    ];
    let document = document(&Catalogs::default(), &policies);
    for tools in [["0", "1", "2"], ["1", "0", "2"], ["2", "1", "0"]] {
        assert_eq!(document.minimal_scopes(&tools).unwrap().scopes, ["a", "c"]);
    }
}

/// As at the gate. No policy is declared so, and a document may say it.
#[test]
fn a_list_without_anything_in_it_is_met_by_nobody() {
    let all = Grant::new(SCOPES, ROLES);
    let [nothing, none] = [RuleDescription::All(Vec::new()), RuleDescription::Any(Vec::new())];
    for rule in [nothing.clone(), none, RuleDescription::All(vec![nothing])] {
        let mut document = document(&Catalogs::default(), &[Policy::AUTHENTICATED]);
        document.tools[0].policy.allow = Some(rule);
        assert_eq!(document.minimal_scopes(&["0"]), Err(LeastError::Nobody("0".to_owned())));
        let (_, access) = &document.callable_with(Some(&all))[0];
        assert_eq!(*access, Access::Denied { lacks: None });
    }
}

#[test]
fn too_many_ways_are_an_error_and_no_guess() {
    let names: Vec<&'static str> = (0..90).map(|number| &*format!("scope-{number}").leak()).collect();
    let scopes: Vec<ScopeToken> = names.iter().map(|name| ScopeToken::from_static(name)).collect();
    let policies: Vec<_> = scopes
        .chunks(3)
        .map(|three| Policy::AUTHENTICATED.scopes_any(three.to_vec().leak()))
        .collect();
    let document = document(&Catalogs::default(), &policies);
    let ask = |tools: usize| document.minimal_scopes(&(0..tools).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!(ask(30), Err(LeastError::TooManyWays));
    assert_eq!(ask(3).unwrap().scopes, ["scope-0", "scope-3", "scope-6"]);
    assert_eq!(
        document.minimal_scopes(&["99"]),
        Err(LeastError::UnknownTool("99".to_owned()))
    );
}
