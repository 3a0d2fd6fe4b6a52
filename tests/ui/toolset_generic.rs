use toolgate::toolset;

#[derive(Clone)]
struct Notes<T>(T);

#[toolset]
impl<T: Clone> Notes<T> {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn plain(&self, args: T) -> Result<(), std::fmt::Error> {
        drop(args);
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes(1)).tools::<Notes<u8>>().tool(NotesPlainTool));
    drop(Notes(1).plain(2));
}
