use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(public = true)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated = false)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(public("all"))]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated, fresh = "1m")]
async fn four() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool));
    drop(one());
    drop(two());
    drop(three());
    drop(four());
}
