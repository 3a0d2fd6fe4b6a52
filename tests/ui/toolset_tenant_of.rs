use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    tenant: String,
}

#[toolset(tenant_field = "tenant")]
impl Notes {
    /// Does something.
    #[mcp_tool(tenant_of = Self::of_anything)]
    async fn read(&self, args: Args) -> Result<(), std::fmt::Error> {
        drop(args);
        Ok(())
    }

    async fn of_anything(&self, _: &str) -> Result<Option<String>, std::fmt::Error> {
        Ok(None)
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesReadTool));
    drop(Notes.read(given()));
    let _ = Notes.of_anything("");
}

fn given<T>() -> T {
    unimplemented!()
}
