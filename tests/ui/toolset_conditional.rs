use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset]
impl Notes {
    #[cfg_attr(all(), doc = "Does something.")]
    /// Does something else.
    #[mcp_tool(authenticated)]
    async fn described(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(authenticated)]
    #[cfg_attr(all(), cfg(all()))]
    async fn present(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesDescribedTool).tool(NotesPresentTool));
    drop(Notes.described());
    drop(Notes.present());
}
