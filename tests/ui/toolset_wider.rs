use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(scopes_any = ["a", "b", "c"], roles = ["user", "manager"])]
impl Notes {
    /// Does something.
    #[mcp_tool(roles = ["admin", "user"])]
    async fn roles(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(scopes_any = ["a", "d"])]
    async fn scopes(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesRolesTool).tool(NotesScopesTool));
    drop(Notes.roles());
    drop(Notes.scopes());
}
