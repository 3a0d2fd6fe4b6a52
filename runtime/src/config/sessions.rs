//! What a gate is told about sessions.

use super::GateBuilder;

impl<R, V> GateBuilder<R, V> {
    /// Adds a key that binds sessions to their callers (MCP-58): a short name, and at least 32 random bytes that all instances know
    /// and nobody else. The first one signs, all of them are known. Without any, each gate makes one for itself.
    ///
    /// With a common key, an instance takes the id of a session that another one opened, if it is the caller's. Whether it has
    /// that session is for the SDK to know: send a session to the instance that opened it, or give `rmcp` a store that they share.
    ///
    /// To change the key: give all instances the new one as the second, then as the first; take the old one away when the sessions
    /// that it signed have ended. A session whose key is gone is a 404, and clients begin a new one.
    pub fn session_key(mut self, id: impl Into<String>, secret: impl AsRef<[u8]>) -> Self {
        self.options
            .session_keys
            .push((id.into(), secret.as_ref().to_vec().into()));
        self
    }
}
