use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated, rate_limit = "10001/s")]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated, rate_limit = "99999999999999999999/h")]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
