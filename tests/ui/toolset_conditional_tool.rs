use toolgate::toolset;

struct Notes;

#[toolset]
impl Notes {
    /// Does something.
    #[cfg_attr(any(), mcp_tool(authenticated))]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(Notes.plain());
}
