//! What a validated token says.

use crate::caller::{Principal, PrincipalKind};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// What a validator accepted: a token's claims, read and checked. Only validators of this crate make them.
#[derive(Clone)]
pub struct Claims {
    pub(crate) principal: Principal,
    pub(crate) client_id: Option<Box<str>>,
    pub(crate) tenant: Option<Box<str>>,
    /// Sorted, without repetition.
    pub(crate) scopes: Vec<Box<str>>,
    /// Sorted, without repetition.
    pub(crate) roles: Vec<Box<str>>,
    /// Time since the Unix epoch.
    pub(crate) expires_at: Duration,
    pub(crate) raw: Map<String, Value>,
}

impl Claims {
    /// Claims that no validator checked, for tests: a user of `issuer` without tenant, scopes and roles, for ever.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn assert(issuer: &str, subject: &str) -> Self {
        Self::of(issuer.into(), subject, PrincipalKind::User)
    }

    /// Sets the tenant.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_tenant(self, tenant: &str) -> Self {
        Self {
            tenant: Some(tenant.into()),
            ..self
        }
    }

    /// Sets the scopes.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_scopes<'a>(self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            scopes: sorted(scopes),
            ..self
        }
    }

    /// Sets the roles.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_roles<'a>(self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            roles: sorted(roles),
            ..self
        }
    }

    /// Sets when the token expires, as time since the Unix epoch.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_expiry(self, expires_at: Duration) -> Self {
        Self { expires_at, ..self }
    }

    pub(crate) fn of(issuer: Arc<str>, subject: &str, kind: PrincipalKind) -> Self {
        Self {
            principal: Principal {
                issuer,
                subject: subject.into(),
                kind,
            },
            client_id: None,
            tenant: None,
            scopes: Vec::new(),
            roles: Vec::new(),
            expires_at: Duration::MAX,
            raw: Map::new(),
        }
    }
}

impl std::fmt::Debug for Claims {
    /// Without the raw claims: they may hold what nobody wants in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claims")
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

pub(crate) fn sorted<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Box<str>> {
    let mut names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
    names.sort_unstable();
    names.dedup();
    names
}
