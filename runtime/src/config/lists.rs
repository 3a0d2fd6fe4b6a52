//! What a gate can be told about which tools a caller gets to see.

use super::GateBuilder;
use crate::scope::ScopeToken;

impl<R, V> GateBuilder<R, V> {
    /// Sets the scopes that a client gets if it asks for them and its user agrees, as opposed to those that only an administrator
    /// grants. By default those of the catalogue ([`scopes`](Self::scopes)) that are not `admin_consent`, and none without a
    /// catalogue.
    ///
    /// Over HTTP, `tools/list` then also shows the tools for which a caller lacks nothing but these: a client that calls one is
    /// told which scopes to get, and can ask for them. It shows those, too, for which a caller would have to log in again: whoever
    /// calls one is told how. Tools for which a role is missing, or any other scope, stay out, and so do
    /// all but the public ones for a client without a token.
    pub fn obtainable_scopes(mut self, scopes: impl IntoIterator<Item = ScopeToken>) -> Self {
        self.options.listing.obtainable = Some(scopes.into_iter().collect());
        self
    }

    /// Has `tools/list` show exactly what the caller could call with some arguments, over HTTP too. Over stdio it always does.
    pub fn list_callable_only(mut self) -> Self {
        self.options.listing.callable_only = true;
        self
    }

    /// Answers calls of tools that the caller does not see in `tools/list` like calls of tools that do not exist: with the same
    /// status, headers and body, after the same steps. Records say what really happened.
    ///
    /// Without a token, a call of anything but a public tool is a 401 as before, and its challenge does not tell what the tool
    /// would need. A tool that is in the list because its scopes can be got
    /// ([`obtainable_scopes`](Self::obtainable_scopes)), or another login, answers with the challenge that names them.
    ///
    /// The same holds for prompts and resources that are under policies ([`Toolset::prompt`](crate::Toolset::prompt)).
    ///
    /// What still tells of tools: the scope document, if you publish it; `scopes_supported`, see [`baseline`](Self::baseline); and
    /// with the SDK `rmcp`, HTTP without [the layer](crate::Protected::layer), which is where hidden names are answered.
    pub fn hide_denied_tools(mut self) -> Self {
        self.options.listing.hide_denied = true;
        self
    }

    /// Has `tools/list` tell, with each tool, the scopes that it needs: in its `_meta`, under
    /// [`docs::SCOPES_META`](crate::docs::SCOPES_META). They are those that the challenge would name if the caller had none, so that a
    /// client can ask for them before it calls. A tool that needs none has no such entry. Roles are never told. Off by default.
    pub fn tell_scopes(mut self) -> Self {
        self.options.tell_scopes = true;
        self
    }
}
