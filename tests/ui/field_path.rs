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
#[mcp_tool(tenant_field = "")]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "a..b")]
async fn two(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "a[0]")]
async fn three(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "[*]")]
async fn four(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "a.self")]
async fn five(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = a.b)]
async fn six(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = 7)]
async fn seven(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    let tools = toolgate::Toolset::new(());
    drop(tools.tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool).tool(FiveTool).tool(SixTool).tool(SevenTool));
    drop(one(given()));
    drop(two(given()));
    drop(three(given()));
    drop(four(given()));
    drop(five(given()));
    drop(six(given()));
    drop(seven(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
