use toolgate::{Caller, mcp_tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {}

/// Does something.
#[mcp_tool(authenticated)]
async fn removed(_: Args, #[cfg(any())] _: Caller) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
async fn kept(_: Args, #[cfg_attr(all(), cfg(not(any())))] _: Caller) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(RemovedTool).tool(KeptTool));
    drop(removed(given()));
    drop(kept(given(), given()));
}

fn given<T>() -> T {
    unimplemented!()
}
