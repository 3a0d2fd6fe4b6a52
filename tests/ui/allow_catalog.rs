use toolgate::mcp_tool;

#[derive(toolgate::ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("notes:read")]
    Read,
}

#[derive(toolgate::RoleCatalog)]
enum Role {
    /// Edits.
    #[role("editor")]
    Editor,
}

/// Does something.
#[mcp_tool(allow = any(scope("notes:rea"), role("editor")), catalog = Scope)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(scope(Scope::Read), role("edit")), role_catalog = Role)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(allow = any(scope(Scope::Wriet), role(Role::Editor)))]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool));
    drop(one());
    drop(two());
    drop(three());
}
