use toolgate::mcp_tool;

enum Scope {
    Read,
}
mod roles {
    pub enum Role {
        Admin,
    }
}

/// Does something.
#[mcp_tool(scopes_all = ["write:tools"], catalog = Scope)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(roles = ["admin"], role_catalog = roles::Role)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool));
    drop(one());
    drop(two());
}
