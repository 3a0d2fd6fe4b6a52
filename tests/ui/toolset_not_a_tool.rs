use toolgate::toolset;

struct Notes;

#[toolset]
impl Notes {
    /// Is no function.
    #[mcp_tool(authenticated)]
    const PLAIN: u8 = 0;

    /// Has no body.
    #[mcp_tool(authenticated)]
    async fn plain();
}

fn main() {
    let _ = Notes::PLAIN;
}
