use toolgate::mcp_tool;

struct Wrong;

/// Does something.
#[mcp_tool(authenticated)]
async fn no_error() -> Result<(), Wrong> {
    Err(Wrong)
}

/// Does something.
#[mcp_tool(authenticated)]
async fn boxed_error() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(NoErrorTool).tool(BoxedErrorTool));
    drop(no_error());
    drop(boxed_error());
}
