//! The demonstration: its users, and every tool called as each of them.

use serde_json::json;
use toolgate_testing::{Error, IdentityProvider, Matrix, Table, Verdict};

/// A user of the embedded identity provider.
#[derive(Clone, Copy, Debug)]
pub struct User {
    /// The subject of the user's tokens.
    pub name: &'static str,
    tenant: Option<&'static str>,
    roles: &'static [&'static str],
    scopes: &'static [&'static str],
}

/// All users.
pub const USERS: [User; 5] = [
    User {
        name: "alice",
        tenant: Some("acme"),
        roles: &["manager"],
        scopes: &["read:tools", "write:tools"],
    },
    User {
        name: "bob",
        tenant: Some("acme"),
        roles: &["user"],
        scopes: &["read:tools"],
    },
    User {
        name: "carol",
        tenant: Some("globex"),
        roles: &["admin", "manager"],
        scopes: &["read:tools", "write:tools", "admin"],
    },
    User {
        name: "dave",
        tenant: None,
        roles: &[],
        scopes: &["read:tools"],
    },
    User {
        name: "erin",
        tenant: Some("acme"),
        roles: &["manager"],
        scopes: &["read:tools"],
    },
];

impl User {
    /// A token of this user for the server at `resource`, valid for an hour.
    #[must_use]
    pub fn token(&self, provider: &IdentityProvider, resource: &str) -> String {
        let token = provider.token(self.name).audience(resource);
        let token = token
            .scopes(self.scopes.iter().copied())
            .roles(self.roles.iter().copied());
        match self.tenant {
            Some(tenant) => token.tenant(tenant).mint(),
            None => token.mint(),
        }
    }

    /// The user in words.
    #[must_use]
    pub fn description(&self) -> String {
        let list = |names: &[&str]| {
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        };
        let tenant = self.tenant.unwrap_or("none");
        format!(
            "tenant {tenant}; roles {}; scopes {}",
            list(self.roles),
            list(self.scopes)
        )
    }
}

/// Calls every tool as every user, and as nobody, over HTTP.
pub async fn matrix(provider: &IdentityProvider, resource: &str) -> Result<Table, Error> {
    let mut matrix = Matrix::new(resource)?;
    for user in USERS {
        matrix = matrix.caller(user.name, user.token(provider, resource));
    }
    let update = |id: &str| json!({"resource_id": id, "text": "A new text."});
    matrix
        .caller("nobody", None)
        .call("server_time", json!({}))
        .call("whoami", json!({}))
        .call("list_notes", json!({}))
        .call_as("update_note(acme-1)", "update_note", update("acme-1"))
        .call_as("update_note(globex-1)", "update_note", update("globex-1"))
        .call("delete_notes", json!({}))
        .run()
        .await
}

/// The calls that were not let through, and what the callers were told.
#[must_use]
pub fn refusals(matrix: &Table) -> String {
    let refused = matrix.verdicts().filter(|(.., verdict)| **verdict != Verdict::Allowed);
    let lines = refused.map(|(caller, call, verdict)| format!("{caller:<7} {call:<22} {verdict}\n"));
    lines.collect()
}

/// What the matrix has to be.
pub const EXPECTED: &str = "
            server_time  whoami  list_notes  update_note(acme-1)  update_note(globex-1)  delete_notes
    alice   yes          yes     yes         yes                  error                  403
    bob     yes          yes     yes         403                  403                    403
    carol   yes          yes     yes         error                yes                    yes
    dave    yes          yes     yes         403                  403                    403
    erin    yes          yes     yes         403                  403                    403
    nobody  yes          401     401         401                  401                    401
";

/// Ready-to-paste commands: the tokens as shell variables, and a call that uses them.
#[must_use]
pub fn commands(provider: &IdentityProvider, resource: &str) -> String {
    let tokens = USERS.iter().map(|user| {
        let (name, description) = (user.name, user.description());
        format!(
            "# {name}: {description}\n{}='{}'\n",
            name.to_uppercase(),
            user.token(provider, resource)
        )
    });
    let tokens: String = tokens.collect();
    let version = "2026-07-28";
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {
            "name": "update_note",
            "arguments": {"resource_id": "acme-1", "text": "Hello."},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": version,
                "io.modelcontextprotocol/clientInfo": {"name": "curl", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    format!(
        "{tokens}\ncurl -i {resource} -H \"Authorization: Bearer $ALICE\" \\\n  \
         -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\\n  \
         -H 'MCP-Protocol-Version: {version}' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: update_note' \\\n  \
         -d '{body}'\n"
    )
}
