use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(public, rate_limit = "30/min")]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(public, rate_limit = "30/min per client, burst 10")]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something: `public` is the mistake, and the rate none besides.
#[mcp_tool(rate_limit = "30/min", public, roles = ["manager"])]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool));
    drop(one());
    drop(two());
    drop(three());
}
