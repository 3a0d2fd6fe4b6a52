//! What was decided about a call, and why.

use crate::scope::ScopeToken;

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
            Self::CallerWithoutTenant => "caller_without_tenant",
            Self::NoTenantNamed => "no_tenant_named",
            Self::OtherTenant => "other_tenant",
            Self::NoSuchResource => "no_such_resource",
        }
    }

    /// The demanded scopes that are not held, for records; empty for every other reason.
    pub(crate) fn missing_scopes(&self) -> &[ScopeToken] {
        match self {
            Self::MissingScopes { missing, .. } => missing,
            _ => &[],
        }
    }
}
