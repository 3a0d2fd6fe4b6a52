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
#[mcp_tool(owner_field = "user", tenant_field = "user")]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
