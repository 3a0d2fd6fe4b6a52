use toolgate::{RoleCatalog, ScopeCatalog, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("read notes")]
    Read,
    /// Writes.
    #[scope("write")]
    Write,
    /// Changes.
    #[scope("write")]
    Change,
    /// Anything.
    #[scope("*")]
    All,
}

#[derive(RoleCatalog)]
enum Role {
    /// Manages.
    #[role(" manager")]
    Manager,
    /// Administers.
    #[role("admin")]
    Admin,
    /// The same.
    #[role("admin")]
    Administrator,
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Read, Scope::Change, Scope::All])]
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
