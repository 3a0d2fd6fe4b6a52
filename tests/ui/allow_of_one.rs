use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(allow = scope("notes:write"))]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = role("admin"))]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(role("admin")))]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any())]
async fn four() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = all(scope("a"), any(all(scope("b"), role("c")))))]
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
