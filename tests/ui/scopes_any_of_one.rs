use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(scopes_any = ["notes:read"])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["notes:read"], scopes_any = ["notes:write"])]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
