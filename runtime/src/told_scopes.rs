//! The scopes of a tool, told to clients in its definition.

use crate::protected::Protected;
use crate::toolset::Tool;
use serde_json::{Map, Value, json};

/// The key of `_meta` under which a tool's definition carries its scopes: an array of texts.
pub const SCOPES_META: &str = "io.github.toolgate/scopes";

impl Protected {
    /// What the definition of a tool carries besides, if the gate was told so.
    #[cfg_attr(
        not(any(feature = "rmcp", feature = "pmcp")),
        expect(dead_code, reason = "read by the adapters")
    )]
    pub(crate) fn told_scopes(&self, tool: &Tool) -> Option<Map<String, Value>> {
        let scopes = tool.policy.challenge_scopes();
        let is_told = self.gate().settings.tell_scopes && !scopes.is_empty();
        is_told.then(|| Map::from_iter([(SCOPES_META.to_owned(), json!(scopes))]))
    }
}
