use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    user: String,
    tenant: String,
}

#[toolset(owner_field = "user", tenant_field = "tenant")]
impl Notes {
    /// Does something.
    #[mcp_tool(owner_unless = ["notes:all"])]
    async fn read(&self, args: Args) -> Result<(), std::fmt::Error> {
        drop(args);
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesReadTool));
    drop(Notes.read(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
