use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(tenant_field = "note")]
impl Notes {
    /// Does something.
    #[mcp_tool]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesPlainTool));
    drop(Notes.plain());
}
