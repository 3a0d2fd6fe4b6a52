use toolgate::mcp_tool;

struct Note;

/// Does something.
#[mcp_tool(authenticated)]
async fn no_schema() -> Result<toolgate::Json<Note>, std::fmt::Error> {
    Ok(toolgate::Json(Note))
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(NoSchemaTool));
    drop(no_schema());
}
