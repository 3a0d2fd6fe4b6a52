use toolgate::{ScopeCatalog, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("read", implies(Delete))]
    Read,
    /// Writes.
    #[scope("write", implies(Read))]
    Write,
    /// Deletes.
    #[scope("delete", implies(Write, Read))]
    Delete,
    /// Administers, and is in no circle.
    #[scope("admin", implies(Delete))]
    Admin,
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Write, Scope::Delete])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one());
}
