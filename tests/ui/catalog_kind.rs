use toolgate::{RoleCatalog, ScopeCatalog, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("read:tools")]
    Read,
    /// Writes.
    #[scope("write:tools", implies(Read))]
    Write,
    /// Deletes.
    #[scope("delete:tools")]
    Delete,
    /// Administers.
    #[scope("admin:tools", implies(Write, Delete))]
    Admin,
}

#[derive(RoleCatalog)]
enum Role {
    /// Manages.
    #[role("manager")]
    Manager,
    /// Administers.
    #[role("admin", implies(Manager))]
    Admin,
}

/// Does something.
#[mcp_tool(scopes_all = ["write:tools"], catalog = Role)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(roles = ["admin"], role_catalog = Scope)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
