use toolgate::{NoArguments, ScopeCatalog, TenantId, mcp_tool};

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
async fn no_field(_: NoArguments, _proof: TenantId) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(NoFieldTool));
    drop(no_field(NoArguments {}, TenantId::assert("acme")));
}
