use rmcp::{tool, tool_router};
use toolgate::{ScopeCatalog, policies};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads notes.
    #[scope("notes:read")]
    Read,
    /// Writes notes.
    #[scope("notes:write", implies(Read))]
    Write,
}

struct Notes;

#[policies]
#[tool_router]
impl Notes {
    #[tool(description = "A tool whose scope is misspelt")]
    #[policy(scopes_all = ["notes:raed"], catalog = Scope)]
    fn misspelt(&self) -> String {
        String::new()
    }

    #[tool(description = "A tool with a scope that follows from another")]
    #[policy(scopes_all = [Scope::Write, Scope::Read])]
    fn implied(&self) -> String {
        String::new()
    }
}

fn main() {
    let _ = (Notes::tool_router(), Notes::tool_policies());
}
