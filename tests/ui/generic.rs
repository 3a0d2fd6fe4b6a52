use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async fn types<T>(_: T) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
async fn constants<const N: usize>() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
async fn lifetimes<'a>() -> Result<&'a str, std::fmt::Error> {
    Ok("")
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(TypesTool).tool(ConstantsTool).tool(LifetimesTool));
    drop(types(7));
    drop(constants::<7>());
    drop(lifetimes());
}
