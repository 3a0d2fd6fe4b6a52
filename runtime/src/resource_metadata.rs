//! What a server says of itself so that clients find out where to get tokens (RFC 9728).

use crate::protected::Protected;
use serde_json::{Map, Value, json};

impl Protected {
    /// The metadata of the protected resource (RFC 9728 section 2), exactly as the layer serves it at the well-known address; none for
    /// a gate that knows no callers.
    ///
    /// Its `scopes_supported` are those that clients should ask for at first, by the same list as the
    /// [scope document](crate::docs::ScopeDocument::scopes_supported) and the challenge of a 401.
    #[must_use]
    pub fn resource_metadata(&self) -> Option<Value> {
        let settings = &self.gate().settings;
        let authority = settings.authority.as_ref()?;
        let mut document = Map::from_iter([
            ("resource".to_owned(), json!(authority.resource.as_str())),
            ("authorization_servers".to_owned(), json!(authority.validator.issuers())),
            ("bearer_methods_supported".to_owned(), json!(["header"])),
        ]);
        // Parameters without a value are left out, not empty (PR-03).
        let scopes = self.baseline();
        if !scopes.is_empty() {
            document.insert("scopes_supported".to_owned(), json!(scopes));
        }
        if let Some(name) = &settings.name {
            document.insert("resource_name".to_owned(), json!(name));
        }
        Some(document.into())
    }
}
