use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
struct NotAFunction;

/// Does something.
#[mcp_tool(authenticated)]
impl NotAFunction {}

fn main() {
    let _ = NotAFunction;
}
