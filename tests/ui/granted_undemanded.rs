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
async fn less(_: NoArguments, _proof: Granted<scope::Write>) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_any = [Scope::Write, Scope::Delete])]
async fn choice(_: NoArguments, _proof: Granted<scope::Read>) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(roles = ["write:tools"])]
async fn role(_: NoArguments, _proof: toolgate::Granted<scope::Write>) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(LessTool).tool(ChoiceTool).tool(RoleTool));
    drop(less(NoArguments {}, Granted::assert()));
    drop(choice(NoArguments {}, Granted::assert()));
    drop(role(NoArguments {}, Granted::assert()));
}
