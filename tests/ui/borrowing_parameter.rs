use toolgate::{State, mcp_tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args<'a> {
    text: std::borrow::Cow<'a, str>,
}

/// Does something.
#[mcp_tool(authenticated)]
async fn lifetime(_: Args<'_>) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
async fn nested(_: Vec<(u8, &str)>) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
async fn state(_: Args<'static>, _: State<&'_ u8>) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(LifetimeTool).tool(NestedTool).tool(StateTool));
    drop(lifetime(given()));
    drop(nested(given()));
    drop(state(given(), given()));
}

fn given<T>() -> T {
    unimplemented!()
}
