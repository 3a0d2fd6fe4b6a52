//! What a validated token says.

use crate::caller::{Actor, Principal, PrincipalKind};
use crate::catalog::Implied;
use crate::revocation::TokenId;
use crate::validator::{Standing, TokenError};
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The most that clocks may differ (R14).
pub(crate) const MAX_LEEWAY: Duration = Duration::from_mins(5);

/// What a validator accepted: a token's claims, read and checked. Only validators of this crate make them. Cheap to clone.
#[derive(Clone)]
pub struct Claims(pub(crate) Arc<ClaimSet>);

/// Scopes or roles. Many tokens may share them.
pub(crate) type Names = Arc<[Box<str>]>;

/// What [`Claims`] share.
///
/// The order is that in memory: first what each request looks at, together in two lines of a core's cache.
#[derive(Clone)]
#[repr(C)]
pub(crate) struct ClaimSet {
    /// Sorted, without repetition.
    pub(crate) scopes: Names,
    /// Sorted, without repetition.
    pub(crate) roles: Names,
    /// Whether what proved them still stands. `None` if that is known by its age alone.
    pub(crate) standing: Option<Arc<Standing>>,
    /// Until when the claims may be used, as time since the Unix epoch.
    pub(crate) expires_at: Duration,
    /// The later of `nbf` and `iat`, as time since the Unix epoch.
    pub(crate) not_before: Duration,
    /// How much clocks may differ.
    pub(crate) leeway: Duration,
    pub(crate) principal: Principal,
    pub(crate) client_id: Option<Box<str>>,
    pub(crate) tenant: Option<Box<str>>,
    pub(crate) acr: Option<Box<str>>,
    pub(crate) amr: Vec<Box<str>>,
    pub(crate) auth_time: Option<Duration>,
    pub(crate) actor: Option<Actor>,
    /// When the token expires by its own word, as time since the Unix epoch. `None` if it does not say.
    pub(crate) token_expiry: Option<Duration>,
    /// All of them: an object, as JSON text that means one thing only.
    pub(crate) raw: Box<str>,
    /// What follows from the scopes and roles, for the first gate that asked. It is kept here, so that a cache which keeps the claims
    /// keeps it as well.
    pub(crate) implied: OnceLock<Implied>,
    /// See [`token_id`](Self::token_id).
    pub(crate) token_id: OnceLock<TokenId>,
}

impl Claims {
    /// Claims that no validator checked, for tests: a user of `issuer` without tenant, scopes and roles, for ever.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn assert(issuer: &str, subject: &str) -> Self {
        ClaimSet::of(issuer.into(), subject, PrincipalKind::User).into()
    }

    /// Sets the tenant.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_tenant(self, tenant: &str) -> Self {
        self.with(|claims| claims.tenant = Some(tenant.into()))
    }

    /// Sets the client that the token was issued to.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_client_id(self, client_id: &str) -> Self {
        self.with(|claims| claims.client_id = Some(client_id.into()))
    }

    /// Sets the scopes.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_scopes<'a>(self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        self.with(|claims| claims.scopes = sorted(scopes))
    }

    /// Sets the roles.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_roles<'a>(self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        self.with(|claims| claims.roles = sorted(roles))
    }

    /// Sets when the token expires, as time since the Unix epoch.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_expiry(self, expires_at: Duration) -> Self {
        self.with(|claims| {
            claims.expires_at = expires_at;
            claims.token_expiry = Some(expires_at);
        })
    }

    /// Sets how much clocks may differ; five minutes otherwise, the most that any validator allows.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_leeway(self, leeway: Duration) -> Self {
        self.with(|claims| claims.leeway = leeway)
    }

    /// Sets how the caller logged in (`acr`).
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_acr(self, class: &str) -> Self {
        self.with(|claims| claims.acr = Some(class.into()))
    }

    /// Sets when the caller logged in (`auth_time`), as time since the Unix epoch.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn with_auth_time(self, auth_time: Duration) -> Self {
        self.with(|claims| claims.auth_time = Some(auth_time))
    }

    #[cfg(feature = "assertions")]
    fn with(mut self, change: impl FnOnce(&mut ClaimSet)) -> Self {
        let claims = Arc::make_mut(&mut self.0);
        claims.implied = OnceLock::new();
        change(claims);
        self
    }

    /// Checks that this is a time at which they are good (RFC 7519 sections 4.1.4 to 4.1.6). To be asked whenever they are used:
    /// what was in time when a token was validated need not be so later.
    pub(crate) fn check_time(&self, now: Duration) -> Result<(), TokenError> {
        let ClaimSet {
            expires_at,
            not_before,
            leeway,
            ..
        } = &*self.0;
        if now >= expires_at.saturating_add(*leeway) {
            return Err(TokenError::Expired);
        }
        if *not_before > now.saturating_add(*leeway) {
            return Err(TokenError::NotYetValid);
        }
        Ok(())
    }
}

impl ClaimSet {
    /// Of somebody without any rights, for ever.
    pub(crate) fn of(issuer: Arc<str>, subject: &str, kind: PrincipalKind) -> Self {
        Self {
            principal: Principal {
                issuer,
                subject: subject.into(),
                kind,
            },
            client_id: None,
            tenant: None,
            scopes: Names::default(),
            roles: Names::default(),
            acr: None,
            amr: Vec::new(),
            auth_time: None,
            actor: None,
            not_before: Duration::ZERO,
            expires_at: Duration::MAX,
            token_expiry: None,
            leeway: MAX_LEEWAY,
            raw: "{}".into(),
            standing: None,
            implied: OnceLock::new(),
            token_id: OnceLock::new(),
        }
    }
}

impl From<ClaimSet> for Claims {
    fn from(claims: ClaimSet) -> Self {
        Self(Arc::new(claims))
    }
}

impl fmt::Debug for Claims {
    /// Without the raw claims: they may hold what nobody wants in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("principal", &self.0.principal)
            .finish_non_exhaustive()
    }
}

pub(crate) fn sorted<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
    let mut names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
    names.sort_unstable();
    names.dedup();
    names.into()
}
