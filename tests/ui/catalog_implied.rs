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
    /// Moves.
    #[scope("move:tools", implies(Read))]
    Move,
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
#[mcp_tool(scopes_all = [Scope::Read, Scope::Admin])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["admin:tools", "delete:tools"], catalog = Scope)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_any = [Scope::Read, Scope::Write])]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(roles = [Role::Admin, Role::Manager])]
async fn four() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Write], scopes_any = [Scope::Read, Scope::Delete])]
async fn five() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Read], scopes_any = [Scope::Write, Scope::Move])]
async fn six() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Read, "read:tools"])]
async fn seven() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool).tool(FiveTool).tool(SixTool).tool(SevenTool));
    drop(one());
    drop(two());
    drop(three());
    drop(four());
    drop(five());
    drop(six());
    drop(seven());
}
