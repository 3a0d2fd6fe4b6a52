use toolgate::{RoleCatalog, ScopeCatalog, toolset};

/// The scopes.
#[derive(Clone, Copy, ScopeCatalog)]
enum Scope {
    /// Reads notes.
    #[scope("notes:read")]
    Read,
    /// Writes notes.
    #[scope("notes:write")]
    Write,
}

/// The roles.
#[derive(Clone, Copy, RoleCatalog)]
enum Role {
    /// Manages.
    #[role("manager")]
    Manager,
    /// Uses.
    #[role("user")]
    User,
}

#[derive(Clone)]
struct Notes;

#[toolset(catalog = Scope, scopes_all = [Scope::Read], roles = [Role::Manager, Role::User])]
impl Notes {
    /// Does something.
    #[mcp_tool(scopes_all = ["notes:wriet"])]
    async fn unknown(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(catalog = Scope, scopes_all = [Scope::Write])]
    async fn again(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something. The role's name is that of no variant, though it is written like one.
    #[mcp_tool(roles = ["Role::User"])]
    async fn text(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesUnknownTool).tool(NotesAgainTool).tool(NotesTextTool));
    drop(Notes.unknown());
    drop(Notes.again());
    drop(Notes.text());
}
