use toolgate::mcp_tool;

struct Server;

impl Server {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn tool() -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    let _ = Server;
}
