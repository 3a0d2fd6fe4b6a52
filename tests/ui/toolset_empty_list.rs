use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(scopes_all = ["a"], roles = ["b", "c"])]
impl Notes {
    /// Does something.
    #[mcp_tool(scopes_all = [])]
    async fn scopes(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(roles = [])]
    async fn roles(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesScopesTool).tool(NotesRolesTool));
    drop(Notes.scopes());
    drop(Notes.roles());
}
