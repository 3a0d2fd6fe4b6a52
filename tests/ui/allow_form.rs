use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(allow = "notes:write")]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any("notes:write", Scope::Write))]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = or(scope("a"), role("b")))]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = not(scope("a")))]
async fn four() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(scope, role("b")))]
async fn five() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(scope("a", "b"), role("c")))]
async fn six() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(scope(), role("c")))]
async fn seven() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = 7)]
async fn eight() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow)]
async fn nine() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool).tool(FiveTool).tool(SixTool).tool(SevenTool).tool(EightTool).tool(NineTool));
    drop(one());
    drop(two());
    drop(three());
    drop(four());
    drop(five());
    drop(six());
    drop(seven());
    drop(eight());
    drop(nine());
}
