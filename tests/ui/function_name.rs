use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(public)]
async fn größe() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(GrößeTool));
    drop(größe());
}
