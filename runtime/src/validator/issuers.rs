//! Several issuers.

use super::shape::Shape;
use super::{DynValidator, TenantStatement, TokenError, ValidateError, Validator};
use crate::bearer::BearerToken;
use crate::claims::Claims;
use crate::error::ConfigError;
use crate::health::Health;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

/// Validates tokens of several issuers, each by a validator of its own. [`Issuers::builder`] makes one.
///
/// ```
/// use toolgate::{Algorithm, ClaimMap, ConfigError, Issuers, JwtValidator};
///
/// fn validator() -> Result<Issuers, ConfigError> {
///     let url = "https://mcp.example.com/mcp";
///     let staff = JwtValidator::builder()
///         .issuer("https://sso.example.com/realms/staff")
///         .audience(url)
///         .algorithm(Algorithm::Rs256)
///         .claims(ClaimMap::keycloak("notes").any_tenant());
///     let customer = JwtValidator::builder()
///         .issuer("https://customer.okta.com/oauth2/default")
///         .audience(url)
///         .algorithm(Algorithm::Rs256)
///         .claims(ClaimMap::okta().tenant_is("customer"));
///     Issuers::builder().issuer(staff.build()?).issuer(customer.build()?).build()
/// }
/// # assert!(validator().is_ok());
/// ```
pub struct Issuers {
    /// By the exact `iss`.
    routes: HashMap<Box<str>, Arc<dyn DynValidator>>,
    opaque: Option<Arc<dyn DynValidator>>,
    /// Each once, in the order in which they were given.
    all: Vec<Arc<dyn DynValidator>>,
}

/// Collects the validators of an [`Issuers`].
#[derive(Default)]
#[must_use = "a builder does nothing until `.build()`"]
pub struct IssuersBuilder {
    issuers: Vec<Arc<dyn DynValidator>>,
    opaque: Vec<Arc<dyn DynValidator>>,
}

impl Issuers {
    /// Starts one. At least one validator has to be given.
    pub fn builder() -> IssuersBuilder {
        IssuersBuilder::default()
    }

    /// Finds who can say something about a token (MCP-27, MCP-28, JB-07).
    ///
    /// 1. A token in JWT form goes to the validator that was given for its `iss`, byte by byte. Nothing of it is proven yet: `iss`
    ///    only chooses among those that were configured, and nothing is fetched because of what it says.
    /// 2. One of another issuer goes nowhere, least of all to an endpoint that would read it.
    /// 3. A token without JWT form goes to the validator for those, if there is one.
    fn route(&self, token: &BearerToken) -> Result<&dyn DynValidator, TokenError> {
        let validator = match Shape::of(token.expose())? {
            Shape::Jwt(issuer) => self.routes.get(&issuer).ok_or(TokenError::Issuer)?, // 1, 2
            Shape::Opaque => self.opaque.as_ref().ok_or(TokenError::Malformed)?,       // 3
        };
        Ok(validator.as_ref())
    }
}

impl IssuersBuilder {
    /// Validates JWTs of this validator's issuer by it.
    pub fn issuer(mut self, validator: impl Validator) -> Self {
        self.issuers.push(Arc::new(validator));
        self
    }

    /// Validates tokens without JWT form by this validator, an
    #[cfg_attr(
        feature = "introspection",
        doc = "[`IntrospectionValidator`](super::introspection::IntrospectionValidator)"
    )]
    #[cfg_attr(not(feature = "introspection"), doc = "`IntrospectionValidator`")]
    /// or what wraps one. There can be one: nothing in such a token says whose it is. It also gets JWTs of its own issuer, unless
    /// another validator has that.
    pub fn opaque(mut self, validator: impl Validator) -> Self {
        self.opaque.push(Arc::new(validator));
        self
    }

    /// Finishes it.
    ///
    /// 1. There is a validator, and at most one for tokens without JWT form.
    /// 2. Each has an issuer, and no issuer has two validators for its JWTs.
    /// 3. If there are several issuers, each one's claim map says which tenants it may name: the users of one must not become
    ///    those of a tenant of another (MCP-74).
    pub fn build(self) -> Result<Issuers, ConfigError> {
        let mut validators = self.issuers.iter().chain(&self.opaque);
        if validators.any(|validator| validator.issuers().is_empty()) {
            let help = "let its `issuers()` give those of the validator that it wraps";
            return Err(ConfigError::new("a validator has no issuer", help)); // 2
        }
        let mut routes = HashMap::new();
        for validator in &self.issuers {
            for issuer in validator.issuers() {
                match routes.entry(issuer.into_boxed_str()) {
                    Entry::Vacant(free) => free.insert(Arc::clone(validator)),
                    Entry::Occupied(taken) => return Err(twice(taken.key())), // 2
                };
            }
        }
        let all: Vec<_> = self
            .issuers
            .into_iter()
            .chain(self.opaque.iter().map(Arc::clone))
            .collect();
        let mut opaque = self.opaque.into_iter();
        let (opaque, another) = (opaque.next(), opaque.next());
        if another.is_some() {
            let help =
                "keep one `.opaque(..)`: an opaque token does not say whose it is, and may be shown to nobody else";
            return Err(ConfigError::new("there are two validators for opaque tokens", help)); // 1
        }
        if let Some(opaque) = &opaque {
            for issuer in opaque.issuers() {
                routes
                    .entry(issuer.into_boxed_str())
                    .or_insert_with(|| Arc::clone(opaque));
            }
        }
        if routes.is_empty() {
            let help = "add `.issuer(JwtValidator::builder()..)`";
            return Err(ConfigError::new("there is no issuer", help)); // 1
        }
        if routes.len() > 1 {
            for validator in &all {
                check_tenants(validator.as_ref())?; // 3
            }
        }
        Ok(Issuers { routes, opaque, all })
    }
}

fn twice(issuer: &str) -> ConfigError {
    let help = "give it one validator, with all its audiences and algorithms";
    ConfigError::new(format!("the issuer `{issuer}` is given twice"), help)
}

fn check_tenants(validator: &dyn DynValidator) -> Result<(), ConfigError> {
    match validator.tenants() {
        TenantStatement::Said => Ok(()),
        TenantStatement::Unsaid => {
            let issuers = validator.issuers().join("`, `");
            let help = "there are other issuers, whose tenants it must not name: give its `.claims(..)` a map with \
                        `.tenant_is(\"..\")`, `.only_tenants([..])`, `.without_tenant()` or `.any_tenant()`";
            Err(ConfigError::new(
                format!("it is not said which tenants `{issuers}` may name"),
                help,
            ))
        }
    }
}

impl Validator for Issuers {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.route(token)?.validate(token).await
    }

    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.route(token)?.validate_anew(token).await
    }

    fn issuers(&self) -> Vec<String> {
        let mut issuers = Vec::new();
        for issuer in self.all.iter().flat_map(|validator| validator.issuers()) {
            if !issuers.contains(&issuer) {
                issuers.push(issuer);
            }
        }
        issuers
    }

    fn tenants(&self) -> TenantStatement {
        let unsaid = self
            .all
            .iter()
            .any(|validator| validator.tenants() == TenantStatement::Unsaid);
        if unsaid {
            TenantStatement::Unsaid
        } else {
            TenantStatement::Said
        }
    }

    fn health(&self) -> Vec<Health> {
        self.all.iter().flat_map(|validator| validator.health()).collect()
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuers")
            .field("issuers", &Validator::issuers(self))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for IssuersBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuersBuilder").finish_non_exhaustive()
    }
}
