//! Scopes and roles that are demanded in more than one way.

use super::Policy;
use crate::caller::Caller;
use crate::docs::RuleDescription;
use crate::scope::ScopeToken;
use serde::Serialize;
use std::fmt;

/// A demand of scopes and roles, as constant data: what `allow = any(all(..), ..)` declares.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The caller holds this scope.
    Scope(ScopeToken),
    /// The caller has this role.
    Role(&'static str),
    /// All of these are met.
    All(&'static [Rule]),
    /// At least one of these is met.
    Any(&'static [Rule]),
}

impl Policy {
    /// Demands that this rule is met; it takes the place of lists of scopes and roles. As for [`scopes_all`](Self::scopes_all), the
    /// policy is not public then.
    ///
    /// # Panics
    ///
    /// If one was given before, or scopes or roles were, or a list in it is empty. In a constant that is a compile error.
    #[must_use]
    pub const fn allow(self, rule: &'static Rule) -> Self {
        assert!(self.allow.is_none(), "`allow` is given twice");
        assert!(
            self.scopes_all.is_empty() && self.scopes_any.is_empty() && self.roles.is_empty(),
            "`allow` takes the place of lists of scopes and roles"
        );
        rule.assert_says_something();
        Self {
            allow: Some(rule),
            ..self.demanding()
        }
    }

    /// The rule about scopes and roles, if one takes the place of their lists.
    #[must_use]
    pub const fn demanded_rule(&self) -> Option<&'static Rule> {
        self.allow
    }
}

impl Rule {
    /// An empty list could be read as "nobody" and as "anybody".
    const fn assert_says_something(&self) {
        let (Self::All(mut rest) | Self::Any(mut rest)) = *self else {
            return;
        };
        assert!(!rest.is_empty(), "an empty list demands nothing");
        while let [rule, tail @ ..] = rest {
            rule.assert_says_something();
            rest = tail;
        }
    }

    /// Whether a caller meets the rule.
    ///
    /// 1. A scope is met by who holds exactly it, a role by who has exactly it.
    /// 2. `All` is met by who meets each, and there is one.
    /// 3. `Any` is met by who meets one.
    pub(super) fn is_met_by(&self, caller: &Caller) -> bool {
        match self {
            Self::Scope(scope) => caller.has_scope(scope.as_str()),
            Self::Role(role) => caller.has_role(role),
            Self::All(rules) => !rules.is_empty() && rules.iter().all(|rule| rule.is_met_by(caller)),
            Self::Any(rules) => rules.iter().any(|rule| rule.is_met_by(caller)),
        }
    }

    /// All scopes that a caller who holds some of them needs to meet the rule, and no more; `None` if scopes alone are not enough.
    ///
    /// Of alternatives it is the one of which the fewest are missing, then the one with the fewest, then the first. Those that
    /// need a role which the caller does not have are none: whoever is told of scopes learns nothing of roles.
    pub(super) fn scopes_for(
        &self,
        has_scope: &dyn Fn(ScopeToken) -> bool,
        has_role: &dyn Fn(&str) -> bool,
    ) -> Option<Vec<ScopeToken>> {
        match self {
            Self::Scope(scope) => Some(vec![*scope]),
            Self::Role(role) => has_role(role).then(Vec::new),
            Self::All(rules) => {
                let mut scopes = Vec::new();
                for rule in *rules {
                    for scope in rule.scopes_for(has_scope, has_role)? {
                        if !scopes.contains(&scope) {
                            scopes.push(scope);
                        }
                    }
                }
                Some(scopes)
            }
            Self::Any(rules) => {
                let alternatives = rules.iter().filter_map(|rule| rule.scopes_for(has_scope, has_role));
                alternatives.min_by_key(|scopes| {
                    let missing = scopes.iter().filter(|scope| !has_scope(**scope)).count();
                    (missing, scopes.len())
                })
            }
        }
    }

    /// The scopes of the first way to meet the rule, whatever roles it needs besides: for a client of which nothing is known yet.
    pub(super) fn first_scopes(&self) -> Vec<ScopeToken> {
        match self {
            Self::Scope(scope) => vec![*scope],
            Self::Role(_) => Vec::new(),
            Self::All(rules) => {
                let mut scopes = Vec::new();
                for scope in rules.iter().flat_map(Self::first_scopes) {
                    if !scopes.contains(&scope) {
                        scopes.push(scope);
                    }
                }
                scopes
            }
            Self::Any(rules) => rules.first().map_or_else(Vec::new, Self::first_scopes),
        }
    }

    /// Every scope that the rule names, once.
    #[must_use]
    pub fn scopes(&self) -> Vec<ScopeToken> {
        let mut scopes = Vec::new();
        self.each_leaf(&mut |leaf| {
            if let Self::Scope(scope) = leaf
                && !scopes.contains(scope)
            {
                scopes.push(*scope);
            }
        });
        scopes
    }

    /// Every role that the rule names, once.
    #[must_use]
    pub fn roles(&self) -> Vec<&'static str> {
        let mut roles = Vec::new();
        self.each_leaf(&mut |leaf| {
            if let Self::Role(role) = leaf
                && !roles.contains(role)
            {
                roles.push(*role);
            }
        });
        roles
    }

    fn each_leaf(&self, visit: &mut dyn FnMut(&Self)) {
        match self {
            Self::Scope(_) | Self::Role(_) => visit(self),
            Self::All(rules) | Self::Any(rules) => rules.iter().for_each(|rule| rule.each_leaf(visit)),
        }
    }
}

impl fmt::Display for Rule {
    /// ``one of (all of (the scope `a`, the role `b`), the role `c`)``
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        RuleDescription::from(self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Policy, Rule};
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::{ClaimSet, sorted};
    use crate::decision::{Decision, Denial};
    use crate::scope::ScopeToken;
    use std::panic::catch_unwind;

    const READ: ScopeToken = ScopeToken::from_static("read");
    const WRITE: ScopeToken = ScopeToken::from_static("write");
    const ALL: ScopeToken = ScopeToken::from_static("all");

    /// Writers who are editors, admins, and whoever holds two scopes.
    const RULE: Rule = Rule::Any(&[
        Rule::All(&[Rule::Scope(WRITE), Rule::Role("editor")]),
        Rule::Role("admin"),
        Rule::All(&[Rule::Scope(READ), Rule::Scope(ALL)]),
    ]);
    const POLICY: Policy = Policy::AUTHENTICATED.allow(&RULE);

    fn caller(scopes: &[&str], roles: &[&str]) -> Caller {
        let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
        claims.scopes = sorted(scopes.iter().copied());
        claims.roles = sorted(roles.iter().copied());
        Caller::new(claims)
    }

    #[test]
    fn a_rule_is_met_in_each_of_its_ways_and_in_no_other() {
        for (scopes, roles) in [
            (&["write"][..], &["editor"][..]),
            (&[], &["admin"]),
            (&["read", "all"], &[]),
            (&["read", "write", "all"], &["editor", "admin"]),
        ] {
            let decision = POLICY.admit(Some(&caller(scopes, roles)));
            assert_eq!(decision, Decision::Allow, "{scopes:?} {roles:?}");
        }
        for (scopes, roles) in [
            (&[][..], &[][..]),
            (&["write"], &[]),
            (&[], &["editor"]),
            (&["read"], &["editor"]),
            (&["all"], &["write"]),
            (&["admin"], &["read", "all"]),
        ] {
            let decision = POLICY.admit(Some(&caller(scopes, roles)));
            assert!(matches!(decision, Decision::Deny(_)), "{scopes:?} {roles:?}");
        }
        assert_eq!(POLICY.admit(None), Decision::Deny(Denial::Unauthenticated));
    }

    #[test]
    fn mcp_43_who_can_get_in_by_scopes_is_told_the_fewest_that_do() {
        for (scopes, roles, missing, required) in [
            (&[][..], &[][..], vec![READ, ALL], vec![READ, ALL]),
            (&["all"], &[], vec![READ], vec![READ, ALL]),
            (&[], &["editor"], vec![WRITE], vec![WRITE]),
            (&["all"], &["editor"], vec![WRITE], vec![WRITE]),
            (&["write"], &[], vec![READ, ALL], vec![READ, ALL]),
        ] {
            assert_eq!(
                POLICY.admit(Some(&caller(scopes, roles))),
                Decision::Deny(Denial::MissingScopes { missing, required }),
                "{scopes:?} {roles:?}"
            );
        }
    }

    /// The shortest way is not the nearest.
    #[test]
    fn who_holds_most_of_one_way_is_told_the_rest_of_it() {
        const OTHER: ScopeToken = ScopeToken::from_static("other");
        const LAST: ScopeToken = ScopeToken::from_static("last");
        const WAYS: Rule = Rule::Any(&[
            Rule::All(&[Rule::Scope(OTHER), Rule::Scope(LAST)]),
            Rule::All(&[Rule::Scope(READ), Rule::Scope(WRITE), Rule::Scope(ALL)]),
        ]);
        let required = |scopes| match Policy::AUTHENTICATED.allow(&WAYS).admit(Some(&caller(scopes, &[]))) {
            Decision::Deny(Denial::MissingScopes { required, .. }) => required,
            decision => panic!("{decision:?}"),
        };
        assert_eq!(required(&["read", "write"]), [READ, WRITE, ALL]);
        assert_eq!(required(&["read"]), [OTHER, LAST]);
        assert_eq!(required(&[]), [OTHER, LAST]);
    }

    #[test]
    fn who_lacks_a_role_in_every_way_is_told_of_no_scope() {
        const ROLES: Rule = Rule::All(&[
            Rule::Scope(WRITE),
            Rule::Any(&[Rule::Role("editor"), Rule::Role("admin")]),
        ]);
        const POLICY: Policy = Policy::AUTHENTICATED.allow(&ROLES);
        for scopes in [&[][..], &["write"]] {
            let decision = POLICY.admit(Some(&caller(scopes, &[])));
            assert_eq!(decision, Decision::Deny(Denial::MissingRights), "{scopes:?}");
        }
        // Who has one of them is told of the scope.
        let decision = POLICY.admit(Some(&caller(&[], &["admin"])));
        assert!(
            matches!(decision, Decision::Deny(Denial::MissingScopes { .. })),
            "{decision:?}"
        );
    }

    #[test]
    fn the_first_way_is_what_a_client_is_asked_for_at_first() {
        assert_eq!(POLICY.challenge_scopes(), [WRITE]);
        assert_eq!(
            (RULE.scopes(), RULE.roles()),
            (vec![WRITE, READ, ALL], vec!["editor", "admin"])
        );
        assert_eq!(
            RULE.to_string(),
            "one of (all of (the scope `write`, the role `editor`), the role `admin`, all of (the scope `read`, the scope `all`))"
        );
    }

    #[test]
    fn r22_an_empty_list_is_no_demand_and_panics() {
        for rule in [
            &Rule::All(&[]),
            &Rule::Any(&[]),
            &Rule::Any(&[Rule::Role("admin"), Rule::All(&[])]),
        ] {
            assert!(catch_unwind(|| Policy::AUTHENTICATED.allow(rule)).is_err(), "{rule:?}");
            assert!(!Rule::All(&[]).is_met_by(&caller(&[], &[])));
        }
        assert!(catch_unwind(|| Policy::AUTHENTICATED.roles(&["r"]).allow(&RULE)).is_err());
        assert!(catch_unwind(|| POLICY.scopes_all(&[READ])).is_err());
        assert!(catch_unwind(|| POLICY.scopes_any(&[READ])).is_err());
        assert!(catch_unwind(|| POLICY.roles(&["r"])).is_err());
    }

    /// What is demanded after it would be tried out as well, and nobody would expect that.
    #[test]
    fn a_shadow_comes_after_what_it_tries_out() {
        const TRIED: Policy = Policy::AUTHENTICATED.acr(&["strong"]).roles(&["r"]).shadow();
        const SCOPES: Policy = Policy::AUTHENTICATED.scopes_all(&[READ]).shadow();
        assert!(catch_unwind(|| TRIED.scopes_all(&[READ])).is_err());
        assert!(catch_unwind(|| TRIED.scopes_any(&[READ])).is_err());
        assert!(catch_unwind(|| TRIED.allow(&RULE)).is_err());
        assert!(catch_unwind(|| SCOPES.roles(&["r"])).is_err());
        assert!(catch_unwind(|| SCOPES.fresh()).is_ok());
    }
}
