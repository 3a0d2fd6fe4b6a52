use toolgate::{RoleCatalog, ScopeCatalog, toolset};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("notes:read")]
    Read,
    /// Writes.
    #[scope("notes:write", implies(Read))]
    Write,
    /// Counts.
    #[scope("notes:count")]
    Count,
    /// Deletes.
    #[scope("notes:delete")]
    Delete,
}

#[derive(RoleCatalog)]
enum Role {
    /// Whoever has an account.
    #[role("user")]
    User,
    /// Whoever manages others.
    #[role("manager", implies(User))]
    Manager,
    /// Whoever was invited.
    #[role("guest")]
    Guest,
}

impl Role {
    /// The catalogue does not know it by this name.
    const BOSS: Self = Self::Manager;
}

/// Another name, by which nobody finds what the catalogue says.
type Other = Role;

#[derive(Clone)]
struct Notes;

#[toolset(scopes_any = [Scope::Read, Scope::Count], roles = ["user"], role_catalog = Role)]
impl Notes {
    /// What a manager may, a user may not.
    #[mcp_tool(scopes_any = [Scope::Write, Scope::Count], roles = ["manager"])]
    async fn narrower(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// One scope implies nothing.
    #[mcp_tool(scopes_any = [Scope::Write, Scope::Delete], roles = ["manager"])]
    async fn scope(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// One role implies nothing.
    #[mcp_tool(roles = ["manager", "guest"])]
    async fn role(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Nobody can tell: no catalogue is said of strings.
    #[mcp_tool(scopes_any = [Scope::Read, "notes:write"])]
    async fn string(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Nor here.
    #[mcp_tool(roles = [Role::BOSS])]
    async fn unlisted(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Nor here.
    #[mcp_tool(roles = [Other::Manager])]
    async fn other(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

#[derive(Clone)]
struct Others;

#[toolset(roles = [Role::Manager])]
impl Others {
    /// Is implied, and implies nothing.
    #[mcp_tool(roles = [Role::User])]
    async fn implied(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Others).tools::<Others>().tool(OthersImpliedTool));
    drop(Others.implied());
    let tools = toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesNarrowerTool).tool(NotesScopeTool);
    drop(tools.tool(NotesRoleTool).tool(NotesStringTool).tool(NotesUnlistedTool).tool(NotesOtherTool));
    drop(Notes.narrower());
    drop(Notes.scope());
    drop(Notes.role());
    drop(Notes.string());
    drop(Notes.unlisted());
    drop(Notes.other());
}
