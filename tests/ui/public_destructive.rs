use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(public, destructive = true)]
async fn tool() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    let _ = ToolTool;
}
