use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(scopes_all = ["notes:read"], roles = ["user"], fresh)]
impl Notes {
    /// Does something.
    #[mcp_tool(public)]
    async fn one(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(public, read_only = true)]
    async fn two(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesOneTool).tool(NotesTwoTool));
    drop(Notes.one());
    drop(Notes.two());
}
