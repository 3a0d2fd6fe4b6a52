//! What a tool demands of its caller, as constant data.

mod admit;
mod login;
mod narrowed;
mod owner;
mod rule;
mod united;

pub(crate) use self::admit::InReach;
pub use self::login::{LoginDemand, LoginFlaw};
#[doc(hidden)]
pub use self::narrowed::Wider;
pub use self::owner::OwnerDemand;
pub use self::rule::Rule;
#[doc(hidden)]
pub use self::united::{Scopes, United};

use crate::rate_limit::{CountedPer, RateLimit};
use crate::scope::ScopeToken;
use aws_lc_rs::digest;
use serde::Serialize;
use std::fmt::Write as _;

/// A tool's declared demands. `#[mcp_tool]` writes it; [`Policy::admit`] judges it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Policy {
    posture: Posture,
    scopes_all: &'static [ScopeToken],
    scopes_any: &'static [ScopeToken],
    roles: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    allow: Option<&'static Rule>,
    #[serde(skip_serializing_if = "LoginDemand::is_none")]
    login: LoginDemand,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<OwnerDemand>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantDemand>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    #[serde(skip_serializing_if = "is_unset")]
    fresh: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<RateLimit>,
    #[serde(skip_serializing_if = "is_unset")]
    audit_required: bool,
    #[serde(skip_serializing_if = "is_unset")]
    shadow: bool,
    #[serde(skip)]
    wider: Option<&'static Wider>,
}

/// What is not said stands in no JSON form, so that the fingerprints of policies which do not say it stay the same.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_unset(flag: &bool) -> bool {
    !*flag
}

/// Who is considered at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Posture {
    Public,
    Callers,
    Nobody,
}

/// Which field of the arguments must belong to the caller's tenant.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct TenantDemand {
    /// The field as it was declared, such as `items[*].resource_id`.
    pub field: &'static str,
    /// The function that finds a resource's tenant, as it was declared; without one the field names the tenant itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup: Option<&'static str>,
}

impl Policy {
    /// Admits everyone, with or without a token.
    pub const PUBLIC: Self = Self::with_posture(Posture::Public);
    /// Admits every caller with a valid token.
    pub const AUTHENTICATED: Self = Self::with_posture(Posture::Callers);
    /// Admits no one. What a tool gets whose declaration does not compile.
    pub const NOBODY: Self = Self::with_posture(Posture::Nobody);

    const fn with_posture(posture: Posture) -> Self {
        Self {
            posture,
            scopes_all: &[],
            scopes_any: &[],
            roles: &[],
            allow: None,
            login: LoginDemand::NONE,
            owner: None,
            tenant: None,
            check: None,
            fresh: false,
            rate_limit: None,
            audit_required: false,
            shadow: false,
            wider: None,
        }
    }

    /// Demands every one of these scopes.
    ///
    /// A policy with a demand is not public, whatever it was before: only a caller can meet it.
    ///
    /// # Panics
    ///
    /// If the list is empty, one was given before, or what was demanded until now is tried out only
    /// ([`shadow`](Self::shadow)). In a constant that is a compile error.
    #[must_use]
    pub const fn scopes_all(self, scopes: &'static [ScopeToken]) -> Self {
        assert!(!scopes.is_empty(), "an empty list of scopes demands nothing");
        assert!(self.scopes_all.is_empty(), "`scopes_all` is given twice");
        assert!(self.allow.is_none(), "`allow` takes the place of `scopes_all`");
        assert!(!self.shadow, "`shadow` comes after what it tries out");
        Self {
            scopes_all: scopes,
            ..self.demanding()
        }
    }

    /// Demands at least one of these scopes. As for [`scopes_all`](Self::scopes_all), the policy is not public then.
    ///
    /// # Panics
    ///
    /// If the list is empty, one was given before, or what was demanded until now is tried out only
    /// ([`shadow`](Self::shadow)). In a constant that is a compile error.
    #[must_use]
    pub const fn scopes_any(self, scopes: &'static [ScopeToken]) -> Self {
        assert!(!scopes.is_empty(), "an empty list of scopes demands nothing");
        assert!(self.scopes_any.is_empty(), "`scopes_any` is given twice");
        assert!(self.allow.is_none(), "`allow` takes the place of `scopes_any`");
        assert!(!self.shadow, "`shadow` comes after what it tries out");
        Self {
            scopes_any: scopes,
            ..self.demanding()
        }
    }

    /// Demands at least one of these roles. As for [`scopes_all`](Self::scopes_all), the policy is not public then.
    ///
    /// # Panics
    ///
    /// If the list is empty, one was given before, or what was demanded until now is tried out only
    /// ([`shadow`](Self::shadow)). In a constant that is a compile error.
    #[must_use]
    pub const fn roles(self, roles: &'static [&'static str]) -> Self {
        assert!(!roles.is_empty(), "an empty list of roles demands nothing");
        assert!(self.roles.is_empty(), "`roles` is given twice");
        assert!(self.allow.is_none(), "`allow` takes the place of `roles`");
        assert!(!self.shadow, "`shadow` comes after what it tries out");
        Self {
            roles,
            ..self.demanding()
        }
    }

    /// Demands that the arguments belong to the caller's tenant. As for [`scopes_all`](Self::scopes_all), the policy is not
    /// public then.
    ///
    /// # Panics
    ///
    /// If one was given before. In a constant that is a compile error.
    #[must_use]
    pub const fn tenant(self, demand: TenantDemand) -> Self {
        assert!(self.tenant.is_none(), "`tenant` is given twice");
        Self {
            tenant: Some(demand),
            ..self.demanding()
        }
    }

    /// Demands that the developer's own check allows the call: the method of this name, as it was declared. As for
    /// [`scopes_all`](Self::scopes_all), the policy is not public then.
    ///
    /// # Panics
    ///
    /// If one was given before. In a constant that is a compile error.
    #[must_use]
    pub const fn check(self, method: &'static str) -> Self {
        assert!(self.check.is_none(), "`check` is given twice");
        Self {
            check: Some(method),
            ..self.demanding()
        }
    }

    /// Demands that the token is validated anew for each call, from no cache. As for
    /// [`scopes_all`](Self::scopes_all), the policy is not public then. The gate sees to it; [`admit`](Self::admit) does not.
    #[must_use]
    pub const fn fresh(self) -> Self {
        Self {
            fresh: true,
            ..self.demanding()
        }
    }

    /// Lets only so many calls through. As for [`scopes_all`](Self::scopes_all), the policy is not public then, unless all callers are
    /// counted together: who is nobody in particular cannot be counted apart. The gate sees to it; [`admit`](Self::admit) does not.
    ///
    /// # Panics
    ///
    /// If one was given before. In a constant that is a compile error.
    #[must_use]
    pub const fn rate_limit(self, limit: RateLimit) -> Self {
        assert!(self.rate_limit.is_none(), "`rate_limit` is given twice");
        let policy = match limit.counted_per() {
            CountedPer::Tool => self,
            CountedPer::Subject | CountedPer::Client => self.demanding(),
        };
        Self {
            rate_limit: Some(limit),
            ..policy
        }
    }

    /// Lets a call run only once the record of its decision is written, by every sink of the gate. It is no demand: a policy that is
    /// public stays so. The gate sees to it; [`admit`](Self::admit) does not.
    ///
    /// [`Gate::protect`](crate::Gate::protect) takes such a policy only if a sink can tell that a record is written
    /// ([`AuditSink::confirms`](crate::audit::AuditSink::confirms)).
    #[must_use]
    pub const fn audit_required(self) -> Self {
        Self {
            audit_required: true,
            ..self
        }
    }

    /// Has the scopes and roles that were demanded until here tried out and not enforced: who lacks them is let through, and the
    /// record says that the call would have been denied. Nothing else is weakened. It is no demand: who may be considered at all
    /// stays as it was.
    ///
    /// [`Gate::protect`](crate::Gate::protect) takes such a policy only if the gate was told so
    /// ([`allow_shadow`](crate::GateBuilder::allow_shadow)).
    ///
    /// # Panics
    ///
    /// If neither scopes nor roles were demanded. In a constant that is a compile error.
    #[must_use]
    pub const fn shadow(self) -> Self {
        let is_empty = self.scopes_all.is_empty() && self.scopes_any.is_empty() && self.roles.is_empty();
        assert!(
            !is_empty || self.allow.is_some(),
            "there are neither scopes nor roles to try out"
        );
        Self { shadow: true, ..self }
    }

    const fn demanding(self) -> Self {
        match self.posture {
            Posture::Public => Self {
                posture: Posture::Callers,
                ..self
            },
            Posture::Callers | Posture::Nobody => self,
        }
    }

    /// Whether the tool admits callers without a token.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self.posture, Posture::Public)
    }

    /// Whether a caller who meets the demands is admitted; not so for [`NOBODY`](Self::NOBODY).
    #[must_use]
    pub(crate) const fn admits_callers(&self) -> bool {
        !matches!(self.posture, Posture::Nobody)
    }

    /// The scopes that are all demanded.
    #[must_use]
    pub const fn demanded_scopes_all(&self) -> &'static [ScopeToken] {
        self.scopes_all
    }

    /// The scopes of which one is demanded.
    #[must_use]
    pub const fn demanded_scopes_any(&self) -> &'static [ScopeToken] {
        self.scopes_any
    }

    /// The roles of which one is demanded.
    #[must_use]
    pub const fn demanded_roles(&self) -> &'static [&'static str] {
        self.roles
    }

    /// What is demanded about the tenant.
    #[must_use]
    pub const fn demanded_tenant(&self) -> Option<TenantDemand> {
        self.tenant
    }

    /// The method of the developer's that decides, as it was declared.
    #[must_use]
    pub const fn demanded_check(&self) -> Option<&'static str> {
        self.check
    }

    /// What the policy demands that cannot be decided without the arguments, for people; `None` if nothing is.
    pub(crate) const fn demand_on_arguments(&self) -> Option<&'static str> {
        if self.owner.is_some() {
            Some("asks who owns something")
        } else if self.tenant.is_some() {
            Some("binds a tenant")
        } else if self.check.is_some() {
            Some("has a check")
        } else {
            None
        }
    }

    /// Whether the token has to be validated anew for each call.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// How many calls are let through, if not all.
    #[must_use]
    pub const fn rate_limited(&self) -> Option<RateLimit> {
        self.rate_limit
    }

    /// Whether a call runs only once its record is written.
    #[must_use]
    pub const fn is_audit_required(&self) -> bool {
        self.audit_required
    }

    /// Whether scopes and roles are tried out and not enforced. Proofs that a scope or a tenant was checked must not be given to
    /// such a tool.
    #[must_use]
    pub const fn is_shadow(&self) -> bool {
        self.shadow
    }

    /// A short name of exactly this policy: 16 hexadecimal digits of the SHA-256 of its JSON form.
    ///
    /// It stands in every audit record, so that a record can be tied to the declaration it was decided by.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(self)
    }
}

/// 16 hexadecimal digits of the SHA-256 of something's JSON form.
pub(crate) fn fingerprint(said: &impl Serialize) -> String {
    let json = serde_json::to_vec(said).unwrap_or_default();
    let digest = digest::digest(&digest::SHA256, &json);
    let mut hex = String::with_capacity(16);
    for byte in digest.as_ref().iter().take(8) {
        // Writing into a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::{OwnerDemand, Policy, Rule, TenantDemand};
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::{ClaimSet, sorted};
    use crate::decision::{Decision, Denial};
    use crate::rate_limit::RateLimit;
    use crate::scope::ScopeToken;
    use std::collections::BTreeSet;
    use std::panic::catch_unwind;
    use std::time::Duration;

    const A: ScopeToken = ScopeToken::from_static("a");
    const B: ScopeToken = ScopeToken::from_static("b");
    const C: ScopeToken = ScopeToken::from_static("c");
    const D: ScopeToken = ScopeToken::from_static("d");

    fn caller(scopes: &[&str]) -> Caller {
        let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
        claims.scopes = sorted(scopes.iter().copied());
        Caller::new(claims)
    }

    #[test]
    fn mcp_43_who_has_some_of_the_scopes_is_told_all_of_them() {
        let policy = Policy::AUTHENTICATED.scopes_all(&[A, B]).scopes_any(&[C, D]);
        for (held, missing) in [
            (&["a"][..], vec![B, C]),
            (&["a", "b"], vec![C]),
            (&["b", "d"], vec![A]),
            (&[], vec![A, B, C]),
        ] {
            let required = vec![A, B, C];
            assert_eq!(
                policy.admit(Some(&caller(held))),
                Decision::Deny(Denial::MissingScopes { missing, required }),
                "{held:?}"
            );
        }
        assert_eq!(policy.admit(Some(&caller(&["a", "b", "d"]))), Decision::Allow);
    }

    #[test]
    fn r22_a_public_policy_with_a_demand_is_not_public() {
        let tenant = TenantDemand {
            field: "id",
            lookup: None,
        };
        let owner = OwnerDemand {
            field: "owner",
            unless: &[],
        };
        assert_eq!(Policy::PUBLIC.admit(None), Decision::Allow);
        for demanding in [
            Policy::PUBLIC.scopes_all(&[A]),
            Policy::PUBLIC.scopes_any(&[A]),
            Policy::PUBLIC.roles(&["manager"]),
            Policy::PUBLIC.allow(&Rule::Role("manager")),
            Policy::PUBLIC.acr(&["urn:strong"]),
            Policy::PUBLIC.max_age(Duration::from_mins(15)),
            Policy::PUBLIC.owner(owner),
            Policy::PUBLIC.tenant(tenant),
            Policy::PUBLIC.check("Notes::may"),
            Policy::PUBLIC.fresh(),
            Policy::PUBLIC.rate_limit(RateLimit::per_minute(30)),
            Policy::PUBLIC.rate_limit(RateLimit::per_minute(30).per_client()),
            Policy::PUBLIC.rate_limit(RateLimit::per_minute(30).per_tool()).fresh(),
        ] {
            assert!(!demanding.is_public(), "{demanding:?}");
            assert_eq!(
                demanding.admit(None),
                Decision::Deny(Denial::Unauthenticated),
                "{demanding:?}"
            );
        }
        let counted_as_a_whole = Policy::PUBLIC.rate_limit(RateLimit::per_minute(30).per_tool());
        assert_eq!(counted_as_a_whole.admit(None), Decision::Allow);
        assert_eq!(Policy::PUBLIC.audit_required().admit(None), Decision::Allow);
        // Nor does a demand open what admits no one.
        let nobody = Policy::NOBODY
            .scopes_all(&[A])
            .scopes_any(&[A])
            .roles(&["r"])
            .acr(&["urn:strong"])
            .max_age(Duration::from_mins(15))
            .owner(owner)
            .tenant(tenant)
            .check("Notes::may")
            .fresh()
            .audit_required()
            .rate_limit(RateLimit::per_minute(30).per_tool());
        assert_eq!(nobody.admit(Some(&caller(&["a"]))), Decision::Deny(Denial::Nobody));
    }

    /// Records of years refer to policies by them.
    #[test]
    fn what_is_not_said_does_not_change_a_fingerprint() {
        const OWNER: OwnerDemand = OwnerDemand {
            field: "owner",
            unless: &[],
        };
        assert_eq!(Policy::AUTHENTICATED.fingerprint(), "269687ebd23d1930");
        let different = [
            Policy::AUTHENTICATED,
            Policy::AUTHENTICATED.fresh(),
            Policy::AUTHENTICATED.audit_required(),
            Policy::AUTHENTICATED.allow(&Rule::Scope(A)),
            Policy::AUTHENTICATED.allow(&Rule::Role("a")),
            Policy::AUTHENTICATED.allow(&Rule::Any(&[Rule::Scope(A), Rule::Scope(B)])),
            Policy::AUTHENTICATED.allow(&Rule::All(&[Rule::Scope(A), Rule::Scope(B)])),
            Policy::AUTHENTICATED.acr(&["a"]),
            Policy::AUTHENTICATED.acr(&["a", "b"]),
            Policy::AUTHENTICATED.max_age(Duration::from_mins(15)),
            Policy::AUTHENTICATED.max_age(Duration::from_secs(901)),
            Policy::AUTHENTICATED.check("Notes::may"),
            Policy::AUTHENTICATED.check("Notes::may_not"),
            Policy::AUTHENTICATED.owner(OWNER),
            Policy::AUTHENTICATED.owner(OwnerDemand { unless: &[A], ..OWNER }),
            Policy::AUTHENTICATED.rate_limit(RateLimit::per_minute(30)),
            Policy::AUTHENTICATED.rate_limit(RateLimit::per_hour(30)),
            Policy::AUTHENTICATED.rate_limit(RateLimit::per_minute(31)),
            Policy::AUTHENTICATED.rate_limit(RateLimit::per_minute(30).burst(10)),
            Policy::AUTHENTICATED.rate_limit(RateLimit::per_minute(30).per_client()),
            Policy::AUTHENTICATED.rate_limit(RateLimit::per_minute(30).per_tool()),
        ];
        let fingerprints: BTreeSet<_> = different.iter().map(Policy::fingerprint).collect();
        assert_eq!(fingerprints.len(), different.len());
    }

    /// A challenge would have a client get the scope, and be refused again.
    #[test]
    fn who_lacks_a_role_is_told_of_no_scope() {
        let policy = Policy::AUTHENTICATED.scopes_all(&[A]).scopes_any(&[B, C]).roles(&["r"]);
        for scopes in [&[][..], &["a"], &["a", "b"]] {
            let decision = policy.admit(Some(&caller(scopes)));
            assert_eq!(decision, Decision::Deny(Denial::MissingRole(&["r"])), "{scopes:?}");
        }
    }

    #[test]
    fn r22_an_empty_list_is_no_demand_and_panics() {
        assert!(catch_unwind(|| Policy::AUTHENTICATED.scopes_all(&[])).is_err());
        assert!(catch_unwind(|| Policy::AUTHENTICATED.scopes_any(&[])).is_err());
        assert!(catch_unwind(|| Policy::AUTHENTICATED.roles(&[])).is_err());
    }
}
