use toolgate::mcp_tool;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    resource_id: String,
    owner: Option<String>,
    user: String,
    count: u32,
    items: Vec<Item>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Item {
    owner: String,
}

/// Does something.
#[mcp_tool(owner_field = "user", tenant_field = "resource_id", owner_unless = ["notes:all"], scopes_all = ["notes:all"])]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(owner_field = "user", tenant_field = "resource_id", owner_unless = ["a", "b", "c"], scopes_any = ["a", "b"])]
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
