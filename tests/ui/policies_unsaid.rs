use rmcp::{tool, tool_router};
use toolgate::policies;

struct Notes;

#[policies]
#[tool_router]
impl Notes {
    #[tool(description = "A tool of which nothing is said")]
    fn forgotten(&self) -> String {
        String::new()
    }

    #[tool(description = "A tool of which nothing is said either")]
    #[policy]
    async fn empty(&self) -> String {
        String::new()
    }

    #[tool(description = "A tool with a policy")]
    #[policy(public)]
    fn said(&self) -> String {
        String::new()
    }
}

fn main() {
    let _ = (Notes::tool_router(), Notes::tool_policies());
}
