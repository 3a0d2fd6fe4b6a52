use toolgate::{ScopeCatalog, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("read")]
    Read,
    /// Reads more.
    #[scope("read:more")]
    Read,
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Read])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one());
}
