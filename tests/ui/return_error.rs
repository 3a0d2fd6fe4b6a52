use toolgate::mcp_tool;

struct Wrong;

/// Does something.
#[mcp_tool(authenticated)]
async fn no_error() -> Result<(), Wrong> {
    Err(Wrong)
}

fn main() {}
