//! Which tools a caller gets to see.
//!
//! Lists and, where denied tools are hidden, calls are decided by the same function: what is not in a caller's list does not
//! exist for that caller.

use crate::caller::Caller;
use crate::gate::{Facts, Gate};
use crate::policy::Policy;
use crate::scope::ScopeToken;
use crate::toolset::Tool;
use std::collections::BTreeSet;

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
    /// Nothing is missing but scopes, and all of these can be got.
    Obtainable,
    /// Anything else.
    Denied,
}

impl Policy {
    /// How a caller stands to a tool of this policy. It allocates nothing: a list asks for each tool.
    ///
    /// 1. Without a caller, only what is public can be called.
    /// 2. Who would be denied for anything but scopes is denied.
    /// 3. Who lacks no scope may call, and so may who lacks some that are only tried out.
    /// 4. If a client could get each scope that it would be told to get, the tool is in reach.
    /// 5. Whatever is none of this is denied.
    pub(crate) fn standing(&self, caller: Option<&Caller>, is_obtainable: impl Fn(ScopeToken) -> bool) -> Standing {
        if self.without_scopes().admit(caller).into_result().is_err() {
            return Standing::Denied; // 1, 2
        }
        let Some(caller) = caller else {
            return if self.is_public() {
                Standing::Callable
            } else {
                Standing::Denied
            }; // 1
        };
        let mut missing = self.missing_scopes(caller);
        match missing.next() {
            None => Standing::Callable,                        // 3
            Some(_) if self.is_shadow() => Standing::Callable, // 3
            Some(first) if is_obtainable(first) && missing.all(is_obtainable) => Standing::Obtainable, // 4
            Some(_) => Standing::Denied,                       // 5
        }
    }
}

impl Gate {
    /// Whether a tool stands in the list of a caller (MCP-60, MCP-61).
    ///
    /// 1. What the caller could call with some arguments.
    /// 2. Over HTTP, unless the gate was told otherwise, also what lacks only scopes that the client can get, so that it can ask
    ///    for them.
    /// 3. Nothing else.
    pub(crate) fn shows(&self, tool: &Tool, facts: &Facts) -> bool {
        let listing = &self.settings.listing;
        let obtainable = listing.obtainable.as_ref();
        let is_obtainable = |scope| obtainable.is_some_and(|scopes| scopes.contains(&scope));
        match tool.policy.standing(facts.caller.as_ref(), is_obtainable) {
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
    use crate::decision::Decision;
    use crate::policy::Policy;
    use crate::scope::ScopeToken;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const SCOPES: [ScopeToken; 4] = [
        ScopeToken::from_static("a"),
        ScopeToken::from_static("b"),
        ScopeToken::from_static("c"),
        ScopeToken::from_static("d"),
    ];
    const ROLES: [&str; 3] = ["r", "s", "t"];

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
        fresh: bool,
        shadow: bool,
        caller: Option<(Vec<ScopeToken>, Vec<&'static str>)>,
        obtainable: Vec<ScopeToken>,
    }

    fn cases() -> impl Strategy<Value = Case> {
        let posture = prop::sample::select(&[Policy::PUBLIC, Policy::AUTHENTICATED, Policy::NOBODY][..]);
        let caller = prop::option::weighted(0.9, (scopes(), roles()));
        let flags = (prop::bool::ANY, prop::bool::weighted(0.2));
        (posture, scopes(), scopes(), roles(), flags, caller, scopes()).prop_map(
            |(posture, all, mut any, roles, (fresh, shadow), caller, obtainable)| {
                // The macro refuses a scope that is demanded anyway.
                any.retain(|scope| !all.contains(scope));
                let rights = !(all.is_empty() && any.is_empty() && roles.is_empty());
                Case {
                    posture,
                    all,
                    any,
                    roles,
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
            if self.fresh {
                policy = policy.fresh();
            }
            if self.shadow {
                policy = policy.shadow();
            }
            policy
        }

        fn caller_with(&self, more: &[ScopeToken]) -> Option<Caller> {
            let (scopes, roles) = self.caller.as_ref()?;
            let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
            claims.scopes = sorted(scopes.iter().chain(more).map(|scope| scope.as_str()));
            claims.roles = sorted(roles.iter().copied());
            Some(Caller::new(claims))
        }

        /// What a client would see that calls, gets the scopes that it is told to get, and calls again.
        fn naive(&self) -> Standing {
            let policy = self.policy();
            if policy.admit(self.caller_with(&[]).as_ref()).into_result().is_ok() {
                return Standing::Callable;
            }
            let Some(caller) = self.caller_with(&[]) else {
                return Standing::Denied;
            };
            let told: BTreeSet<_> = policy.challenge_scopes().into_iter().collect();
            let new: Vec<_> = told
                .into_iter()
                .filter(|scope| !caller.has_scope(scope.as_str()))
                .collect();
            let gets: Vec<_> = new
                .iter()
                .filter(|scope| self.obtainable.contains(scope))
                .copied()
                .collect();
            match policy.admit(self.caller_with(&gets).as_ref()) {
                Decision::Allow => Standing::Obtainable,
                _ => Standing::Denied,
            }
        }
    }

    proptest! {
        #[test]
        fn mcp_60_visible_and_callable_agree(case in cases()) {
            let caller = case.caller_with(&[]);
            let is_obtainable = |scope| case.obtainable.contains(&scope);
            prop_assert_eq!(case.policy().standing(caller.as_ref(), is_obtainable), case.naive());
        }
    }
}
