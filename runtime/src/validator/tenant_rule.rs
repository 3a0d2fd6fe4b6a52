//! Which tenants an issuer may speak for.

use super::claim_map::ClaimMap;
use super::{TenantStatement, TokenError};
use crate::error::ConfigError;

/// Which tenants an issuer's tokens may name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum TenantRule {
    /// Nobody has said. Any, as long as there is one issuer only.
    Unsaid,
    /// Any.
    Any,
    /// These, or none. Never empty.
    Only(Vec<String>),
    /// This one, also where a token names none.
    Is(String),
    /// None, whatever a token says.
    None,
}

impl ClaimMap {
    /// All tokens of this issuer are of this tenant. One that names another is refused.
    #[must_use]
    pub fn tenant_is(self, tenant: impl Into<String>) -> Self {
        self.with_tenants(TenantRule::Is(tenant.into()))
    }

    /// Tokens of this issuer may name these tenants, or none. One that names another is refused.
    #[must_use]
    pub fn only_tenants<T: Into<String>>(self, tenants: impl IntoIterator<Item = T>) -> Self {
        self.with_tenants(TenantRule::Only(tenants.into_iter().map(Into::into).collect()))
    }

    /// Tokens of this issuer are of no tenant, whatever they say.
    #[must_use]
    pub fn without_tenant(self) -> Self {
        self.with_tenants(TenantRule::None)
    }

    /// Tokens of this issuer may name any tenant, also where there are other issuers. Say this only of an issuer that you trust
    /// with everything that the tenants of the others have.
    #[must_use]
    pub fn any_tenant(self) -> Self {
        self.with_tenants(TenantRule::Any)
    }

    fn with_tenants(self, tenants: TenantRule) -> Self {
        Self { tenants, ..self }
    }

    /// Whether it was said which tenants the tokens may name.
    pub(super) fn tenant_statement(&self) -> TenantStatement {
        match self.tenants {
            TenantRule::Unsaid => TenantStatement::Unsaid,
            TenantRule::Any | TenantRule::Only(_) | TenantRule::Is(_) | TenantRule::None => TenantStatement::Said,
        }
    }

    /// Checks how it was set up.
    ///
    /// 1. Every claim has a name, and so have the members on the way to it.
    /// 2. A list of tenants names one, and none of them is empty.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let claims = [("roles", &self.roles), ("the client", &self.clients)];
        let claims = claims
            .iter()
            .flat_map(|(what, claims)| claims.iter().map(move |claim| (*what, claim)));
        for (what, claim) in claims.chain([("the tenant", &self.tenant)]) {
            if claim.is_empty() || claim.iter().any(String::is_empty) {
                let help =
                    "give the names of the members that lead to the claim, such as `[\"realm_access\", \"roles\"]`";
                return Err(ConfigError::new(format!("the claim for {what} has no name"), help)); // 1
            }
        }
        let empty = match &self.tenants {
            TenantRule::Only(tenants) => tenants.is_empty() || tenants.iter().any(String::is_empty),
            TenantRule::Is(tenant) => tenant.is_empty(),
            TenantRule::Unsaid | TenantRule::Any | TenantRule::None => false,
        };
        if empty {
            let help = "name the tenants of the issuer, or say `.without_tenant()`";
            return Err(ConfigError::new("a tenant of the claim map has no name", help)); // 2
        }
        Ok(())
    }
}

impl TenantRule {
    /// The tenant of a token that names this one, or none (MCP-74).
    ///
    /// 1. An empty name is none that anybody could have.
    /// 2. A tenant that the issuer may not name refuses the token.
    /// 3. What the issuer may not say at all is not heard.
    pub(super) fn admit<'a>(&'a self, named: Option<&'a str>) -> Result<Option<&'a str>, TokenError> {
        if named == Some("") {
            return Err(TokenError::Claim("tenant")); // 1
        }
        match (self, named) {
            (Self::Unsaid | Self::Any, named) => Ok(named),
            (Self::Only(tenants), Some(named)) if tenants.iter().any(|tenant| tenant == named) => Ok(Some(named)),
            (Self::Only(_), None) | (Self::None, _) => Ok(None), // 3
            (Self::Is(tenant), None) => Ok(Some(tenant)),
            (Self::Is(tenant), Some(named)) if tenant == named => Ok(Some(named)),
            (Self::Only(_) | Self::Is(_), Some(_)) => Err(TokenError::Claim("tenant")), // 2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TenantRule;
    use crate::validator::{ClaimMap, TokenError};

    #[test]
    fn mcp_74_a_token_names_a_tenant_of_its_issuer_or_is_refused() {
        let only = TenantRule::Only(vec!["acme".to_owned(), "globex".to_owned()]);
        let is = TenantRule::Is("acme".to_owned());
        let foreign = Err(TokenError::Claim("tenant"));
        for (rule, named, expected) in [
            (TenantRule::Unsaid, Some("acme"), Ok(Some("acme"))),
            (TenantRule::Any, Some("acme"), Ok(Some("acme"))),
            (TenantRule::Any, None, Ok(None)),
            (TenantRule::Any, Some(""), foreign),
            (only.clone(), Some("acme"), Ok(Some("acme"))),
            (only.clone(), Some("globex"), Ok(Some("globex"))),
            (only.clone(), Some("Acme"), foreign),
            (only.clone(), Some("acme "), foreign),
            (only.clone(), Some(""), foreign),
            (only, None, Ok(None)),
            (is.clone(), Some("acme"), Ok(Some("acme"))),
            (is.clone(), None, Ok(Some("acme"))),
            (is.clone(), Some("globex"), foreign),
            (is, Some(""), foreign),
            (TenantRule::None, Some("acme"), Ok(None)),
            (TenantRule::None, None, Ok(None)),
            (TenantRule::None, Some(""), foreign),
        ] {
            assert_eq!(rule.admit(named), expected, "{rule:?} {named:?}");
        }
    }

    #[test]
    fn r14_a_claim_map_without_names_is_found_at_construction() {
        let map = ClaimMap::default;
        for good in [
            map(),
            map().tenant_is("a"),
            map().only_tenants(["a"]),
            map().without_tenant(),
            map().any_tenant(),
        ] {
            assert!(good.check().is_ok(), "{good:?}");
        }
        for bad in [
            map().roles_at([]),
            map().roles_at([""]),
            map().roles_at(["a", ""]),
            map().or_roles_at([]),
            map().tenant_at([]),
            map().tenant_at(["", "a"]),
            map().client_at([]),
            map().client_at([""]),
            map().tenant_is(""),
            map().only_tenants::<String>([]),
            map().only_tenants(["a", ""]),
            ClaimMap::keycloak(""),
            ClaimMap::auth0(""),
        ] {
            let error = bad.check().unwrap_err().to_string();
            assert!(error.contains("\nhelp: "), "{bad:?}: {error}");
        }
    }
}
