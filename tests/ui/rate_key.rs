use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated, rate_limit = "30/min per user")]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one());
}
