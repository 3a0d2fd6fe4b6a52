use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(audit_required)]
async fn tool() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ToolTool));
    drop(tool());
}
