//! The one who calls.

mod names;

use self::names::{contains, merged};
use crate::catalog::{Catalogs, Implied};
use crate::claims::{ClaimSet, Claims};
use crate::strict_json;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// An authenticated caller. It exists only if a validator accepted a token; cheap to clone.
#[derive(Clone)]
pub struct Caller {
    claims: Claims,
    implied: Held,
}

/// Where it is written what a caller holds besides what was granted.
#[derive(Clone)]
enum Held {
    /// Nowhere: no catalogue was asked.
    Nothing,
    /// Beside the claims.
    WithClaims,
    /// Here, because beside the claims stands what another gate's catalogue says.
    Apart(Arc<Implied>),
}

/// Who a token is about: unique within all issuers that a gate trusts.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Principal {
    pub(crate) issuer: Arc<str>,
    pub(crate) subject: Box<str>,
    pub(crate) kind: PrincipalKind,
}

/// Somebody who acts for the caller: a service that got the token in exchange for another (RFC 8693 section 4.1). Who acted
/// before it, in nested `act` claims, is nobody who should be asked about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Actor {
    pub(crate) subject: Option<Box<str>>,
    pub(crate) issuer: Option<Box<str>>,
    pub(crate) client_id: Option<Box<str>>,
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
    /// The caller that these claims describe, literally. Gates have it [`within`](Self::within) their catalogues.
    pub(crate) fn new(claims: impl Into<Claims>) -> Self {
        Self {
            claims: claims.into(),
            implied: Held::Nothing,
        }
    }

    /// The same caller, with what these catalogues say that follows from the scopes and roles of the token (MCP-45), and nothing
    /// that others say. It is found out once for a token, unless gates with different catalogues share the claims.
    pub(crate) fn within(self, catalogs: &Catalogs) -> Self {
        let claims = self.claims;
        let implied = if catalogs.is_empty() {
            Held::Nothing
        } else if claims.0.implied.get_or_init(|| catalogs.implied(&claims.0)).of == catalogs.id() {
            Held::WithClaims
        } else {
            Held::Apart(Arc::new(catalogs.implied(&claims.0)))
        };
        Self { claims, implied }
    }

    fn implied(&self) -> Option<&Implied> {
        match &self.implied {
            Held::Nothing => None,
            Held::WithClaims => self.claim_set().implied.get(),
            Held::Apart(implied) => Some(implied),
        }
    }

    /// The caller that these claims describe, asserted and not validated. For tests.
    ///
    /// A gate adds what follows from its scopes and roles when it calls a tool; here it holds what it was given, and no more.
    #[cfg(feature = "assertions")]
    #[must_use]
    pub fn assert(claims: Claims) -> Self {
        Self::new(claims)
    }

    /// Who it is.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.claim_set().principal
    }

    /// The subject (`sub`), unique within its issuer and kind.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.claim_set().principal.subject
    }

    /// The issuer of the token (`iss`).
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.claim_set().principal.issuer
    }

    /// The client that the token was issued to.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.claim_set().client_id.as_deref()
    }

    /// The tenant the caller belongs to.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.claim_set().tenant.as_deref()
    }

    /// The scopes that the caller holds, sorted: those of the token, and what they imply by the gate's catalogue.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let implied = self.implied().map_or(&[][..], |implied| &implied.scopes);
        merged(self.granted_scopes(), implied)
    }

    /// The roles that the caller has, sorted: those of the token, and what they imply by the gate's catalogue.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        let implied = self.implied().map_or(&[][..], |implied| &implied.roles);
        merged(self.granted_roles(), implied)
    }

    /// The scopes that stand in the token, sorted.
    pub fn granted_scopes(&self) -> impl Iterator<Item = &str> {
        self.claim_set().scopes.iter().map(AsRef::as_ref)
    }

    /// The roles that stand in the token, sorted.
    pub fn granted_roles(&self) -> impl Iterator<Item = &str> {
        self.claim_set().roles.iter().map(AsRef::as_ref)
    }

    /// Whether the caller holds exactly this scope: whether it is one of [`scopes`](Self::scopes).
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        contains(&self.claim_set().scopes, scope)
            || self.implied().is_some_and(|implied| contains(&implied.scopes, scope))
    }

    /// Whether the caller has exactly this role: whether it is one of [`roles`](Self::roles).
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        contains(&self.claim_set().roles, role) || self.implied().is_some_and(|implied| contains(&implied.roles, role))
    }

    /// When the token expires, as time since the Unix epoch.
    #[must_use]
    pub fn expires_at(&self) -> Duration {
        self.claim_set().expires_at
    }

    /// Whether its token is no longer in time, with the leeway that it was validated with.
    pub(crate) fn has_expired(&self, now: Duration) -> bool {
        self.claims.check_time(now).is_err()
    }

    /// How much clocks may differ, as its validator says.
    pub(crate) fn leeway(&self) -> Duration {
        self.claim_set().leeway
    }

    /// How the caller logged in: an authentication context class (`acr`, RFC 9470 section 4).
    #[must_use]
    pub fn acr(&self) -> Option<&str> {
        self.claim_set().acr.as_deref()
    }

    /// By which methods the caller logged in (`amr`, RFC 8176), as the issuer ordered them.
    pub fn amr(&self) -> impl Iterator<Item = &str> {
        self.claim_set().amr.iter().map(AsRef::as_ref)
    }

    /// When the caller logged in (`auth_time`), as time since the Unix epoch.
    #[must_use]
    pub fn auth_time(&self) -> Option<Duration> {
        self.claim_set().auth_time
    }

    /// Who acts for the caller at the moment, if that is somebody else (`act`, RFC 8693 section 4.1).
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.claim_set().actor.as_ref()
    }

    /// Another claim of the token: its name, or the names that lead to it. `None` if there is none, an error if it is something
    /// else than a `T`. What it means is the issuer's word, and nobody has checked it.
    ///
    /// ```
    /// # use toolgate::Caller;
    /// fn plan(caller: &Caller) -> Result<Option<String>, serde_json::Error> {
    ///     caller.claim(["https://my.app/plan"])
    /// }
    /// ```
    pub fn claim<'a, T: DeserializeOwned>(
        &self,
        path: impl IntoIterator<Item = &'a str>,
    ) -> Result<Option<T>, serde_json::Error> {
        let mut value = Value::Object(self.claims());
        for name in path {
            match value.get_mut(name) {
                Some(found) => value = found.take(),
                None => return Ok(None),
            }
        }
        serde_json::from_value(value).map(Some)
    }

    /// All claims of the token, as they came. They are read anew each time; [`claim`](Self::claim) gives one of them.
    #[must_use]
    pub fn claims(&self) -> Map<String, Value> {
        // They were read when the token was validated, and have not changed since.
        strict_json::object_from_slice(self.claim_set().raw.as_bytes()).unwrap_or_default()
    }

    pub(crate) fn claim_set(&self) -> &ClaimSet {
        &self.claims.0
    }
}

impl Actor {
    /// The subject (`sub`) of the one who acts.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The issuer (`iss`) that the subject is of; that of the token if `None`.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The client (`client_id`) that acts.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
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

impl fmt::Debug for Caller {
    /// Without the raw claims: they may hold what nobody wants in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("principal", self.principal())
            .field("tenant", &self.tenant())
            .field("scopes", &self.scopes().collect::<Vec<_>>())
            .field("roles", &self.roles().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
