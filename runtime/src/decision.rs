//! What was decided about a call, and why.

use crate::policy::{LoginDemand, LoginFlaw};
use crate::scope::ScopeToken;
use std::borrow::Cow;

/// The answer of a policy. Never a `bool`: it cannot be negated or mixed up by accident.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "a decision that nobody reads protects nothing"]
pub enum Decision {
    /// The caller may go on.
    Allow,
    /// The caller may go on, although there is this against it: it is only tried out so far
    /// ([`Policy::shadow`](crate::Policy::shadow)).
    WouldDeny(Denial),
    /// The caller may not, for this reason.
    Deny(Denial),
}

impl Decision {
    /// The denial of a `check` method. The reason stands in the record of the call, and is told to no client.
    pub fn deny(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Deny(Denial::Check(reason.into()))
    }

    /// The decision as a result, for `?`: whether the caller may go on.
    pub fn into_result(self) -> Result<(), Denial> {
        match self {
            Self::Allow | Self::WouldDeny(_) => Ok(()),
            Self::Deny(denial) => Err(denial),
        }
    }
}

/// Why a caller was turned away. In records stands its [`reason`](Self::reason); the text is for whoever debugs, and what the
/// client may learn is decided in [`Error`](crate::error::Error) and the HTTP layer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Denial {
    /// The tool is not public, and there is no caller.
    #[error("no caller, and the tool is not public")]
    Unauthenticated,
    /// The tool admits no one.
    #[error("the tool admits no one")]
    Nobody,
    /// Demanded scopes are not held.
    #[error("missing scopes")]
    MissingScopes {
        /// Those of the demanded scopes that are not held.
        missing: Vec<ScopeToken>,
        /// All scopes that the tool needs, held or not (MCP-43).
        required: Vec<ScopeToken>,
    },
    /// The caller's token has expired since it was validated.
    #[error("the token has expired")]
    Expired,
    /// The tool is `fresh`, and the token was not validated anew for this call.
    #[error("the token was not validated anew for this call")]
    NotFresh,
    /// None of these roles is held.
    #[error("none of the demanded roles")]
    MissingRole(&'static [&'static str]),
    /// The tool's rule is not met, and no scope would help: a role is missing.
    #[error("none of the demanded combinations of scopes and roles")]
    MissingRights,
    /// The caller's login is too weak or too old (RFC 9470).
    #[error("{flaw}")]
    InsufficientLogin {
        /// What is wrong with it.
        flaw: LoginFlaw,
        /// What the tool demands of it.
        demand: LoginDemand,
        /// All scopes that the tool needs. They are held, and the next token needs them, too (MCP-43).
        required: Vec<ScopeToken>,
    },
    /// The arguments name no owner at all, say in an empty list.
    #[error("the arguments name no owner")]
    NoOwnerNamed,
    /// The arguments name something of somebody else's.
    #[error("belongs to somebody else")]
    OtherOwner,
    /// Only a user can own what the tool is about, and the caller is a client in its own name.
    #[error("the caller is a client, which owns nothing")]
    ClientOwnsNothing,
    /// The tool is bound to a tenant, and the caller has none.
    #[error("the caller has no tenant")]
    CallerWithoutTenant,
    /// The arguments name no tenant at all, say in an empty list.
    #[error("the arguments name no tenant")]
    NoTenantNamed,
    /// The arguments name something of another tenant.
    #[error("belongs to another tenant")]
    OtherTenant,
    /// The arguments name something that does not exist.
    #[error("no such resource")]
    NoSuchResource,
    /// The developer's own check denied the call, for this reason.
    #[error("{0}")]
    Check(Cow<'static, str>),
    /// The tool has a check, and it was not asked.
    #[error("the check was not asked")]
    Unchecked,
}

impl Denial {
    /// A stable name for records and metrics.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Nobody => "nobody_admitted",
            Self::MissingScopes { .. } => "insufficient_scope",
            Self::Expired => "expired",
            Self::NotFresh => "not_fresh",
            Self::MissingRole(_) => "insufficient_role",
            Self::MissingRights => "insufficient_rights",
            Self::InsufficientLogin { .. } => "insufficient_user_authentication",
            Self::NoOwnerNamed => "no_owner_named",
            Self::OtherOwner => "other_owner",
            Self::ClientOwnsNothing => "client_owns_nothing",
            Self::CallerWithoutTenant => "caller_without_tenant",
            Self::NoTenantNamed => "no_tenant_named",
            Self::OtherTenant => "other_tenant",
            Self::NoSuchResource => "no_such_resource",
            Self::Check(_) => "check",
            Self::Unchecked => "unchecked",
        }
    }

    /// The demanded scopes that are not held, for records; empty for every other reason.
    pub(crate) fn missing_scopes(&self) -> &[ScopeToken] {
        match self {
            Self::MissingScopes { missing, .. } => missing,
            _ => &[],
        }
    }
    /// What the reader of a record should know besides the reason.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::InsufficientLogin { flaw, .. } => Some(flaw.to_string()),
            Self::Check(reason) => Some(reason.to_string()),
            _ => None,
        }
    }
}
