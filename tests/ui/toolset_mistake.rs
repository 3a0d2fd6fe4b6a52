use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(scopes_all = [], role = ["a"], scopes_any = ["a"], roles = ["a "], authenticated, tenant_of = f)]
impl Notes {
    /// Does something.
    #[mcp_tool]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(public)]
    async fn open(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(name = "")]
    async fn unnamed(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesPlainTool).tool(NotesOpenTool).tool(NotesUnnamedTool));
    drop(Notes.plain());
    drop(Notes.open());
    drop(Notes.unnamed());
}
