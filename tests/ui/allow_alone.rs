use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(allow = any(scope("a"), role("b")), scopes_all = ["c"])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one());
}
