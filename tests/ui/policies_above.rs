use rmcp::{tool, tool_router};
use toolgate::policies;

struct Notes;

#[tool_router]
#[policies]
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
