use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async fn one() -> impl toolgate::ToolReturn {
    Ok::<_, std::fmt::Error>(())
}

/// Does something.
#[mcp_tool(authenticated)]
async fn two() -> Result<impl toolgate::IntoOutput, std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
