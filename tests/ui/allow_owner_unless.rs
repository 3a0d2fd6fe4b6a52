use toolgate::mcp_tool;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    user: String,
    tenant: String,
}

/// Does something.
#[mcp_tool(owner_field = "user", tenant_field = "tenant", owner_unless = ["notes:all"], allow = any(all(scope("notes:all"), role("b")), all(scope("notes:all"), role("c"))))]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one(given()));
}

fn given<T>() -> T {
    unimplemented!()
}
