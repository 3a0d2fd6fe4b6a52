use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset]
impl Notes {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn change(&mut self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesChangeTool));
    drop((&mut Notes).change());
}
