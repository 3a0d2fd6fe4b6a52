use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(scopes_all = ["notes:read", "a"])]
impl Notes {
    /// Does something.
    #[mcp_tool(scopes_all = ["notes:write", "notes:read"])]
    async fn read(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(scopes_all = ["a"])]
    async fn only(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesReadTool).tool(NotesOnlyTool));
    drop(Notes.read());
    drop(Notes.only());
}
