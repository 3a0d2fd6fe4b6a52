use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(roles = "manager")]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = read)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["a" "b"])]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool));
    drop(one());
    drop(two());
    drop(three());
}
