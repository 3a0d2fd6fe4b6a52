use toolgate::mcp_tool;

struct Bare;

#[derive(serde::Deserialize)]
struct NoSchema {}

/// Does something.
#[mcp_tool(authenticated)]
async fn bare(_: Bare) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
async fn no_schema(_: NoSchema) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(BareTool).tool(NoSchemaTool));
    drop(bare(given()));
    drop(no_schema(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
