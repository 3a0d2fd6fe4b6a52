use toolgate::mcp_tool;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    tenant: String,
    user: String,
}

#[derive(toolgate::ScopeCatalog)]
enum Scope {
    /// Reads what is the caller's.
    #[scope("notes:own")]
    Own,
    /// Reads everything.
    #[scope("notes:all", implies(Own))]
    All,
}

/// Does something.
#[mcp_tool(owner_field = "user", tenant_field = "tenant", owner_unless = [Scope::Own], scopes_all = [Scope::All])]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(owner_field = "user", tenant_field = "tenant", owner_unless = ["notes:everything"], catalog = Scope)]
async fn two(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one(given()));
    drop(two(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
