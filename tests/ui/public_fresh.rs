use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(public, fresh)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something: `public` is the mistake, and `fresh` none besides.
#[mcp_tool(fresh, public, roles = ["manager"])]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(fresh, public, authenticated)]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool));
    drop(one());
    drop(two());
    drop(three());
}
