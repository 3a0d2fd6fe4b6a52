use toolgate::mcp_tool;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {}

/// Does something.
#[mcp_tool(authenticated)]
async fn protected(_: Args, _: std::time::Duration) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(public)]
async fn open(_: Args, _: std::time::Duration) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ProtectedTool).tool(OpenTool));
    drop(protected(given(), given()));
    drop(open(given(), given()));
}

fn given<T>() -> T {
    unimplemented!()
}
