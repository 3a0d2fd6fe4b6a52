//! The lock of the example's policies as a developer meets it who makes one of them weaker, and the guides that show it.

use examples::tools::{DeleteNotesTool, ListNotesTool, Notes, Role, Scope, ServerTimeTool, UpdateNote, WhoamiTool};
use std::convert::Infallible;
use std::panic::catch_unwind;
use toolgate::docs::assert_locked;
use toolgate::{Toolset, mcp_tool};

const LOCK: &str = "../examples/scopes.lock.json";

/// Replaces the text of a note, as in the example, but for everybody who may write.
#[mcp_tool(scopes_all = [Scope::Write], tenant_field = "resource_id", tenant_of = Notes::tenant_of)]
async fn update_note(_: UpdateNote) -> Result<(), Infallible> {
    Ok(())
}

fn loosened() -> Toolset<Notes> {
    Toolset::new(Notes::default())
        .scopes::<Scope>()
        .roles::<Role>()
        .tool(ServerTimeTool)
        .tool(WhoamiTool)
        .tool(ListNotesTool)
        .tool(UpdateNoteTool)
        .tool(DeleteNotesTool)
}

/// Copy it into the guides if it is another on purpose.
#[test]
fn the_guides_show_what_a_weaker_policy_is_answered() {
    if std::env::var_os("TOOLGATE_DOCS").is_some() {
        return; // The lock would be written.
    }
    let told = catch_unwind(|| assert_locked(LOCK, &loosened())).unwrap_err();
    let told = told.downcast::<String>().unwrap().replace("../examples/", "");
    let guide = include_str!("../../../command/README.md").replace("\r\n", "\n");
    assert!(guide.contains(&format!("```text\n{told}```\n")), "{told}");
    let (_, changes) = told.split_once("\n\n").unwrap();
    let readme = include_str!("../../../README.md").replace("\r\n", "\n");
    assert!(readme.contains(&format!("```text\n{changes}```\n")), "{changes}");
}
