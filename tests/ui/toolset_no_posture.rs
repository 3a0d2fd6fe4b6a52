use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(read_only = true)]
impl Notes {
    /// Does something.
    #[mcp_tool]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(fresh)]
    async fn fresh(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesPlainTool).tool(NotesFreshTool));
    drop(Notes.plain());
    drop(Notes.fresh());
}
