use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(public, shadow)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something: `public` is the mistake, and `shadow` none besides.
#[mcp_tool(shadow, public, roles = ["manager"])]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
