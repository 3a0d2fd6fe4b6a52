//! Rules of scopes and roles against the plainest way to read them.

use super::{ROLES, SCOPES};
use proptest::prelude::*;
use std::collections::BTreeSet;
use toolgate::policy::Rule;
use toolgate::{Caller, Decision, Denial, Policy, ScopeToken};

/// A rule in the plainest form.
#[derive(Clone, Debug)]
enum Tree {
    Scope(&'static str),
    Role(&'static str),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

type Names = BTreeSet<&'static str>;

impl Tree {
    /// Policies are constants; a test may leak a few.
    fn rule(&self) -> Rule {
        let parts = |trees: &[Self]| &*trees.iter().map(Self::rule).collect::<Vec<_>>().leak();
        match self {
            Self::Scope(scope) => Rule::Scope(ScopeToken::from_static(scope)),
            Self::Role(role) => Rule::Role(role),
            Self::All(trees) => Rule::All(parts(trees)),
            Self::Any(trees) => Rule::Any(parts(trees)),
        }
    }

    fn naive(&self, scopes: &Names, roles: &Names) -> bool {
        match self {
            Self::Scope(scope) => scopes.contains(scope),
            Self::Role(role) => roles.contains(role),
            Self::All(trees) => trees.iter().filter(|tree| !tree.naive(scopes, roles)).count() == 0,
            Self::Any(trees) => trees.iter().filter(|tree| tree.naive(scopes, roles)).count() > 0,
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        prop::sample::select(&SCOPES[..]).prop_map(Tree::Scope),
        prop::sample::select(&ROLES[..]).prop_map(Tree::Role),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![parts().prop_map(Tree::All), parts().prop_map(Tree::Any)]
    })
}

fn names(all: &'static [&'static str]) -> impl Strategy<Value = Names> {
    prop::sample::subsequence(all, 0..=all.len()).prop_map(BTreeSet::from_iter)
}

fn policy(tree: &Tree) -> Policy {
    Policy::AUTHENTICATED.allow(Box::leak(Box::new(tree.rule())))
}

fn caller(scopes: &Names, roles: &Names) -> Caller {
    let caller = toolgate_testing::caller("x").scopes(scopes.iter().copied());
    caller.roles(roles.iter().copied()).build()
}

proptest! {
    #[test]
    fn a_rule_decides_as_the_naive_reading_does(tree in trees(), scopes in names(&SCOPES), roles in names(&ROLES)) {
        let decision = policy(&tree).admit(Some(&caller(&scopes, &roles)));
        prop_assert_eq!(decision == Decision::Allow, tree.naive(&scopes, &roles));
        prop_assert!(policy(&tree).admit(None) != Decision::Allow);
    }

    #[test]
    fn more_rights_never_turn_an_allow_into_a_deny(
        tree in trees(),
        scopes in names(&SCOPES),
        roles in names(&ROLES),
        more_scopes in names(&SCOPES),
        more_roles in names(&ROLES),
    ) {
        let policy = policy(&tree);
        if policy.admit(Some(&caller(&scopes, &roles))) == Decision::Allow {
            let more = caller(&(&scopes | &more_scopes), &(&roles | &more_roles));
            prop_assert_eq!(policy.admit(Some(&more)), Decision::Allow);
        }
    }

    /// A client that follows the challenge gets in, with no scope too many; where no scope helps, none is named.
    #[test]
    fn mcp_43_what_a_challenge_names_lets_in(tree in trees(), scopes in names(&SCOPES), roles in names(&ROLES)) {
        let policy = policy(&tree);
        match policy.admit(Some(&caller(&scopes, &roles))) {
            Decision::Allow => {}
            Decision::Deny(Denial::MissingScopes { missing, required }) => {
                let required: Names = required.iter().map(|scope| scope.as_str()).collect();
                prop_assert_eq!(policy.admit(Some(&caller(&required, &roles))), Decision::Allow);
                let missing: Names = missing.iter().map(|scope| scope.as_str()).collect();
                prop_assert_eq!(&missing, &(&required - &scopes));
                prop_assert!(!missing.is_empty());
            }
            Decision::Deny(Denial::MissingRights) => {
                let all = BTreeSet::from(SCOPES);
                prop_assert!(policy.admit(Some(&caller(&all, &roles))) != Decision::Allow);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
