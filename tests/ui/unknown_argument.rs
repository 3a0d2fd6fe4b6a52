use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(scope_all = ["a"])]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authentcated)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(public, timeout = 7)]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool));
    drop(one());
    drop(two());
    drop(three());
}
