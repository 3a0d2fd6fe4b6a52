use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated, audit_required = "yes")]
async fn text() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated, audit_required = 1)]
async fn number() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated, audit_required(file))]
async fn list() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated, audit_required, audit_required = true)]
async fn twice() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(TextTool).tool(NumberTool).tool(ListTool).tool(TwiceTool));
    drop(text());
    drop(number());
    drop(list());
    drop(twice());
}
