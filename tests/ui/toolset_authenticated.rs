use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(scopes_all = ["a"])]
impl Notes {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesPlainTool));
    drop(Notes.plain());
}
