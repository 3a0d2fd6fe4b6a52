use toolgate::mcp_tool;

mod scopes {
    #[derive(toolgate::ScopeCatalog)]
    enum Hidden {
        /// Reads.
        #[scope("read")]
        Read,
    }

    pub(crate) type Alias = Scope;

    #[derive(toolgate::ScopeCatalog)]
    pub(crate) enum Scope {
        /// Reads.
        #[scope("read")]
        Read,
    }
}

/// Does something.
#[mcp_tool(scopes_all = ["raed"], catalog = scopes::Scope)]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["read"], catalog = scopes::Hidden)]
async fn two() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["read"], catalog = scopes::Absent)]
async fn three() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["read"], catalog = scopes::Alias)]
async fn four() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool));
    drop(one());
    drop(two());
    drop(three());
    drop(four());
}
