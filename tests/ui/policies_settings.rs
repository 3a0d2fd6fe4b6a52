use rmcp::{tool, tool_router};
use toolgate::policies;

struct Notes;

#[policies(scopes_all = ["notes:read"])]
#[tool_router]
impl Notes {
    #[tool(description = "A tool")]
    #[policy(public)]
    fn plain(&self) -> String {
        String::new()
    }
}

struct Others;

#[policies(vis = pub)]
#[tool_router]
impl Others {
    #[tool(description = "A tool")]
    #[policy(public)]
    fn plain(&self) -> String {
        String::new()
    }
}

fn main() {
    let _ = (Notes::tool_router(), Notes::tool_policies());
    let _ = (Others::tool_router(), Others::tool_policies());
}
