use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(allow = any(scope("a"), any(role("b"), role("c"))))]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(role("x"), all(scope("a"), all(role("b"), role("c")))))]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
