use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[toolset(authenticated, rate_limit = "0/min")]
impl Notes {
    /// Reads something.
    #[mcp_tool]
    async fn read(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Writes something.
    #[mcp_tool]
    async fn write(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tool(NotesReadTool).tool(NotesWriteTool));
    drop(Notes.read());
    drop(Notes.write());
}
