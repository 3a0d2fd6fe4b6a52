use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(acr = ["urn:a urn:b"])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(acr = ["say\"hi\""])]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(acr = [""])]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(acr = ["urn:a", "urn:b", "urn:a"])]
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
