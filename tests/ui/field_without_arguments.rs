use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(tenant_field = "resource_id")]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated, audit_fields = ["resource_id"])]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
