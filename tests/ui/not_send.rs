use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async fn tool() -> Result<(), std::fmt::Error> {
    let value = std::rc::Rc::new(7);
    std::future::ready(()).await;
    drop(value);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ToolTool));
    drop(tool());
}
