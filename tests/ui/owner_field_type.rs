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
#[mcp_tool(owner_field = "count")]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(owner_field = "owner")]
async fn two(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(owner_field = "items")]
async fn three(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool));
    drop(one(given()));
    drop(two(given()));
    drop(three(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
