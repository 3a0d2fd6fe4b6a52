use toolgate::toolset;

struct Notes;

#[toolset]
impl Notes {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn one() -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

#[toolset]
impl Notes {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn two() -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(NotesOneTool).tool(NotesTwoTool));
}
