use toolgate::toolset;

#[derive(Clone)]
struct Notes;

trait Store {
    async fn plain(&self) -> Result<(), std::fmt::Error>;
}

#[toolset]
impl Store for Notes {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tool(NotesPlainTool));
    drop(Notes.plain());
}
