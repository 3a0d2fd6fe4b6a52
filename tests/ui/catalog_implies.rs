use toolgate::{ScopeCatalog, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("read", implies(Read))]
    Read,
    /// Writes.
    #[scope("write", implies(Raed, Read, Read, Everything))]
    Write,
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Write])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one());
}
