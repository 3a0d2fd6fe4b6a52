use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async fn tool(args: &String) -> Result<(), std::fmt::Error> {
    let _ = args;
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ToolTool));
    drop(tool(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
