use toolgate::mcp_tool;
use toolgate::Caller;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {}

/// Does something.
#[mcp_tool(public)]
async fn tool(_: Args, _: Caller) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ToolTool));
    drop(tool(given(), given()));
}

fn given<T>() -> T {
    unimplemented!()
}
