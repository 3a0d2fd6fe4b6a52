use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(fresh)]
impl Notes {
    /// Does something.
    #[mcp_tool(public)]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesPlainTool));
    drop(Notes.plain());
}
