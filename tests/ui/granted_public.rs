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
#[mcp_tool(public)]
async fn everyone(_: NoArguments, _proof: Granted<scope::Read>) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(EveryoneTool));
    drop(everyone(NoArguments {}, Granted::assert()));
}
