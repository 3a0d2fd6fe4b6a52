use toolgate::mcp_tool;
use toolgate::{State, Toolset};

#[derive(Clone)]
struct Notes;

impl Notes {
    async fn tenant_of(&self, _: &str) -> Result<Option<String>, std::fmt::Error> {
        Ok(None)
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    id: String,
}

/// Does something.
#[mcp_tool(authenticated)]
async fn takes_state(_: Args, _: State<Notes>) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "id", tenant_of = Notes::tenant_of)]
async fn looks_up(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    let _ = Toolset::new(()).tool(TakesStateTool);
    let _ = Toolset::new(()).tool(LooksUpTool);
}
