use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async fn tool() {
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ToolTool));
    drop(tool());
}
