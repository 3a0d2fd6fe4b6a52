use toolgate::{Granted, NoArguments, ScopeCatalog, mcp_tool};

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
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Read])]
async fn no_scope(_: NoArguments, _proof: Granted<String>) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(NoScopeTool));
    drop(no_scope(NoArguments {}, Granted::assert()));
}
