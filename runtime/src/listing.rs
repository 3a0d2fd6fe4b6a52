//! Which tools a caller gets to see.
//!
//! Lists and, where denied tools are hidden, calls are decided by the same function: what is not in a caller's list does not
//! exist for that caller.

use crate::caller::Caller;
use crate::gate::{Facts, Gate};
use crate::policy::{InReach, Policy};
use crate::scope::ScopeToken;
use crate::toolset::Tool;
use std::collections::BTreeSet;
use std::time::Duration;

/// What a gate was told about lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listing {
    /// The scopes that a client gets if it asks for them and its user agrees. Without them, none is.
    pub(crate) obtainable: Option<BTreeSet<ScopeToken>>,
    /// Whether a list has nothing but what the caller may call, also where a client could ask for more.
    pub(crate) callable_only: bool,
    /// Whether a tool that is not in a caller's list is answered like one that does not exist.
    pub(crate) hide_denied: bool,
}

/// What a list is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum View {
    /// For a client that takes what there is: over stdio, or in this process.
    Callable,
    /// For a client that can be told which scopes to get: over HTTP.
    Obtainable,
}

/// How a caller stands to a tool, as far as that can be said without arguments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// The caller could call it with some arguments.
    Callable,
    /// Nothing is missing but scopes, all of which can be got, or another login.
    Obtainable,
    /// Anything else.
    Denied,
}

impl Policy {
    /// How a caller stands to a tool of this policy. It allocates nothing: a list asks for each tool.
    ///
    /// 1. Without a caller, only what is public can be called.
    /// 2. Who would be denied for anything but scopes and the login is denied.
    /// 3. Who lacks a scope that cannot be got, or whom no scope lets in, is denied, unless scopes and roles are only tried out.
    /// 4. Who lacks scopes that a client is told to get, and can get, could call. So could who has to log in again, which is
    ///    everybody's to do: else a tool with a `max_age` would be gone from the list before anybody could be told.
    /// 5. Who lacks nothing may call.
    pub(crate) fn standing(
        &self,
        caller: Option<&Caller>,
        now: impl FnOnce() -> Duration,
        is_obtainable: impl Fn(ScopeToken) -> bool,
    ) -> Standing {
        if self.without_obtainable().admit(caller).into_result().is_err() {
            return Standing::Denied; // 1, 2
        }
        let Some(caller) = caller else {
            return if self.is_public() {
                Standing::Callable
            } else {
                Standing::Denied
            }; // 1
        };
        let scopes = match self.scopes_in_reach(caller, is_obtainable) {
            _ if self.is_shadow() => InReach::Held, // 3
            scopes => scopes,
        };
        match (scopes, self.accepts_login(caller, now)) {
            (InReach::No, _) => Standing::Denied,                                      // 3
            (InReach::Obtainable, _) | (InReach::Held, false) => Standing::Obtainable, // 4
            (InReach::Held, true) => Standing::Callable,                               // 5
        }
    }
}

impl Gate {
    /// Whether a tool stands in the list of a caller (MCP-60, MCP-61).
    ///
    /// 1. What the caller could call with some arguments.
    /// 2. Over HTTP, unless the gate was told otherwise, also what lacks only scopes that the client can get, or another login, so
    ///    that it can ask for them.
    /// 3. Nothing else.
    pub(crate) fn shows(&self, tool: &Tool, facts: &Facts) -> bool {
        let listing = &self.settings.listing;
        let obtainable = listing.obtainable.as_ref();
        let is_obtainable = |scope| obtainable.is_some_and(|scopes| scopes.contains(&scope));
        let now = || self.settings.clock.unix_time();
        match tool.policy.standing(facts.caller.as_ref(), now, is_obtainable) {
            Standing::Callable => true,                                                       // 1
            Standing::Obtainable => facts.view == View::Obtainable && !listing.callable_only, // 2
            Standing::Denied => false,                                                        // 3
        }
    }

    /// Whether a tool has to be answered like one that does not exist.
    pub(crate) fn hides(&self, tool: &Tool, facts: &Facts) -> bool {
        self.settings.listing.hide_denied && !self.shows(tool, facts)
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::{ClaimSet, sorted};
    use crate::decision::{Decision, Denial};
    use crate::policy::{Policy, Rule};
    use crate::scope::ScopeToken;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::time::Duration;

    const SCOPES: [ScopeToken; 4] = [
        ScopeToken::from_static("a"),
        ScopeToken::from_static("b"),
        ScopeToken::from_static("c"),
        ScopeToken::from_static("d"),
    ];
    const ROLES: [&str; 3] = ["r", "s", "t"];
    const RULES: [Rule; 3] = [
        Rule::Any(&[
            Rule::All(&[Rule::Scope(SCOPES[0]), Rule::Role("r")]),
            Rule::Scope(SCOPES[1]),
        ]),
        Rule::All(&[
            Rule::Scope(SCOPES[2]),
            Rule::Any(&[Rule::Scope(SCOPES[3]), Rule::Role("s")]),
        ]),
        Rule::Any(&[
            Rule::Role("t"),
            Rule::All(&[Rule::Scope(SCOPES[0]), Rule::Scope(SCOPES[3])]),
        ]),
    ];

    fn scopes() -> impl Strategy<Value = Vec<ScopeToken>> {
        prop::sample::subsequence(&SCOPES[..], 0..=SCOPES.len()).prop_shuffle()
    }

    fn roles() -> impl Strategy<Value = Vec<&'static str>> {
        prop::sample::subsequence(&ROLES[..], 0..=ROLES.len())
    }

    #[derive(Clone, Debug)]
    struct Case {
        posture: Policy,
        all: Vec<ScopeToken>,
        any: Vec<ScopeToken>,
        roles: Vec<&'static str>,
        /// In place of the lists.
        rule: Option<&'static Rule>,
        /// Whether the caller's login is the one that is demanded, if one is.
        login: Option<bool>,
        fresh: bool,
        shadow: bool,
        caller: Option<(Vec<ScopeToken>, Vec<&'static str>)>,
        obtainable: Vec<ScopeToken>,
    }

    fn cases() -> impl Strategy<Value = Case> {
        let posture = prop::sample::select(&[Policy::PUBLIC, Policy::AUTHENTICATED, Policy::NOBODY][..]);
        let caller = prop::option::weighted(0.9, (scopes(), roles()));
        let rule = prop::option::weighted(0.3, prop::sample::select(RULES.iter().collect::<Vec<_>>()));
        let login = prop::option::weighted(0.3, prop::bool::ANY);
        let flags = (prop::bool::ANY, prop::bool::weighted(0.2), rule, login);
        (posture, scopes(), scopes(), roles(), flags, caller, scopes()).prop_map(
            |(posture, mut all, mut any, mut roles, (fresh, shadow, rule, login), caller, obtainable)| {
                if rule.is_some() {
                    all.clear();
                    any.clear();
                    roles.clear();
                }
                // The macro refuses a scope that is demanded anyway.
                any.retain(|scope| !all.contains(scope));
                let rights = rule.is_some() || !(all.is_empty() && any.is_empty() && roles.is_empty());
                Case {
                    posture,
                    all,
                    any,
                    roles,
                    rule,
                    login,
                    fresh,
                    shadow: shadow && rights,
                    caller,
                    obtainable,
                }
            },
        )
    }

    impl Case {
        fn policy(&self) -> Policy {
            let mut policy = self.posture;
            // Policies are constants; a test may leak a few.
            if !self.all.is_empty() {
                policy = policy.scopes_all(self.all.clone().leak());
            }
            if !self.any.is_empty() {
                policy = policy.scopes_any(self.any.clone().leak());
            }
            if !self.roles.is_empty() {
                policy = policy.roles(self.roles.clone().leak());
            }
            if let Some(rule) = self.rule {
                policy = policy.allow(rule);
            }
            if self.login.is_some() {
                policy = policy.acr(&["strong"]);
            }
            if self.fresh {
                policy = policy.fresh();
            }
            if self.shadow {
                policy = policy.shadow();
            }
            policy
        }

        fn caller_with(&self, more: &[ScopeToken], logs_in_again: bool) -> Option<Caller> {
            let logs_in_again = logs_in_again || self.login == Some(true);
            let (scopes, roles) = self.caller.as_ref()?;
            let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
            claims.scopes = sorted(scopes.iter().chain(more).map(|scope| scope.as_str()));
            claims.roles = sorted(roles.iter().copied());
            claims.acr = Some(if logs_in_again { "strong" } else { "weak" }.into());
            Some(Caller::new(claims))
        }

        /// What a client would see that calls, gets the scopes that it is told to get, logs in again, and calls again.
        fn naive(&self) -> Standing {
            let policy = self.policy();
            if policy
                .admit(self.caller_with(&[], false).as_ref())
                .into_result()
                .is_ok()
            {
                return Standing::Callable;
            }
            let Some(caller) = self.caller_with(&[], false) else {
                return Standing::Denied;
            };
            let told: BTreeSet<_> = match policy.admit(Some(&caller)) {
                Decision::Deny(Denial::MissingScopes { required, .. }) => required.into_iter().collect(),
                _ => BTreeSet::new(),
            };
            let new: Vec<_> = told
                .into_iter()
                .filter(|scope| !caller.has_scope(scope.as_str()))
                .collect();
            let gets: Vec<_> = new
                .iter()
                .filter(|scope| self.obtainable.contains(scope))
                .copied()
                .collect();
            match policy.admit(self.caller_with(&gets, true).as_ref()) {
                Decision::Allow | Decision::WouldDeny(_) => Standing::Obtainable,
                Decision::Deny(_) => Standing::Denied,
            }
        }
    }

    proptest! {
        #[test]
        fn mcp_60_visible_and_callable_agree(case in cases()) {
            let caller = case.caller_with(&[], false);
            let is_obtainable = |scope| case.obtainable.contains(&scope);
            prop_assert_eq!(case.policy().standing(caller.as_ref(), || Duration::ZERO, is_obtainable), case.naive());
        }
    }
}
