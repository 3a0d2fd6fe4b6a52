use toolgate::mcp_tool;

/// Replaces the text of a note.
#[mcp_tool(name = "update")]
async fn update() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(UpdateTool));
    drop(update());
}
