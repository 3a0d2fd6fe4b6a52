use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(roles)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated, name)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(public, read_only)]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all("a"))]
async fn four() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all =)]
async fn five() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool).tool(FiveTool));
    drop(one());
    drop(two());
    drop(three());
    drop(four());
    drop(five());
}
