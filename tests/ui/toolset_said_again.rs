use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(authenticated, fresh, read_only = true, idempotent = true)]
impl Notes {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn login(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(fresh)]
    async fn fresh(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(read_only = true)]
    async fn reads(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(idempotent = true, roles = ["a"])]
    async fn twice(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesLoginTool).tool(NotesFreshTool).tool(NotesReadsTool).tool(NotesTwiceTool));
    drop(Notes.login());
    drop(Notes.fresh());
    drop(Notes.reads());
    drop(Notes.twice());
}
