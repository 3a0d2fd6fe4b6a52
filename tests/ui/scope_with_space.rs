use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(scopes_all = ["notes:read notes:write"])]
async fn tool() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    let _ = ToolTool;
}
