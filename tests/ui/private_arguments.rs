use toolgate::mcp_tool;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {}

/// Does something.
#[mcp_tool(authenticated)]
pub async fn tool(_: Args) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ToolTool));
    drop(tool(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
