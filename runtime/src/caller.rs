//! The one who calls.

use crate::claims::Claims;
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// An authenticated caller. It exists only if a validator accepted a token; cheap to clone.
#[derive(Clone)]
pub struct Caller(Arc<Claims>);

/// Who a token is about: unique within all issuers that a gate trusts.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Principal {
    pub(crate) issuer: Arc<str>,
    pub(crate) subject: Box<str>,
    pub(crate) kind: PrincipalKind,
}

/// Whether a token speaks for a person or for a client itself (RFC 9068 section 5): the two share no names.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PrincipalKind {
    /// A person, or whatever else logged in.
    User,
    /// A client in its own name, as by the client credentials grant.
    Client,
}

impl PrincipalKind {
    /// The kind as it stands in audit records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
        }
    }
}

impl Caller {
    pub(crate) fn new(claims: Claims) -> Self {
        Self(Arc::new(claims))
    }

    /// The caller that these claims describe, asserted and not validated. For tests.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn assert(claims: Claims) -> Self {
        Self::new(claims)
    }

    /// Who it is.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.0.principal
    }

    /// The subject (`sub`), unique within its issuer and kind.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.principal.subject
    }

    /// The issuer of the token (`iss`).
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.principal.issuer
    }

    /// The client that the token was issued to.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// The tenant the caller belongs to.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.0.tenant.as_deref()
    }

    /// The granted scopes, sorted.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(AsRef::as_ref)
    }

    /// The roles, sorted.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.roles.iter().map(AsRef::as_ref)
    }

    /// Whether exactly this scope was granted.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        contains(&self.0.scopes, scope)
    }

    /// Whether the caller has exactly this role.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        contains(&self.0.roles, role)
    }

    /// When the token expires, as time since the Unix epoch.
    #[must_use]
    pub fn expires_at(&self) -> Duration {
        self.0.expires_at
    }

    /// All claims of the token, as they came. What they mean is the issuer's word, checked only as far as the
    /// methods of this type go.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.0.raw
    }
}

impl Principal {
    /// The issuer (`iss`).
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The subject (`sub`).
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> PrincipalKind {
        self.kind
    }
}

/// `sorted` is what [`Claims`] keeps: sorted, without repetition.
fn contains(sorted: &[Box<str>], wanted: &str) -> bool {
    sorted.binary_search_by(|held| held.as_ref().cmp(wanted)).is_ok()
}

impl fmt::Debug for Caller {
    /// Without the raw claims: they may hold what nobody wants in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("principal", self.principal())
            .field("tenant", &self.tenant())
            .field("scopes", &self.0.scopes)
            .field("roles", &self.0.roles)
            .finish_non_exhaustive()
    }
}
