use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(scopes_any = ["a", "b"], roles = ["c", "d"])]
impl Notes {
    /// Does something.
    #[mcp_tool(scopes_any = ["b", "a"])]
    async fn scopes(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(roles = ["d", "c"])]
    async fn roles(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesScopesTool).tool(NotesRolesTool));
    drop(Notes.scopes());
    drop(Notes.roles());
}
