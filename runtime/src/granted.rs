//! What a tool can take to prove to other code what the gate has checked.

use crate::call::{Call, FromCall};
use crate::caller::Caller;
use crate::catalog::GrantedScope;
use crate::decision::Denial;
use crate::error::Error;
use crate::policy::{Policy, Rule};
use crate::scope::ScopeToken;
use std::fmt;
use std::marker::PhantomData;

/// That the caller of this very call holds a scope. It takes no space, and only the gate makes one.
///
/// A function that asks for one cannot be reached from a tool that demands less:
///
/// ```
/// use toolgate::{Granted, ScopeCatalog, State, ToolError, mcp_tool};
///
/// #[derive(ScopeCatalog)]
/// enum Scope {
///     /// Creates and changes notes.
///     #[scope("notes:write")]
///     Write,
/// }
///
/// #[derive(Clone)]
/// struct Notes;
///
/// impl Notes {
///     fn clear(&self, _: &Granted<scope::Write>) {}
/// }
///
/// /// Takes everything out of all notes.
/// #[mcp_tool(scopes_all = [Scope::Write])]
/// async fn clear(_: toolgate::NoArguments, notes: State<Notes>, may: Granted<scope::Write>) -> Result<(), ToolError> {
///     notes.clear(&may);
///     Ok(())
/// }
/// ```
///
/// A tool may take it if its own policy demands the scope: in `scopes_all`, or as each choice of `scopes_any`, itself or by a
/// scope that implies it. For any other tool that is an error of the compiler, at the parameter, and so it is for a `shadow`.
pub struct Granted<S>(PhantomData<fn() -> S>);

/// The caller's tenant, of which everything is that the arguments of this very call name. Only the gate makes one.
///
/// A tool may take it if it has a `tenant_field`; for any other that is an error of the compiler, at the parameter, and so it is for
/// a `shadow`.
pub struct TenantId(Caller);

/// What a parameter proves, for the check that the tool's policy demands it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    /// Nothing.
    Nothing,
    /// That the caller holds a scope.
    Scope {
        /// Who holds one of these holds it.
        held_by: &'static [ScopeToken],
        /// What to say if the policy does not demand it.
        unproven: &'static str,
    },
    /// That the tenant was checked.
    Tenant,
}

const NO_TENANT: &str = "`TenantId` proves that the tenant of the arguments was checked, but this tool has none checked\n\
                         help: add `tenant_field = \"..\"`, or remove the parameter";

const SHADOW: &str = "this parameter proves what was checked, but `shadow` lets callers through who fail a check\n\
                      help: remove `shadow`, or the parameter";

impl Proof {
    /// Panics, in a constant, unless whoever is admitted by the policy has what a parameter proves. Where something is not enforced,
    /// nothing is proven.
    #[track_caller]
    pub(crate) const fn check(self, policy: &Policy) {
        assert!(matches!(self, Self::Nothing) || !policy.is_shadow(), "{}", SHADOW);
        match self {
            Self::Nothing => {}
            Self::Scope { held_by, unproven } => assert!(demands(policy, held_by), "{}", unproven),
            Self::Tenant => assert!(policy.demanded_tenant().is_some(), "{}", NO_TENANT),
        }
    }
}

/// Whether every caller whom the policy admits holds one of these scopes.
///
/// 1. One that is always demanded is held.
/// 2. Of a choice one is held: so all of them have to be among these.
/// 3. A rule is met in one of its ways: each of them has to need one of these.
/// 4. Nobody has to hold anything else, whatever is demanded besides.
const fn demands(policy: &Policy, held_by: &[ScopeToken]) -> bool {
    let mut all = policy.demanded_scopes_all();
    while let [scope, rest @ ..] = all {
        if scope.is_in(held_by) {
            return true; // 1
        }
        all = rest;
    }
    if let Some(rule) = policy.demanded_rule()
        && needs(rule, held_by)
    {
        return true; // 3
    }
    let mut any = policy.demanded_scopes_any();
    if any.is_empty() {
        return false; // 4
    }
    while let [scope, rest @ ..] = any {
        if !scope.is_in(held_by) {
            return false; // 4
        }
        any = rest;
    }
    true // 2
}

/// Whether nobody meets a rule without one of these scopes.
const fn needs(rule: &Rule, held_by: &[ScopeToken]) -> bool {
    match *rule {
        Rule::Scope(scope) => scope.is_in(held_by),
        Rule::Role(_) => false,
        Rule::All(mut rules) => {
            while let [rule, rest @ ..] = rules {
                if needs(rule, held_by) {
                    return true;
                }
                rules = rest;
            }
            false
        }
        Rule::Any(mut rules) => {
            let is_choice = !rules.is_empty();
            while let [rule, rest @ ..] = rules {
                if !needs(rule, held_by) {
                    return false;
                }
                rules = rest;
            }
            is_choice
        }
    }
}

impl<S: GrantedScope> FromCall for Granted<S> {
    type Needs = ();

    #[doc(hidden)]
    const PROOF: Proof = Proof::Scope {
        held_by: S::HELD_BY,
        unproven: S::UNPROVEN,
    };

    /// What the compiler has checked for a parameter of a tool, it has not for a `FromCall` of somebody else that takes one.
    fn from_call(call: &Call) -> Result<Self, Error> {
        let holds = |caller: &Caller| S::HELD_BY.iter().any(|scope| caller.has_scope(scope.as_str()));
        match call.caller() {
            Some(caller) if holds(caller) => Ok(Self(PhantomData)),
            _ => Err(Error::Denied(Denial::MissingScopes {
                missing: vec![S::SCOPE],
                required: vec![S::SCOPE],
            })),
        }
    }
}

impl<S> Granted<S> {
    /// That somebody holds the scope, asserted and not checked. For tests.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub const fn assert() -> Self {
        Self(PhantomData)
    }
}

impl FromCall for TenantId {
    type Needs = ();

    #[doc(hidden)]
    const PROOF: Proof = Proof::Tenant;

    fn from_call(call: &Call) -> Result<Self, Error> {
        let caller = call
            .caller
            .as_ref()
            .filter(|caller| call.is_tenant_checked && caller.tenant().is_some());
        caller.cloned().map(Self).ok_or(Error::Denied(Denial::NoTenantNamed))
    }
}

impl TenantId {
    /// The tenant.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It has one: it was compared with what the arguments name.
        self.0.tenant().unwrap_or_default()
    }

    /// A tenant, asserted and not checked. For tests.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn assert(tenant: &str) -> Self {
        Self(Caller::assert(crate::Claims::assert("", "").with_tenant(tenant)))
    }
}

impl AsRef<str> for TenantId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TenantId").field(&self.as_str()).finish()
    }
}

impl<S> fmt::Debug for Granted<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Granted")
    }
}

#[cfg(test)]
mod tests {
    use super::demands;
    use crate::policy::{Policy, Rule};
    use crate::scope::ScopeToken;

    const READ: ScopeToken = ScopeToken::from_static("read");
    const WRITE: ScopeToken = ScopeToken::from_static("write");
    const ADMIN: ScopeToken = ScopeToken::from_static("admin");
    const OTHER: ScopeToken = ScopeToken::from_static("read:other");

    #[test]
    fn r22_only_what_every_admitted_caller_holds_is_demanded() {
        let held_by = [READ, WRITE, ADMIN];
        for policy in [
            Policy::AUTHENTICATED.scopes_all(&[READ]),
            Policy::AUTHENTICATED.scopes_all(&[OTHER, ADMIN]),
            Policy::AUTHENTICATED.scopes_any(&[WRITE, READ]),
            Policy::AUTHENTICATED.scopes_all(&[OTHER]).scopes_any(&[WRITE, ADMIN]),
            Policy::AUTHENTICATED.scopes_all(&[READ]).scopes_any(&[WRITE, OTHER]),
            Policy::AUTHENTICATED.allow(&Rule::All(&[Rule::Scope(READ), Rule::Role("r")])),
            Policy::AUTHENTICATED.allow(&Rule::Any(&[
                Rule::Scope(ADMIN),
                Rule::All(&[Rule::Role("r"), Rule::Any(&[Rule::Scope(READ), Rule::Scope(WRITE)])]),
            ])),
        ] {
            assert!(demands(&policy, &held_by), "{policy:?}");
        }
        for policy in [
            Policy::PUBLIC,
            Policy::AUTHENTICATED,
            Policy::AUTHENTICATED.roles(&["read"]),
            Policy::AUTHENTICATED.scopes_all(&[OTHER]),
            Policy::AUTHENTICATED.scopes_any(&[READ, OTHER]),
            Policy::AUTHENTICATED.allow(&Rule::Any(&[Rule::Scope(READ), Rule::Role("r")])),
            Policy::AUTHENTICATED.allow(&Rule::All(&[Rule::Scope(OTHER), Rule::Role("r")])),
            Policy::AUTHENTICATED.allow(&Rule::All(&[
                Rule::Scope(OTHER),
                Rule::Any(&[Rule::Scope(READ), Rule::Scope(OTHER)]),
            ])),
            Policy::AUTHENTICATED.scopes_any(&[OTHER, READ]),
        ] {
            assert!(!demands(&policy, &held_by), "{policy:?}");
        }
        assert!(!demands(&Policy::AUTHENTICATED.scopes_all(&[READ]), &[OTHER]));
        assert!(!demands(&Policy::AUTHENTICATED.scopes_all(&[OTHER]), &[READ]));
    }
}
