use toolgate::mcp_tool;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    resource_id: String,
    owner: Option<String>,
    count: u32,
    items: Vec<Item>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Item {
    resource_id: String,
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of = tenant_of)]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of = self::tenant_of)]
async fn two(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of = "Notes::tenant_of")]
async fn three(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of)]
async fn four(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool));
    drop(one(given()));
    drop(two(given()));
    drop(three(given()));
    drop(four(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
