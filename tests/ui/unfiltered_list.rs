use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::{ServerHandler, tool_handler};
use toolgate::rmcp::Router;
use toolgate::{ConfigError, Protected};

struct Server {
    tools: Router<Self>,
}

impl Server {
    fn new(protected: &Protected) -> Result<Self, ConfigError> {
        let tools = Router::new(protected, ToolRouter::new())?;
        Ok(Self { tools })
    }
}

// It writes a `list_tools` that shows every tool to everyone.
#[tool_handler(router = self.tools)]
impl ServerHandler for Server {}

fn main() {
    drop(Server::new);
}
