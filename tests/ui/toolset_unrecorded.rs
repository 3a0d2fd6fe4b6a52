use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(authenticated, audit_required)]
impl Notes {
    /// Does something.
    #[mcp_tool(audit_required = false)]
    async fn loose(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(audit_required)]
    async fn again(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesLooseTool).tool(NotesAgainTool));
    drop(Notes.loose());
    drop(Notes.again());
}
