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
#[mcp_tool(scopes_all = ["wirte:tools"], catalog = Scope)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_any = [Scope::Read, "Delete"], catalog = crate::Scope)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(roles = ["mangaer"], role_catalog = Role)]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["something:else"], catalog = self::Scope)]
async fn four() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool));
    drop(one());
    drop(two());
    drop(three());
    drop(four());
}
