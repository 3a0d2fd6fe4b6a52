use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(allow = any(scope("a"), role("b"), scope("a")))]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(scope("a"), all(scope("a"), role("b"))))]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = all(scope("a"), any(scope("a"), role("b"))))]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(scope("a b"), role(" b")))]
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
