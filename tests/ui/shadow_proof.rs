use schemars::JsonSchema;
use serde::Deserialize;
use toolgate::{Granted, NoArguments, ScopeCatalog, TenantId, mcp_tool};

#[derive(ScopeCatalog)]
enum Scope {
    /// Writes.
    #[scope("write:tools")]
    Write,
}

#[derive(Deserialize, JsonSchema)]
pub struct Note {
    pub tenant: String,
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Write], shadow)]
async fn scoped(_: NoArguments, _proof: Granted<scope::Write>) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = [Scope::Write], tenant_field = "tenant", shadow)]
async fn tenant(args: Note, _proof: TenantId) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(ScopedTool).tool(TenantTool));
    drop(scoped(NoArguments {}, Granted::assert()));
    drop(tenant(
        Note {
            tenant: String::new(),
        },
        TenantId::assert("acme"),
    ));
}
