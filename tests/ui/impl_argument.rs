use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async fn tool(_: Vec<impl Send>) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ToolTool));
    drop(tool(vec![7]));
}
