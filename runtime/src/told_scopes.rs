//! The scopes of a tool, told to clients in its definition.

use crate::config::GateBuilder;
use crate::protected::Protected;
use crate::toolset::Tool;
use serde_json::{Map, Value, json};

/// The key of `_meta` under which a tool's definition carries its scopes: an array of texts.
pub const SCOPES_META: &str = "io.github.toolgate/scopes";

impl<R, V> GateBuilder<R, V> {
    /// Has `tools/list` tell, with each tool, the scopes that it needs: in its `_meta`, under
    /// [`docs::SCOPES_META`](crate::docs::SCOPES_META). They are those that the challenge would name if the caller had none, so that a
    /// client can ask for them before it calls. A tool that needs none has no such entry. Roles are never told. Off by default.
    pub fn tell_scopes(mut self) -> Self {
        self.options.tell_scopes = true;
        self
    }
}

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
