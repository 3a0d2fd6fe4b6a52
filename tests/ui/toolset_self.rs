use toolgate::toolset;

#[derive(Clone)]
struct Notes;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    note: String,
}

#[toolset(authenticated)]
impl Notes {
    /// Does something.
    #[mcp_tool(tenant_field = "noet")]
    async fn field(&self, args: Args) -> Result<(), std::fmt::Error> {
        drop(args.note);
        Ok(())
    }

    /// Does something.
    #[mcp_tool(tenant_field = "note", tenant_of = Self::tenant_off)]
    async fn lookup(&self, _: Args) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool]
    async fn arguments(&self, _: Self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool]
    async fn parameter(&self, _: Args, _: Self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool]
    async fn answer(&self) -> Result<Self, std::fmt::Error> {
        Ok(self.clone())
    }

    async fn tenant_of(&self, _: &str) -> Result<Option<String>, std::fmt::Error> {
        Ok(None)
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesFieldTool).tool(NotesLookupTool));
    drop(toolgate::Toolset::new(Notes).tool(NotesArgumentsTool).tool(NotesParameterTool).tool(NotesAnswerTool));
    drop(Notes.field(Args { note: String::new() }));
    drop(Notes.lookup(Args { note: String::new() }));
    drop(Notes.arguments(Notes));
    drop(Notes.parameter(Args { note: String::new() }, Notes));
    drop(Notes.answer());
}
