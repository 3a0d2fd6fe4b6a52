use toolgate::toolset;

#[derive(Clone)]
struct Notes;

impl Notes {
    async fn tenant_of(&self, _: &str) -> Result<Option<String>, std::fmt::Error> {
        Ok(None)
    }
}

#[toolset(authenticated, tenant_of = Self::tenant_of)]
impl Notes {
    /// Does something.
    #[mcp_tool]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(roles = ["user"])]
    async fn other(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesPlainTool).tool(NotesOtherTool));
    drop(Notes.plain());
    drop(Notes.other());
}
