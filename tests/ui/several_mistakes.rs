use toolgate::{Toolset, mcp_tool};

/// Replaces the text of a note.
#[mcp_tool(scope_all = ["write:tools"], roles = "manager", scopes_any = ["read tools", "a", "a"], tenant_field = "a..b")]
async fn update() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    // No mistake follows here: the type exists although the attribute is wrong.
    drop(Toolset::new(()).tool(UpdateTool));
    drop(update());
}
