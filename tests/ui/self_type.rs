use toolgate::mcp_tool;

struct Server;

impl Server {
    /// Does something.
    #[mcp_tool(authenticated)]
    async fn tool(_: Vec<Self>) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(Server::tool(vec![Server]));
}
