//! What a gate is told about scopes and roles.

use super::{GateBuilder, Options};
use crate::catalog::{RoleCatalog, ScopeCatalog};
use crate::error::ConfigError;
use crate::scope::ScopeToken;

impl<R, V> GateBuilder<R, V> {
    /// Sets which scopes there are, and which of them imply which (MCP-45): the enum with
    /// `#[derive(`[`ScopeCatalog`](macro@crate::ScopeCatalog)`)]`.
    ///
    /// Whoever is granted a scope then holds what it implies, too. A scope of a token that is not in the catalogue is kept as it
    /// is. What is implied is found out once for a token, and kept as long as its claims are: 16 bytes for each scope, which the
    /// limits of a cache do not count.
    ///
    /// [`Gate::protect`](crate::Gate::protect) refuses a tool that demands a scope which is not in the catalogue, or one that follows
    /// anyway, and a toolset that was not told of the same catalogue ([`Toolset::scopes`](crate::Toolset::scopes)): its scope
    /// document would say less than counts.
    pub fn scopes<C: ScopeCatalog>(mut self) -> Self {
        self.options.catalogs.set_scopes::<C>();
        self
    }

    /// The same for roles: the enum with `#[derive(`[`RoleCatalog`](macro@crate::RoleCatalog)`)]`.
    pub fn roles<C: RoleCatalog>(mut self) -> Self {
        self.options.catalogs.set_roles::<C>();
        self
    }

    /// Sets the scopes that a client should ask for at first (`scopes_supported`, MCP-15).
    ///
    /// By default those that the catalogue says are `baseline`. If there is none that says so, those that the tools with
    /// `read_only = true` and without `roles` need. The scope document of the [`Protected`](crate::Protected) says so, and that of the
    /// toolset alone cannot: give the former to [`assert_current`](crate::docs::assert_current) where this is called.
    ///
    /// `offline_access` is none of them (MCP-16): whether it wants refresh tokens, a client knows itself.
    pub fn baseline(mut self, scopes: impl IntoIterator<Item = ScopeToken>) -> Self {
        self.options.baseline = Some(scopes.into_iter().collect());
        self
    }
}

impl Options {
    /// Checks that clients are asked for no scope at first that they ask for by themselves (MCP-16).
    pub(super) fn check_baseline(&self) -> Result<(), ConfigError> {
        let mut scopes = self.baseline.iter().flatten();
        if scopes.any(|scope| scope.as_str() == "offline_access") {
            return Err(ConfigError::new(
                "`offline_access` is a scope for clients at first",
                "take it out of `.baseline(..)`: a client that wants refresh tokens asks for it by itself",
            ));
        }
        Ok(())
    }
}
