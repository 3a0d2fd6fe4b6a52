use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset]
impl Notes {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn by_value(self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(authenticated)]
    async fn boxed(self: Box<Self>) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool(authenticated)]
    async fn for_ever(&'static self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesByValueTool).tool(NotesBoxedTool).tool(NotesForEverTool));
    drop(Notes.by_value());
    drop(Box::new(Notes).boxed());
    drop(Notes.for_ever());
}
