use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(public, public)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(roles = ["a"], roles = ["b"])]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
