use rmcp::{tool, tool_router};
use toolgate::policies;

struct Notes;

#[policies]
#[tool_router]
impl Notes {
    #[tool(description = "A tool that is judged like any other")]
    #[policy(public, scopes_all = ["a b", "*"], tenant_field = "a..b")]
    fn wrong(&self) -> String {
        String::new()
    }

    #[tool(description = "A tool without arguments")]
    #[policy(tenant_field = "tenant")]
    fn bare(&self) -> String {
        String::new()
    }

    #[tool(description = "A tool with two policies")]
    #[policy(authenticated)]
    #[policy(public)]
    fn twice(&self) -> String {
        String::new()
    }

    #[policy(authenticated)]
    fn helper(&self) -> String {
        String::new()
    }

    #[policy(authenticated)]
    const LIMIT: usize = 3;
}

fn main() {
    let _ = (Notes::tool_router(), Notes::tool_policies(), Notes.helper(), Notes::LIMIT);
}
