//! A public crate with every lint on, in which nothing is called `toolgate`.

#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unreachable_pub,
    unused_qualifications,
    single_use_lifetimes,
    rust_2018_idioms,
    clippy::pedantic,
    clippy::nursery
)]

use gate::{mcp_tool, toolset, RoleCatalog, ScopeCatalog, State, ToolError, Toolset};

/// What [`update`] is called with.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct Update {
    /// The notes to update.
    pub notes: Vec<String>,
    /// What to write.
    pub text: String,
}

/// What can be permitted here.
#[derive(Clone, Copy, Debug, ScopeCatalog)]
#[scope(crate = gate)]
pub enum Scope {
    /// Reads notes.
    #[scope("notes:read", baseline)]
    Read,
    /// Writes notes.
    #[scope("notes:write", implies(Read))]
    Write,
}

/// Catalogues of the same names.
pub mod other {
    use gate::{RoleCatalog, ScopeCatalog};

    /// What else can be permitted here.
    #[derive(Clone, Copy, Debug, ScopeCatalog)]
    #[scope(crate = ::gate)]
    pub enum Scope {
        /// Sends notes.
        #[scope("notes:send")]
        Send,
    }

    /// Who else there is.
    #[derive(Clone, Copy, Debug, RoleCatalog)]
    #[role(crate = gate)]
    pub enum Role {
        /// Reviews notes.
        #[role("reviewer")]
        Reviewer,
    }
}

/// Who there is.
#[derive(Clone, Copy, Debug, RoleCatalog)]
#[role(crate = ::gate)]
pub enum Role {
    /// Has notes.
    #[role("owner")]
    Owner,
}

/// Where the notes are.
#[derive(Clone, Copy, Debug)]
pub struct Notes;

#[toolset(crate = gate, scopes_all = ["notes:read"])]
impl Notes {
    /// Tells how many notes there are.
    ///
    /// # Errors
    ///
    /// There are none.
    #[mcp_tool(scopes_all = ["notes:count"])]
    pub async fn count(&self) -> Result<String, ToolError> {
        Ok(size_of_val(self).to_string())
    }

    /// Updates as [`update`] does.
    ///
    /// # Errors
    ///
    /// There are none.
    #[mcp_tool(tenant_field = "notes[*]", tenant_of = Self::tenant_of)]
    pub async fn replace(&self, args: Update) -> Result<String, ToolError> {
        update(args, State(*self)).await
    }

    /// Whose a note is.
    ///
    /// # Errors
    ///
    /// There are none.
    pub async fn tenant_of(&self, id: &str) -> Result<Option<String>, std::fmt::Error> {
        std::future::ready(Ok(Some(id.to_owned()))).await
    }
}

/// Replaces the text of notes.
///
/// # Errors
///
/// There are none.
#[mcp_tool(
    crate = gate,
    scopes_all = ["notes:write"],
    tenant_field = "notes[*]",
    tenant_of = Notes::tenant_of,
    audit_fields = ["text"],
)]
pub async fn update(args: Update, notes: State<Notes>) -> Result<String, ToolError> {
    let State(Notes) = notes;
    Ok(args.text)
}

/// Sends notes.
///
/// # Errors
///
/// There are none.
#[mcp_tool(
    crate = gate,
    catalog = other::Scope,
    role_catalog = Role,
    scopes_any = ["notes:send", Scope::Read],
    roles = [Role::Owner, other::Role::Reviewer],
)]
pub async fn send() -> Result<String, ToolError> {
    Ok(String::new())
}

/// Takes nothing.
///
/// # Errors
///
/// There are none.
#[mcp_tool(public, crate = ::gate)]
pub async fn nothing() -> Result<(), ToolError> {
    Ok(())
}

/// All tools.
#[must_use]
pub fn tools() -> Toolset<Notes> {
    let tools = Toolset::new(Notes).tools::<Notes>();
    tools.tool(UpdateTool).tool(NothingTool)
}
