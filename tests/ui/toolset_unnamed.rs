use toolgate::toolset;

trait Store {}

#[toolset]
impl dyn Store {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn plain() -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(PlainTool));
    drop(<dyn Store>::plain());
}
