use toolgate::{RoleCatalog, ScopeCatalog, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    Read,
    /// Writes.
    #[scope("write")]
    #[scope("change")]
    Write,
    /// Deletes.
    #[scope]
    Delete,
    /// Lists.
    #[scope(baseline)]
    List,
    /// Moves.
    #[scope()]
    Move,
    #[scope("copy")]
    Copy,
    ///
    #[scope("paste" sensitive)]
    Paste,
}

#[derive(RoleCatalog)]
enum Role {
    #[role(manager)]
    Manager,
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Read, Scope::Copy, Scope::Write])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(roles = [Role::Manager])]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
