//! Callers without tokens.

use std::time::Duration;
use toolgate::{Caller, Claims};

/// A caller to be, asserted and not validated, for calls in process.
#[must_use = "a builder does nothing until `.build()`"]
pub struct AssertedCaller(Claims);

/// Starts a caller with this subject, of the issuer `https://issuer.example`, without tenant, scopes and roles.
///
/// For [`Protected::call`](toolgate::Protected::call), where no token is read:
///
/// ```
/// let alice = toolgate_testing::caller("alice").scopes(["read:tools"]).tenant("acme").build();
/// assert!(alice.has_scope("read:tools"));
/// ```
pub fn caller(subject: &str) -> AssertedCaller {
    AssertedCaller(Claims::assert("https://issuer.example", subject))
}

impl AssertedCaller {
    /// Sets the tenant.
    pub fn tenant(self, tenant: &str) -> Self {
        Self(self.0.with_tenant(tenant))
    }

    /// Sets the client that the token was issued to.
    pub fn client_id(self, client_id: &str) -> Self {
        Self(self.0.with_client_id(client_id))
    }

    /// Sets the scopes.
    pub fn scopes<'a>(self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        Self(self.0.with_scopes(scopes))
    }

    /// Sets the roles.
    pub fn roles<'a>(self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        Self(self.0.with_roles(roles))
    }

    /// Sets how the caller logged in (`acr`).
    pub fn acr(self, class: &str) -> Self {
        Self(self.0.with_acr(class))
    }

    /// Sets when the caller logged in (`auth_time`), as time since the Unix epoch.
    pub fn auth_time(self, auth_time: Duration) -> Self {
        Self(self.0.with_auth_time(auth_time))
    }

    /// The caller.
    #[must_use]
    pub fn build(self) -> Caller {
        Caller::assert(self.0)
    }
}
