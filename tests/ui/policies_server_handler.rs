use rmcp::{tool, tool_router};
use toolgate::policies;

struct Notes;

#[policies]
#[tool_router(server_handler)]
impl Notes {
    #[tool(description = "A tool")]
    #[policy(authenticated)]
    fn plain(&self) -> String {
        String::new()
    }
}

fn main() {
    let _ = (Notes::tool_router(), Notes::tool_policies());
}
