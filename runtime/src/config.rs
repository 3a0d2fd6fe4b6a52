//! How a gate is set up. What is missing does not compile; what is malformed is a [`ConfigError`].

mod authority;
mod limits;
mod lists;
mod network;
mod scopes;
mod sessions;
mod shadow;

pub(crate) use self::authority::Authority;

use crate::audit::{AuditSink, Sinks};
use crate::bad_tokens::BadTokens;
use crate::catalog::Catalogs;
use crate::clock::{Clock, SystemClock};
use crate::configured_keys::ConfiguredKeys;
use crate::error::ConfigError;
use crate::gate::Gate;
use crate::health::Health;
use crate::listing::Listing;
use crate::origin::AllowedPeers;
use crate::proxies::Proxies;
use crate::rate_limit::RateLimit;
use crate::rates::{Counts, Rates};
use crate::resource::ResourceUrl;
use crate::revocation::{Revocations, Watch};
use crate::scope::ScopeToken;
use crate::session::SessionKeys;
use crate::validator::{DynValidator, Validator};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// Something that has to be said and was not. See [`Gate::builder`].
#[derive(Debug)]
pub struct Missing;

/// A resource URL that was given.
#[derive(Debug)]
pub struct GivenResource(String);

/// A validator that was given.
pub struct GivenValidator(Arc<dyn DynValidator>);

/// That the resource URL was given.
#[diagnostic::on_unimplemented(
    message = "the gate has no resource URL",
    label = "missing `.resource(..)`",
    note = "add `.resource(\"https://..\")` before `.build()`: the public URL of the MCP endpoint, which clients name to get tokens for it"
)]
pub trait HasResource {
    #[doc(hidden)]
    fn resource(self) -> String;
}

impl HasResource for GivenResource {
    fn resource(self) -> String {
        self.0
    }
}

/// That the validator was given.
#[diagnostic::on_unimplemented(
    message = "the gate has no validator",
    label = "missing `.validator(..)`",
    note = "add `.validator(JwtValidator::builder()..)` before `.build()`, or use `Gate::public_only()` for a server without protected tools"
)]
pub trait HasValidator {
    #[doc(hidden)]
    fn validator(self) -> GivenValidator;
}

impl HasValidator for GivenValidator {
    fn validator(self) -> GivenValidator {
        self
    }
}

/// Collects what a [`Gate`] needs.
#[must_use = "a builder does nothing until `.build()`"]
pub struct GateBuilder<R = Missing, V = Missing> {
    resource: R,
    validator: V,
    options: Options,
}

struct Options {
    sinks: Vec<Box<dyn AuditSink>>,
    clock: Arc<dyn Clock>,
    name: Option<String>,
    baseline: Option<Vec<ScopeToken>>,
    hosts: Vec<String>,
    origins: Vec<String>,
    listens_on: Option<SocketAddr>,
    proxies: Vec<String>,
    session_keys: ConfiguredKeys,
    revocations: Option<Revocations>,
    catalogs: Catalogs,
    rates: Rates,
    refused_tokens: Option<RateLimit>,
    allow_shadow: bool,
    listing: Listing,
    tell_scopes: bool,
}

/// What a gate works with.
pub(crate) struct Settings {
    /// `None` for a gate that knows no callers.
    pub(crate) authority: Option<Authority>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) name: Option<String>,
    pub(crate) baseline: Option<Vec<ScopeToken>>,
    pub(crate) peers: AllowedPeers,
    pub(crate) proxies: Proxies,
    pub(crate) sessions: SessionKeys,
    pub(crate) sinks: Sinks,
    pub(crate) counts: Counts,
    /// `None` if it does not matter how many tokens are refused.
    pub(crate) bad_tokens: Option<BadTokens>,
    /// Whether it takes tools whose scopes and roles are not enforced.
    pub(crate) allow_shadow: bool,
    pub(crate) listing: Listing,
    /// Whether lists tell the scopes of tools.
    pub(crate) tell_scopes: bool,
}

impl Gate {
    /// Starts a gate. A resource URL and a validator have to be given.
    pub fn builder() -> GateBuilder {
        GateBuilder {
            resource: Missing,
            validator: Missing,
            options: Options {
                sinks: Vec::new(),
                clock: Arc::new(SystemClock::default()),
                name: None,
                baseline: None,
                hosts: Vec::new(),
                origins: Vec::new(),
                listens_on: None,
                proxies: Vec::new(),
                session_keys: Vec::new(),
                revocations: None,
                catalogs: Catalogs::default(),
                rates: Rates::new(),
                refused_tokens: None,
                allow_shadow: false,
                listing: Listing::default(),
                tell_scopes: false,
            },
        }
    }

    /// A gate that knows no callers: [`protect`](Self::protect) refuses every toolset with a tool that is not `public`.
    ///
    /// It has no resource URL to know its own name by. So its layer takes only requests to a loopback host (`localhost`,
    /// `127.0.0.1`, `[::1]`, on any port), and none that a page in a browser sends.
    pub fn public_only() -> Result<Self, ConfigError> {
        let options = Self::builder().options;
        let peers = AllowedPeers::loopback();
        options.settings(None, peers)
    }

    /// How well what is needed of the issuers can be had. Empty for a gate that knows no callers.
    #[must_use]
    pub fn health(&self) -> Vec<Health> {
        let authority = self.settings.authority.as_ref();
        authority.map_or_else(Vec::new, |authority| authority.validator.health())
    }
}

impl<R, V> GateBuilder<R, V> {
    /// Sets the public URL of the MCP endpoint, as clients write it: the resource identifier of RFC 8707 and RFC 9728.
    ///
    /// `https`, or `http` on a loopback host; no query, no fragment, no slash at the end.
    pub fn resource(self, url: impl Into<String>) -> GateBuilder<GivenResource, V> {
        GateBuilder {
            resource: GivenResource(url.into()),
            validator: self.validator,
            options: self.options,
        }
    }

    /// Sets what turns tokens into callers.
    pub fn validator(self, validator: impl Validator) -> GateBuilder<R, GivenValidator> {
        GateBuilder {
            resource: self.resource,
            validator: GivenValidator(Arc::new(validator)),
            options: self.options,
        }
    }

    /// Refuses the tokens that are revoked here, whatever the validator says of them.
    pub fn revocations(mut self, revocations: &Revocations) -> Self {
        self.options.revocations = Some(revocations.clone());
        self
    }

    /// Adds a place for audit records. They always go to `tracing` as well, with the target `toolgate::audit`.
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.options.sinks.push(Box::new(sink));
        self
    }

    /// Sets the name of the server that a client may show when it asks for consent (`resource_name`, RFC 9728).
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// Sets where the time comes from, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.options.clock = Arc::new(clock);
        self
    }

    /// Finishes the gate.
    pub fn build(self) -> Result<Gate, ConfigError>
    where
        R: HasResource,
        V: HasValidator,
    {
        let resource = ResourceUrl::new(self.resource.resource())?;
        let peers = AllowedPeers::new(&resource, &self.options.hosts, &self.options.origins)?;
        peers.check_bind(self.options.listens_on)?;
        let validator = self.validator.validator().0;
        let validator = match self.options.revocations.clone() {
            Some(revocations) => Arc::new(Watch { validator, revocations }),
            None => validator,
        };
        let catalogs = self.options.catalogs.clone();
        let mut options = self.options;
        let listing = &mut options.listing;
        listing.obtainable = listing.obtainable.take().or_else(|| catalogs.obtainable());
        let authority = Authority {
            resource,
            validator,
            catalogs,
        };
        options.settings(Some(authority), peers)
    }
}

impl Options {
    fn settings(self, authority: Option<Authority>, peers: AllowedPeers) -> Result<Gate, ConfigError> {
        let resource = authority.as_ref().map_or("", |authority| authority.resource.as_str());
        self.check_baseline()?;
        let counts = self.rates.start(resource, &self.clock)?;
        let bad_tokens = self.refused_tokens.map(|rate| BadTokens::new(rate, &self.clock));
        Ok(Gate {
            settings: Arc::new(Settings {
                authority,
                counts,
                bad_tokens: bad_tokens.transpose()?,
                clock: self.clock,
                name: self.name,
                baseline: self.baseline,
                peers,
                proxies: Proxies::new(&self.proxies)?,
                sessions: SessionKeys::new(&self.session_keys)?,
                sinks: Sinks::new(self.sinks),
                allow_shadow: self.allow_shadow,
                listing: self.listing,
                tell_scopes: self.tell_scopes,
            }),
        })
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = self.settings.authority.as_ref();
        f.debug_struct("Gate")
            .field("resource", &resource.map(|authority| authority.resource.as_str()))
            .finish_non_exhaustive()
    }
}

impl<R, V> fmt::Debug for GateBuilder<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GateBuilder").finish_non_exhaustive()
    }
}

impl fmt::Debug for GivenValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenValidator(..)")
    }
}
