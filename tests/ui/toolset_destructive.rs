use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(read_only = true, authenticated)]
impl Notes {
    /// Does something.
    #[mcp_tool(destructive = true)]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesPlainTool));
    drop(Notes.plain());
}
