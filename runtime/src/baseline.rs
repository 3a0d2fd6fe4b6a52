//! Which scopes a client should ask for at first.

use crate::catalog::Catalogs;
use crate::scope::ScopeToken;
use crate::toolset::Tool;
use std::collections::BTreeSet;

/// What the catalogue says, or else what the read-only tools without roles need (MCP-15).
pub(crate) fn derived<'a>(catalogs: &Catalogs, tools: impl Iterator<Item = &'a Tool>) -> BTreeSet<ScopeToken> {
    if let Some(baseline) = catalogs.baseline() {
        return baseline;
    }
    let basic = tools.filter(|tool| tool.hints.read_only == Some(true));
    let scopes = basic.filter_map(|tool| tool.policy.scopes_without_roles());
    scopes.flatten().collect()
}
