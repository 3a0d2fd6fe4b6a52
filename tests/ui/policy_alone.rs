use rmcp::{tool, tool_router};
use toolgate::policy;

struct Notes;

#[tool_router]
impl Notes {
    #[tool(description = "A tool")]
    #[policy(authenticated)]
    fn plain(&self) -> String {
        String::new()
    }
}

/// Is no tool at all.
#[policy(public)]
fn free() {}

fn main() {
    let _ = Notes::tool_router();
    free();
}
