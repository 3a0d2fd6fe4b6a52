use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(authenticated)]
impl Notes {
    /// Does something.
    #[mcp_tool(crate = ::toolgate)]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesPlainTool));
    drop(Notes.plain());
}
