use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset]
impl Notes {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn half_typed(&self) -> Result<(), std::fmt::Error> {
        let value = 
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesHalfTypedTool));
    drop(Notes.half_typed());
}
