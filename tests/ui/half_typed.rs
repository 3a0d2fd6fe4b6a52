use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async fn half_typed() -> Result<(), std::fmt::Error> {
    let value = 
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(HalfTypedTool));
    drop(half_typed());
}
