use toolgate::mcp_tool;

enum Scope {
    Write,
}

enum Role {
    Manager,
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Write])]
async fn scope() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(roles = [Role::Manager])]
async fn role() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Wirte])]
async fn variant() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ScopeTool).tool(RoleTool).tool(VariantTool));
    drop(scope());
    drop(role());
    drop(variant());
}
