use toolgate::mcp_tool;

trait Tools {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn tool() -> Result<(), std::fmt::Error>;
}

fn main() {}
