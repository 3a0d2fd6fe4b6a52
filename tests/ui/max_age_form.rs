use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(max_age = 900)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(max_age = soon)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(max_age = "15 min")]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(max_age = "90m")]
async fn four() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(max_age = "a while")]
async fn five() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(max_age = "min")]
async fn six() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(max_age)]
async fn seven() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool).tool(FiveTool).tool(SixTool).tool(SevenTool));
    drop(one());
    drop(two());
    drop(three());
    drop(four());
    drop(five());
    drop(six());
    drop(seven());
}
