use schemars::JsonSchema;
use serde::Deserialize;
use toolgate::mcp_tool;

#[derive(Deserialize, JsonSchema)]
pub struct Note {
    pub tenant: String,
}

/// Does something.
#[mcp_tool(tenant_field = "tenant", shadow)]
async fn one(args: Note) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one(Note {
        tenant: String::new(),
    }));
}
