use toolgate::{RoleCatalog, ScopeCatalog, mcp_tool};

#[derive(ScopeCatalog)]
#[scope(baseline)]
enum Scope {
    /// Reads.
    #[scope("read", basline, sensitiv = true)]
    Read,
    /// Writes.
    #[scope("write", sensitive, implies, sensitive, 7)]
    Write,
    /// Deletes.
    #[scope("delete", implies(), implies("read"))]
    Delete,
    /// Moves.
    #[scope("move", implies(Read), implies(Write), timeout = 7)]
    Move,
}

#[derive(RoleCatalog)]
enum Role {
    /// Manages.
    #[role("manager", baseline)]
    Manager,
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Read, Scope::Move])]
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
