//! Whether a caller meets what a tool demands, as far as that can be said without arguments.

use super::{LoginDemand, Policy, Posture, Rule};
use crate::caller::Caller;
use crate::decision::{Decision, Denial};
use crate::scope::ScopeToken;
use std::time::Duration;

/// How scopes that a caller lacks can be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum InReach {
    /// None is lacking.
    Held,
    /// The client can get each of them.
    Obtainable,
    /// Some cannot be got, or would not help.
    No,
}

impl Policy {
    /// Decides about a caller at a time since the Unix epoch, as far as that can be done without the arguments.
    ///
    /// 1. A public tool admits everyone.
    /// 2. Any other tool admits no one without a caller.
    /// 3. The caller holds one of `roles` if there are any. This comes before the scopes: who lacks both must not be sent to get a
    ///    scope that is of no use.
    /// 4. The caller holds every scope of `scopes_all`, and one of `scopes_any` if there are any.
    /// 5. The caller meets the rule that takes the place of these lists, if there is one.
    /// 6. If only 3 to 5 speak against the caller, and the policy is a [`shadow`](Self::shadow), the caller would be denied, and is
    ///    not.
    /// 7. The caller's login is strong and fresh enough, if something is demanded of it. No shadow falls on this, and it comes last:
    ///    who lacks a role is not sent to log in again for nothing.
    /// 8. Whatever is none of this is denied.
    pub fn admit_at(&self, caller: Option<&Caller>, now: Duration) -> Decision {
        self.judge(caller, Some(now))
    }

    /// The same without the time: a demand on the age of the login is then not met.
    pub fn admit(&self, caller: Option<&Caller>) -> Decision {
        self.judge(caller, None)
    }

    fn judge(&self, caller: Option<&Caller>, now: Option<Duration>) -> Decision {
        match (self.posture, caller) {
            (Posture::Public, _) => Decision::Allow,
            (Posture::Callers, None) => Decision::Deny(Denial::Unauthenticated),
            (Posture::Callers, Some(caller)) => self.judge_caller(caller, now),
            (Posture::Nobody, _) => Decision::Deny(Denial::Nobody),
        }
    }

    /// Whatever else is demanded of a caller has to be decided here, before the last line: a shadow falls on scopes and roles only.
    fn judge_caller(&self, caller: &Caller, now: Option<Duration>) -> Decision {
        let tried_out = match self.admit_rights(caller) {
            Err(denial) if self.shadow => Some(denial),
            Err(denial) => return Decision::Deny(denial),
            Ok(()) => None,
        };
        if let Err(flaw) = self.login.check(caller, now) {
            return Decision::Deny(Denial::InsufficientLogin {
                flaw,
                demand: self.login,
                required: self.challenge_scopes(),
            });
        }
        tried_out.map_or(Decision::Allow, Decision::WouldDeny)
    }

    fn admit_rights(&self, caller: &Caller) -> Result<(), Denial> {
        if !self.has_role(caller) {
            return Err(Denial::MissingRole(self.roles));
        }
        let missing: Vec<_> = self.missing_scopes(caller).collect();
        if !missing.is_empty() {
            return Err(Denial::MissingScopes {
                missing,
                required: self.challenge_scopes(),
            });
        }
        match self.allow {
            Some(rule) if !rule.is_met_by(caller) => Err(rule_denial(rule, caller)),
            _ => Ok(()),
        }
    }

    fn has_role(&self, caller: &Caller) -> bool {
        self.roles.is_empty() || self.roles.iter().any(|role| caller.has_role(role))
    }

    /// The scopes that a caller lacks and should get: of alternatives, if none is held, the first.
    pub(crate) fn missing_scopes(&self, caller: &Caller) -> impl Iterator<Item = ScopeToken> {
        let lacks = |scope: &&ScopeToken| !caller.has_scope(scope.as_str());
        let none = self.scopes_any.iter().all(|scope| lacks(&scope));
        let any = self.scopes_any.first().filter(|_| none);
        self.scopes_all.iter().filter(lacks).chain(any).copied()
    }

    /// What is demanded besides what a client could get: scopes, and another login.
    pub(crate) const fn without_obtainable(self) -> Self {
        Self {
            scopes_all: &[],
            scopes_any: &[],
            allow: None,
            login: LoginDemand::NONE,
            ..self
        }
    }

    /// Whether a caller lacks scopes, and whether all that would let the caller in can be got; whatever is demanded besides.
    pub(crate) fn scopes_in_reach(&self, caller: &Caller, is_obtainable: impl Fn(ScopeToken) -> bool) -> InReach {
        let mut missing = self.missing_scopes(caller);
        let all = match (missing.next(), self.allow) {
            (Some(first), _) => is_obtainable(first) && missing.all(is_obtainable),
            (None, Some(rule)) if !rule.is_met_by(caller) => match rule_denial(rule, caller) {
                Denial::MissingScopes { missing, .. } => missing.into_iter().all(is_obtainable),
                _ => false,
            },
            (None, _) => return InReach::Held,
        };
        if all { InReach::Obtainable } else { InReach::No }
    }

    /// Whether the caller's login will do. The time is asked for only if something depends on it.
    pub(crate) fn accepts_login(&self, caller: &Caller, now: impl FnOnce() -> Duration) -> bool {
        let now = self.login.max_age().map(|_| now());
        self.login.check(caller, now).is_ok()
    }

    /// The scopes that a client should ask for to call the tool: all of `scopes_all`, and the first of `scopes_any`; those of the
    /// first way to meet a rule.
    ///
    /// MCP-43: everything the operation needs, in one challenge. Of alternatives the first is named, so put the
    /// narrowest first.
    #[must_use]
    pub fn challenge_scopes(&self) -> Vec<ScopeToken> {
        if let Some(rule) = self.allow {
            return rule.first_scopes();
        }
        let any = self.scopes_any.first();
        self.scopes_all.iter().chain(any).copied().collect()
    }

    /// The scopes that let a caller without any role in; `None` if there are none that do.
    pub(crate) fn scopes_without_roles(&self) -> Option<Vec<ScopeToken>> {
        match self.allow {
            Some(rule) => rule.scopes_for(&|_| false, &|_| false),
            None => self.roles.is_empty().then(|| self.challenge_scopes()),
        }
    }
}

/// Why a caller does not meet a rule: for want of scopes, if scopes would do.
fn rule_denial(rule: &Rule, caller: &Caller) -> Denial {
    let has_scope = |scope: ScopeToken| caller.has_scope(scope.as_str());
    match rule.scopes_for(&has_scope, &|role| caller.has_role(role)) {
        Some(required) => Denial::MissingScopes {
            missing: required.iter().copied().filter(|scope| !has_scope(*scope)).collect(),
            required,
        },
        None => Denial::MissingRights,
    }
}
