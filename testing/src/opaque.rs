//! Tokens that say nothing by themselves: whoever gets one has to ask the provider.

use crate::mint::{random_id, seconds_since_epoch};
use crate::published::Published;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

/// An opaque token to be. Without further words: about the subject, for the client `demo`, valid for an hour, **for no
/// audience**.
#[must_use = "a builder does nothing until `.mint()`"]
pub struct OpaqueTokenBuilder {
    published: Arc<Published>,
    members: Map<String, Value>,
}

/// The tokens that the provider knows.
#[derive(Default)]
pub(crate) struct OpaqueTokens {
    members: HashMap<String, Map<String, Value>>,
    /// Also such in JWT form.
    revoked: HashSet<String>,
}

impl OpaqueTokenBuilder {
    pub(crate) fn new(published: Arc<Published>, subject: &str) -> Self {
        let issuer = published.issuer.clone();
        let builder = Self {
            published,
            members: Map::new(),
        };
        builder
            .claim("iss", issuer)
            .claim("sub", subject)
            .claim("jti", random_id())
            .claim("iat", seconds_since_epoch())
            .client_id("demo")
            .expires_in(HOUR)
    }

    /// Sets the audience (`aud`). For several, use [`claim`](Self::claim).
    pub fn audience(self, audience: &str) -> Self {
        self.claim("aud", audience)
    }

    /// Sets the scopes (`scope`, separated by spaces).
    pub fn scopes<'a>(self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        let scopes: Vec<&str> = scopes.into_iter().collect();
        self.claim("scope", scopes.join(" "))
    }

    /// Sets the roles (`roles`).
    pub fn roles<'a>(self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        self.claim("roles", roles.into_iter().collect::<Vec<_>>())
    }

    /// Sets the tenant (`tenant_id`).
    pub fn tenant(self, tenant: &str) -> Self {
        self.claim("tenant_id", tenant)
    }

    /// Sets the client that the token is issued to (`client_id`).
    pub fn client_id(self, client: &str) -> Self {
        self.claim("client_id", client)
    }

    /// Makes it a token of a client by itself (RFC 6749 section 4.4): it is about nobody, there is no `sub`.
    pub fn client_credentials(self, client: &str) -> Self {
        self.client_id(client).without("sub")
    }

    /// Sets a member of the answer, to a value of any type: `cnf`, say, or `token_type`. Only `active` is the provider's.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Takes a member of the answer away.
    pub fn without(mut self, name: &str) -> Self {
        self.members.remove(name);
        self
    }

    /// Sets the expiry (`exp`), from now, in whole seconds.
    pub fn expires_in(self, lifetime: Duration) -> Self {
        self.claim("exp", seconds_since_epoch().saturating_add(lifetime.as_secs()))
    }

    /// Makes it a token that was issued two hours ago and expired one hour ago, so that it is not active.
    pub fn expired(self) -> Self {
        let now = seconds_since_epoch();
        let hour = HOUR.as_secs();
        self.claim("iat", now.saturating_sub(2 * hour))
            .claim("exp", now.saturating_sub(hour))
    }

    /// The token: text that nobody can guess, and that only the provider can say something about.
    #[must_use]
    pub fn mint(self) -> String {
        self.mint_as(&random_id())
    }

    /// The token with a text of your choice, for tokens that look like something else.
    #[must_use]
    pub fn mint_as(self, token: &str) -> String {
        let mut state = self.published.state();
        state.tokens.members.insert(token.to_owned(), self.members);
        token.to_owned()
    }
}

impl OpaqueTokens {
    pub(crate) fn members(&self, token: &str) -> Option<Map<String, Value>> {
        self.members.get(token).cloned()
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        self.revoked.insert(token.to_owned());
    }

    pub(crate) fn is_revoked(&self, token: &str) -> bool {
        self.revoked.contains(token)
    }
}
