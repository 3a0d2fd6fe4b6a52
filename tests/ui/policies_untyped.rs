use rmcp::{tool, tool_router};
use toolgate::policies;

struct Notes;

#[policies]
#[tool_router]
impl Notes {
    #[tool(description = "A tool that only the SDK knows")]
    #[policy(
        crate = ::toolgate,
        name = "other",
        title = "Other",
        read_only = true,
        scopes_all = ["notes:read"],
        check = Notes::may,
        tenant_of = Notes::tenant_of,
        audit_fields = ["note"]
    )]
    fn told(&self) -> String {
        String::new()
    }
}

fn main() {
    let _ = (Notes::tool_router(), Notes::tool_policies());
}
