use toolgate::{Toolset, mcp_tool};

/// Does something.
#[mcp_tool(authenticated)]
async fn tool() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    let _ = Toolset::new(()).tool(tool);
}
