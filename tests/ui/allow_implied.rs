use toolgate::{RoleCatalog, ScopeCatalog, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("notes:read")]
    Read,
    /// Writes.
    #[scope("notes:write", implies(Read))]
    Write,
    /// Deletes.
    #[scope("notes:delete")]
    Delete,
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

/// Whoever may write may read.
#[mcp_tool(allow = any(all(scope(Scope::Write), scope(Scope::Read)), role("boss")))]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Reading is enough.
#[mcp_tool(allow = any(scope("notes:read"), scope("notes:write"), role("boss")), catalog = Scope)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Managing is enough, and admins manage.
#[mcp_tool(allow = any(role(Role::Manager), all(role(Role::Admin), scope("x"))))]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool));
    drop(one());
    drop(two());
    drop(three());
}
