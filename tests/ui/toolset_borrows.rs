use toolgate::toolset;

#[derive(Clone)]
struct Notes<'a>(&'a str);

#[toolset]
impl Notes<'_> {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn plain(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes("")).tools::<Notes>().tool(NotesPlainTool));
    drop(Notes("").plain());
}
